"""OTLP over HTTP: ``POST /v1/traces``, ``/v1/metrics`` and ``/v1/logs``, protobuf and JSON.

The rules are those of the OTLP specification ("OTLP/HTTP Response"): an answer has its request's content type; a payload that can't be
read is a 400 with a ``google.rpc.Status``; only 429, 502, 503 and 504 are sent again by clients. Wrong methods and media types get the
plain text the Collector gives.
"""

from __future__ import annotations

from service.exporters.contract import Answer
from service.receivers.answers import JSON, PROTOBUF, method_not_allowed, otlp_malformed, otlp_success, otlp_unavailable, plain
from service.receivers.forwarding import Forwarding
from service.receivers.pipeline import Body
from service.receivers.request import Scope
from service.redaction.report import Report

_FORMS = {PROTOBUF: "otlp_proto", JSON: "otlp_json"}


class OtlpDialect:
    """OTLP/HTTP for one signal. ``forwarding`` picks the headers a backend gets; ``None`` where there is no backend."""

    def __init__(self, signal: str, forwarding: Forwarding | None) -> None:
        self._signal = signal
        self._forwarding = forwarding

    def turn_away(self, method: str, content_type: str) -> Answer | None:
        if method != "POST":
            return method_not_allowed("POST")
        if content_type not in _FORMS:
            return plain(415, f"415 unsupported media type, supported: [{JSON}, {PROTOBUF}]")
        return None

    def body(self, scope: Scope, sent: bytes, content_type: str, encoding: str) -> Body:
        codec = f"{_FORMS[content_type]}:{self._signal}"
        headers = self._forwarding.select(scope["headers"]) if self._forwarding is not None else ()
        return Body(sent, lambda _payload: codec, content_type, encoding, headers)

    def accepted(self, content_type: str, report: Report) -> Answer:
        return otlp_success(content_type)

    def malformed(self, content_type: str, message: str) -> Answer:
        return otlp_malformed(content_type, message)

    def unavailable(self, content_type: str, message: str) -> Answer:
        return otlp_unavailable(content_type, message)
