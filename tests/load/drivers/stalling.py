"""A small real HTTP server, in a thread, that answers everything at once, except that it may stop once for a while, or never answer."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
_REFUSAL = b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n"


@contextlib.contextmanager
def server(stall_at: int = 0, stall: float = 0.0, *, mute: bool = False, refuse_every: int = 0) -> Iterator[int]:
    """Its port. At its ``stall_at``-th request nothing is answered for ``stall`` seconds, whichever connection it comes over."""
    served = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]))
                served += 1
                if served == stall_at:
                    time.sleep(stall)  # in the server's only thread, so that all of it stands still
                if not mute:
                    writer.write(_REFUSAL if refuse_every and served % refuse_every == 0 else _ANSWER)

    started, ports, stop = threading.Event(), [], asyncio.Event()
    loop = asyncio.new_event_loop()

    async def main() -> None:
        listening = await asyncio.start_server(serve, "127.0.0.1", 0)
        ports.append(listening.sockets[0].getsockname()[1])
        started.set()
        await stop.wait()
        listening.close()

    def run() -> None:
        loop.run_until_complete(main())
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    started.wait()
    try:
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
