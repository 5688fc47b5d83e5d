"""Takes an answer's words out where they quote a header of our own configuration: the key to the backend is not its clients' to know.

Contract: ``answer_without`` and ``grpc_answer_without`` return the answer as it is where none of ``secrets`` is in it; else the same
status, count of refused records and wait, with nothing else. ``secrets_of`` are the values of headers and, of ``Bearer …`` and the
like, the part behind the scheme. Values too short to be a secret, such as a tenant's name, don't count: they are in many an answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from service.exporters.contract import JSON, PROTOBUF, Answer, GrpcAnswer
from service.exporters.partial_success import PartialSuccess, read, write
from service.exporters.rpc_status import DETAILS, content_type_of, encode, wait_of

_SHORTEST = 8


def secrets_of(headers: Mapping[str, str]) -> tuple[bytes, ...]:
    """See the module."""
    values = (part for value in headers.values() for part in (value, value.rpartition(" ")[2]))
    return tuple(sorted({value.encode() for value in values if len(value) >= _SHORTEST}))


def answer_without(answer: Answer, secrets: Iterable[bytes], signal: str) -> Answer:
    """An answer over HTTP; see the module."""
    said = b"\n".join((answer.body, *(value.encode("utf-8", "surrogateescape") for _, value in answer.headers)))
    if not _quoted(secrets, said):
        return answer
    wait, content_type = wait_of(answer), content_type_of(answer)
    headers = (("Retry-After", str(math.ceil(wait))),) if wait is not None else ()
    if answer.status // 100 != 2 or content_type not in (PROTOBUF, JSON):
        return Answer(answer.status, headers, b"")
    count = PartialSuccess(read(answer.body, content_type).rejected)
    return Answer(answer.status, (("Content-Type", content_type), *headers), write(count, content_type, signal))


def grpc_answer_without(answer: GrpcAnswer, secrets: Iterable[bytes]) -> GrpcAnswer:
    """An answer over gRPC; see the module."""
    trailers = (value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape") for _, value in answer.trailers)
    if not _quoted(secrets, b"\n".join((answer.message.encode("utf-8", "surrogateescape"), answer.body, *trailers))):
        return answer
    wait = wait_of(answer)
    details = () if wait is None else ((DETAILS, encode(answer.code, "", PROTOBUF, retry_after=wait)),)
    body = write(PartialSuccess(read(answer.body, PROTOBUF).rejected), PROTOBUF, "")
    return GrpcAnswer(answer.code, "", body, details)


def _quoted(secrets: Iterable[bytes], said: bytes) -> bool:
    return any(secret in said for secret in secrets)
