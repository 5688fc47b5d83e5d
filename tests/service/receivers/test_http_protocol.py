"""A client that is slow, endless or odd holds nobody up, and gets an answer where there is one to give."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

from service.receivers import http_protocol
from service.receivers.http_protocol import HEAD_BYTES, PatientProtocol

TIMEOUT = 20.0
SOON = 0.3
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"


BIG = 64 << 10


async def tell_the_size(scope: Any, receive: Any, send: Any) -> None:
    """Answers how long the body was; on ``/early`` without reading it, on ``/big`` at length, on ``/headers`` with the names of all headers."""
    size, more = 0, scope["path"] != "/early"
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message["body"])
        more = message["more_body"]
    answer = str(size).encode()
    if scope["path"] == "/big":
        answer = b"x" * BIG
    if scope["path"] == "/headers":
        answer = b" ".join(name for name, _ in scope["headers"])
    await asyncio.sleep(0)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(answer))]})
    await send({"type": "http.response.body", "body": answer})


@contextmanager
def serving() -> Iterator[int]:
    """A server on that port."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(tell_the_size, http=PatientProtocol, lifespan="off", ws="none", log_config=None, access_log=False, timeout_keep_alive=60)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = server.force_exit = True
        thread.join(TIMEOUT)


class Client:
    """A connection, byte by byte."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)

    def close(self) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def send_until_cut(self, piece: bytes, times: int, pause: float = 0.0) -> bool:
        """Whether the server ends the connection before the piece has been sent so many times."""
        try:
            for _ in range(times):
                self.send(piece)
                time.sleep(pause)
        except ConnectionError:
            return True
        return False

    def answer(self) -> bytes:
        """What comes up to the end of one answer with a body, or of the connection."""
        got = b""
        while not (b"\r\n\r\n" in got and got.partition(b"\r\n\r\n")[2]):
            piece = self._socket.recv(4096)
            if not piece:
                break
            got += piece
        return got

    def fill(self, piece: bytes, most: int) -> int:
        """Sends the piece until nothing more is taken for a while; how many bytes that was, at ``most``."""
        self._socket.settimeout(1.0)
        sent = 0
        try:
            while sent < most:
                sent += self._socket.send(piece)
        except TimeoutError:
            pass
        finally:
            self._socket.settimeout(TIMEOUT)
        return sent

    def everything(self) -> bytes:
        """What comes up to the end of the connection."""
        got = b""
        try:
            while piece := self._socket.recv(1 << 20):
                got += piece
        except ConnectionError:
            pass
        return got

    def is_closed(self) -> bool:
        """Whether the server closes the connection."""
        try:
            return self._socket.recv(1) == b""
        except ConnectionError:
            return True


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deadlines come soon."""
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", SOON)
    monkeypatch.setattr(http_protocol, "LINGER_SECONDS", SOON)


REQUEST = HEAD + b"Content-Length: 3\r\n\r\nabc"

TOO_SLOW = {
    "nothing": b"",
    "half a line": b"PO",
    "half a head": HEAD,
    "empty lines": b"\r\n\r\n",
    "half a second head": REQUEST + HEAD,
    "the rest of a body that was not waited for": b"POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc",
}


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("sent", TOO_SLOW.values(), ids=TOO_SLOW.keys())
def test_a_connection_on_which_no_request_gets_whole_is_closed(sent: bytes) -> None:
    with serving() as port:
        client = Client(port)
        client.send(sent)
        if b"Content-Length" in sent:
            assert client.answer().startswith(b"HTTP/1.1 200 ")
        assert client.is_closed()


@pytest.mark.usefixtures("soon")
def test_drops_do_not_put_off_the_deadline() -> None:
    with serving() as port:
        client = Client(port)
        assert client.send_until_cut(b"x", times=int(TIMEOUT / 0.02), pause=0.02)


@pytest.mark.usefixtures("soon")
def test_a_connection_that_waits_for_its_next_request_is_kept() -> None:
    with serving() as port:
        client = Client(port)
        for _ in range(3):
            client.send(REQUEST)
            assert client.answer().endswith(b"\r\n\r\n3")
            time.sleep(2 * SOON)


@pytest.mark.usefixtures("soon")
def test_a_body_may_take_longer_than_a_head() -> None:
    with serving() as port:
        client = Client(port)
        client.send(HEAD + b"Content-Length: 3\r\n\r\n")
        for byte in (b"a", b"b", b"c"):
            time.sleep(SOON)
            client.send(byte)
        assert client.answer().endswith(b"\r\n\r\n3")


def test_after_an_early_answer_the_connection_serves_the_next_request() -> None:
    with serving() as port:
        client = Client(port)
        client.send(b"POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n")
        assert client.answer().endswith(b"\r\n\r\n0")
        client.send(b"x" * 300000 + REQUEST)
        assert client.answer().endswith(b"\r\n\r\n3")


ENDLESS = {
    "headers": (HEAD, b"X-Y: z\r\n"),
    "one header": (HEAD + b"X: ", b"y" * 1000),
    "a path": (b"POST /", b"y" * 1000),
    "trailers": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", b"X-Y: z\r\n"),
    "an extension of a chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"y" * 1000),
}


@pytest.mark.parametrize(("start", "more"), ENDLESS.values(), ids=ENDLESS.keys())
def test_what_is_no_body_has_a_bounded_size(start: bytes, more: bytes) -> None:
    with serving() as port:
        client = Client(port)
        client.send(start)
        assert client.send_until_cut(more * 100, times=10 * HEAD_BYTES)


def test_a_head_that_is_too_large_is_a_431() -> None:
    with serving() as port:
        client = Client(port)
        client.send(HEAD + b"X: " + b"y" * (HEAD_BYTES - len(HEAD)))
        assert client.answer().startswith(b"HTTP/1.1 431 ")
        assert client.is_closed()


def sized(size: int) -> bytes:
    return HEAD + b"Content-Length: %d\r\n\r\n" % size + b"z" * size


def test_requests_that_do_not_wait_for_answers_are_all_answered_in_order() -> None:
    sizes = [*range(300), 300_000, 1, 70_000, *range(300, 600)]
    with serving() as port:
        client = Client(port)
        last = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        sending = threading.Thread(target=client.send, args=(b"".join(map(sized, sizes)) + last,))
        sending.start()
        answers = client.everything().split(b"HTTP/1.1 200 OK\r\n")[1:]
        sending.join(TIMEOUT)
    assert [int(answer.partition(b"\r\n\r\n")[2]) for answer in answers] == [*sizes, 0]


GREEDY = b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n" * 1000


def test_a_client_that_reads_no_answers_is_read_no_more(caplog: pytest.LogCaptureFixture) -> None:
    with serving() as port:
        greedy, client = Client(port), Client(port)
        tracemalloc.start()
        assert greedy.fill(GREEDY, 64 << 20) < 64 << 20
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        client.send(REQUEST)
        assert client.answer().endswith(b"\r\n\r\n3")
        greedy.close()
    assert peak < 8 << 20
    assert "Exception" not in caplog.text


def test_a_client_that_reads_no_answers_is_cut_off(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(http_protocol, "UNREAD_SECONDS", SOON)
    with serving() as port:
        greedy = Client(port)
        assert greedy.send_until_cut(GREEDY, times=1000)
    assert "Exception" not in caplog.text


def test_a_client_that_goes_away_while_its_requests_wait_leaves_no_error(caplog: pytest.LogCaptureFixture) -> None:
    with serving() as port:
        greedy, client = Client(port), Client(port)
        greedy.fill(GREEDY, 1 << 20)
        greedy.close()
        client.send(REQUEST)
        assert client.answer().endswith(b"\r\n\r\n3")
    assert "Exception" not in caplog.text


def test_trailers_are_no_headers() -> None:
    with serving() as port:
        client = Client(port)
        client.send(b"POST /headers HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Scope-OrgID: victim\r\n\r\n")
        assert client.answer().endswith(b"\r\n\r\nhost transfer-encoding")


UPGRADE = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"


@pytest.mark.parametrize("framing", [b"Content-Length: 3\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n"])
@pytest.mark.parametrize("pieces", [1, 1000])
def test_a_request_that_offers_http_2_keeps_its_body(framing: bytes, pieces: int) -> None:
    request = HEAD + UPGRADE + framing
    step = max(1, len(request) // pieces)
    with serving() as port:
        client = Client(port)
        for _ in range(2):
            for at in range(0, len(request), step):
                client.send(request[at : at + step])
            assert client.answer().endswith(b"\r\n\r\n3")
        client.send(REQUEST)
        assert client.answer().endswith(b"\r\n\r\n3")


@pytest.mark.parametrize("request_line", [b"CONNECT x:1 HTTP/1.1", b"nonsense", b"POST / HTTP/9.9", b"POST /\xff HTTP/1.1"])
def test_what_is_no_request_is_a_400(request_line: bytes) -> None:
    with serving() as port:
        client = Client(port)
        client.send(request_line + b"\r\nHost: x\r\n\r\n")
        assert client.answer().startswith(b"HTTP/1.1 400 ")
        assert client.is_closed()
