"""OTLP over HTTP: ``POST /v1/traces``, ``/v1/metrics`` and ``/v1/logs``, protobuf and JSON.

The rules are those of the OTLP specification ("OTLP/HTTP Response"): an answer has its request's content type; a payload that can't be
read is a 400 with a ``google.rpc.Status``; only 429, 502, 503 and 504 are sent again by clients. Wrong methods and media types get the
plain text the Collector gives.
"""

from __future__ import annotations

from service.exporters.contract import JSON, PROTOBUF, Answer
from service.exporters.rpc_status import INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNAVAILABLE, encode
from service.receivers.answers import RETRY_AFTER, method_not_allowed, plain
from service.receivers.forwarding import Forwarding, decoded
from service.receivers.pipeline import Body
from service.receivers.request import Scope
from service.redaction.report import Report

_FORMS = {PROTOBUF: "otlp_proto", JSON: "otlp_json"}


class OtlpDialect:
    """OTLP/HTTP for one signal. ``forwarding`` picks the headers that go on with the payload."""

    def __init__(self, signal: str, forwarding: Forwarding) -> None:
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
        return Body(sent, lambda _payload: codec, content_type, encoding, self._forwarding.select(decoded(scope["headers"])))

    def accepted(self, content_type: str, report: Report) -> Answer:
        """An empty Export…ServiceResponse: ``partial_success`` is unset."""
        return _answer(200, content_type, b"{}" if content_type == JSON else b"")

    def malformed(self, content_type: str, message: str) -> Answer:
        return _answer(400, content_type, encode(INVALID_ARGUMENT, message, content_type, violation=True))

    def too_large(self, content_type: str, message: str) -> Answer:
        return _answer(413, content_type, encode(RESOURCE_EXHAUSTED, message, content_type))

    def unavailable(self, content_type: str, message: str) -> Answer:
        answer = _answer(503, content_type, encode(UNAVAILABLE, message, content_type))
        return answer._replace(headers=(*answer.headers, ("Retry-After", RETRY_AFTER)))


def _answer(status: int, content_type: str, body: bytes) -> Answer:
    return Answer(status, (("Content-Type", content_type),), body)
