"""HTTP answers, among them the ``google.rpc.Status`` that OTLP/HTTP wants in every refusal.

The two message types are written by hand: ``Status{int32 code = 1; string message = 2; repeated Any details = 3}`` with a
``BadRequest{repeated FieldViolation{string field = 1; string description = 2} = 1}`` in its details (google/rpc/status.proto,
google/rpc/error_details.proto).
"""

from __future__ import annotations

from typing import Any

import orjson

from service.exporters.contract import Answer
from service.receivers.request import Send

PROTOBUF = "application/x-protobuf"
JSON = "application/json"

INVALID_ARGUMENT = 3
UNAVAILABLE = 14
"""Codes of google/rpc/code.proto."""

_BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
_RETRY_SOON = (("Retry-After", "1"),)


def otlp_success(content_type: str) -> Answer:
    """Everything was accepted: an empty Export…ServiceResponse, ``partial_success`` unset."""
    return Answer(200, (("Content-Type", content_type),), b"{}" if content_type == JSON else b"")


def otlp_malformed(content_type: str, message: str) -> Answer:
    """400: the payload can't be read; clients drop it."""
    return Answer(400, (("Content-Type", content_type),), _status(content_type, INVALID_ARGUMENT, message))


def otlp_unavailable(content_type: str, message: str) -> Answer:
    """503: not acknowledged; clients send again."""
    return Answer(503, (("Content-Type", content_type), *_RETRY_SOON), _status(content_type, UNAVAILABLE, message))


def plain(status: int, text: str) -> Answer:
    """An answer for people."""
    extra: tuple[tuple[str, str], ...] = _RETRY_SOON if status == 503 else ()
    return Answer(status, (("Content-Type", "text/plain; charset=utf-8"), *extra), text.encode())


def method_not_allowed(*supported: str) -> Answer:
    """405, with what is allowed."""
    answer = plain(405, f"405 method not allowed, supported: [{', '.join(supported)}]")
    return answer._replace(headers=(*answer.headers, ("Allow", ", ".join(supported))))


async def respond(send: Send, answer: Answer) -> None:
    """Sends the answer."""
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def _status(content_type: str, code: int, message: str) -> bytes:
    if content_type == JSON:
        status: dict[str, Any] = {"code": code, "message": message}
        if code == INVALID_ARGUMENT:
            status["details"] = [{"@type": _BAD_REQUEST, "fieldViolations": [{"description": message}]}]
        return orjson.dumps(status)
    text = message.encode()
    encoded = b"\x08" + _varint(code) + _field(2, text)
    if code == INVALID_ARGUMENT:
        violation = _field(1, _field(2, text))
        encoded += _field(3, _field(1, _BAD_REQUEST.encode()) + _field(2, violation))
    return encoded


def _field(number: int, content: bytes) -> bytes:
    """A length-delimited protobuf field."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
