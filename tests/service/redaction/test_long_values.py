"""Values larger than what a verification looks at, and payloads larger than a window: no tail is left, nothing falls between."""

from __future__ import annotations

import json

import pytest

from detectors.matching import sample
from detectors.scanner import WINDOW_BYTES
from detectors.values import MAX_VALUE
from tests.service.redaction.otlp_requests import as_json, logs, spans, wire
from tests.service.redaction.planted import ADDRESS, EMAIL, KEY, KEY_MARKER, out, redacted

LONG = sample("alnum", 10_000)
FORMS = {
    "bearer": "Authorization: Bearer {}",
    "basic": "Authorization: Basic {}",
    "cookie": "Cookie: session={}",
    "web token": "got eyJhbGciOiJIUzI1NiJ9.{}." + sample("b64url", 43),
    "password": 'password="{}"',
    "query": "GET /x?access_token={} HTTP/1.1",
    "header": "X-Api-Key: {}",
}
QUESTION = "does Ida owe tax "


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("length", [3000, 5000, 10_000])
def test_of_a_secret_longer_than_a_verification_s_window_no_tail_is_left(name: str, length: int) -> None:
    """Session cookies and tokens with many claims are larger than 4 KiB; what can't be examined is replaced, not cut."""
    text = FORMS[name].format(LONG[:length])
    for codec, payload in (("text", text), ("ndjson", json.dumps({"m": text})), ("otlp_proto:logs", wire(logs(text)))):
        rewritten = out(codec, payload)
        assert LONG[length - 40 : length] not in rewritten, codec
        assert LONG[length // 2 : length // 2 + 40] not in rewritten, codec


LARGE = QUESTION * (MAX_VALUE // len(QUESTION) * 3 // 2)
PROMPTS = {
    "text": f"prompt='{LARGE}' z=1",
    "a document": json.dumps({"model": "m", "prompt": LARGE}),
    "a document cut off": json.dumps({"model": "m", "prompt": LARGE})[:-20],
    "messages cut off": json.dumps({"model": "m", "messages": [{"role": "user", "content": LARGE}]})[:-20],
    "a nested document cut off": json.dumps({"b": json.dumps({"model": "m", "prompt": LARGE})})[:-20],
}


@pytest.mark.parametrize("name", PROMPTS)
def test_of_a_prompt_longer_than_a_value_is_followed_no_tail_is_left(name: str) -> None:
    rewritten = out("ndjson", f"{PROMPTS[name]}\n" + json.dumps({"m": ADDRESS}) + "\n")
    assert QUESTION not in rewritten
    assert rewritten.endswith("\n" + json.dumps({"m": EMAIL}) + "\n")


@pytest.mark.parametrize("shift", [-80, -60, -40, -20, -4, 0, 1])
def test_a_secret_across_the_border_of_two_windows_is_found_in_ndjson(shift: int) -> None:
    clean = json.dumps({"m": "nothing here"}) + "\n"
    before = clean * (WINDOW_BYTES // len(clean) - 9)
    head = '{"m":"' + "x" * (WINDOW_BYTES - len(before) + shift - 8) + " "
    after = '"}\n' + clean * 3
    assert out("ndjson", before + head + KEY + after) == before + head + KEY_MARKER + after


@pytest.mark.parametrize("shift", [-80, -60, -40, -20, -4, 0, 1])
@pytest.mark.parametrize("codec", ["otlp_proto", "otlp_json"])
def test_a_secret_across_the_border_of_two_windows_is_found_in_otlp(shift: int, codec: str) -> None:
    make = wire if codec == "otlp_proto" else as_json
    head = len(make(spans({"k": "x" * WINDOW_BYTES}))) - WINDOW_BYTES
    filling = "x" * (WINDOW_BYTES - head + shift) + " "
    message = make(spans({"k": f"{filling}{KEY} end", "z": ADDRESS}))
    assert redacted(f"{codec}:traces", message).payload == make(spans({"k": f"{filling}{KEY_MARKER} end", "z": EMAIL}))


def test_many_records_in_many_windows_are_each_redacted() -> None:
    bodies = [f"record {i} to u{i}@example.com" if i % 7 == 0 else f"record {i} is fine and has some more words in it" for i in range(60_000)]
    expected = [f"record {i} to {EMAIL}" if i % 7 == 0 else body for i, body in enumerate(bodies)]
    assert redacted("otlp_proto:logs", wire(logs(*bodies[:30_000]))).payload == wire(logs(*expected[:30_000]))
    assert out("text", "\n".join(bodies)) == "\n".join(expected)
    assert out("ndjson", "\n".join(map(json.dumps, bodies))) == "\n".join(map(json.dumps, expected))
