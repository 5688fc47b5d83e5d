"""What becomes of a match: markers, masks, pseudonyms, measures, and what is dropped."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import service.redaction.actions
from detectors.markers import is_marker
from service.redaction.actions import ACTIONS, Drop, Hash, Keep, Mask, Match, Replace, Summarize
from tests.service.redaction.otlp_requests import REQUESTS, as_json, logs, spans, wire
from tests.service.redaction.planted import ADDRESS, CARD, EMAIL, KEY, KEY_MARKER, full_plan_of, out, plan_of, redacted

SIGNING = {"keys": [{"id": "k1", "key": "a-key-for-tests-only"}, {"id": "k0", "key": "an-older-key-for-tests"}]}
VALUE = Match(b"value", "email", "contact")


def test_the_list_of_actions_is_the_folder() -> None:
    files = {path.stem for path in Path(service.redaction.actions.__file__).parent.glob("*.py")} - {"__init__", "match"}
    assert {action.name for action in ACTIONS} == files


def test_markers_are_written_in_the_syntax_of_where_they_stand() -> None:
    match = Match(b"x", "basic_credentials", "secret")
    rendered = [Replace().render(match._replace(syntax=syntax)) for syntax in ("text", "url", "name")]
    assert rendered == [b"[REDACTED:basic_credentials]", b"REDACTED-basic-credentials", b"redacted_basic_credentials"]
    assert all(is_marker(one) for one in rendered)


def test_a_mask_keeps_at_most_four_and_never_more_than_a_quarter() -> None:
    shown = {length: Mask().render(Match(b"1234567890123456"[-length:], "card", "financial")) for length in (4, 8, 12, 16)}
    assert shown == {4: b"***6", 8: b"******56", 12: b"*********456", 16: b"************3456"}


@given(st.text(min_size=1, max_size=40), st.integers(0, 4))
def test_a_mask_never_shows_more_than_a_quarter(text: str, keep: int) -> None:
    rendered = Mask(keep).render(Match(text.encode("utf-8", "replace"), "email", "contact")).decode()
    if rendered == EMAIL:
        assert len(text) < 3 or text != text.encode("utf-8", "replace").decode()
        return
    assert len(rendered) == len(text)
    assert rendered.count("*") >= len(text) - min(keep, len(text) // 4)


def test_masks_in_documents() -> None:
    plan = plan_of(rules=[{"detectors": ["card"], "action": {"type": "mask", "character": "#"}}])
    assert out("ndjson", json.dumps({"m": f"paid {CARD}"}), plan) == json.dumps({"m": "paid " + "#" * 15 + "1111"})


def pseudonym(text: str, **keys: object) -> str:
    plan = plan_of(rules=[{"detectors": ["email", "card"], "action": "hash"}], hash=keys or SIGNING)
    return out("text", f"to {text} now", plan)[3:-4]


def test_a_pseudonym_has_the_entity_the_key_and_twenty_four_hex() -> None:
    assert re.fullmatch(r"\[email:k1:[0-9a-f]{24}\]", pseudonym(ADDRESS))


def test_equal_values_have_equal_pseudonyms_however_they_are_written() -> None:
    assert pseudonym(ADDRESS) == pseudonym(ADDRESS.replace("example", "EXAMPLE"))
    assert pseudonym(ADDRESS) != pseudonym(ADDRESS.replace("ada", "bob"))
    assert pseudonym(CARD) == pseudonym(CARD.replace(" ", "-")) == pseudonym(CARD.replace(" ", ""))


def test_phone_numbers_are_normalised_to_their_international_form() -> None:
    action = Hash("k1", b"a-key-for-tests-only")
    one, two, three = ("+44 20 7946 0958", "+442079460958", "tel:+44-20-7946-0958")
    assert len({action.render(Match(text.encode(), "phone", "contact")) for text in (one, two, three)}) == 1


def test_an_exit_code_and_a_plus_are_the_same_number() -> None:
    action, one = Hash("k1", b"a-key-for-tests-only"), "+44 20 7946 0958"
    assert action.render(Match(b"0044 20 7946 0958", "phone", "contact")) == action.render(Match(one.encode(), "phone", "contact"))


def test_another_key_or_another_entity_gives_another_pseudonym() -> None:
    assert pseudonym(ADDRESS) != pseudonym(ADDRESS, keys=[{"id": "k1", "key": "another-key-for-tests"}])
    signer = Hash("k1", b"a-key-for-tests-only")
    assert signer.render(Match(b"123456789", "phone", "contact"))[-25:] != signer.render(Match(b"123456789", "ssn", "government"))[-25:]


def test_a_pseudonym_is_no_finding_and_stays() -> None:
    plan = plan_of(rules=[{"detectors": ["*"], "action": "hash"}], hash=SIGNING)
    for syntax in ("text", "url", "name"):
        shown = Hash("k1", b"a-key-for-tests-only").render(VALUE._replace(syntax=syntax)).decode()
        text = f"to {shown} password={shown}"
        assert out("text", text, plan) == text


def test_the_key_is_in_no_repr() -> None:
    assert "a-key" not in repr(Hash("k1", b"a-key-for-tests-only"))


def test_a_summary_counts_characters_messages_and_roles() -> None:
    messages = '[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "é?"}, {"role": "user", "content": "x"}]'
    rendered = Summarize().render(Match(messages.encode(), "prompt", "prompt"))
    assert rendered == f"[REDACTED:prompt;chars={len(messages)};messages=3;roles=system+user]".encode()
    assert is_marker(rendered)
    assert Summarize().render(Match("é€".encode(), "prompt", "prompt")) == b"[REDACTED:prompt;chars=2]"
    assert Summarize().render(VALUE) == EMAIL.encode()


def test_keep_and_drop_leave_all_and_nothing() -> None:
    assert Keep().render(VALUE) == b"value"
    assert Drop().render(VALUE) is None


def test_stricter_actions_are_ordered() -> None:
    order = [
        Keep().strictness,
        Mask().strictness,
        Hash("k", b"x" * 16).strictness,
        Replace().strictness,
        Drop().strictness,
        Drop("record").strictness,
    ]
    assert order == sorted(order)
    assert len(set(order)) == len(order)


DROP = plan_of(rules=[{"detectors": ["email"], "action": "drop"}])
RECORD = plan_of(rules=[{"detectors": ["email"], "action": {"type": "drop", "what": "record"}}])
GONE = {
    '{"a": 1, "m": "to X", "z": 2}': '{"a": 1, "z": 2}',
    '{"m": "X", "z": 2}': '{"z": 2}',
    '{"a": 1, "m": "X"}': '{"a": 1}',
    '{"m": "X"}': "{}",
    '{"m": "X", "n": "X"}': "{}",
    '{"m": "X", "b": 1, "n": "X"}': '{"b": 1}',
    '["X", 1]': "[null, 1]",
    '[1, "X"]': "[1, null]",
    '{"a": ["X", {"m": "X", "b": "X"}], "z": {"m": "X"}}': '{"a": [null, {}], "z": {}}',
}


@pytest.mark.parametrize("before", GONE)
@pytest.mark.parametrize("indent", [None, 2])
def test_a_dropped_member_is_gone_and_a_dropped_element_is_null(before: str, indent: int | None) -> None:
    payload = json.dumps(json.loads(before.replace("X", ADDRESS)), indent=indent)
    rewritten = out("json", payload, DROP)
    assert json.loads(rewritten) == json.loads(GONE[before])
    if indent is None:
        assert rewritten == GONE[before]


def test_json_stays_valid_when_members_inside_a_string_are_dropped() -> None:
    rewritten = json.loads(out("ndjson", json.dumps({"body": json.dumps({"m": ADDRESS, "n": 1}), "z": 2}), DROP))
    assert rewritten["z"] == 2
    assert "body" not in rewritten or json.loads(rewritten["body"]) == {"n": 1}


def test_a_dropped_attribute_is_gone_in_protobuf_and_in_json() -> None:
    before, after = spans({"a": 1, "m": f"to {ADDRESS}", "z": 2}), spans({"a": 1, "z": 2})
    assert redacted("otlp_proto:traces", wire(before), DROP).payload == wire(after)
    assert json.loads(out("otlp_json:traces", as_json(before), DROP)) == json.loads(as_json(after))
    only = spans({"m": ADDRESS})
    assert json.loads(out("otlp_json:traces", as_json(only), DROP))["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"] == []
    assert redacted("otlp_proto:traces", wire(only), DROP).payload == wire(spans({}))


def test_a_dropped_array_element_is_an_empty_value() -> None:
    before = spans({"list": [1, ADDRESS, "kept"]})
    after = REQUESTS["traces"].FromString(redacted("otlp_proto:traces", wire(before), DROP).payload)
    values = after.resource_spans[0].scope_spans[0].spans[0].attributes[0].value.array_value.values
    assert [one.WhichOneof("value") for one in values] == ["int_value", None, "string_value"]
    rewritten = json.loads(out("otlp_json:traces", as_json(before), DROP))
    values = rewritten["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"][0]["value"]["arrayValue"]["values"]
    assert values == [{"intValue": "1"}, {}, {"stringValue": "kept"}]


def test_in_text_the_matched_bytes_alone_go() -> None:
    assert out("text", f"to {ADDRESS}, now\r\n", DROP) == "to , now\r\n"


def test_a_dropped_body_leaves_the_record() -> None:
    """A body is text: the matched bytes go, in protobuf as in JSON."""
    before, after = logs(f"to {ADDRESS}", "kept"), logs("to ", "kept")
    assert redacted("otlp_proto:logs", wire(before), DROP).payload == wire(after)
    assert json.loads(out("otlp_json:logs", as_json(before), DROP)) == json.loads(as_json(after))


def test_a_dropped_record_is_gone_with_its_line() -> None:
    assert out("text", f"one\ntwo {ADDRESS}\nthree", RECORD) == "one\nthree"
    lines = [json.dumps({"n": 1}), json.dumps({"m": ADDRESS}), json.dumps({"n": 3})]
    rewritten = redacted("ndjson", "\n".join(lines) + "\n", RECORD)
    assert rewritten.payload.decode() == f"{lines[0]}\n{lines[2]}\n"
    assert rewritten.report.dropped == 1


def test_a_dropped_record_is_gone_from_otlp() -> None:
    before, after = spans({"n": 1}, {"m": ADDRESS}, {"n": 3}), spans({"n": 1}, {"n": 3})
    rewritten = redacted("otlp_proto:traces", wire(before), RECORD)
    assert rewritten.payload == wire(after)
    assert rewritten.report.dropped == 1
    rewritten = redacted("otlp_json:traces", as_json(before), RECORD)
    assert json.loads(rewritten.payload) == json.loads(as_json(after))
    assert rewritten.report.dropped == 1


def padded(value: int, size: int) -> bytes:
    """A varint that is written in so many bytes, which it need not be (protobuf encoding, "Base 128 Varints")."""
    return bytes(value >> 7 * at & 0x7F | (0x80 if at < size - 1 else 0) for at in range(size))


@pytest.mark.parametrize("tag_size", [1, 2, 3])
@pytest.mark.parametrize("length_size", [2, 3, 5])
def test_a_record_is_dropped_however_long_its_tag_and_length_are_written(tag_size: int, length_size: int) -> None:
    record = spans({"m": ADDRESS, "n": "confidential " + "x" * 200}).resource_spans[0].scope_spans[0].spans[0].SerializeToString()
    scope = padded(0x12, tag_size) + padded(len(record), length_size) + record
    container = padded(0x12, 1) + padded(len(scope), 3) + scope
    rewritten = redacted("otlp_proto:traces", padded(0x0A, 1) + padded(len(container), 3) + container, RECORD)
    assert b"confidential" not in rewritten.payload
    assert (rewritten.report.records, rewritten.report.dropped) == (1, 1)


def test_a_record_whose_name_or_nested_value_is_dropped_keeps_no_secret() -> None:
    for attributes in ({ADDRESS: 1, "z": 2}, {"deep": {"a": ADDRESS, "b": [ADDRESS]}, "z": 2}):
        for codec, make in (("otlp_proto", wire), ("otlp_json", as_json)):
            rewritten = redacted(f"{codec}:traces", make(spans(dict(attributes))), DROP).payload
            assert ADDRESS.encode() not in rewritten, codec


def test_a_drop_of_one_finding_takes_its_neighbour_in_the_same_value_along() -> None:
    plan = full_plan_of(rules=[{"detectors": ["email"], "action": "drop"}])
    rewritten = out("ndjson", json.dumps({"m": f"{ADDRESS} {KEY}", "k": KEY, "z": 1}), plan)
    assert json.loads(rewritten) == {"k": KEY_MARKER, "z": 1}
