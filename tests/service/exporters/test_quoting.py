"""An answer that quotes our own key to the backend goes on without its words; all that decides what becomes of the batch stays."""

from __future__ import annotations

import grpc
import pytest

from config import schema
from service.exporters.contract import JSON, PROTOBUF, Answer, Batch, GrpcAnswer
from service.exporters.otlp_grpc import OtlpGrpcExporter
from service.exporters.otlp_http import OtlpHttpExporter
from service.exporters.outcome import judge
from service.exporters.partial_success import PartialSuccess, read, write
from service.exporters.quoting import secrets_of
from service.exporters.rpc_status import DETAILS, encode, wait_of
from tests.service.exporters.contract import run
from tests.service.exporters.grpc_backend import grpc_backend
from tests.service.running import backend

KEY = "our own key " + "k" * 20
HEADERS = {"authorization": f"Bearer {KEY}", "x-scope-orgid": "acme"}
SENT = Batch("logs", "otlp_proto:logs", b"", PROTOBUF, "", None)


def over_http(status: int, body: bytes, content_type: str, headers: dict[str, str] | None = None) -> Answer:
    with backend() as stub:
        stub.status, stub.body, stub.headers = status, body, {"Content-Type": content_type, **(headers or {})}
        settings = schema.OtlpHttpExporter.model_validate({"endpoint": stub.url, "headers": HEADERS})
        answer = run(OtlpHttpExporter("otlp_http", settings), lambda one: one.export(SENT))
    assert isinstance(answer, Answer)
    return answer


@pytest.mark.parametrize("status", [400, 401, 503])
@pytest.mark.parametrize("quoted", [KEY, f"Bearer {KEY}", "k" * 20])
def test_over_http_a_refusal_keeps_its_status_and_wait(status: int, quoted: str) -> None:
    for answer in (
        over_http(status, f"who is {quoted}?".encode(), "text/plain", {"Retry-After": "7"}),
        over_http(status, encode(16, quoted, PROTOBUF, retry_after=7), PROTOBUF),
        over_http(status, b"", PROTOBUF, {"WWW-Authenticate": f'Bearer realm="{quoted}"', "Retry-After": "7"}),
    ):
        assert answer == Answer(status, (("Retry-After", "7"),), b"")


@pytest.mark.parametrize("content_type", [PROTOBUF, JSON])
def test_over_http_the_count_of_what_was_refused_stays(content_type: str) -> None:
    answer = over_http(200, write(PartialSuccess(3, f"who is {KEY}?"), content_type, "logs"), content_type)
    assert read(answer.body, content_type) == PartialSuccess(3, "")


def test_over_grpc_the_code_the_count_and_the_wait_stay() -> None:
    with grpc_backend() as stub:
        settings = schema.OtlpGrpcExporter.model_validate({"endpoint": f"http://127.0.0.1:{stub.port}", "headers": HEADERS})

        def answer() -> GrpcAnswer:
            got = run(OtlpGrpcExporter("otlp_grpc", settings), lambda one: one.export(SENT))
            assert isinstance(got, GrpcAnswer)
            return got

        stub.body = write(PartialSuccess(3, KEY), PROTOBUF, "logs")
        assert read(answer().body, PROTOBUF) == PartialSuccess(3, "")
        stub.code, stub.message, stub.body = grpc.StatusCode.RESOURCE_EXHAUSTED, f"who is {KEY}?", b""
        assert answer() == GrpcAnswer(8, "", b"")
        stub.message, stub.trailers = "", ((DETAILS, encode(8, KEY, PROTOBUF, retry_after=7)),)
        limited = answer()
        assert (wait_of(limited), judge(limited).kind) == (7, "retry")
        assert KEY not in repr(limited)


def test_what_is_too_short_to_be_a_secret_is_in_many_an_answer() -> None:
    assert over_http(400, b"acme is over its limit", "text/plain").body == b"acme is over its limit"
    assert secrets_of(HEADERS) == tuple(sorted({f"Bearer {KEY}".encode(), b"k" * 20}))
