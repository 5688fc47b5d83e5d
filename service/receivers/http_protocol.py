"""uvicorn's HTTP protocol, for clients that can't be trusted to be quick or brief.

Contract, per connection:

* a request's head is whole within ``HEAD_SECONDS`` of the connection's start, or of its first byte on a connection that was kept; else
  the connection is closed;
* a head, or what else of a message is no body (trailers, extensions of chunks), has at most ``HEAD_BYTES``; else 431, or the connection is
  closed;
* after an answer that did not wait for the body, the rest of the body is read and forgotten for ``LINGER_SECONDS``: a client that is
  still sending would otherwise be reset before it has read its answer (RFC 9112, section 9.6). Then the connection is closed;
* of requests that come before earlier ones are answered, few are taken in; the rest waits in the network;
* a client that reads none of its answers for ``UNREAD_SECONDS`` is cut off, and answers of which nobody waits for more are kept no longer;
* what comes behind a chunked body (trailers) is no header of the request (RFC 9110, section 6.5.1), and is dropped;
* an offer to upgrade is not taken up, and the request is answered as if it had not been made (RFC 9110, section 7.8). Java's HTTP client
  offers HTTP/2 so, with its first request; uvicorn would lose that request's body, and an empty request is a success.

How long the body itself may take is the receiver's to say, since it can then answer (``request.read_body``).
"""

from __future__ import annotations

import asyncio

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_SECONDS = 10.0
LINGER_SECONDS = 5.0
UNREAD_SECONDS = 30.0
HEAD_BYTES = 64 << 10

_HEADS_AT_A_TIME = 4 << 10
_BODY_AT_A_TIME = 16 << 10
"""Bytes to parse before looking whether requests wait: each of them takes a hundred times the memory of its shortest form."""

_TOO_LARGE = b"431 request header fields too large"
_ANSWER_431 = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%b"
)

_OF_THE_OFFER = (b"upgrade", b"connection", b"http2-settings")


class _Flow(FlowControl):
    """Reads on only if nothing is ``held`` that was read already, and asks nothing of a connection that ends."""

    held = False

    def pause_reading(self) -> None:
        if not self._transport.is_closing():
            super().pause_reading()

    def resume_reading(self) -> None:
        if not self.held and not self._transport.is_closing():
            super().resume_reading()


class PatientProtocol(HttpToolsProtocol):
    """See the module."""

    flow: _Flow
    _deadline: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    _answering: RequestResponseCycle | None = None
    _rest = b""
    """What has been read and waits until there is no request before it."""

    _in_body = False
    _ended = False
    _no_body = 0
    """Bytes since the last one of a body, or since the last message."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self.flow = _Flow(transport)
        self._close_after(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        self.resume_writing()
        waiting = [cycle for cycle, _ in self.pipeline]
        for cycle in (self._answering, *waiting):  # uvicorn tells the latest one only
            if cycle is not None and not cycle.response_complete:
                cycle.disconnected = True
                cycle.message_event.set()
        self.pipeline.clear()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._rest:
            self._rest += data
        else:
            self._take(data)

    def _take(self, data: bytes) -> None:
        at = 0
        while at < len(data) and not self.transport.is_closing():
            if self.pipeline:
                self._rest = data[at:]
                self._wait_no_more()
                self.flow.pause_reading()
                self.flow.held = True
                return
            size = _BODY_AT_A_TIME if self._in_body else _HEADS_AT_A_TIME
            self._take_piece(data[at : at + size])
            at += size

    def _take_piece(self, data: bytes) -> None:
        self._ended = False
        self._no_body += len(data)
        self._unset_keepalive_if_required()
        try:
            self._feed(data)
        except httptools.HttpParserError:
            self.send_400_response("400 not an HTTP request")
        if self.transport.is_closing():
            return
        if self._ended:
            self._end_of_message()
        elif self._no_body > HEAD_BYTES:
            self._refuse()
        elif not self._in_body and self._deadline is None:
            self._close_after(HEAD_SECONDS)

    def _take_rest(self) -> None:
        rest, self._rest = self._rest, b""
        self.flow.held = False
        self._take(rest)
        self.flow.resume_reading()

    def _feed(self, data: bytes) -> None:
        while True:
            try:
                return self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                method = self.parser.get_method()
                if method == b"CONNECT":
                    raise httptools.HttpParserError from None
                head = [b"%b %b HTTP/1.1\r\n" % (method, self.url)]
                head += [b"%b: %b\r\n" % (name, value) for name, value in self.headers if name not in _OF_THE_OFFER]
                self.parser = httptools.HttpRequestParser(self)
                self.parser.feed_data(b"".join(head) + b"\r\n")
                data = data[offer.args[0] :]

    def on_message_begin(self) -> None:
        self._ended = False
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_body:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade():  # comes again, without the offer
            return
        self._in_body = True
        self._no_body = 0
        self._wait_no_more()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._no_body = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        self._in_body = False
        self._ended = True
        self._no_body = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._rest and not self.pipeline:
            self.loop.call_soon(self._take_rest)
        elif self._in_body and self.cycle.response_complete and not self.transport.is_closing():
            self._close_after(LINGER_SECONDS)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._unread is None:
            self._watch_unread(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
        super().resume_writing()

    def _watch_unread(self, size: int) -> None:
        self._unread = self.loop.call_later(UNREAD_SECONDS, self._look_at_unread, size)

    def _look_at_unread(self, before: int) -> None:
        size = self.transport.get_write_buffer_size()
        if size < before:
            self._watch_unread(size)
        else:
            self.transport.abort()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def _end_of_message(self) -> None:
        """At the end of a message nothing of a next one is there yet. uvicorn does not expect to have answered long ago."""
        self._wait_no_more()
        if self.cycle is not None and self.cycle.response_complete and self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def _refuse(self) -> None:
        if not self._in_body:
            self.transport.write(_ANSWER_431 % (len(_TOO_LARGE), _TOO_LARGE))
        self._close()

    def _close_after(self, seconds: float) -> None:
        self._wait_no_more()
        self._deadline = self.loop.call_later(seconds, self._close)

    def timeout_keep_alive_handler(self) -> None:
        self._close()

    def _close(self) -> None:
        """Closes, and does not wait for long until the client has read what is left."""
        if not self.transport.is_closing():
            self.transport.close()
            self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
