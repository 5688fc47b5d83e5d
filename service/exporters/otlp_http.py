"""Passes requests on to an OTLP/HTTP backend: same path, same content type, and the backend's answer goes back to the client.

Acknowledged means the backend has answered. A body that redaction left alone goes on as the very bytes that came, compressed as they
came; a rewritten one is compressed again only if the client had compressed it. A backend that can't be reached or is late is a
``BackendError``: the client sends again (OTLP specification, "Retryable Response Codes": 503).
"""

from __future__ import annotations

import asyncio
import io
from urllib.parse import urlsplit

import aiohttp
from isal import igzip

from config.schema import OtlpHttpExporter as Settings
from service.errors import BackendError
from service.exporters.contract import OTLP_PATHS, Answer, Batch

_MAX_ANSWER = 4 << 20
"""The most a response may hold, as the OTLP specification recommends."""

_RELAYED = ("Content-Type", "Content-Encoding", "Retry-After", "WWW-Authenticate")
_COMPRESS_ON_LOOP = 256 << 10
_CONNECT_SECONDS = 5.0


class OtlpHttpExporter:
    """See the module."""

    def __init__(self, id: str, settings: Settings) -> None:
        self.id = id
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=60.0),
            timeout=aiohttp.ClientTimeout(total=self._settings.timeout, sock_connect=_CONNECT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("User-Agent", "Accept-Encoding", "Accept", "Content-Type"),
        )

    async def export(self, batch: Batch) -> Answer:
        body = batch.payload if batch.as_sent is None else batch.as_sent
        if batch.as_sent is None and batch.content_encoding == "gzip":
            if len(body) > _COMPRESS_ON_LOOP:
                body = await asyncio.to_thread(igzip.compress, body, 1)
            else:
                body = igzip.compress(body, 1)
        headers = [*batch.headers, ("content-type", batch.content_type)]
        if batch.content_encoding:
            headers.append(("content-encoding", batch.content_encoding))
        own = {name.lower() for name in self._settings.headers}
        headers = [(name, value) for name, value in headers if name.lower() not in own] + list(self._settings.headers.items())
        url = self._settings.endpoint + OTLP_PATHS[batch.signal]
        try:
            return await self._post(url, body, headers)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionError):
            pass  # most likely a kept connection the backend had closed meanwhile
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise BackendError(f"{self.id}: {type(error).__name__}") from None
        try:
            return await self._post(url, body, headers)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise BackendError(f"{self.id}: {type(error).__name__}") from None

    async def _post(self, url: str, body: bytes, headers: list[tuple[str, str]]) -> Answer:
        if self._session is None:
            raise BackendError(f"{self.id}: not open")
        # A stream over the bytes: aiohttp writes it in pieces, and keeps Content-Length.
        async with self._session.post(url, data=io.BytesIO(body), headers=headers, allow_redirects=False) as response:
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
