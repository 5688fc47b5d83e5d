"""An HTTP/2 client that sends what no gRPC library would (RFC 9113, section 4.1; RFC 7541, section 6.2.2)."""

from __future__ import annotations

import socket
import struct
import time
from typing import Self

from service.exporters.contract import OTLP_METHODS

_DATA, _HEADERS, _RST, _SETTINGS, _PING, _GOAWAY = 0, 1, 3, 4, 6, 7
_END_STREAM, _END_HEADERS, _ACK = 1, 4, 1
TIMEOUT = 10.0

Headers = tuple[tuple[bytes, bytes], ...]


def message(body: bytes, flag: int = 0) -> bytes:
    """A gRPC message with its prefix."""
    return struct.pack(">BI", flag, len(body)) + body


def _frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def _text(value: bytes) -> bytes:
    """A string literal, not Huffman-coded."""
    rest = len(value)
    if rest < 127:
        return bytes((rest,)) + value
    out, rest = b"\x7f", rest - 127
    while rest >= 128:
        out, rest = out + bytes((rest & 127 | 128,)), rest >> 7
    return out + bytes((rest,)) + value


class Http2Client:
    """A connection, frame by frame."""

    def __init__(self, target: str) -> None:
        host, _, port = target.rpartition(":")
        self._socket = socket.create_connection((host, int(port)), timeout=TIMEOUT)
        self._socket.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _frame(_SETTINGS, 0, 0))
        self._stream = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def call(self, body: bytes | None, headers: Headers = (), path: bytes = OTLP_METHODS["logs"].encode(), *, ends: bool = True) -> None:
        """Sends a request on the next stream: a whole one, unless its body is not what it ``ends`` with; without one its headers alone."""
        self._stream += 2
        head: Headers = (
            (b":method", b"POST"),
            (b":scheme", b"http"),
            (b":path", path),
            (b":authority", b"x"),
            (b"te", b"trailers"),
            (b"content-type", b"application/grpc"),
            *headers,
        )
        block = b"".join(b"\0" + _text(name) + _text(value) for name, value in head)
        self._socket.sendall(_frame(_HEADERS, _END_HEADERS, self._stream, block))
        if body is not None:
            self.go_on(body, ends=ends)

    def go_on(self, body: bytes, *, ends: bool = True) -> None:
        """Sends the rest of the latest request's body, or more of it."""
        self._socket.sendall(_frame(_DATA, _END_STREAM if ends else 0, self._stream, body))

    def status(self) -> int | None:
        """The next answer's ``grpc-status``; nothing where the stream or the connection ends without one."""
        deadline, buffer = time.monotonic() + TIMEOUT, b""
        while time.monotonic() < deadline:
            piece = self._socket.recv(65536)
            if not piece:
                return None
            buffer += piece
            while len(buffer) >= 9 and len(buffer) >= (end := 9 + int.from_bytes(buffer[:3], "big")):
                kind, flags, payload, buffer = buffer[3], buffer[4], buffer[9:end], buffer[end:]
                if kind == _PING and not flags & _ACK:
                    self._socket.sendall(_frame(_PING, _ACK, 0, payload))
                if kind == _HEADERS and b"grpc-status" in payload:
                    value = payload.partition(b"grpc-status")[2]
                    return int(value[1 : 1 + value[0]])
                if kind in (_RST, _GOAWAY):
                    return None
        raise TimeoutError
