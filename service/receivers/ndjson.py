"""Log lines over HTTP: ``POST /ingest`` with NDJSON, a JSON array or object, or text, as the content type says or the body shows.

The answer to an accepted body says how many records it had and how many were changed. ``HEAD`` answers 200: Vector's health check.
"""

from __future__ import annotations

import orjson

from service.exporters.contract import JSON, Answer
from service.receivers.answers import method_not_allowed, plain
from service.receivers.forwarding import Forwarding, decoded
from service.receivers.pipeline import Body, Choose
from service.receivers.request import Scope
from service.redaction.pipeline import detect_format
from service.redaction.report import Report

PATH = "/ingest"

_HEAD = 64 << 10
_LINES = {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"}


class NdjsonDialect:
    """Lines over HTTP. ``forwarding`` picks the headers that go on with the payload."""

    def __init__(self, forwarding: Forwarding) -> None:
        self._forwarding = forwarding

    def turn_away(self, method: str, content_type: str) -> Answer | None:
        if method == "HEAD":
            return plain(200, "")
        return None if method == "POST" else method_not_allowed("POST", "HEAD")

    def body(self, scope: Scope, sent: bytes, content_type: str, encoding: str) -> Body:
        return Body(sent, _codec_of(content_type), content_type, encoding, self._forwarding.select(decoded(scope["headers"])))

    def accepted(self, content_type: str, report: Report) -> Answer:
        body = orjson.dumps({"records": report.records, "redacted": report.touched, "dropped": report.dropped})
        return Answer(200, (("Content-Type", JSON),), body)

    def malformed(self, content_type: str, message: str) -> Answer:
        return plain(400, f"400 {message}")

    def too_large(self, content_type: str, message: str) -> Answer:
        return plain(413, f"413 {message}")

    def unavailable(self, content_type: str, message: str) -> Answer:
        return plain(503, f"503 {message}")


def _codec_of(content_type: str) -> Choose:
    """How to tell the codec: by a content type that says it, else by the payload's head, since shippers name lines in many ways."""
    if content_type in _LINES:
        return lambda _payload: "ndjson"
    if content_type == "text/plain":
        return lambda _payload: "text"
    return _by_head


def _by_head(payload: bytes) -> str:
    head = payload[:_HEAD]
    form = detect_format(head)
    return "json" if form == "ndjson" and head.lstrip()[:1] == b"[" else form
