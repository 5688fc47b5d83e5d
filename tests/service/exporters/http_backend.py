"""A real HTTP backend with TLS, or with a dislike of certain content encodings."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class HttpBackend:
    """``refuses`` says which status an encoding gets. ``got`` are encodings and bodies as they were on the wire."""

    url: str = ""
    refuses: dict[str, int] = field(default_factory=dict)
    got: list[tuple[str, bytes]] = field(default_factory=list)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that doesn't trust us hangs up: that is what is tested."""


@contextmanager
def http_backend(context: ssl.SSLContext | None = None) -> Iterator[HttpBackend]:
    """A backend on a free port."""
    stub = HttpBackend()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            encoding = self.headers.get("Content-Encoding", "")
            stub.got.append((encoding, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(stub.refuses.get(encoding, 200))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    stub.url = f"http{'s' if context else ''}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
