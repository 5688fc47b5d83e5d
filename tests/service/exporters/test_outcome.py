"""What becomes of a batch follows from the backend's answer as the OTLP specification says, and from nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.exporters.contract import JSON, PROTOBUF, Answer, GrpcAnswer
from service.exporters.outcome import Outcome, judge
from service.exporters.rpc_status import DETAILS, encode, name_of

SENT_AGAIN = {"CANCELLED", "DEADLINE_EXCEEDED", "ABORTED", "OUT_OF_RANGE", "UNAVAILABLE", "DATA_LOSS"}


def http(status: int, body: bytes = b"", content_type: str = PROTOBUF, **headers: str) -> Answer:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Answer(status, (("Content-Type", content_type), *named), body)


def test_over_http_exactly_four_statuses_are_sent_again() -> None:
    kinds = {status: judge(http(status)).kind for status in range(100, 600)}
    assert {status for status, kind in kinds.items() if kind == "retry"} == {429, 502, 503, 504}
    assert {status for status, kind in kinds.items() if kind == "delivered"} == set(range(200, 300))


@pytest.mark.parametrize("code", [*range(17), 17])
def test_over_grpc_the_table_of_codes_says_what_is_sent_again(code: int) -> None:
    expected = "delivered" if code == 0 else "retry" if name_of(code) in SENT_AGAIN else "refused"
    assert judge(GrpcAnswer(code, "m", b"")).kind == expected


def test_resource_exhausted_is_sent_again_only_if_the_backend_says_when() -> None:
    details = ((DETAILS, encode(8, "m", PROTOBUF, retry_after=1.5)),)
    assert judge(GrpcAnswer(8, "m", b"", details)) == Outcome("retry", 1.5, "gRPC RESOURCE_EXHAUSTED: m", 0)
    assert judge(GrpcAnswer(8, "m", b"")) == Outcome("refused", None, "gRPC RESOURCE_EXHAUSTED: m", 0)


def test_the_backend_says_how_long_to_wait() -> None:
    assert judge(http(429, retry_after="30")).retry_after == 30
    assert judge(http(503, encode(14, "m", JSON, retry_after=2), JSON)).retry_after == 2
    assert judge(GrpcAnswer(14, "m", b"", ((DETAILS, encode(14, "m", PROTOBUF, retry_after=2)),))).retry_after == 2
    assert judge(http(503)).retry_after is None
    assert judge(http(400, retry_after="30")).retry_after is None


@pytest.mark.parametrize(
    ("answer", "rejected", "reason"),
    [
        (http(200, b"\x0a\x07\x08\x03\x12\x03old"), 3, "HTTP 200: old"),
        (http(200, b'{"partialSuccess":{"rejectedSpans":"4","errorMessage":"old"}}', f"{JSON}; charset=utf-8"), 4, "HTTP 200: old"),
        (http(200, b'{"partialSuccess":{"rejectedLogRecords":5}}', JSON), 5, "HTTP 200"),
        (http(200, b'{"partialSuccess":{"rejectedDataPoints":"6"}}', JSON), 6, "HTTP 200"),
        (http(200, b'{"partialSuccess":{"errorMessage":"a\\nwarning"}}', JSON), 0, "HTTP 200: a warning"),
        (GrpcAnswer(0, "", b"\x0a\x02\x08\x07"), 7, "gRPC OK"),
        (http(200, b"\x0a\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), 0, "HTTP 200"),
        (http(200, b'{"partialSuccess":{"rejectedSpans":"many"}}', JSON), 0, "HTTP 200"),
        (http(200, b'{"partialSuccess":{"rejectedSpans":1e400}}', JSON), 0, "HTTP 200"),
        (http(200, b'{"partialSuccess":[]}', JSON), 0, "HTTP 200"),
        (http(200, b"\xff\xff"), 0, "HTTP 200"),
        (http(200, b"fine", "text/plain"), 0, "HTTP 200"),
        (http(204), 0, "HTTP 204"),
        (GrpcAnswer(0, "", b"\xff\xff"), 0, "gRPC OK"),
    ],
)
def test_what_a_backend_took_in_part_is_delivered_and_counted(answer: Answer | GrpcAnswer, rejected: int, reason: str) -> None:
    assert judge(answer) == Outcome("delivered", None, reason, rejected)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (http(400, encode(3, "too\nold", PROTOBUF)), "HTTP 400: too old"),
        (http(400, encode(3, "too old", JSON), JSON), "HTTP 400: too old"),
        (http(400, b"  too\r\n\x1b[mold\x00 ", "text/plain; charset=utf-8"), "HTTP 400: too [mold"),
        (http(400, b'{"error": "too old"}', JSON), 'HTTP 400: {"error": "too old"}'),
        (http(400, b"\xff\xff"), "HTTP 400"),
        (http(307, b""), "HTTP 307"),
        (GrpcAnswer(3, "too\told", b""), "gRPC INVALID_ARGUMENT: too old"),
        (GrpcAnswer(3, "", b""), "gRPC INVALID_ARGUMENT"),
    ],
)
def test_a_refusal_gives_the_backends_reason_on_one_printable_line(answer: Answer | GrpcAnswer, reason: str) -> None:
    assert judge(answer) == Outcome("refused", None, reason, 0)


API_KEY = "-".join(["ak", "live"]) + "_" + "Zq" * 12
SHORT_KEY = "hun" + "ter"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"unknown key: {API_KEY} given", "unknown … given"),
        (f"header x-api-key={API_KEY} is wrong", "header … is wrong"),
        (f"header x-api-key: {SHORT_KEY} is wrong", "header … is wrong"),
        (f"Authorization: Bearer {SHORT_KEY} is wrong", "… is wrong"),
        (f"Bearer {SHORT_KEY} is wrong", "… is wrong"),
        (f"Basic {SHORT_KEY}: wrong", "… wrong"),
        ("from ada" + "@" + "x.io, refused", "from … refused"),
        ("account 12345678 is closed", "account … is closed"),
        ("s3cr3t is wrong", "… is wrong"),
        ('{"error":"entry out of order"}', '… out of order"}'),
        ("entry out of order, limit 5 per stream", "entry out of order, limit 5 per stream"),
        ("word " * 199 + API_KEY + " end", "word " * 51 + "w"),
        (API_KEY, "…"),
    ],
)
def test_a_reason_keeps_the_words_and_nothing_that_looks_like_a_value(said: str, kept: str) -> None:
    assert judge(http(400, said.encode(), "text/plain")).reason == f"HTTP 400: {kept}"
    assert judge(GrpcAnswer(3, said, b"")).reason == f"gRPC INVALID_ARGUMENT: {kept}"
    assert judge(http(200, b"\x0a" + _field(b"\x12" + _field(said.encode())))).reason == f"HTTP 200: {kept}"


def _field(body: bytes) -> bytes:
    """With its length before it, as a varint of two bytes."""
    return bytes([len(body) & 127 | 128, len(body) >> 7]) + body


@pytest.mark.parametrize("padding", range(980, 1030))
def test_a_value_that_is_cut_leaves_no_rest(padding: int) -> None:
    said = "1" * (padding - 2) + " " + API_KEY
    assert judge(GrpcAnswer(3, said, b"")).reason in ("gRPC INVALID_ARGUMENT: …", "gRPC INVALID_ARGUMENT: … …")


@pytest.mark.parametrize(
    "text", ["x" * 100_000, "é" * 100_000, "é " * 100_000, "\u0000" * 100_000 + "x", "key " * 50_000, "key: " * 50_000, "a@" * 50_000]
)
def test_a_reason_is_short(text: str) -> None:
    assert 0 < len(judge(http(400, text.encode(), "text/plain")).reason.encode()) <= 300
    assert 0 < len(judge(GrpcAnswer(13, text, b"")).reason.encode()) <= 300


@given(st.integers(100, 599), st.sampled_from([PROTOBUF, JSON, "text/plain", "", "what"]), st.binary(max_size=80), st.text(max_size=20))
def test_there_is_an_outcome_for_any_answer(status: int, content_type: str, body: bytes, retry_after: str) -> None:
    outcome = judge(http(status, body, content_type, retry_after=retry_after))
    assert outcome.reason.isprintable()
    assert outcome.rejected >= 0


@given(st.integers(-1, 99), st.text(max_size=40), st.binary(max_size=80), st.binary(max_size=80))
def test_there_is_an_outcome_for_any_grpc_answer(code: int, message: str, body: bytes, details: bytes) -> None:
    assert judge(GrpcAnswer(code, message, body, ((DETAILS, details),))).reason.isprintable()
