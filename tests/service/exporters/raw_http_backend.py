"""An HTTP backend that writes scripted bytes, for answers that no HTTP server gives."""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Scripted:
    """``framing`` ends the head; ``body`` follows ``pieces`` times. Then the connection is closed, reset, or left open."""

    framing: str
    body: bytes
    pieces: int = 1
    resets: bool = False
    keeps_open: bool = False

    def after(self, head: str) -> Scripted:
        """The same with the status line and headers before it."""
        return replace(self, framing=head + self.framing)


@dataclass
class RawHttpBackend:
    """``got`` are the requests' heads as they were on the wire."""

    script: Scripted
    url: str = ""
    got: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def serve(self, listener: socket.socket) -> None:
        """Takes connections until the listener is closed."""
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connection, args=(connection,), daemon=True).start()

    def _connection(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as stream:
                request = b""
                while not request.endswith(b"\r\n\r\n"):
                    line = stream.readline()
                    if not line:
                        return
                    request += line
                length = _LENGTH.search(request)
                stream.read(int(length[1]) if length else 0)
                self.got.append(request)
                connection.sendall(self.script.framing.encode())
                for _ in range(self.script.pieces):
                    connection.sendall(self.script.body)
                if self.script.keeps_open:
                    self.over.wait(30)
                if self.script.resets:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        except OSError:
            return  # the client has gone


@contextmanager
def raw_backend(script: Scripted) -> Iterator[RawHttpBackend]:
    """A backend on a free port."""
    stub = RawHttpBackend(script)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stub.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=stub.serve, args=(listener,), daemon=True)
        thread.start()
        try:
            yield stub
        finally:
            stub.over.set()
            listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)
