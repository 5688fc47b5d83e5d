"""A gRPC backend down to its HTTP/2 frames (RFC 9113), for answers that no gRPC server gives."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, CONTINUATION = 0, 1, 3, 4, 6, 7, 9
END_STREAM, ACK, END_HEADERS = 1, 1, 4
_PREFACE = 24
_MAX_FRAME = 16000

Pairs = tuple[tuple[str, str], ...]
GRPC_HEAD: Pairs = ((":status", "200"), ("content-type", "application/grpc"))


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """One frame (RFC 9113, section 4.1)."""
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def head(stream: int, pairs: Pairs, ends: bool = False) -> bytes:
    """HEADERS, and CONTINUATION frames where it is long; literals without indexing (RFC 7541, section 6.2.2)."""
    block = b"".join(b"\x00" + _length(name) + name.encode() + _length(value) + value.encode() for name, value in pairs)
    pieces = [block[at : at + _MAX_FRAME] for at in range(0, len(block), _MAX_FRAME)]
    frames = []
    for number, piece in enumerate(pieces):
        last = END_HEADERS if number == len(pieces) - 1 else 0
        frames.append(frame(CONTINUATION if number else HEADERS, last | (END_STREAM if ends and not number else 0), stream, piece))
    return b"".join(frames)


def message(stream: int, body: bytes, compressed: int = 0) -> bytes:
    """DATA frames with one length-prefixed message."""
    framed = bytes([compressed]) + struct.pack(">I", len(body)) + body
    return b"".join(frame(DATA, 0, stream, framed[at : at + _MAX_FRAME]) for at in range(0, len(framed), _MAX_FRAME))


def reset(stream: int, code: int) -> bytes:
    """RST_STREAM."""
    return frame(RST_STREAM, 0, stream, struct.pack(">I", code))


def _length(text: str) -> bytes:
    """A string's length with a 7-bit prefix (RFC 7541, section 5.1)."""
    rest = len(text.encode()) - 127
    if rest < 0:
        return bytes([rest + 127])
    out = b"\x7f"
    while rest >= 128:
        out, rest = out + bytes([rest & 127 | 128]), rest >> 7
    return out + bytes([rest])


@dataclass
class RawGrpcBackend:
    """``answer`` makes the bytes for a stream; ``None`` closes the connection. ``calls`` counts requests."""

    answer: Callable[[int], bytes | None]
    port: int = 0
    calls: int = 0
    _open: list[socket.socket] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        """Takes connections until the listener is closed."""
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self._open.append(connection)
            threading.Thread(target=self._connection, args=(connection,), daemon=True).start()

    def close(self) -> None:
        """Ends what is open."""
        for connection in self._open:
            connection.close()

    def _connection(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as stream:
                stream.read(_PREFACE)
                connection.sendall(frame(SETTINGS, 0, 0))
                while len(start := stream.read(9)) == 9:
                    payload = stream.read(int.from_bytes(start[:3], "big"))
                    kind, flags, number = start[3], start[4], int.from_bytes(start[5:], "big")
                    if kind in (SETTINGS, PING) and not flags & ACK:
                        connection.sendall(frame(kind, ACK, 0, payload if kind == PING else b""))
                    if kind in (DATA, HEADERS) and flags & END_STREAM:
                        self.calls += 1
                        answer = self.answer(number)
                        if answer is None:
                            return
                        connection.sendall(answer)
        except (OSError, ValueError):
            return  # the client has gone, or the test is over


@contextmanager
def raw_grpc_backend(answer: Callable[[int], bytes | None]) -> Iterator[RawGrpcBackend]:
    """A backend on a free port."""
    stub = RawGrpcBackend(answer)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stub.port = listener.getsockname()[1]
        thread = threading.Thread(target=stub.serve, args=(listener,), daemon=True)
        thread.start()
        try:
            yield stub
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            stub.close()
    thread.join(10)
