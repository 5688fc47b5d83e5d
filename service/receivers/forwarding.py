"""Which of a client's headers a backend gets, and in what shape.

A transparent proxy passes on what belongs to the end-to-end request: credentials for the backend, the tenant, the user agent. It does
not pass on what belongs to the connection (RFC 9110, section 7.6.1), what describes the body (written anew), nor what may carry a
person's data and means nothing to a telemetry backend (cookies, W3C baggage, addresses of earlier hops).

Names and values are redacted like text; a header whose name would change stays behind. Credentials, by well-known names and by the endings
such names have, keep the secrets in them, not a person's data: an e-mail address, and under less known names whatever else is no secret.

What a backend's protocol could not carry (control characters, what is not ASCII) stays behind too, since every attempt to send it would
fail. A tenant header of that kind is refused, and so is one that the policy would change, and so are two of them: data of one tenant must
not turn up under another name. gRPC metadata is treated alike; binary entries (``-bin``) stay behind, since nobody knows how to look into
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from service.errors import FramingError
from service.exporters.contract import Headers
from service.redaction.pipeline import rewrite
from service.redaction.plan import Plan

_CONNECTION = {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect", "host"}
_BODY = {"content-length", "content-type", "content-encoding", "content-md5", "digest", "content-digest", "repr-digest"}
_PERSONAL = {"cookie", "baggage", "forwarded", "referer", "origin"}
_ADDRESSES = {"x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "cf-connecting-ip", "cf-connecting-ipv6", "fastly-client-ip"}
_DROPPED = _CONNECTION | _BODY | _PERSONAL | _ADDRESSES
_DROPPED_PREFIXES = ("proxy-", "x-forwarded-", "grpc-", ":")
_DROPPED_SUFFIX = "-bin"
_CREDENTIALS = {
    "authorization",
    "api-key",  # New Relic
    "apikey",
    "x-api-key",
    "dd-api-key",  # Datadog
    "x-honeycomb-team",
    "lightstep-access-token",
    "x-sf-token",  # Splunk Observability
    "x-insert-key",  # New Relic
    "x-license-key",
    "x-instana-key",
    "x-seq-apikey",
    "x-otlp-api-key",
    "x-auth-token",
    "signoz-access-token",
    "signoz-ingestion-key",
    "uptrace-dsn",
}
_ADDRESS_LIKE = {"uptrace-dsn"}
"""https://TOKEN@HOST, which looks like an e-mail address."""

_CREDENTIAL = re.compile(r".*-(?:api-?key|access-key|(?:access-|auth-|api-)?token|ingest(?:ion)?-key|insert-key|license-key|secret-key|secret|dsn)")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
"""RFC 9110, section 5.6.2, in lower case."""

_VALUE = re.compile(r"[\x20-\x7e]*")
TENANT = "x-scope-orgid"


class Forwarding:
    """Selects and cleans headers under one plan. Clients send the same few all the time, so what was cleaned is remembered.

    ``tenant_only``: where no backend gets any headers, the tenant's is selected all the same, for the policy may go by it.
    """

    def __init__(self, plan: Plan, *, tenant_only: bool = False) -> None:
        self._plan = plan
        self._tenant_only = tenant_only
        self._selected = lru_cache(maxsize=1024)(self._select_one)

    def select(self, headers: Iterable[tuple[str, str | bytes]]) -> Headers:
        """The headers to send on, names in lower case. Raises ``FramingError`` for a tenant that the policy would change."""
        out: list[tuple[str, str]] = []
        nominated: set[str] = set()
        for name, value in headers:
            if isinstance(value, bytes) or (self._tenant_only and name != TENANT):
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
        value = value.strip(" \t")
        if name == TENANT:
            return name, self._tenant(value)
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value) or self._clean(name) != name:
            return None
        return name, value if self._is_credential(name, value) else self._clean(value)

    def _tenant(self, value: str) -> str:
        if not _VALUE.fullmatch(value):
            raise FramingError(f"the header {TENANT} holds what is not printable ASCII")
        if self._clean(value) != value:
            raise FramingError(f"the header {TENANT} holds what the policy redacts")
        return value

    def _is_credential(self, name: str, value: str) -> bool:
        if name in _ADDRESS_LIKE:
            return True
        known = name in _CREDENTIALS
        if not known and not _CREDENTIAL.fullmatch(name):
            return False
        found = [self._plan.subject(finding) for finding in self._plan.text.findings(value.encode())]
        return not any(subject.entity == "email" if known else subject.kind != "secret" for subject in found)

    def _clean(self, text: str) -> str:
        return str(rewrite("text", text.encode(), self._plan).payload, "utf-8")


def decoded(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[str, str]]:
    """An ASGI request's headers as text; HTTP's are latin-1 (RFC 9110, section 5.5)."""
    return ((str(name, "latin-1"), str(value, "latin-1")) for name, value in headers)


def tenant_of(headers: Headers) -> str:
    """The tenant these headers name, or nothing."""
    for name, value in headers:
        if name == TENANT:
            return value
    return ""
