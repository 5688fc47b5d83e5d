"""Passes requests on to an OTLP/HTTP backend: same path, same content type, and the backend's answer goes back to the client.

Acknowledged means the backend has answered. A body that redaction left alone goes on as the very bytes that came, compressed as they
came, unless ``compression`` says otherwise; a rewritten one is compressed as the client had it. A backend that refuses zstd, which OTLP
does not ask of it, gets the same body with gzip, and from then on gzip at once.

A backend that can't be reached, is late, or answers with what is no HTTP status is a ``BackendError``: the client sends again (OTLP
specification, "Retryable Response Codes": 503). Once the answer's head is there, its status holds: a body of more than 4 MiB, one that
breaks off or never ends is relayed as an empty one, or the backend would get a batch that it has taken again and again. Proxies that the
environment names are not used.
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
from service.exporters.client_headers import NAME, sendable
from service.exporters.contract import JSON, OTLP_PATHS, Answer, Batch
from service.exporters.quoting import answer_without, secrets_of
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
        self._secrets = secrets_of(settings.headers)
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
        given = sendable(batch, lambda name: name not in self._replaced and NAME.fullmatch(name) is not None)
        body = batch.as_sent if batch.as_sent is not None and batch.content_encoding == encoding else await _compressed(batch.payload, encoding)
        about = (("content-type", batch.content_type), *((("content-encoding", encoding),) if encoding else ()))
        headers = [*given, *((name, value) for name, value in about if name not in self._replaced), *self._own]
        deadline = asyncio.get_running_loop().time() + self._settings.timeout
        try:
            try:
                response = await self._post(batch.signal, body, headers, deadline)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionError):
                # Most likely a kept connection the backend had closed meanwhile.
                response = await self._post(batch.signal, body, headers, deadline)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise BackendError(f"{self.id}: {type(error).__name__}") from None
        async with response:
            return await self._answer(batch, response, deadline)

    async def _post(self, signal: str, body: bytes, headers: list[tuple[str, str]], deadline: float) -> aiohttp.ClientResponse:
        """Sends a request and returns when the answer's head is there."""
        if self._session is None:
            raise BackendError(f"{self.id}: not open")
        # aiohttp writes a stream in pieces, and keeps Content-Length.
        data = body if len(body) <= _WRITE_AT_ONCE else io.BytesIO(body)
        expected = self._settings.tls.server_name_override
        async with asyncio.timeout_at(deadline):
            return await self._session.post(self._urls[signal], data=data, headers=headers, allow_redirects=False, server_hostname=expected)

    async def _answer(self, batch: Batch, response: aiohttp.ClientResponse, deadline: float) -> Answer:
        """The backend's answer; its status holds also where the body is too long, breaks off or never ends."""
        if not 200 <= response.status < 600:  # RFC 9110, section 15: 1xx are no answers, and there are no others
            response.close()
            raise BackendError(f"{self.id}: HTTP {response.status}")
        headers = tuple((name, response.headers[name]) for name in _RELAYED if name in response.headers)
        body = await _read(response, deadline)
        if body is not None:
            return answer_without(Answer(response.status, headers, body), self._secrets, batch.signal)
        kept = tuple((name, value) for name, value in headers if not name.startswith("Content-"))
        if response.status // 100 != 2:
            return Answer(response.status, kept, b"")
        return Answer(response.status, (("Content-Type", batch.content_type), *kept), b"{}" if batch.content_type == JSON else b"")

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


async def _read(response: aiohttp.ClientResponse, deadline: float) -> bytes | None:
    """The body, or ``None`` if it is too long or its end doesn't come; the connection is then closed."""
    body = bytearray()
    try:
        async with asyncio.timeout_at(deadline):
            async for piece in response.content.iter_chunked(64 << 10):
                body += piece
                if len(body) > _MAX_ANSWER:
                    break
            else:
                return bytes(body)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        pass  # the status is known all the same
    response.close()
    return None


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
