"""What programs are told about prompts that are gone: ids by which equal ones can be counted, and attributes beside them."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st

from detectors.markers import is_marker
from service.redaction.actions.summarize import Signer, normal_form
from tests.service.redaction.otlp_requests import REQUESTS, as_json, spans, wire
from tests.service.redaction.planted import plan_of, redacted
from tests.service.redaction.prompt_shapes import FEW, NUMBERED, PAYLOADS, SIGNING

ID = re.compile(r"\[REDACTED:prompt;chars=\d+;key=k1;id=(p_[0-9a-f]{24})\]")
PHRASE = "Is Ida Brand well again?"


def plan(**prompts: Any) -> Any:
    return plan_of(detectors=FEW, hash=SIGNING, prompts=prompts)


def ids(*messages: tuple[str, str], tenant: str = "") -> list[str]:
    document = {"model": "m", "messages": [{"role": role, "content": text} for role, text in messages]}
    chosen = plan(ids=True)
    rewritten = redacted("json", json.dumps(document), chosen.for_tenant(tenant) if tenant else chosen)
    assert redacted("json", rewritten.payload, chosen).payload == rewritten.payload
    return [found.group(1) if (found := ID.fullmatch(one["content"])) else "" for one in json.loads(rewritten.payload)["messages"]]


def test_equal_texts_of_one_role_have_one_id() -> None:
    one, two, other_role, other_text = ids(("user", PHRASE), ("human", PHRASE), ("system", PHRASE), ("user", PHRASE + "!"))
    assert one == two
    assert len({one, other_role, other_text}) == 3


def test_another_tenant_has_other_ids() -> None:
    assert len({ids(("user", PHRASE), tenant=tenant)[0] for tenant in ("", "a", "b")}) == 3
    assert ids(("user", PHRASE), tenant="a") == ids(("user", PHRASE), tenant="a")


def test_a_text_that_could_be_guessed_has_no_id() -> None:
    assert ids(("user", "1234567"), ("user", "12345678"))[0] == ""
    assert ids(("user", "12345678"))[0] != ""


def test_ids_are_the_same_however_a_letter_is_composed() -> None:
    assert len(set(ids(("user", "Zoe\u0308 Bra\u0308nd"), ("user", "Zo\u00eb Br\u00e4nd")))) == 1


@given(st.text(st.sampled_from("ae\u0301\u0308\u0327 \u30ab\u3099\u00e9z"), max_size=700))
def test_long_texts_are_normalised_like_short_ones(text: str) -> None:
    words = [word + " " for word in text.split(" ") if len(word) < 100]
    text = "".join(words)
    assert normal_form(text.encode()).decode() == unicodedata.normalize("NFC", text)


def test_a_text_of_nothing_but_marks_is_no_burden() -> None:
    assert normal_form(("\u0327\u0301" * 100_000).encode())
    assert normal_form(b"\xff\xc3\xa9\xff") == b"\xff\xc3\xa9\xff"


def test_the_key_is_in_no_repr_of_a_signer() -> None:
    assert "a-key" not in repr(Signer("k1", b"a-key-for-tests-only"))


@pytest.mark.parametrize("name", PAYLOADS)
def test_ids_are_made_in_every_codec_and_stay(name: str) -> None:
    codec, payload = PAYLOADS[name]
    rewritten = redacted(codec, payload, plan(ids=True)).payload
    found = [marker.group() for marker in ID.finditer(rewritten.decode("utf-8", "replace"))]
    assert found
    assert all(is_marker(marker.encode()) for marker in found)
    assert redacted(codec, rewritten, plan(ids=True)).payload == rewritten


MESSAGES = [
    {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
    {"role": "user", "parts": [{"type": "text", "content": PHRASE}, {"type": "text", "content": PHRASE}]},
]
CARRIERS: dict[str, dict[str, object]] = {
    "structured": {"gen_ai.input.messages": MESSAGES, "z": 1},
    "string": {"gen_ai.input.messages": json.dumps(MESSAGES), "z": 1},
}
TOLD: dict[str, object] = {
    "chars": {"intValue": str(9 + 2 * len(PHRASE))},
    "messages": {"intValue": "2"},
    "parts": {"stringValue": "text=3"},
    "policy": {"stringValue": "inline"},
    "roles": {"arrayValue": {"values": [{"stringValue": "system"}, {"stringValue": "user"}]}},
}


def attributes_of(codec: str, payload: bytes) -> dict[str, object]:
    request = json.loads(payload) if codec.startswith("otlp_json") else MessageToDict(REQUESTS["traces"].FromString(payload))
    return {one["key"]: one["value"] for one in request["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"]}


@pytest.mark.parametrize("mode", ["summarize", "replace", "drop"])
@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("codec", ["otlp_proto:traces", "otlp_json:traces"])
def test_measures_stand_beside_a_prompt_that_is_gone_and_are_added_once(codec: str, carrier: str, mode: str) -> None:
    payload = (wire if codec.startswith("otlp_proto") else as_json)(spans(CARRIERS[carrier]))
    chosen = plan(metadata=True, mode=mode)
    once = redacted(codec, payload, chosen).payload
    after = attributes_of(codec, once)
    assert {key.rpartition(".")[2]: value for key, value in after.items() if key.startswith("redaction.gen_ai.input.messages.")} == TOLD
    assert after["z"] == {"intValue": "1"}
    assert redacted(codec, once, chosen).payload == once


@pytest.mark.parametrize("codec", ["otlp_proto:traces", "otlp_json:traces"])
@pytest.mark.parametrize("attributes", [{"gen_ai.prompt": PHRASE}, {"gen_ai.prompt": PHRASE, "z": 1}, {"a": 1, "gen_ai.prompt": PHRASE}, NUMBERED])
def test_measures_take_the_place_of_a_dropped_attribute_wherever_it_stood(codec: str, attributes: dict[str, object]) -> None:
    payload = (wire if codec.startswith("otlp_proto") else as_json)(spans(attributes))
    rewritten = redacted(codec, payload, plan(metadata=True, mode="drop"))
    assert not rewritten.report.unprocessable
    after = attributes_of(codec, rewritten.payload)
    assert "gen_ai.prompt" not in after
    assert {key for key in after if key.endswith(".chars")}


@pytest.mark.parametrize("prompts", [{}, {"metadata": True, "mode": "keep"}, {"metadata": True, "mode": "redact_entities"}])
@pytest.mark.parametrize("codec", ["otlp_proto:traces", "otlp_json:traces"])
def test_no_measures_without_the_setting_or_where_nothing_goes(codec: str, prompts: dict[str, Any]) -> None:
    payload = (wire if codec.startswith("otlp_proto") else as_json)(spans({"gen_ai.prompt": PHRASE, "acme": [{"role": "user", "content": PHRASE}]}))
    assert b"redaction." not in redacted(codec, payload, plan(**prompts)).payload
