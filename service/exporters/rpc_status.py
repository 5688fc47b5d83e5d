"""``google.rpc.Status``, and what a backend's answer over one of OTLP's transports is over the other.

Contract: what a client may send again stays so, and what it must not send again stays so, whatever is converted (OTLP specification,
"Retryable Response Codes" and "Failures"):

* over HTTP exactly 429, 502, 503 and 504 are sent again;
* over gRPC ``RETRYABLE``, and RESOURCE_EXHAUSTED only if its details hold a ``RetryInfo``. Without one it is how OTLP says "too large",
  so it becomes a 413, the status that says the same over HTTP. The other way all four become UNAVAILABLE, with a ``RetryInfo`` where the
  backend asks to wait: clients that look at nothing but the code retry that one.

The backend's message and details go along where the other side has room for them: a gRPC status travels in the trailers, of which
clients take 8 KiB.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from typing import Any

import orjson
from google.protobuf import json_format
from google.protobuf.message import DecodeError
from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import BadRequest, RetryInfo
from google.rpc.status_pb2 import Status

from service.exporters.contract import JSON, PROTOBUF, Answer, GrpcAnswer, Headers
from service.exporters.partial_success import read, write

OK, CANCELLED, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED = range(8)
RESOURCE_EXHAUSTED, FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS, UNAUTHENTICATED = range(8, 17)
"""Codes of google/rpc/code.proto."""

RETRYABLE = frozenset({CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS})
RETRYABLE_HTTP = frozenset({429, 502, 503, 504})
DETAILS = "grpc-status-details-bin"
"""The trailer with a serialised ``Status``; its code and message are those of the call, or clients refuse to read it."""

LONGEST_WAIT = 86400.0
"""Seconds: nobody is made to wait longer, whatever a backend asks for."""

_HTTP_OF = {
    INVALID_ARGUMENT: 400,
    FAILED_PRECONDITION: 400,
    UNAUTHENTICATED: 401,
    PERMISSION_DENIED: 403,
    NOT_FOUND: 404,
    UNIMPLEMENTED: 404,
    ALREADY_EXISTS: 409,
    RESOURCE_EXHAUSTED: 413,
}
_GRPC_OF = {
    400: INVALID_ARGUMENT,
    401: UNAUTHENTICATED,
    403: PERMISSION_DENIED,
    404: UNIMPLEMENTED,
    405: UNIMPLEMENTED,
    409: ALREADY_EXISTS,
    412: FAILED_PRECONDITION,
    413: RESOURCE_EXHAUSTED,
    415: INVALID_ARGUMENT,
    422: INVALID_ARGUMENT,
    500: INTERNAL,
    501: UNIMPLEMENTED,
}
_MAX_MESSAGE = 1 << 10
_MAX_DETAILS = 3 << 10


def encode(code: int, message: str, content_type: str, *, retry_after: float | None = None, violation: bool = False) -> bytes:
    """A ``Status``: with a ``RetryInfo`` where ``retry_after`` is given, with a ``BadRequest`` that says ``message`` for a ``violation``."""
    status = Status(code=code, message=message)
    if retry_after is not None:
        _add_retry_info(status, retry_after)
    if violation:
        status.details.add().Pack(BadRequest(field_violations=[BadRequest.FieldViolation(description=message)]))
    return _serialised(status, content_type)


def as_http(answer: GrpcAnswer, content_type: str, signal: str) -> Answer:
    """A gRPC answer for an HTTP client that sent ``content_type``: the response, or the ``Status`` as the body."""
    headers: Headers = (("Content-Type", content_type),)
    if answer.code == OK:
        body = answer.body if content_type == PROTOBUF else write(read(answer.body, PROTOBUF), content_type, signal)
        return Answer(200, headers, body)
    status = _details(answer) or Status()
    status.code, status.message = answer.code, answer.message.encode("utf-8", "replace").decode() or status.message
    wait = _retry_delay(status)
    number = _http_status(answer.code, wait)
    if number in RETRYABLE_HTTP and wait:
        headers = (*headers, ("Retry-After", str(math.ceil(wait))))
    return Answer(number, headers, _serialised(status, content_type))


def as_grpc(answer: Answer) -> GrpcAnswer:
    """An HTTP answer for a gRPC client: the response if it can be read, or the ``Status`` in the trailers."""
    content_type = content_type_of(answer)
    if answer.status // 100 == 2:
        return GrpcAnswer(OK, "", write(read(answer.body, content_type), PROTOBUF, ""))
    status = _body_status(answer, content_type) or Status()
    wait, retryable = wait_of(answer), is_retryable(answer)
    others = [detail for detail in status.details if not detail.Is(RetryInfo.DESCRIPTOR)]
    del status.details[:]
    if retryable and wait is not None:
        _add_retry_info(status, wait)
    status.code = UNAVAILABLE if retryable else _GRPC_OF.get(answer.status, UNKNOWN)
    status.message = shortened(status.message or message_of(answer) or f"HTTP {answer.status}")
    for detail in others:
        if status.ByteSize() + detail.ByteSize() < _MAX_DETAILS:
            status.details.append(detail)
    trailers = ((DETAILS, bytes(status.SerializeToString())),) if status.details else ()
    return GrpcAnswer(status.code, status.message, b"", trailers)


def name_of(code: int) -> str:
    """``UNAVAILABLE`` and so on; the number for a code there is not."""
    return str(Code.Name(code)) if code in Code.values() else str(code)


def wait_of(answer: Answer | GrpcAnswer) -> float | None:
    """Seconds the backend asks to wait: ``RetryInfo``, over HTTP also ``Retry-After`` in seconds or as a date; ``None`` if it doesn't say."""
    if isinstance(answer, GrpcAnswer):
        return _retry_delay(_details(answer))
    said = next((value for name, value in answer.headers if name.lower() == "retry-after"), "").strip()
    if said.isdecimal() and said.isascii():
        return min(float(said), LONGEST_WAIT)
    if said:
        try:
            return _bounded(parsedate_to_datetime(said).timestamp() - time.time())
        except (ValueError, OverflowError):
            pass
    return _retry_delay(_body_status(answer, content_type_of(answer)))


def is_retryable(answer: Answer | GrpcAnswer) -> bool:
    """Whether the client may send again what was answered so."""
    if isinstance(answer, Answer):
        return answer.status in RETRYABLE_HTTP
    return answer.code in RETRYABLE or (answer.code == RESOURCE_EXHAUSTED and wait_of(answer) is not None)


def message_of(answer: Answer | GrpcAnswer) -> str:
    """What a refusal says, as one printable line: the ``Status``' message, else a body that is text."""
    if isinstance(answer, GrpcAnswer):
        return shortened(answer.message)
    content_type = content_type_of(answer)
    status = _body_status(answer, content_type)
    if status is not None and status.message:
        return shortened(status.message)
    readable = content_type == JSON or content_type.startswith("text/")
    return shortened(answer.body[: 4 * _MAX_MESSAGE].decode("utf-8", "replace")) if readable else ""


def content_type_of(answer: Answer) -> str:
    """The answer's media type without its parameters, in lower case."""
    value = next((value for name, value in answer.headers if name.lower() == "content-type"), "")
    return value.partition(";")[0].strip().lower()


def shortened(text: str, limit: int = _MAX_MESSAGE) -> str:
    """``text`` on one line, printable, at most ``limit`` bytes of UTF-8."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text[: 4 * limit]).split())
    return line.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")


def _http_status(code: int, wait: float | None) -> int:
    if code in RETRYABLE:
        return 503
    if code == RESOURCE_EXHAUSTED and wait is not None:
        return 429
    return _HTTP_OF.get(code, 500)


def _details(answer: GrpcAnswer) -> Status | None:
    value = next((value for name, value in answer.trailers if name.lower() == DETAILS), None)
    return _parsed(value) if isinstance(value, bytes) else None


def _body_status(answer: Answer, content_type: str) -> Status | None:
    """The ``Status`` that is the body of a refusal, if it is one."""
    if answer.status // 100 == 2 or not answer.body:
        return None
    if content_type == PROTOBUF:
        return _parsed(answer.body)
    return _from_json(answer.body) if content_type == JSON else None


def _parsed(body: bytes) -> Status | None:
    status = Status()
    try:
        status.ParseFromString(body)
    except DecodeError:
        return None
    return status


def _from_json(body: bytes) -> Status | None:
    """Details of types that are not known here are left out; JSON can't be turned into them."""
    try:
        given = orjson.loads(body)
        message, details = given.get("message", ""), given.get("details", ())
    except (ValueError, AttributeError):
        return None
    status = Status(message=message) if isinstance(message, str) else Status()
    for detail in details if isinstance(details, list) else ():
        try:
            json_format.ParseDict(detail, status.details.add(), ignore_unknown_fields=True)
        except (json_format.ParseError, ValueError, TypeError, AttributeError):
            status.details.pop()
    return status


def _serialised(status: Any, content_type: str) -> bytes:
    if content_type != JSON:
        return bytes(status.SerializeToString())
    details = list(_json_details(status.details))
    return orjson.dumps({"code": status.code, "message": status.message, **({"details": details} if details else {})})


def _json_details(details: Iterable[Any]) -> Iterable[Any]:
    for detail in details:
        try:
            yield json_format.MessageToDict(detail)
        except (TypeError, DecodeError, json_format.Error):  # of a type that is not known here
            continue


def _add_retry_info(status: Any, seconds: float) -> None:
    info = RetryInfo()
    info.retry_delay.FromNanoseconds(round(_bounded(seconds) * 1e9))
    status.details.add().Pack(info)


def _retry_delay(status: Any) -> float | None:
    """Seconds in the ``RetryInfo``, or ``None`` if there is none that can be read."""
    for detail in status.details if status is not None else ():
        info = RetryInfo()
        try:
            if detail.Unpack(info):
                return _bounded(info.retry_delay.seconds + info.retry_delay.nanos / 1e9)
        except DecodeError:
            continue
    return None


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_WAIT)
