"""Passes requests on to an OTLP/HTTP backend: same path, same content type, and the backend's answer goes back to the client.

Acknowledged means the backend has answered. A body that redaction left alone goes on as the very bytes that came, compressed as they
came, unless ``compression`` says otherwise; a rewritten one is compressed as the client had it. A backend that refuses zstd, which OTLP
does not ask of it, gets the same body with gzip, and from then on gzip at once.

A backend that can't be reached or is late is a ``BackendError``: the client sends again (OTLP specification, "Retryable Response Codes":
503). Proxies that the environment names are not used.
"""

from __future__ import annotations

import asyncio
import io
from urllib.parse import urlsplit

import aiohttp
import zstandard
from isal import igzip

from config.schema import OtlpHttpExporter as Settings
from service.errors import BackendError
from service.exporters.contract import OTLP_PATHS, Answer, Batch
from service.exporters.tls import client_context

_MAX_ANSWER = 4 << 20
"""The most a response may hold, as the OTLP specification recommends."""

_RELAYED = ("Content-Type", "Content-Encoding", "Retry-After", "WWW-Authenticate")
_COMPRESS_ON_LOOP = 256 << 10
_WRITE_AT_ONCE = 1 << 20
_CONNECT_SECONDS = 5.0
_REFUSES_ENCODING = {400, 415}
"""What servers say to a ``Content-Encoding`` they don't know: RFC 9110 has 415, the Collector says 400."""


class OtlpHttpExporter:
    """See the module."""

    def __init__(self, id: str, settings: Settings) -> None:
        self.id = id
        self._settings = settings
        self._urls = {signal: settings.endpoint + path for signal, path in OTLP_PATHS.items()}
        self._own = [*settings.headers.items()]
        self._replaced = {name.lower() for name in settings.headers} | {"accept-encoding"}
        self._takes_zstd = True
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        secure = urlsplit(self._settings.endpoint).scheme == "https"
        tls = client_context(self.id, self._settings.tls) if secure else True
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=60.0, ssl=tls),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("User-Agent", "Accept", "Content-Type"),
            headers={"Accept-Encoding": "identity"},
        )

    async def export(self, batch: Batch) -> Answer:
        encoding = self._encoding(batch)
        answer = await self._send(batch, encoding)
        if encoding != "zstd" or answer.status not in _REFUSES_ENCODING:
            return answer
        answer = await self._send(batch, "gzip")
        if answer.status not in _REFUSES_ENCODING:
            self._takes_zstd = False
        return answer

    def _encoding(self, batch: Batch) -> str:
        """What the body is to be compressed with."""
        if self._settings.compression is not None:
            return "" if self._settings.compression == "none" else self._settings.compression
        if batch.content_encoding in ("", "gzip") or (batch.content_encoding == "zstd" and self._takes_zstd):
            return batch.content_encoding
        return "gzip"  # which every OTLP server takes

    async def _send(self, batch: Batch, encoding: str) -> Answer:
        body = batch.as_sent if batch.as_sent is not None and batch.content_encoding == encoding else await _compressed(batch.payload, encoding)
        given = (*batch.headers, ("content-type", batch.content_type), *((("content-encoding", encoding),) if encoding else ()))
        headers = [(name, value) for name, value in given if name.lower() not in self._replaced] + self._own
        try:
            async with asyncio.timeout(self._settings.timeout):
                try:
                    return await self._post(batch.signal, body, headers)
                except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionError):
                    pass  # most likely a kept connection the backend had closed meanwhile
                return await self._post(batch.signal, body, headers)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise BackendError(f"{self.id}: {type(error).__name__}") from None

    async def _post(self, signal: str, body: bytes, headers: list[tuple[str, str]]) -> Answer:
        if self._session is None:
            raise BackendError(f"{self.id}: not open")
        # aiohttp writes a stream in pieces, and keeps Content-Length.
        data = body if len(body) <= _WRITE_AT_ONCE else io.BytesIO(body)
        expected = self._settings.tls.server_name_override
        async with self._session.post(self._urls[signal], data=data, headers=headers, allow_redirects=False, server_hostname=expected) as response:
            answer = bytearray()
            async for piece in response.content.iter_chunked(64 << 10):
                answer += piece
                if len(answer) > _MAX_ANSWER:
                    raise BackendError(f"{self.id}: the answer is larger than {_MAX_ANSWER >> 20} MiB")
            relayed = tuple((name, response.headers[name]) for name in _RELAYED if name in response.headers)
            return Answer(response.status, relayed, bytes(answer))

    async def is_ready(self) -> bool:
        """Whether the backend takes connections: without a queue, nothing can be acknowledged while it doesn't."""
        parts = urlsplit(self._settings.endpoint)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                _, writer = await asyncio.open_connection(parts.hostname, port)
        except (OSError, TimeoutError):
            return False
        writer.close()
        return True

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


async def _compressed(payload: bytes, encoding: str) -> bytes:
    """``payload`` compressed; a large one in a thread, so that nobody waits for it."""
    if not encoding:
        return payload
    compress = _zstd if encoding == "zstd" else _gzip
    return compress(payload) if len(payload) <= _COMPRESS_ON_LOOP else await asyncio.to_thread(compress, payload)


def _gzip(payload: bytes) -> bytes:
    return igzip.compress(payload, 1)


def _zstd(payload: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=1).compress(payload)
