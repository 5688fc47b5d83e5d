"""Traps of JSON: escapes, JSON in strings, cut and pretty-printed documents, and what only looks like JSON."""

from __future__ import annotations

import json

import pytest

from service.redaction import jsondoc
from tests.service.redaction.planted import ADDRESS, CARD, EMAIL, KEY, KEY_MARKER, PASSWORD, PASSWORD_MARKER, SLASH, out, redacted

QUESTION = "Is Ida Brand well again?"


def u(letter: str) -> str:
    return f"{SLASH}u{ord(letter):04x}"


def spelled(text: str, *letters: str) -> str:
    """``text`` with each of ``letters`` (all of them, if none is given) written as an escape."""
    return "".join(u(letter) if not letters or letter in letters else letter for letter in text)


ESCAPED = {
    "at sign": (spelled(ADDRESS, "@"), EMAIL),
    "dot": (spelled(ADDRESS, "."), EMAIL),
    "all of an address": (spelled(ADDRESS), EMAIL),
    "upper case digits": (ADDRESS.replace("e", SLASH + "u0065").replace("l", SLASH + "u006C"), EMAIL),
    "hyphen of a key": (spelled(KEY, "-"), KEY_MARKER),
    "first letter of a key": (u("s") + KEY[1:], KEY_MARKER),
    "all of a key": (spelled(KEY), KEY_MARKER),
}


@pytest.mark.parametrize("name", ESCAPED)
@pytest.mark.parametrize("codec", ["ndjson", "json"])
def test_json_escapes_hide_nothing(name: str, codec: str) -> None:
    written, marker = ESCAPED[name]
    assert out(codec, f'{{"m":"to {written} now"}}') == f'{{"m":"to {marker} now"}}'


def test_an_escaped_blank_behind_bearer_hides_nothing() -> None:
    token = KEY[10:60]
    for blank in (u(" "), " "):
        assert token not in out("ndjson", f'{{"m":"Authorization: Bearer{blank}{token}"}}')


@pytest.mark.parametrize("name", ["password", "authorization", "api_key"])
@pytest.mark.parametrize("style", ["first", "last", "all", "upper"])
def test_an_escaped_key_name_makes_its_value_sensitive(name: str, style: str) -> None:
    written = {
        "first": u(name[0]) + name[1:],
        "last": name[:-1] + u(name[-1]),
        "all": spelled(name),
        "upper": spelled(name).upper().replace("U00", "u00"),
    }[style]
    assert json.loads(f'"{written}"') == name
    rewritten = out("ndjson", f'{{"a":1,"{written}":"{PASSWORD}"}}')
    assert PASSWORD not in rewritten
    assert f'"{written}"' in rewritten


def test_an_escaped_prompt_name_makes_its_value_a_prompt() -> None:
    for written in (spelled("prompt"), u("p") + "rompt", "promp" + u("t")):
        assert QUESTION not in out("ndjson", f'{{"model":"m","{written}":"{QUESTION}"}}')


def test_an_escaped_slash_in_a_url_hides_nothing() -> None:
    url = f"https:{SLASH}/{SLASH}/ada:{PASSWORD}@db.example.com{SLASH}/x"
    rewritten = out("ndjson", f'{{"url":"{url}"}}')
    assert PASSWORD not in rewritten
    assert json.loads(rewritten)["url"].endswith("@db.example.com/x")


@pytest.mark.parametrize("escape", ["n", "t", "r", "b", "f", '"', "\\", "/", "u000a", "u0022"])
@pytest.mark.parametrize("codec", ["ndjson", "json", "text"])
def test_a_finding_never_starts_inside_an_escape(escape: str, codec: str) -> None:
    """In ``"\\njohn@x.com"`` the raw bytes before the address are backslash and ``n``."""
    payload = f'{{"m":"{SLASH}{escape}{ADDRESS}"}}'
    assert out(codec, payload) == f'{{"m":"{SLASH}{escape}{EMAIL}"}}'


def test_a_finding_never_starts_inside_an_escape_of_text_that_does_not_parse() -> None:
    for escape in ("n", "t", "r", "u000a"):
        assert out("ndjson", f'cut "m":"x{SLASH}{escape}{ADDRESS}') == f'cut "m":"x{SLASH}{escape}{EMAIL}'


def nested(value: object, depth: int) -> str:
    text = json.dumps(value)
    for _ in range(depth):
        text = json.dumps({"body": text})
    return text


@pytest.mark.parametrize("depth", range(7))
def test_json_in_json_in_json_is_looked_at_at_every_depth(depth: int) -> None:
    before = {"to": ADDRESS, "password": PASSWORD, "n": 1.5, "s": 'a "quoted" \\ word\n'}
    after = {"to": EMAIL, "password": PASSWORD_MARKER, "n": 1.5, "s": 'a "quoted" \\ word\n'}
    assert out("ndjson", nested(before, depth)) == nested(after, depth)


@pytest.mark.parametrize("depth", range(6))
def test_a_gateway_body_keeps_its_shape_at_every_depth(depth: int) -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": QUESTION}], "temperature": 0.2}
    rewritten = out("ndjson", nested(body, depth))
    for _ in range(depth):
        rewritten = json.loads(rewritten)["body"]
    content = f"[REDACTED:prompt;chars={len(QUESTION)}]"
    assert json.loads(rewritten) == {**body, "messages": [{"role": "user", "content": content}]}


@pytest.mark.parametrize("text", ["{not json " + ADDRESS + "}", "[" + ADDRESS, '{"a":' + ADDRESS, "[INFO] to " + ADDRESS, "{}" + ADDRESS])
def test_a_leaf_that_begins_like_json_but_does_not_parse_is_text(text: str) -> None:
    rewritten = redacted("ndjson", json.dumps({"m": text}))
    assert json.loads(rewritten.payload) == {"m": text.replace(ADDRESS, EMAIL)}
    assert not rewritten.report.unprocessable


CHAT = json.dumps({"model": "m", "n": 1, "messages": [{"role": "user", "content": QUESTION + " Please say."}]})


@pytest.mark.parametrize("depth", range(4))
def test_truncated_json_holds_back_its_prompt_at_every_depth(depth: int) -> None:
    """Prompt lines are the very ones that shippers cut."""
    whole = CHAT
    for _ in range(depth):
        whole = json.dumps({"ts": "2026-03-14", "body": whole})
    for cut in range(whole.index(QUESTION) + 6, len(whole)):
        rewritten = out("ndjson", whole[:cut] + "\n")
        assert QUESTION[:6] not in rewritten, cut
        assert rewritten.endswith("\n")


@pytest.mark.parametrize("depth", range(4))
def test_truncated_json_holds_back_what_its_key_makes_sensitive(depth: int) -> None:
    whole = json.dumps({"n": 1, "password": PASSWORD, "z": "more"})
    for _ in range(depth):
        whole = json.dumps({"body": whole})
    for cut in range(whole.index(PASSWORD) + 8, len(whole)):
        assert PASSWORD[:8] not in out("ndjson", whole[:cut]), cut


def test_pretty_printed_json_puts_a_key_and_its_value_on_different_lines() -> None:
    document = json.dumps({"a": {"password": PASSWORD, "list": [ADDRESS]}}, indent=2).replace(": ", ":\n    ")
    after = document.replace(PASSWORD, PASSWORD_MARKER).replace(ADDRESS, EMAIL)
    assert out("json", document) == after


def test_a_million_element_line_is_not_tokenised_for_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: how many strings the cursor goes over to find the leaf around a hit."""
    counted = []
    real = jsondoc.Cursor._counted

    def counting(self: jsondoc.Cursor, at: int) -> tuple[int, int] | None:
        counted.append(at)
        return real(self, at)

    monkeypatch.setattr(jsondoc.Cursor, "_counted", counting)
    elements = ['"plain, so"'] * 1_000_000
    elements[500_000] = f'"to {ADDRESS}"'
    rewritten = out("ndjson", "[" + ",".join(elements) + "]")
    assert rewritten.count(EMAIL) == 1
    assert ADDRESS not in rewritten
    assert counted == []


def test_strings_that_look_like_what_stands_between_strings_are_told_apart() -> None:
    """The nearest quote to the left may close the string before."""
    for odd in (", ", ": 1, ", ":", "],[", "{}", " true ", "0"):
        payload = json.dumps([odd, ADDRESS, odd, {odd: ADDRESS, "a": odd, "b": f"{odd} {ADDRESS}"}])
        assert json.loads(out("ndjson", payload)) == json.loads(payload.replace(ADDRESS, EMAIL)), odd


def test_key_rules_spare_names_that_only_sound_sensitive() -> None:
    spared = {
        "next_token": "CAESEAn9d8Fh2xPq7",
        "token_type": "bearer_of_some_kind",
        "max_tokens": 4096,
        "status_code": 503,
        "secretName": "orders-db-credentials",
        "prompt_tokens": 17,
        "completion_tokens": 4,
        "key": "colour-of-the-year",
    }
    payload = json.dumps(spared)
    assert out("ndjson", payload) == payload


@pytest.mark.parametrize("name", ["password", "pin", "ssn", "card_number", "otp"])
def test_numbers_under_sensitive_keys_count(name: str) -> None:
    rewritten = json.loads(out("ndjson", f'{{"a":48151623,"{name}":48151623}}'))
    assert rewritten["a"] == 48151623
    assert rewritten[name] is None


def test_a_card_that_is_a_json_number_becomes_null() -> None:
    digits = CARD.replace(" ", "")
    assert out("ndjson", f'{{"a":{digits},"b":[1,{digits}]}}') == '{"a":null,"b":[1,null]}'


def test_an_address_that_is_a_key_gets_a_valid_unique_name() -> None:
    other = ADDRESS.replace("ada", "bob")
    rewritten = out("ndjson", f'{{"{ADDRESS}":1,"{other}":2,"redacted_email":3}}')
    after = json.loads(rewritten)
    assert list(after.values()) == [1, 2, 3]
    assert len(after) == 3
    assert ADDRESS not in rewritten
    assert other not in rewritten


def test_objects_and_lists_under_a_sensitive_key_keep_their_shape() -> None:
    before = {"password": {"old": PASSWORD, "n": [PASSWORD, True, None, 48151623]}, "z": 1}
    after = json.loads(out("ndjson", json.dumps(before)))
    assert after == {"password": {"old": PASSWORD_MARKER, "n": [PASSWORD_MARKER, True, None, None]}, "z": 1}
