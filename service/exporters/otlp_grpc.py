"""Passes requests on to an OTLP/gRPC backend, and the backend's status, message and trailers back.

Acknowledged means the backend has answered. A body that redaction left alone goes on as the very bytes that came if the client had
compressed it with gzip, or not at all; another compression becomes gzip, which every OTLP server takes. OTLP/JSON becomes protobuf.

A backend that can't be reached, is late, or ends a call without an answer is a ``BackendError``; ``grpc_origin`` tells its statuses from
those that the channel makes up. A response of more than 4 MiB is as good as an empty one: the backend has taken the batch.

The proxies that the environment names (``https_proxy`` and the like) are not used, as with ``otlp_http``: telemetry goes where the
configuration says. An endpoint without a port means OTLP's 4317.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import grpc
from isal import igzip

from config.schema import OtlpGrpcExporter as Settings
from service.errors import BackendError, ConfigError
from service.exporters.client_headers import sendable
from service.exporters.contract import OTLP_METHODS, Batch, GrpcAnswer
from service.exporters.grpc_call import Metadata, unary
from service.exporters.grpc_origin import answer_of
from service.exporters.otlp_json_to_proto import to_protobuf
from service.exporters.quoting import grpc_answer_without, secrets_of
from service.exporters.rpc_status import DETAILS, name_of
from service.exporters.tls import certificates
from service.telemetry import described

_ON_LOOP = 256 << 10
_JSON_ON_LOOP = 8 << 10
_CONNECT_SECONDS = 5.0
_DEFAULT_PORT = 4317
_MAX_ANSWER = 4 << 20
"""The most a response may hold, as the OTLP specification recommends."""

_MAX_TRAILERS = 256 << 10
_RELAYED = {DETAILS, "retry-after"}
_KEY = re.compile(r"[0-9a-z_.-]+")
"""Custom-Metadata, gRPC over HTTP/2. Core would log other keys and refuse the call."""

_RESERVED = {"te", "content-type", "content-length", "user-agent", "host", "accept-encoding"}

_OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", _MAX_ANSWER),
    # The status travels in the trailers: where these are over the limits (8 and 16 KiB by default), it is lost.
    ("grpc.max_metadata_size", _MAX_TRAILERS),
    ("grpc.absolute_max_metadata_size", 2 * _MAX_TRAILERS),
    ("grpc.enable_http_proxy", 0),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", round(_CONNECT_SECONDS * 1000)),  # is also the longest wait for a connection
    ("grpc.max_reconnect_backoff_ms", 3_000),
    # Servers close connections that ping more often than every five minutes (gRPC proposal A8); the timeout is TCP_USER_TIMEOUT as well.
    ("grpc.keepalive_time_ms", 330_000),
    ("grpc.keepalive_timeout_ms", 20_000),
)


class OtlpGrpcExporter:
    """See the module."""

    def __init__(self, id: str, settings: Settings) -> None:
        self.id = id
        self._settings = settings
        self._own: Metadata = ()
        self._secrets = secrets_of(settings.headers)
        self._channel: grpc.aio.Channel | None = None
        # One, not a pool: a JSON document that is converted takes ten times its size in memory.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="otlp_grpc")

    async def open(self) -> None:
        self._own = tuple((name.lower(), value) for name, value in self._settings.headers.items())
        for name, _ in self._own:
            if not _is_custom(name):
                raise ConfigError(f"exporters.{self.id}.headers: names that gRPC takes, which {name} is not")
        parts = urlsplit(self._settings.endpoint)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        target = f"dns:///{host}:{parts.port or _DEFAULT_PORT}"
        if parts.scheme == "http":
            self._channel = grpc.aio.insecure_channel(target, options=_OPTIONS)
            return
        pem = certificates(self.id, self._settings.tls)
        expected = self._settings.tls.server_name_override
        override = (("grpc.ssl_target_name_override", expected),) if expected else ()
        credentials = grpc.ssl_channel_credentials(pem.trusted, pem.key, pem.chain)
        self._channel = grpc.aio.secure_channel(target, credentials, options=(*_OPTIONS, *override))

    async def export(self, batch: Batch) -> GrpcAnswer:
        if self._channel is None:
            raise BackendError(f"{self.id}: not open")
        metadata = self._metadata(batch)
        body, encoding = await self._body(batch)
        try:
            reply = await unary(self._channel, OTLP_METHODS[batch.signal], body, encoding, metadata, self._settings.timeout)
        except Exception as error:  # of grpcio's own, among them a channel that is closed
            raise BackendError(f"{self.id}: {described(error)}") from None
        answer = answer_of(reply)
        if answer is None:
            raise BackendError(f"{self.id}: {name_of(reply.code)}")
        trailers = tuple((name, value) for name, value in answer.trailers if name in _RELAYED)
        return grpc_answer_without(GrpcAnswer(answer.code, answer.message, answer.body, trailers), self._secrets)

    async def _body(self, batch: Batch) -> tuple[bytes, str]:
        """The message, and its compression. Raises ``FramingError``."""
        payload, wanted = batch.payload, self._wanted(batch)
        if batch.codec.startswith("otlp_json"):
            payload = await self._off_loop(payload, _JSON_ON_LOOP, lambda: to_protobuf(batch.signal, batch.payload))
        elif batch.as_sent is not None and batch.content_encoding == wanted:
            return batch.as_sent, wanted
        if wanted:
            return await self._off_loop(payload, _ON_LOOP, lambda: igzip.compress(payload, 1)), wanted
        return payload, ""

    async def _off_loop(self, payload: bytes, on_loop: int, work: Callable[[], bytes]) -> bytes:
        """Does ``work`` here if ``payload`` is small, else in the thread, so that nobody waits for it."""
        return work() if len(payload) <= on_loop else await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _wanted(self, batch: Batch) -> str:
        if self._settings.compression is None:
            return "gzip" if batch.content_encoding else ""
        return "" if self._settings.compression == "none" else self._settings.compression

    def _metadata(self, batch: Batch) -> Metadata:
        own = {name for name, _ in self._own}
        return (*sendable(batch, lambda name: name not in own and _is_custom(name)), *self._own)

    async def is_ready(self) -> bool:
        """Whether the backend takes connections: without a queue, nothing can be acknowledged while it doesn't."""
        if self._channel is None:
            return False
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                while (state := self._channel.get_state(try_to_connect=True)) != grpc.ChannelConnectivity.READY:
                    if state in (grpc.ChannelConnectivity.TRANSIENT_FAILURE, grpc.ChannelConnectivity.SHUTDOWN):
                        return False
                    await self._channel.wait_for_state_change(state)
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        if self._channel is not None:
            await self._channel.close()
        self._thread.shutdown(wait=True)


def _is_custom(name: str) -> bool:
    """Whether gRPC lets a client send such metadata as text."""
    return bool(_KEY.fullmatch(name)) and name not in _RESERVED and not name.startswith("grpc-") and not name.endswith("-bin")
