"""What went as a prompt does not recur: in its record, in its trace, in any encoding; records of other traces stay as they are."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from load import otlp
from load.prompts import readable
from service.redaction.plan import PROMPT_COPY, Plan
from tests.service.redaction.planted import out, plan_of, redacted

TRACE, OTHER = "5b8efff798038103d269b633813fc60c", "0af7651916cd43dd8448eb211c80319c"
PROMPT = 'Anna\'s fever is at 39.2 since "Monday",\nwho of us may treat her in Zürich?'
PIECE = "who of us may treat her"
MARKER = "[REDACTED:prompt;chars="


@cache
def plan(**prompts: Any) -> Plan:
    few = {"off": ["secret", "contact", "financial", "government", "network"], "on": ["email"]}
    return plan_of(detectors=few, prompts=prompts)


def line(**members: object) -> str:
    return json.dumps(members)


def sent(encoding: str, *spans: otlp.SpanFields) -> tuple[str, bytes]:
    if encoding == "otlp_proto":
        return "otlp_proto:traces", otlp.traces_request([otlp.span_message(span) for span in spans])
    return "otlp_json:traces", otlp.traces_document([json.dumps(otlp.span_object(span), ensure_ascii=False).encode() for span in spans])


def span(
    trace: str = TRACE, attributes: dict[str, object] | None = None, *, failure: str = "", said: str = "", name: str = "chat"
) -> otlp.SpanFields:
    events = [otlp.Event("exception", {"exception.message": said})] if said else []
    return otlp.SpanFields(trace, "eee19b7ec3c1b174", name, 1, 2, attributes or {}, events, failure)


TWICE = json.dumps({"a": json.dumps({"q": PROMPT})})
ENCODED = {
    "as it is": PROMPT,
    "among words": f"could not answer {PROMPT} in time",
    "without its line's end": PROMPT.strip(),
    "escaped once": json.dumps({"q": PROMPT}),
    "escaped twice": TWICE,
    "escaped three times": json.dumps({"b": TWICE}),
    "not as ASCII": json.dumps({"q": PROMPT}, ensure_ascii=False),
    "a repr": f"ValidationError: input_value={PROMPT!r}, input_type=str",
    "a repr in JSON": json.dumps({"error": repr({"q": PROMPT})}),
    "its beginning": PROMPT[:34] + "...",
    "its middle cut out": f"input_value={PROMPT[:28]!r}...{PROMPT[-26:]!r}",
    "twice": f"{PROMPT} / {PROMPT}",
}


@pytest.mark.parametrize("copy", ENCODED.values(), ids=ENCODED)
def test_a_copy_goes_whatever_it_is_encoded_with(copy: str) -> None:
    for codec, payload in (
        ("ndjson", line(prompt=PROMPT, error=copy)),
        ("ndjson", line(trace_id=TRACE, prompt=PROMPT) + "\n" + line(trace_id=TRACE, msg=copy)),
        ("json", json.dumps({"prompt": PROMPT, "error": {"said": [copy]}}, indent=1)),
        sent("otlp_proto", span(attributes={"gen_ai.prompt": PROMPT, "app.note": copy})),
        sent("otlp_json", span(attributes={"gen_ai.prompt": PROMPT, "app.note": copy})),
        sent("otlp_proto", span(attributes={"gen_ai.prompt": PROMPT}), span(failure=copy)),
        sent("otlp_json", span(failure=copy), span(attributes={"gen_ai.prompt": PROMPT})),
    ):
        result = redacted(codec, payload, plan())
        left = readable(result.payload)
        assert not any(word in left for word in (PIECE, "fever")), codec
        assert any(detector == PROMPT_COPY for detector, _, _ in result.report.findings)
        assert not result.report.unprocessable
        assert redacted(codec, result.payload, plan()).payload == result.payload
        if codec == "ndjson":
            assert all(json.loads(part) for part in result.payload.splitlines())


@pytest.mark.parametrize("encoding", ["otlp_proto", "otlp_json"])
def test_a_copy_goes_wherever_a_span_may_hold_it(encoding: str) -> None:
    home = span(attributes={"gen_ai.prompt": PROMPT, "llm.thing": [PROMPT]}, failure=f"bad: {PROMPT}", said=f"no: {PROMPT}", name=f"ask {PROMPT}")
    result = redacted(*sent(encoding, home, span(attributes={"db.statement": f"SELECT '{PROMPT}'"})), plan())
    assert PIECE not in readable(result.payload)


@pytest.mark.parametrize("encoding", ["otlp_proto", "otlp_json"])
def test_records_of_other_traces_stay_byte_for_byte(encoding: str) -> None:
    other = span(OTHER, {"app.note": PROMPT})
    _, alone = sent(encoding, other)
    codec, payload = sent(encoding, span(attributes={"gen_ai.prompt": PROMPT}), other)
    result = redacted(codec, payload, plan()).payload
    kept = (
        otlp.span_message(other).SerializeToString() if encoding == "otlp_proto" else json.dumps(otlp.span_object(other), ensure_ascii=False).encode()
    )
    assert kept in alone
    assert kept in result


def test_lines_of_other_traces_or_of_none_stay() -> None:
    others = line(trace_id=OTHER, msg=PROMPT) + "\n" + line(msg=PROMPT)
    assert out("ndjson", line(trace_id=TRACE, prompt=PROMPT) + "\n" + others, plan()).endswith(others)


def test_a_trace_id_may_hold_any_byte() -> None:
    for trace in ("00" * 15 + "01", "6a38bd27f19143e00093b4e0959d5434", "5c" * 16, "0a" * 16):
        codec, payload = sent("otlp_proto", span(trace, {"gen_ai.prompt": PROMPT}), span(OTHER, {"n": PROMPT}), span(trace, {"n": PROMPT}))
        assert redacted(codec, payload, plan()).payload.count(PIECE.encode()) == 1


@pytest.mark.parametrize("size", [*range(20, 132), 255, 256, 300])
def test_a_copy_of_any_length_goes_from_protobuf(size: int) -> None:
    text = ("new words are not routinely beside one another, but here they are: " * 5)[:size].strip().ljust(size, "x")
    result = redacted(*sent("otlp_proto", span(attributes={"gen_ai.prompt": text, "app.note": text})), plan())
    assert text.encode() not in result.payload


STAYS = {
    "too short": ("nineteen characters", "nineteen characters"),
    "the beginning of another address": ("https://api.example.com/orders/1", "https://api.example.com/orders/22"),
    "less than twenty characters alike": (PROMPT, "Anna's fever is high and rising"),
}


@pytest.mark.parametrize(("prompt", "text"), STAYS.values(), ids=STAYS)
def test_what_is_no_copy_stays(prompt: str, text: str) -> None:
    assert json.loads(out("ndjson", line(prompt=prompt, note=text), plan()))["note"] == text


def test_ids_structure_names_and_what_is_on_the_keep_list_stay() -> None:
    model = "claude-3-haiku-20240307"
    record = {"prompt": [model, TRACE], "gen_ai.request.model": model, "trace_id": TRACE, model: 1, "args": f"{{'model': '{model}'}}"}
    after = json.loads(out("ndjson", json.dumps(record), plan()))
    assert {**after, "prompt": record["prompt"]} == record


@pytest.mark.parametrize("mode", ["keep", "observe", "redact_entities"])
def test_where_prompts_are_let_through_their_copies_are(mode: str) -> None:
    record = line(prompt=PROMPT, error=f"no: {PROMPT}")
    assert out("ndjson", record, plan(mode=mode)) == record


def test_copies_stay_where_the_policy_says_so() -> None:
    assert PIECE in out("ndjson", line(prompt=PROMPT, error=PROMPT), plan(side_copies=False))


def test_a_copy_that_detectors_took_something_out_of_goes_all_the_same() -> None:
    prompt = "Please write to ada.lovelace" + "@" + "example.com about the overdue loan of hers"
    assert "overdue" not in out("ndjson", line(prompt=prompt, error=f"failed: {prompt}"), plan())


def test_in_text_a_record_ends_where_the_next_begins() -> None:
    text = (
        f"2026-05-04 09:00:01 DEBUG Request options: {{'messages': [{{'role': 'user', 'content': {PROMPT!r}}}], 'model': 'gpt-4o'}}\n"
        f'Traceback (most recent call last):\n  File "/app/ask.py", line 12\n    ask({json.dumps(PROMPT)})\nopenai.BadRequestError: {PROMPT}\n'
    )
    following = f"2026-05-04 09:00:02 INFO {PIECE}\n"
    after = out("text", text + following, plan())
    assert after.endswith(following)
    assert after.count(PIECE) == 1
    assert "\nTraceback (most recent call last):\n  File" in after
    assert "openai.BadRequestError: [REDACTED" in after


def test_ten_thousand_prompts_of_one_trace_are_searched_for_at_once() -> None:
    rows = [line(trace_id=TRACE, prompt=f"Classify this ticket of the customer {i * 7919}: it is late") for i in range(10_000)]
    rows += [line(trace_id=TRACE, msg=f"seen: Classify this ticket of the customer {i * 7919}: it is late") for i in range(0, 10_000, 100)]
    assert "customer" not in out("ndjson", "\n".join(rows), plan())


WORD = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
CONTENT = st.lists(WORD, min_size=5, max_size=12).map(" ".join).map(str.strip).filter(lambda text: len(text) >= 20 and text[:1] not in "[{(")


@settings(max_examples=60, deadline=None)
@given(content=CONTENT, ascii_only=st.booleans(), levels=st.integers(0, 3))
def test_no_content_is_in_the_output_of_its_record(content: str, ascii_only: bool, levels: int) -> None:
    copy = content
    for _ in range(levels):
        copy = json.dumps({"again": copy}, ensure_ascii=ascii_only)
    foreign = line(trace_id=OTHER, note=copy)
    payload = line(trace_id=TRACE, prompt=content, note=copy) + "\n" + foreign + "\n" + line(trace_id=TRACE, note=copy)
    home, other, sibling = out("ndjson", payload, plan()).split("\n")
    unseen = json.loads(home)["prompt"] == content  # a prompt that is but a marker or a mask stays
    assert unseen or (content not in readable(home.encode()) and content not in readable(sibling.encode()))
    assert other == foreign
