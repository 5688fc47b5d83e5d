"""Which of a client's headers a backend gets, and in what shape.

A transparent proxy passes on what belongs to the end-to-end request: credentials for the backend, the tenant, the user agent. It does
not pass on what belongs to the connection (RFC 9110, section 7.6.1), what describes the body (written anew), nor what may carry a
person's data and means nothing to a telemetry backend (cookies, W3C baggage, addresses of earlier hops).

Values are redacted like text, except those that are credentials by their name. A tenant header that would change is refused: data of
one tenant must not turn up under another name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from service.errors import FramingError
from service.exporters.contract import Headers
from service.redaction.pipeline import rewrite
from service.redaction.plan import Plan

_CONNECTION = {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect", "host"}
_BODY = {"content-length", "content-type", "content-encoding", "content-md5", "digest", "content-digest", "repr-digest"}
_PERSONAL = {"cookie", "baggage", "forwarded", "x-real-ip", "referer"}
_DROPPED = _CONNECTION | _BODY | _PERSONAL
_DROPPED_PREFIXES = ("proxy-", "x-forwarded-")
_CREDENTIAL = re.compile(r"auth|key|token|secret|team")
_ROUTING = {"x-scope-orgid"}


class Forwarding:
    """Selects and cleans headers under one plan. Clients send the same few all the time, so what was cleaned is remembered."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._clean = lru_cache(maxsize=1024)(self._redact)

    def select(self, headers: Iterable[tuple[bytes, bytes]]) -> Headers:
        """The headers to send on. Raises ``FramingError`` for a tenant that the policy would change."""
        given = [(str(name, "latin-1").lower(), str(value, "latin-1")) for name, value in headers]
        nominated = {part.strip().lower() for name, value in given if name == "connection" for part in value.split(",")}
        out: list[tuple[str, str]] = []
        for name, value in given:
            if name in _DROPPED or name in nominated or name.startswith(_DROPPED_PREFIXES):
                continue
            clean = value if _CREDENTIAL.search(name) else self._clean(value)
            if name in _ROUTING and clean != value:
                raise FramingError(f"the header {name} holds what the policy redacts")
            out.append((name, clean))
        return tuple(out)

    def _redact(self, value: str) -> str:
        return str(rewrite("text", value.encode("latin-1"), self._plan).payload, "latin-1")
