"""Which of a client's headers a backend gets, and in what shape.

A transparent proxy passes on what belongs to the end-to-end request: credentials for the backend, the tenant, the user agent. It does
not pass on what belongs to the connection (RFC 9110, section 7.6.1), what describes the body (written anew), nor what may carry a
person's data and means nothing to a telemetry backend (cookies, W3C baggage, addresses of earlier hops).

Values are redacted like text, except those that are credentials by their name. A tenant header that would change is refused, and so are
two of them: data of one tenant must not turn up under another name. gRPC metadata is treated alike; binary entries (``-bin``) stay
behind, since nobody knows how to look into them.
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
_DROPPED_PREFIXES = ("proxy-", "x-forwarded-", "grpc-", ":")
_DROPPED_SUFFIX = "-bin"
_CREDENTIAL = re.compile(r"auth|key|token|secret|team")
TENANT = "x-scope-orgid"


class Forwarding:
    """Selects and cleans headers under one plan. Clients send the same few all the time, so what was cleaned is remembered."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._selected = lru_cache(maxsize=1024)(self._select_one)

    def select(self, headers: Iterable[tuple[str, str | bytes]]) -> Headers:
        """The headers to send on, names in lower case. Raises ``FramingError`` for a tenant that the policy would change."""
        out: list[tuple[str, str]] = []
        nominated: set[str] = set()
        for name, value in headers:
            if isinstance(value, bytes):
                continue
            if name == "connection":
                nominated.update(part.strip().lower() for part in value.split(","))
            selected = self._selected(name, value)
            if selected is not None:
                out.append(selected)
        if nominated:
            out = [header for header in out if header[0] not in nominated]
        if sum(name == TENANT for name, _ in out) > 1:
            raise FramingError(f"the header {TENANT} is given twice")
        return tuple(out)

    def _select_one(self, name: str, value: str) -> tuple[str, str] | None:
        if name in _DROPPED or name.startswith(_DROPPED_PREFIXES) or name.endswith(_DROPPED_SUFFIX):
            return None
        if _CREDENTIAL.search(name):
            return name, value
        clean = str(rewrite("text", value.encode("latin-1", "replace"), self._plan).payload, "latin-1")
        if name == TENANT and clean != value:
            raise FramingError(f"the header {name} holds what the policy redacts")
        return name, clean


def tenant_of(headers: Headers) -> str:
    """The tenant these headers name, or nothing."""
    for name, value in headers:
        if name == TENANT:
            return value
    return ""
