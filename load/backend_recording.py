"""``python -m load.backend_recording``: a backend that remembers every item that arrived, and has the faults that backends have.

Contract: an item counts as arrived when its request was whole and readable, over the transport it came by, and the mode is ``ok`` or
``mute``. It prints its ports, then answers each line of standard input with one of JSON:

    mode ok|503|429|hang|refuse|mute|down    what it does from now on; ``mute`` takes a request and closes the connection unanswered,
                                             ``down`` does not listen at all
    missing FILE                             which numbers in FILE (lines ``transport first count``) have not arrived, as a count
    report                                   what arrived, how often more than once, what came unredacted
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import grpc
from aiohttp import web
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import DecodeError
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from load.clients import METHODS, PATHS
from load.identified import RAW, numbers_in
from load.processes import free_ports

MODES = ("ok", "503", "429", "hang", "refuse", "mute", "down")
WAIT_SECONDS = 1
"""What a throttled client is told to wait."""

_HTTP_STATUS = {"503": 503, "429": 429, "refuse": 400}
_GRPC_CODE = {"503": grpc.StatusCode.UNAVAILABLE, "429": grpc.StatusCode.RESOURCE_EXHAUSTED, "refuse": grpc.StatusCode.INVALID_ARGUMENT}


class Recorder:
    """Both transports' memory: how often each number arrived."""

    def __init__(self) -> None:
        self.arrived: dict[str, Counter[int]] = {"http": Counter(), "grpc": Counter()}
        self.raw = self.unreadable = 0
        self.asked: Counter[str] = Counter()
        self.mode = "ok"
        self.changed = asyncio.Event()

    def set_mode(self, mode: str) -> None:
        self.mode = mode
        self.changed.set()
        self.changed = asyncio.Event()

    def record(self, transport: str, signal: str, body: bytes) -> None:
        try:
            self.arrived[transport].update(numbers_in(signal, body))
        except DecodeError:
            self.unreadable += 1
        self.raw += RAW in body

    def missing(self, file: Path) -> int:
        lost = 0
        for line in file.read_text().splitlines():
            transport, first, count = line.split()
            lost += sum(each not in self.arrived[transport] for each in range(int(first), int(first) + int(count)))
        return lost

    def report(self) -> dict[str, object]:
        return {
            "arrived": {transport: len(seen) for transport, seen in self.arrived.items()},
            "duplicates": {transport: seen.total() - len(seen) for transport, seen in self.arrived.items()},
            "raw": self.raw,
            "unreadable": self.unreadable,
            "requests_by_mode": dict(self.asked),
        }


class Backend:
    """Listens on two ports that stay its own, as the mode says."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        self.ports = dict(zip(("http", "grpc"), free_ports(2), strict=True))
        self._runner: web.ServerRunner | None = None
        self._rpc: grpc.aio.Server | None = None

    async def set_mode(self, mode: str) -> None:
        self.recorder.set_mode(mode)
        if mode == "down":
            await self.stop()
        elif self._runner is None:
            await self.start()

    async def start(self) -> None:
        self._runner = web.ServerRunner(web.Server(self._http, access_log=None), shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.ports["http"]).start()
        self._rpc = grpc.aio.server(options=(("grpc.max_receive_message_length", -1), ("grpc.so_reuseport", 0)))
        for signal, method in METHODS.items():
            service, name = method.strip("/").split("/")
            handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(self._export(signal))
            self._rpc.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {name: handler}),))
        self._rpc.add_insecure_port(f"127.0.0.1:{self.ports['grpc']}")
        await self._rpc.start()

    async def stop(self) -> None:
        if self._runner is not None and self._rpc is not None:
            runner, rpc = self._runner, self._rpc
            self._runner = self._rpc = None
            await rpc.stop(0)
            await runner.cleanup()

    async def _http(self, request: web.BaseRequest) -> web.StreamResponse:
        signal = next(name for name, path in PATHS.items() if path == request.path)
        body = await request.content.read()
        mode = self.recorder.mode
        self.recorder.asked[mode] += 1
        if mode in ("ok", "mute"):
            self.recorder.record("http", signal, body)
        if mode in ("hang", "down"):
            await self.recorder.changed.wait()
        if mode in ("hang", "mute", "down"):
            if request.transport is not None:
                request.transport.close()
            return web.Response(status=503)
        headers = {"Content-Type": "application/x-protobuf"} | ({"Retry-After": str(WAIT_SECONDS)} if mode == "429" else {})
        return web.Response(status=_HTTP_STATUS.get(mode, 200), headers=headers)

    def _export(self, signal: str) -> Callable[[bytes, grpc.aio.ServicerContext[bytes, bytes]], object]:
        async def export(body: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
            mode = self.recorder.mode
            self.recorder.asked[mode] += 1
            if mode in ("ok", "mute"):
                self.recorder.record("grpc", signal, body)
            if mode in ("hang", "down"):
                await self.recorder.changed.wait()
            if code := _GRPC_CODE.get(mode, None if mode == "ok" else grpc.StatusCode.UNAVAILABLE):
                if mode == "429":
                    context.set_trailing_metadata((("grpc-status-details-bin", _throttled()),))
                await context.abort(code, f"the backend's mode is {mode}")
            return b""

        return export


def _throttled() -> bytes:
    info, detail = RetryInfo(), AnyMessage()
    info.retry_delay.seconds = WAIT_SECONDS
    detail.Pack(info)
    details: bytes = Status(code=8, details=[detail]).SerializeToString()
    return details


async def _main() -> None:
    backend = Backend()
    await backend.start()
    print(json.dumps(backend.ports), flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        word, _, rest = line.strip().partition(" ")
        if word == "mode":
            await backend.set_mode(rest)
            answer: dict[str, object] = {"mode": rest}
        else:
            answer = {"missing": backend.recorder.missing(Path(rest))} if word == "missing" else backend.recorder.report()
        print(json.dumps(answer), flush=True)
    await backend.stop()


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m load.backend_recording", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main())
    return 0


if __name__ == "__main__":
    sys.exit(main())
