"""Traps of the protobuf wire: the byte before a string is its length, the byte behind it the next tag."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.redaction.otlp_requests import REQUESTS, logs, spans, wire
from tests.service.redaction.planted import ADDRESS, CARD, CARD_MARKER, EMAIL, KEY, KEY_MARKER, redacted

SECRETS = {"email": (ADDRESS, EMAIL), "key": (KEY, KEY_MARKER), "card": (CARD, CARD_MARKER)}
TOKEN = "Bearer " + KEY[8:60]


def rewritten(message: Any, signal: str = "traces") -> bytes:
    return redacted(f"otlp_proto:{signal}", wire(message)).payload


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("side", ["first", "last", "middle"])
def test_a_secret_is_found_in_a_value_of_every_length_up_to_three_hundred(name: str, side: str) -> None:
    """Fifty-one bytes are preceded by ``3``, sixty-four by ``@``: no anchor may ask what stands before."""
    secret, marker = SECRETS[name]
    missed = []
    for length in range(len(secret), 301):
        left, right = padding(length - len(secret), side)
        before, after = f"{left}{secret}{right}", f"{left}{marker}{right}"
        request = spans({"k": before})
        if rewritten(request) != wire(spans({"k": after})):
            missed.append(length)
    assert missed == []


def padding(length: int, side: str) -> tuple[str, str]:
    """Words that hold nothing, with a space beside the secret."""
    words = "word and " * 40
    if length == 0:
        return "", ""
    if side == "last":
        return words[: length - 1] + " ", ""
    if side == "first":
        return "", " " + words[: length - 1]
    if length == 1:
        return " ", ""
    left = (length - 2) // 2
    return words[:left] + " ", " " + words[: length - 2 - left]


@pytest.mark.parametrize("name", ["text", "digits", "address", "hex"])
def test_nothing_is_found_in_a_clean_value_of_any_length_up_to_three_hundred(name: str) -> None:
    """The length before it and the tag behind it must not make it one: ``@`` + ``example.com``, ``4`` + fifteen digits."""
    bodies = {
        "text": "example.com answered in time and the " * 9,
        "digits": "0" * 300,
        "address": "x.example.com/a/b/" * 20,
        "hex": "0badc0ffee" * 30,
    }
    for length in range(1, 301):
        for request in (spans({"k": bodies[name][:length], "m": 1}), spans({"k": 1}, name=bodies[name][:length])):
            payload = wire(request)
            assert redacted("otlp_proto:traces", payload).payload is payload, length
        payload = wire(logs(bodies[name][:length], "b"))
        assert redacted("otlp_proto:logs", payload).payload is payload, length


def test_a_hit_across_the_edge_of_a_field_is_no_finding() -> None:
    """``a`` + tag + length ``@``… : the length of the next string must not join two strings to an address."""
    value = "example.com" + "x" * 53
    assert len(value) == 64
    for key in ("ada", "user", "a" * 63, "n" * 64):
        payload = wire(spans({key: value, "mail.from": value}))
        assert redacted("otlp_proto:traces", payload).payload is payload


@pytest.mark.parametrize("length", range(1, 140))
def test_a_name_of_every_length_makes_its_value_sensitive(length: int) -> None:
    name = ("x" * length + "." if length > 1 else "") + "password"
    assert KEY[10:40].encode() not in rewritten(spans({name: KEY[10:40]}))


def test_a_prompt_is_found_by_its_name_whatever_its_length() -> None:
    for length in [*range(1, 301), 1000, 20_000]:
        text = ("does Ida owe tax " * 1200)[:length].strip() or "x"
        after = REQUESTS["traces"].FromString(rewritten(spans({"gen_ai.prompt": text, "gen_ai.request.model": "m"})))
        value = after.resource_spans[0].scope_spans[0].spans[0].attributes[0].value.string_value
        assert value == f"[REDACTED:prompt;chars={len(text)}]", length


def test_a_secret_that_ends_where_its_field_ends_is_taken_to_its_end_and_no_further() -> None:
    for behind in ("x", "abc123", "@"):
        before, after = spans({"a": f"see {KEY}", behind: behind}), spans({"a": f"see {KEY_MARKER}", behind: behind})
        assert rewritten(before) == wire(after)
    assert TOKEN.encode() not in rewritten(spans({"header": TOKEN, "b": "c"}))


def test_bytes_values_are_looked_at_as_text() -> None:
    assert rewritten(spans({"raw": f"\n{ADDRESS}\x00".encode()})) == wire(spans({"raw": f"\n{EMAIL}\x00".encode()}))
