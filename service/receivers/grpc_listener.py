"""grpcio's asyncio server, with an accept loop that no request can end.

Contract: a call of a method that is served gets its handler, a call of any other one UNIMPLEMENTED, whatever the bytes of its path are.
``is_running`` says whether calls are taken.

grpcio decodes the path of a call it does not expect as UTF-8 in the one loop that takes all calls, and a path that is not UTF-8 ends that
loop and the server for good. Calls of registered methods come without their path. So ours are registered, and what else comes is answered
before grpcio looks at its path. The tests of this module show whether a release of grpcio still has the parts this takes the place of.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import grpc
from grpc._cython import cygrpc  # type: ignore[attr-defined]  # the stubs describe the public interface only

Serve = Callable[[object, grpc.aio.ServicerContext[bytes, bytes]], Awaitable[bytes]]
"""Takes the messages of a call, and what else there is of it; returns the response."""

Option = tuple[str, int]
Handler: TypeAlias = "grpc.RpcMethodHandler[bytes, bytes]"  # generic in the stubs only


class GrpcListener(cygrpc.AioServer):  # type: ignore[misc]  # as above
    """See the module. ``methods`` are by path. Made in the event loop that it runs in."""

    def __init__(self, options: list[Option], methods: Mapping[str, Serve]) -> None:
        self.loop = asyncio.get_running_loop()
        super().__init__(self.loop, None, (), None, tuple(options), None)
        self._served: dict[bytes, tuple[str, Handler]] = {
            path.encode(): (path, grpc.stream_unary_rpc_method_handler(serve)) for path, serve in methods.items()
        }
        self._calls: set[asyncio.Task[None]] = set()
        self.add_registered_method_handlers(dict(self._served.values()))

    async def _request_registered_call(self, method: bytes) -> None:
        """Takes the calls of one method, until the server stops, which raises."""
        path, handler = self._served[method]
        while True:
            self._begin(path, handler, await super()._request_registered_call(method))

    async def _request_call(self) -> None:
        """Takes all other calls, likewise."""
        while True:
            self._begin("another", None, await super()._request_call())

    def _begin(self, name: str, handler: Handler | None, state: Any) -> None:
        loop = asyncio.get_running_loop()
        answer = cygrpc._handle_rpc(name, _Resolved(handler), (), state, loop, False)
        task = loop.create_task(cygrpc._schedule_rpc_coro(answer, state, loop, name))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)


class _Resolved:
    """The handler, which is known already, where grpcio would look for one."""

    def __init__(self, handler: Handler | None) -> None:
        self._handler = handler

    def resolve_handler(self, _details: object) -> Handler | None:
        return self._handler
