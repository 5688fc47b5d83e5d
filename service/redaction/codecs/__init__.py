"""The codecs: one wire format a file, listed here.

A codec is pure: ``rewrite(payload, plan) -> Redacted``. It returns the very object it was given when nothing changed. Between same-protocol
ends every byte outside redactions stays.
"""

from __future__ import annotations

from typing import Protocol

from service.redaction.codecs.json import Json
from service.redaction.codecs.ndjson import Ndjson
from service.redaction.codecs.otlp_json import OtlpJson
from service.redaction.codecs.otlp_proto import OtlpProto
from service.redaction.codecs.text import Text
from service.redaction.plan import Plan
from service.redaction.report import Redacted


class Codec(Protocol):
    """One wire format. ``rewrite`` raises :class:`service.errors.FramingError` where the payload is not of that format."""

    name: str

    def rewrite(self, payload: bytes, plan: Plan) -> Redacted: ...


SIGNALS = ("traces", "logs", "metrics")

CODECS: tuple[Codec, ...] = (
    Text(),
    Ndjson(),
    Json(),
    *(OtlpProto(signal) for signal in SIGNALS),
    *(OtlpJson(signal) for signal in SIGNALS),
)
