"""As much of HTTP/2 (RFC 9113) as it takes to send gRPC messages that no gRPC library would send.

Contract: one connection; frames are sent as they are asked for, within the peer's flow control unless ``send`` is used directly. ``outcome``
says how a stream ended: ``status N`` (the gRPC status, read from its trailers), ``reset N``, ``goaway N`` or ``closed``.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import struct

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM = ACK = 0x1
END_HEADERS = 0x4
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_LARGEST_FRAME = 16384  # what every peer takes, RFC 9113, section 4.2
_FIRST_WINDOW = 65535
_INITIAL_WINDOW_SIZE = 4
_STATUS = re.compile(rb"grpc-status[\x01\x02]([0-9]{1,2})")
_STATUS_INDEXED = b"grpc-status"


def field(name: bytes, value: bytes) -> bytes:
    """A header field as a literal that isn't indexed (RFC 7541, section 6.2.2), without Huffman coding."""
    return b"\x00" + _length(len(name)) + name + _length(len(value)) + value


def _length(number: int) -> bytes:
    """An integer with a prefix of 7 bits (RFC 7541, section 5.1)."""
    if number < 127:
        return bytes([number])
    number -= 127
    encoded = bytearray([127])
    while number >= 128:
        encoded.append(number & 127 | 128)
        number >>= 7
    return bytes([*encoded, number])


def request_fields(path: str, encoding: str = "identity") -> bytes:
    """The header block of a gRPC call."""
    pairs = {
        ":method": "POST",
        ":scheme": "http",
        ":path": path,
        ":authority": "127.0.0.1",
        "te": "trailers",
        "content-type": "application/grpc",
        "grpc-encoding": encoding,
    }
    return b"".join(field(name.encode(), value.encode()) for name, value in pairs.items())


def message_head(length: int, *, compressed: bool = False) -> bytes:
    """What stands before a gRPC message."""
    return struct.pack(">BI", compressed, length)


class Connection:
    """One connection; see the module."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._windows: dict[int, int] = {0: _FIRST_WINDOW}
        self._initial_window = _FIRST_WINDOW
        self._changed = asyncio.Event()
        self._outcomes: dict[int, str] = {}
        self._ended = ""
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, port: int) -> Connection:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        connection = cls(reader, writer)
        writer.write(_PREFACE)
        await connection.send(SETTINGS, 0, 0, b"")
        return connection

    async def send(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        """A frame, whatever it is. Raises ``ConnectionError`` once the connection has ended."""
        if self._ended == "closed":
            raise ConnectionResetError
        self._writer.write(struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload)
        await self._writer.drain()

    async def headers(self, stream: int, block: bytes, *, flags: int = END_HEADERS) -> None:
        self._windows[stream] = self._initial_window
        await self.send(HEADERS, flags, stream, block)

    async def data(self, stream: int, payload: bytes, *, end: bool = False) -> bool:
        """Sends as the peer's windows allow; false when the stream has ended before all was sent."""
        at = 0
        while at < len(payload) or (end and not payload):
            while (room := min(self._windows[0], self._windows[stream], _LARGEST_FRAME)) <= 0 and not self._is_over(stream):
                self._changed.clear()
                await self._changed.wait()
            if self._is_over(stream):
                return False
            piece = payload[at : at + room]
            at += len(piece)
            for each in (0, stream):
                self._windows[each] -= len(piece)
            await self.send(DATA, END_STREAM if end and at >= len(payload) else 0, stream, piece)
            if not payload:
                break
        return True

    async def outcome(self, stream: int, seconds: float) -> str:
        """How the stream ended; ``open`` if it has not in so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self._is_over(stream):
                    self._changed.clear()
                    await self._changed.wait()
        return self._outcomes.get(stream) or self._ended or "open"

    @property
    def is_open(self) -> bool:
        return not self._ended

    async def close(self) -> None:
        self._reading.cancel()
        self._writer.transport.abort()

    def _is_over(self, stream: int) -> bool:
        return bool(stream in self._outcomes or self._ended)

    async def _read(self) -> None:
        try:
            while True:
                head = await self._reader.readexactly(9)
                kind, flags, stream = struct.unpack(">BBI", head[3:])
                payload = await self._reader.readexactly(int.from_bytes(head[:3]))
                await self._take(kind, flags, stream & 0x7FFFFFFF, payload)
        except (OSError, asyncio.IncompleteReadError):
            self._ended = self._ended or "closed"
        finally:
            self._changed.set()

    async def _take(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        if kind == SETTINGS and not flags & ACK:
            for number, value in struct.iter_unpack(">HI", payload):
                if number == _INITIAL_WINDOW_SIZE:
                    for each in self._windows.keys() - {0}:
                        self._windows[each] += value - self._initial_window
                    self._initial_window = value
            await self.send(SETTINGS, ACK, 0, b"")
        elif kind == PING and not flags & ACK:
            await self.send(PING, ACK, 0, payload)
        elif kind == WINDOW_UPDATE:
            self._windows[stream] = self._windows.get(stream, self._initial_window) + int.from_bytes(payload)
        elif kind == RST_STREAM:
            self._outcomes.setdefault(stream, f"reset {int.from_bytes(payload)}")
        elif kind == GOAWAY:
            self._ended = self._ended or f"goaway {int.from_bytes(payload[4:8])}"
        elif kind == HEADERS and flags & END_STREAM:
            found = _STATUS.search(payload)
            self._outcomes.setdefault(stream, f"status {int(found[1])}" if found else "status unread")
        self._changed.set()
