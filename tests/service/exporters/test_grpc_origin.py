"""Only what the backend has said counts as its answer; what the channel made up instead means: send again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from config import schema
from service.errors import BackendError
from service.exporters.contract import PROTOBUF, Batch, GrpcAnswer
from service.exporters.otlp_grpc import OtlpGrpcExporter
from service.exporters.outcome import judge
from service.exporters.rpc_status import INTERNAL, OK, PERMISSION_DENIED, UNAUTHENTICATED, UNIMPLEMENTED, UNKNOWN
from tests.service.exporters.contract import run
from tests.service.exporters.raw_grpc_backend import DATA, END_STREAM, GOAWAY, GRPC_HEAD, Pairs, frame, head, message, raw_grpc_backend, reset

Script = Callable[[int], bytes | None]

SENT = Batch("traces", "otlp_proto:traces", b"\x0a\x02\x08\x01", PROTOBUF, "", None)
TOO_MUCH = 5 << 20


def outcome(script: Script) -> GrpcAnswer:
    with raw_grpc_backend(script) as stub:
        settings = schema.OtlpGrpcExporter.model_validate({"endpoint": f"http://127.0.0.1:{stub.port}", "timeout": "10s"})
        answer = run(OtlpGrpcExporter("otlp_grpc", settings), lambda one: one.export(SENT))
    assert stub.calls
    assert isinstance(answer, GrpcAnswer)
    return answer


def status(code: str, text: str = "", more: Pairs = (), body: bytes | None = None) -> Script:
    """Headers, the response if there is one, and trailers."""
    trailers = (("grpc-status", code), *((("grpc-message", text),) if text else ()), *more)
    return lambda stream: head(stream, GRPC_HEAD) + (b"" if body is None else message(stream, body)) + head(stream, trailers, ends=True)


def plain_http(number: int) -> Script:
    return lambda stream: head(stream, ((":status", str(number)), ("content-type", "text/html")), ends=True)


def goaway(stream: int) -> bytes:
    return frame(GOAWAY, 0, 0, bytes(8))


NOT_ANSWERED: dict[str, Script] = {
    **{f"reset {code}": partial(reset, code=code) for code in (0, 1, 2, 7, 8, 11, 12)},
    "reset after the head": lambda stream: head(stream, GRPC_HEAD) + reset(stream, 2),
    "reset after the response": lambda stream: head(stream, GRPC_HEAD) + message(stream, b"") + reset(stream, 0),
    "the connection closed": lambda stream: None,
    "the connection going away": goaway,
    "no status": lambda stream: head(stream, GRPC_HEAD) + message(stream, b"") + head(stream, (("x", "y"),), ends=True),
    "no trailers": lambda stream: head(stream, GRPC_HEAD) + message(stream, b"") + frame(DATA, END_STREAM, stream),
    "a status that is no number": status("abc"),
    "a page": lambda stream: head(stream, ((":status", "200"), ("content-type", "text/html"))) + frame(DATA, END_STREAM, stream, b"<html>"),
    "a response that can't be decompressed": lambda stream: (
        head(stream, (*GRPC_HEAD, ("grpc-encoding", "gzip")))
        + message(stream, b"ab", compressed=1)
        + head(stream, (("grpc-status", "0"),), ends=True)
    ),
    "trailers without end": status("13", more=tuple((f"x{number}", "a" * 1000) for number in range(600))),
    **{f"HTTP {number}": plain_http(number) for number in (200, 302, 408, 425, 429, 500, 501, 502, 503, 504, 520)},
}


@pytest.mark.parametrize("name", NOT_ANSWERED)
def test_a_call_that_ends_without_the_backends_answer_is_to_be_sent_again(name: str) -> None:
    with pytest.raises(BackendError, match=r"^otlp_grpc: [A-Z_]+$"):
        outcome(NOT_ANSWERED[name])


@pytest.mark.parametrize("code", [2, 3, 5, 6, 7, 8, 9, 12, 13, 16])
def test_the_backends_own_status_stays_its_answer(code: int) -> None:
    assert outcome(status(str(code), "no")) == GrpcAnswer(code, "no", b"")
    assert outcome(status(str(code))) == GrpcAnswer(code, "", b"")
    only_trailers = outcome(lambda stream: head(stream, (*GRPC_HEAD, ("grpc-status", str(code)), ("grpc-message", "no")), ends=True))
    assert only_trailers == GrpcAnswer(code, "no", b"")


@pytest.mark.parametrize(
    ("number", "code"), [(400, INTERNAL), (401, UNAUTHENTICATED), (403, PERMISSION_DENIED), (404, UNIMPLEMENTED), (413, UNKNOWN)]
)
def test_a_proxy_that_says_the_request_is_wrong_is_believed(number: int, code: int) -> None:
    answer = outcome(plain_http(number))
    assert answer.code == code
    assert judge(answer).kind == "refused"


def test_a_status_with_many_trailers_is_read() -> None:
    padding = tuple((f"x{number}", "a" * 1000) for number in range(100))
    assert outcome(status("8", "full", padding)) == GrpcAnswer(8, "full", b"")
    assert judge(outcome(status("14", "busy", (("retry-after", "3"), *padding)))).kind == "retry"


def test_a_response_too_long_to_be_read_is_a_batch_that_was_taken() -> None:
    answer = outcome(status("0", body=b"x" * TOO_MUCH))
    assert answer == GrpcAnswer(OK, "", b"")
    assert judge(answer).kind == "delivered"
