"""An answer means the same to a client on either of OTLP's transports: what may be sent again, what is wrong, and how long to wait."""

from __future__ import annotations

import email.utils
import time

import orjson
import pytest
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from hypothesis import given
from hypothesis import strategies as st

from service.exporters.contract import JSON, PROTOBUF, Answer, GrpcAnswer
from service.exporters.rpc_status import (
    DETAILS,
    INVALID_ARGUMENT,
    LONGEST_WAIT,
    RESOURCE_EXHAUSTED,
    UNAVAILABLE,
    as_grpc,
    as_http,
    encode,
    name_of,
    wait_of,
)

SPEC_HTTP = {429, 502, 503, 504}
SPEC_GRPC = {"CANCELLED", "DEADLINE_EXCEEDED", "ABORTED", "OUT_OF_RANGE", "UNAVAILABLE", "DATA_LOSS"}
TYPES = (PROTOBUF, JSON)


def parsed(body: bytes) -> Status:
    status = Status()
    status.ParseFromString(body)
    return status


def may_be_sent_again(answer: Answer | GrpcAnswer) -> bool:
    """The tables of the OTLP specification."""
    if isinstance(answer, Answer):
        return answer.status in SPEC_HTTP
    details = [detail for name, value in answer.trailers if name == DETAILS for detail in _details(value)]
    has_retry_info = any(detail.Is(RetryInfo.DESCRIPTOR) for detail in details)
    return name_of(answer.code) in SPEC_GRPC or (name_of(answer.code) == "RESOURCE_EXHAUSTED" and has_retry_info)


def _details(value: str | bytes) -> list[AnyMessage]:
    try:
        return list(parsed(value if isinstance(value, bytes) else value.encode()).details)
    except Exception:
        return []


def trailers(*details: object, code: int = 8) -> tuple[tuple[str, str | bytes], ...]:
    status = Status(code=code, message="from the details")
    for detail in details:
        status.details.add().Pack(detail)
    return ((DETAILS, status.SerializeToString()),)


def retry_info(seconds: float) -> RetryInfo:
    info = RetryInfo()
    info.retry_delay.FromNanoseconds(round(seconds * 1e9))
    return info


GRPC_DETAILS = {
    "none": (),
    "retry info": trailers(retry_info(2.5)),
    "retry info of nothing": trailers(RetryInfo()),
    "other details": trailers(ErrorInfo(reason="QUOTA")),
    "no status": ((DETAILS, b"\xff\xff\xff"),),
}
HTTP_BODIES = {
    "nothing": (PROTOBUF, b""),
    "status": (PROTOBUF, encode(3, "said so", PROTOBUF, violation=True)),
    "status that asks to wait": (PROTOBUF, encode(8, "said so", PROTOBUF, retry_after=4)),
    "json status that asks to wait": (JSON, encode(8, "said so", JSON, retry_after=4)),
    "page": ("text/html", b"<h1>said so</h1>"),
    "garbage": (PROTOBUF, b"\xff\xff"),
}


@pytest.mark.parametrize("content_type", TYPES)
@pytest.mark.parametrize("details", GRPC_DETAILS)
@pytest.mark.parametrize("code", [*range(1, 17), 17, 99])
def test_what_a_grpc_client_may_send_again_so_may_an_http_client_and_nothing_else(code: int, details: str, content_type: str) -> None:
    answer = GrpcAnswer(code, "message", b"", GRPC_DETAILS[details])
    assert may_be_sent_again(as_http(answer, content_type, "logs")) == may_be_sent_again(answer)


@pytest.mark.parametrize("retry_after", [None, "0", "3", "nonsense"])
@pytest.mark.parametrize("body", HTTP_BODIES)
def test_what_an_http_client_may_send_again_so_may_a_grpc_client_and_nothing_else(body: str, retry_after: str | None) -> None:
    content_type, content = HTTP_BODIES[body]
    headers = (("Content-Type", content_type), *((("Retry-After", retry_after),) if retry_after else ()))
    for status in range(300, 600):
        answer = Answer(status, headers, content)
        assert may_be_sent_again(as_grpc(answer)) == may_be_sent_again(answer), status


@pytest.mark.parametrize("content_type", TYPES)
@pytest.mark.parametrize("details", GRPC_DETAILS)
@pytest.mark.parametrize("code", range(17))
def test_there_and_back_a_client_does_the_same(code: int, details: str, content_type: str) -> None:
    answer = GrpcAnswer(code, "message", b"", GRPC_DETAILS[details])
    assert may_be_sent_again(as_grpc(as_http(answer, content_type, "logs"))) == may_be_sent_again(answer)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("CANCELLED", 503),
        ("UNKNOWN", 500),
        ("INVALID_ARGUMENT", 400),
        ("DEADLINE_EXCEEDED", 503),
        ("NOT_FOUND", 404),
        ("ALREADY_EXISTS", 409),
        ("PERMISSION_DENIED", 403),
        ("RESOURCE_EXHAUSTED", 413),
        ("FAILED_PRECONDITION", 400),
        ("ABORTED", 503),
        ("OUT_OF_RANGE", 503),
        ("UNIMPLEMENTED", 404),
        ("INTERNAL", 500),
        ("UNAVAILABLE", 503),
        ("DATA_LOSS", 503),
        ("UNAUTHENTICATED", 401),
    ],
)
def test_each_code_has_its_status(name: str, status: int) -> None:
    code = next(code for code in range(17) if name_of(code) == name)
    answer = as_http(GrpcAnswer(code, "why", b""), PROTOBUF, "logs")
    assert (answer.status, dict(answer.headers)) == (status, {"Content-Type": PROTOBUF})
    assert (parsed(answer.body).code, parsed(answer.body).message) == (code, "why")


def test_a_backend_that_asks_to_wait_is_heard_over_http() -> None:
    answer = as_http(GrpcAnswer(RESOURCE_EXHAUSTED, "slow down", b"", trailers(retry_info(2.5))), JSON, "logs")
    assert (answer.status, dict(answer.headers)) == (429, {"Content-Type": JSON, "Retry-After": "3"})
    assert orjson.loads(answer.body) == {
        "code": 8,
        "message": "slow down",
        "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2.500s"}],
    }


@pytest.mark.parametrize("form", TYPES)
def test_a_backend_that_asks_to_wait_is_heard_over_grpc(form: str) -> None:
    answer = as_grpc(Answer(503, (("content-type", f"{form}; charset=utf-8"), ("retry-after", "7")), encode(14, "busy", form)))
    assert (answer.code, answer.message) == (UNAVAILABLE, "busy")
    assert wait_of(answer) == 7.0


def test_the_backends_details_go_along_and_match_the_status() -> None:
    answer = as_grpc(Answer(400, (("Content-Type", PROTOBUF),), encode(9, "bad timestamp", PROTOBUF, violation=True)))
    assert (answer.code, answer.message) == (INVALID_ARGUMENT, "bad timestamp")
    status = parsed(dict(answer.trailers)[DETAILS])  # type: ignore[arg-type]  # metadata whose name ends in -bin is bytes
    assert (status.code, status.message) == (INVALID_ARGUMENT, "bad timestamp")
    assert status.details[0].Is(BadRequest.DESCRIPTOR)


def test_details_no_client_has_room_for_are_left_out() -> None:
    body = Status(code=3, message="m" * 5000)
    body.details.add().Pack(ErrorInfo(reason="r" * 20_000))
    answer = as_grpc(Answer(400, (("Content-Type", PROTOBUF),), body.SerializeToString()))
    assert len(answer.message) == 1024
    assert sum(len(name) + len(value) for name, value in answer.trailers) < 4096


@pytest.mark.parametrize("signal_count", [("traces", "rejectedSpans"), ("metrics", "rejectedDataPoints"), ("logs", "rejectedLogRecords")])
def test_partial_success_is_said_in_the_clients_words(signal_count: tuple[str, str]) -> None:
    signal, count = signal_count
    protobuf = b"\x0a\x07\x08\x03\x12\x03old"
    assert as_http(GrpcAnswer(0, "", protobuf), PROTOBUF, signal).body == protobuf
    as_json = as_http(GrpcAnswer(0, "", protobuf), JSON, signal)
    assert (as_json.status, orjson.loads(as_json.body)) == (200, {"partialSuccess": {count: "3", "errorMessage": "old"}})
    assert as_grpc(as_json) == GrpcAnswer(0, "", protobuf)


@pytest.mark.parametrize("body", [b"", b"OK", b"\xff\xff", b"{", b"[]", b'{"partialSuccess":7}'])
@pytest.mark.parametrize("content_type", [*TYPES, "text/plain", ""])
@pytest.mark.parametrize("status", [200, 202, 204])
def test_success_is_success_whatever_its_body_is(status: int, content_type: str, body: bytes) -> None:
    assert as_grpc(Answer(status, (("Content-Type", content_type),), body)) == GrpcAnswer(0, "", b"")


def test_success_without_more_is_an_empty_response() -> None:
    assert as_http(GrpcAnswer(0, "", b""), JSON, "traces") == Answer(200, (("Content-Type", JSON),), b"{}")
    assert as_http(GrpcAnswer(0, "", b""), PROTOBUF, "traces") == Answer(200, (("Content-Type", PROTOBUF),), b"")


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("0", 0, 0),
        (" 17 ", 17, 17),
        ("9" * 40, LONGEST_WAIT, LONGEST_WAIT),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ("-5", None, None),
        ("1.5", None, None),
        ("²", None, None),
        ("soon", None, None),
        ("", None, None),
        ("Fri, 99 Foo 2015 07:28:00 GMT", None, None),
    ],
)
def test_retry_after_is_read_as_http_defines_it_and_nobody_waits_for_ever(said: str, least: float | None, most: float | None) -> None:
    assert wait_of(Answer(503, (("Retry-After", said),), b"")) in (least, most)


def test_retry_after_may_be_a_date() -> None:
    wait = wait_of(Answer(503, (("Retry-After", email.utils.formatdate(time.time() + 600, usegmt=True)),), b""))
    assert wait is not None
    assert 0 < wait <= 601


@given(
    st.integers(200, 599),
    st.sampled_from([PROTOBUF, JSON, "text/plain", ""]),
    st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode), st.sampled_from([body for _, body in HTTP_BODIES.values()])),
    st.text(max_size=20),
)
def test_any_answer_at_all_becomes_one_a_client_can_read(status: int, content_type: str, body: bytes, retry_after: str) -> None:
    answer = Answer(status, (("Content-Type", content_type), ("Retry-After", retry_after)), body)
    converted = as_grpc(answer)
    assert may_be_sent_again(converted) == may_be_sent_again(answer)
    assert converted.message.isprintable()
    back = as_http(converted, JSON, "logs")
    assert orjson.loads(back.body) is not None
    assert may_be_sent_again(back) == may_be_sent_again(answer)


@given(st.integers(0, 20), st.text(max_size=30), st.binary(max_size=60), st.sampled_from(TYPES))
def test_any_grpc_answer_at_all_becomes_one_a_client_can_read(code: int, message: str, details: bytes, content_type: str) -> None:
    answer = GrpcAnswer(code, message, b"\xff", ((DETAILS, details),))
    converted = as_http(answer, content_type, "traces")
    assert may_be_sent_again(converted) == may_be_sent_again(answer)
    assert code == 0 or (orjson.loads(converted.body)["code"] if content_type == JSON else parsed(converted.body).code) == code


def test_details_of_an_unknown_type_stay_in_protobuf_and_are_left_out_of_json() -> None:
    status = Status(code=3, message="no")
    status.details.add(type_url="type.googleapis.com/acme.Unheard", value=b"\xff\xff")
    answer = GrpcAnswer(3, "no", b"", ((DETAILS, status.SerializeToString()),))
    assert parsed(as_http(answer, PROTOBUF, "logs").body) == status
    assert orjson.loads(as_http(answer, JSON, "logs").body) == {"code": 3, "message": "no"}
