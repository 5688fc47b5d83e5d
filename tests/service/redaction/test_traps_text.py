"""Traps of text: URL-encoding, overlaps, ids, base64, numbers that are no phone numbers."""

from __future__ import annotations

import uuid
from urllib.parse import parse_qs, urlsplit

import pytest

from detectors.matching import sample
from tests.service.redaction.planted import ADDRESS, CARD, EMAIL, KEY, PASSWORD, full_plan_of, out, plan_of

CARD_DIGITS = CARD.replace(" ", "")


def test_url_encoding_hides_no_address() -> None:
    for at in ("%40", "%2540", "@"):
        rewritten = out("text", f"GET /x?email={ADDRESS.replace('@', at)}&page=2 HTTP/1.1")
        assert ADDRESS[:8] not in rewritten, at
        assert rewritten.endswith("&page=2 HTTP/1.1")


def test_url_encoding_hides_no_token() -> None:
    for text in (f"GET /x?token={PASSWORD}abc&a=1 HTTP/1.1", f"?a=1&access_token={KEY[10:50]}&b=2", f"auth=Bearer%20{KEY[10:60]}&x=1"):
        rewritten = out("text", text)
        assert PASSWORD not in rewritten
        assert KEY[10:50] not in rewritten


def test_the_redacted_url_still_parses() -> None:
    url = f"https://ada:{PASSWORD}@db.example.com:5432/a/b?email={ADDRESS}&token={KEY}&page=2#top"
    parts = urlsplit(out("text", url))
    assert (parts.scheme, parts.hostname, parts.port, parts.path, parts.fragment) == ("https", "db.example.com", 5432, "/a/b", "top")
    assert parts.username == "ada"
    assert parse_qs(parts.query)["page"] == ["2"]
    assert "[" not in parts.geturl()
    assert set(parse_qs(parts.query)) == {"email", "token", "page"}


def test_what_overlaps_is_redacted_as_one_and_no_tail_is_left() -> None:
    for text in (f"Authorization: Bearer {KEY}", f"password={KEY}", f"api_key={KEY}", f"Cookie: session={KEY}; mail={ADDRESS}"):
        rewritten = out("text", text)
        assert KEY[-8:] not in rewritten, text[:12]
        assert KEY[3:12] not in rewritten, text[:12]
        assert ADDRESS not in rewritten, text[:12]


def test_of_overlapping_findings_the_strictest_action_holds_for_the_union() -> None:
    policy = {
        "rules": [{"detectors": ["openai"], "action": "drop"}, {"detectors": ["assigned_password"], "action": "replace"}],
    }
    rewritten = out("text", f"password={KEY} next", plan_of(**policy))
    assert rewritten in ("password= next", " next")


def test_an_observed_finding_cannot_hide_a_secret() -> None:
    observed = [{"detectors": ["email"], "action": "replace", "mode": "observe"}]
    rewritten = out("text", f"password={ADDRESS}{PASSWORD}", plan_of(rules=observed))
    assert PASSWORD not in rewritten
    assert ADDRESS not in rewritten


def test_a_kept_finding_cannot_hide_a_secret() -> None:
    kept = [{"detectors": ["email"], "action": "keep"}]
    plan = plan_of(rules=kept)
    assert ADDRESS in out("text", f"to {ADDRESS}", plan)
    assert ADDRESS not in out("text", f"password={ADDRESS}", plan)


IDS = (
    "trace_id={}",
    '"trace_id":"{}"',
    "dd.trace_id={}",
    "span_id: {}",
    "request_id={}",
    "[dd.trace_id={} dd.span_id={}]",
    "traceparent: 00-{}-01",
)


@pytest.mark.parametrize("form", IDS)
@pytest.mark.parametrize("codec", ["text", "ndjson"])
def test_ids_are_exempt_from_digit_detectors(form: str, codec: str) -> None:
    """One in a hundred random 63-bit decimals is a valid card number."""
    for value in (CARD_DIGITS, "2125550143", "078051120", "4" + "0" * 12 + "026", str(uuid.UUID(int=CARD_LIKE)), sample("hex", 32)):
        text = form.replace("{}", value)
        payload = "{" + text + "}" if form.startswith('"') else text
        assert out(codec, payload) == payload, form


CARD_LIKE = int("4111" + "1" * 12)


@pytest.mark.parametrize("form", IDS)
def test_prefixed_secrets_in_ids_are_still_found(form: str) -> None:
    assert KEY not in out("text", form.replace("{}", KEY))


@pytest.mark.parametrize("name", ["trace_id", "span_id", "dd.trace_id", "request_id", "traceId", "parent_span_id"])
def test_json_ids_are_exempt_too_as_strings_and_as_numbers(name: str) -> None:
    for written in (f'"{CARD_DIGITS}"', CARD_DIGITS, '"2125550143"'):
        payload = f'{{"{name}":{written},"m":1}}'
        assert out("ndjson", payload) == payload
    assert KEY not in out("ndjson", f'{{"{name}":"{KEY}"}}')


def test_long_base64_runs_are_exempt_but_prefixed_secrets_behind_them_are_not() -> None:
    image = sample("alnum", 2000)
    payload = f'{{"image":"data:image/png;base64,{image}{CARD_DIGITS}{image}=="}}'
    assert out("ndjson", payload) == payload
    rewritten = out("ndjson", f'{{"image":"data:image/png;base64,{image}==","m":"used {KEY}"}}')
    assert KEY not in rewritten
    assert image in rewritten


NO_PHONES = (
    "epoch 1773480413 and 1773480413589 and 1773480413.589",
    "order 4815162342 shipped",
    "peer 192.168.100.200:5432 and 10.0.0.1",
    "version 2.14.3-rc.1+20260314 build 20260314093353",
    "id 7f3a9c2d4e5b6071 block 0x7ffdeadbeef0",
    "took 1234567890 ns, 98.123.456 bytes, 12-34-56",
    "price 1,234,567.89 EUR",
    "550e8400-e29b-41d4-a716-446655440000",
    "2026-03-14T09:23:33.589123456Z",
    "at line 1234, column 5678 of 2456 rows",
)


@pytest.mark.parametrize("text", NO_PHONES)
def test_a_number_that_is_something_else_is_no_phone_number(text: str) -> None:
    assert out("text", text) == text
    assert out("ndjson", f'{{"m":"{text}"}}') == f'{{"m":"{text}"}}'


def test_scanning_a_marker_finds_nothing() -> None:
    for marker in (
        EMAIL,
        "[REDACTED:prompt;chars=12;messages=2;roles=system+user]",
        "__REDACTED__",
        "[Filtered]",
        "****",
        "REDACTED-password",
        "<redacted>",
    ):
        for text in (
            f"password={marker}",
            f'{{"password":"{marker}","prompt":"{marker}"}}',
            f"Authorization: Bearer {marker}",
            f"to {marker},{marker}",
        ):
            assert out("text", text) == text
            if text.startswith("{"):
                assert out("ndjson", text) == text


def test_no_word_of_ordinary_text_is_a_key() -> None:
    for text in (
        "disk-usage-of-the-whole-cluster-is-fine",
        "task-2f4b9c1e7d3a5f60",
        "sk-learn-contrib-and-friends",
        "git@github.com:org/repo.git",
        "foo@1.2.3",
    ):
        assert out("text", text, full_plan_of()) == text
