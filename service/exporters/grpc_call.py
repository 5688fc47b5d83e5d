"""One gRPC call: bytes out, status and bytes back; the message may be compressed already.

Contract: ``unary`` returns whatever status the call ends with and never raises for it, be it the backend's or made up by the channel. A
call that is abandoned is cancelled; what it holds is given back when gRPC is done with it.

grpcio's public interface compresses messages itself, with zlib's level 6, in the event loop's thread: 1.9 ms for 200 spans, where handing
on the client's own compressed bytes costs nothing. So this speaks to the layer below, with the flag by which gRPC knows a message that
is compressed (``GRPC_WRITE_INTERNAL_COMPRESS`` in grpc/impl/grpc_types.h); the ``grpc-encoding`` header says how. The one test file of
this module shows whether a release of grpcio still has that layer.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, NamedTuple

import grpc
from grpc._cython import cygrpc  # type: ignore[attr-defined]  # the stubs describe the public interface only

Metadata = tuple[tuple[str, str], ...]

_COMPRESSED = -(1 << 31)
"""Bit 31, as the signed number that the layer below takes."""

_NO_FLAGS = 0


class Reply(NamedTuple):
    """How a call ended. ``message`` is what the status says, ``body`` the response's bytes where ``code`` is 0."""

    code: int
    message: str
    trailers: tuple[tuple[str, str | bytes], ...]
    body: bytes


async def unary(channel: grpc.aio.Channel, method: str, body: bytes, encoding: str, metadata: Metadata, timeout: float) -> Reply:
    """Calls ``method``. ``body`` is compressed as ``encoding`` says, if it says anything."""
    if encoding:
        metadata = (*metadata, ("grpc-encoding", encoding))
    internals: Any = channel
    call = internals._channel.call(method.encode(), time.time() + timeout, None, None)
    response = cygrpc.ReceiveMessageOperation(_NO_FLAGS)
    status = cygrpc.ReceiveStatusOnClientOperation(_NO_FLAGS)
    operations = (
        cygrpc.SendInitialMetadataOperation(metadata, _NO_FLAGS),
        cygrpc.SendMessageOperation(body, _COMPRESSED if encoding else _NO_FLAGS),
        cygrpc.SendCloseFromClientOperation(_NO_FLAGS),
        cygrpc.ReceiveInitialMetadataOperation(_NO_FLAGS),
        response,
        status,
    )
    # A task of its own runs to its end even if nobody waits any more: only then are the buffers of the operations freed.
    running = asyncio.ensure_future(cygrpc.execute_batch(call, operations, asyncio.get_running_loop()))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        call.cancel("abandoned")
        raise
    trailers = tuple((str(name), value) for name, value in status.trailing_metadata() or ())
    return Reply(status.code(), status.details() or "", trailers, response.message() or b"")
