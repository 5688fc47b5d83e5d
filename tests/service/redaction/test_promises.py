"""The promises, on generated payloads: exactly the planted leaf changes, redacting twice changes nothing, and nothing crashes or leaks."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from load.plans import default_plan
from service.errors import FramingError
from service.redaction.codecs.wire import length_delimited
from service.redaction.pipeline import CODECS, rewrite
from tests.service.payloads import request
from tests.service.redaction.otlp_requests import REQUESTS, SIGNALS, as_json, logs, spans, wire
from tests.service.redaction.planted import ADDRESS, CARD, EMAIL, KEY, KEY_MARKER, PASSWORD, plan_of, redacted
from tests.service.redaction.test_traps_json import CHAT

PHONE, PHONE_MARKER = "+44 20 " + "7946 0958", "[REDACTED:phone]"
PLANTED = ((ADDRESS, EMAIL), (KEY, KEY_MARKER), (PHONE, PHONE_MARKER))
MODERATE = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
FEW = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])

# No sensitive name can be spelt with these letters: in a list, a name stands for what comes behind it (["cvc", 123]).
WORDS = st.text(alphabet="bdgijkmqvwyz éüß€漢😀\"\\/\n\t{}[],:'", max_size=24)
NAMES = st.text(alphabet='bdgijkmqwyz_.-é"\\ ', min_size=1, max_size=12)
SCALARS = st.none() | st.booleans() | st.integers(-9999, 9999) | st.floats(-1e3, 1e3, allow_nan=False) | WORDS
DOCUMENTS = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=20).filter(
    lambda document: isinstance(document, (dict, list))
)
CHOICES = st.randoms(use_true_random=False)


def places(document: Any) -> list[tuple[Any, Any]]:
    """``(container, name or index)`` of each leaf."""
    out: list[tuple[Any, Any]] = []
    items = document.items() if isinstance(document, dict) else enumerate(document)
    for name, value in items:
        if isinstance(value, (dict, list)) and value:
            out.extend(places(value))
        else:
            out.append((document, name))
    return out


def planted_twice(document: Any, chance: Any) -> tuple[Any, Any]:
    """The document with a secret as one of its leaves, and with the secret's marker there instead."""
    secret, marker = chance.choice(PLANTED)
    before, after = copy.deepcopy(document), copy.deepcopy(document)
    spots = places(before)
    spot = chance.randrange(len(spots)) if spots else -1
    around = chance.choice([("", ""), ("to ", ", again"), ('say "', '" now\\'), ("\n", "\t"), ("é: ", " €")])
    for one, text in ((before, secret), (after, marker)):
        value = around[0] + text + around[1]
        if spot < 0:
            one.append(value) if isinstance(one, list) else one.update(b=value)
        else:
            container, name = places(one)[spot]
            container[name] = value
    return before, after


@MODERATE
@given(DOCUMENTS, CHOICES, st.booleans(), st.sampled_from([None, 0, 2]))
def test_of_a_json_document_exactly_the_planted_leaf_changes(document: Any, chance: Any, ascii_only: bool, indent: int | None) -> None:
    before, after = planted_twice(document, chance)
    for codec in ("json", "ndjson") if indent is None else ("json",):
        written = json.dumps(before, ensure_ascii=ascii_only, indent=indent).encode()
        assert rewrite(codec, written, default_plan()).payload == json.dumps(after, ensure_ascii=ascii_only, indent=indent).encode()


@MODERATE
@given(DOCUMENTS, CHOICES, st.integers(1, 4))
def test_of_json_inside_strings_exactly_the_planted_leaf_changes(document: Any, chance: Any, depth: int) -> None:
    before, after = map(json.dumps, planted_twice(document, chance))
    for _ in range(depth):
        before, after = json.dumps({"b": before}), json.dumps({"b": after})
    assert rewrite("ndjson", before.encode(), default_plan()).payload == after.encode()


@MODERATE
@given(st.dictionaries(NAMES, DOCUMENTS, min_size=1, max_size=4), CHOICES)
def test_of_an_otlp_request_exactly_the_planted_leaf_changes(document: dict[str, Any], chance: Any) -> None:
    before, after = planted_twice(document, chance)
    for signal, make in (("traces", spans), ("logs", logs)):
        for codec, written in (("otlp_proto", wire), ("otlp_json", as_json)):
            assert rewrite(f"{codec}:{signal}", written(make(before)), default_plan()).payload == written(make(after)), codec


@MODERATE
@given(st.lists(st.text(max_size=30).filter(lambda text: "@" not in text), max_size=6), st.sampled_from(PLANTED), st.integers(0, 6))
def test_of_text_exactly_the_planted_part_changes(lines: list[str], planted: tuple[str, str], where: int) -> None:
    lines = [line.encode("utf-8", "surrogatepass").decode("latin-1") for line in lines]
    clean = "\n".join(lines)
    if rewrite("text", clean.encode("latin-1"), default_plan()).payload != clean.encode("latin-1"):
        return  # what was drawn holds something itself
    before, after = [*lines], [*lines]
    before.insert(where, f"it is {planted[0]} today")
    after.insert(where, f"it is {planted[1]} today")
    assert rewrite("text", "\n".join(before).encode("latin-1"), default_plan()).payload == "\n".join(after).encode("latin-1")


@MODERATE
@given(DOCUMENTS)
def test_a_clean_payload_is_the_very_object_that_came(document: Any) -> None:
    payloads = [
        ("json", json.dumps(document, indent=1).encode()),
        ("ndjson", json.dumps(document).encode()),
        ("text", json.dumps(document).encode()),
    ]
    for codec, written in (("otlp_proto", wire), ("otlp_json", as_json)):
        payloads += [(f"{codec}:traces", written(spans({"b": document}))), (f"{codec}:logs", written(logs(document)))]
    for codec, payload in payloads:
        assert rewrite(codec, payload, default_plan()).payload is payload, codec


PIECES = st.sampled_from(
    [
        ADDRESS,
        KEY,
        CARD,
        EMAIL,
        KEY_MARKER,
        "[REDACTED:prompt;chars=4]",
        "REDACTED-email",
        "****",
        "[Filtered]",
        f"password={PASSWORD}",
        f'"password":"{PASSWORD}"',
        f"Authorization: Bearer {KEY[10:60]}",
        f"https://ada:{PASSWORD}@db.example.com/x?token={PASSWORD}&email={ADDRESS}",
        "prompt='is Ida well?'",
        CHAT,
        CHAT[:-40],
        f"call {PHONE}",
        "IBAN GB29 NWBK 6016 1331 9268 19",
    ]
)
BETWEEN = st.sampled_from(
    [
        "\n",
        " ",
        ", ",
        "; ",
        '"',
        "\\",
        "\\n",
        "{",
        "}",
        "[",
        "]",
        ":",
        "=",
        " word ",
        " é ",
        "\t",
        "&",
    ]
)
MIXES = st.lists(st.tuples(st.lists(BETWEEN, min_size=1, max_size=3).map("".join), PIECES).map("".join), max_size=6).map("".join)
GLUED = st.lists(PIECES, max_size=4).map("".join)


@MODERATE
@given(st.lists(MIXES, min_size=1, max_size=3))
def test_redacting_twice_changes_nothing(mixes: list[str]) -> None:
    redact_twice(mixes)


@MODERATE
@given(st.lists(GLUED, min_size=1, max_size=2))
def test_redacting_twice_changes_nothing_where_secrets_and_markers_touch(mixes: list[str]) -> None:
    redact_twice(mixes)


def redact_twice(mixes: list[str]) -> None:
    document = {"m": mixes[0], "list": mixes, "password": mixes[-1], "prompt": mixes[0], "inner": json.dumps({"m": mixes[-1]})}
    payloads = {
        "text": "\n".join(mixes).encode(),
        "ndjson": "\n".join([*map(json.dumps, mixes), json.dumps(document), *mixes]).encode(),
        "json": json.dumps(document, indent=1).encode(),
        "otlp_proto:traces": wire(spans(dict(document))),
        "otlp_json:traces": as_json(spans(dict(document))),
        "otlp_proto:logs": wire(logs(*mixes)),
        "otlp_json:logs": as_json(logs(*mixes)),
    }
    for codec, payload in payloads.items():
        once = rewrite(codec, payload, default_plan()).payload
        assert rewrite(codec, once, default_plan()).payload == once, codec


@MODERATE
@given(st.lists(MIXES, min_size=1, max_size=3))
def test_whole_secrets_are_gone_from_any_mix(mixes: list[str]) -> None:
    for codec, payload in (("text", " \n".join(mixes).encode()), ("ndjson", json.dumps({"list": mixes}).encode())):
        rewritten = rewrite(codec, payload, default_plan()).payload
        assert KEY.encode() not in rewritten, codec


@MODERATE
@given(st.lists(MIXES, max_size=3))
def test_redacted_json_has_the_types_it_had(mixes: list[str]) -> None:
    document = {"a": mixes, "n": [1, 1.5, None, True], "o": {"m": mixes, "prompt": mixes}, "password": mixes}
    after = json.loads(rewrite("ndjson", json.dumps(document).encode(), default_plan()).payload)
    assert shape(after) == shape(document)


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    return [shape(member) for member in value] if isinstance(value, list) else type(value)


@FEW
@given(st.dictionaries(NAMES | st.sampled_from(["password", "gen_ai.prompt", "gen_ai.input.messages"]), MIXES, min_size=1, max_size=4))
def test_redacted_otlp_parses_as_what_it_was(attributes: dict[str, str]) -> None:
    message = spans(dict(attributes))
    after = REQUESTS["traces"].FromString(rewrite("otlp_proto:traces", wire(message), default_plan()).payload)
    assert [one.value.WhichOneof("value") for one in after.resource_spans[0].scope_spans[0].spans[0].attributes] == ["string_value"] * len(attributes)
    assert json.loads(rewrite("otlp_json:traces", as_json(message), default_plan()).payload)


@pytest.mark.parametrize("codec", CODECS)
@MODERATE
@given(payload=st.binary(max_size=400))
def test_arbitrary_bytes_never_crash_a_codec(codec: str, payload: bytes) -> None:
    try:
        rewritten = rewrite(codec, payload, default_plan())
    except FramingError as refused:
        said = str(refused)
    else:
        assert not rewritten.report.unprocessable
        return
    assert codec.startswith("otlp")
    assert len(said) < 100


@pytest.mark.parametrize("codec", CODECS)
@MODERATE
@given(chance=CHOICES, prefix=st.binary(max_size=60), suffix=st.binary(max_size=60))
def test_a_secret_between_arbitrary_bytes_does_not_leave(codec: str, chance: Any, prefix: bytes, suffix: bytes) -> None:
    secret = chance.choice(PLANTED[:2])[0].encode()
    try:
        out = rewrite(codec, prefix + b" \n" + secret + b"\n " + suffix, default_plan()).payload
    except FramingError as refused:
        out = str(refused).encode()
    assert secret not in out


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("codec", ["text", "ndjson", "json"])
def test_json_that_is_ten_thousand_deep_neither_crashes_nor_leaks(opening: str, closed: bool, codec: str) -> None:
    closing = {"[": "]", '{"a":': "}", '[{"a":': "}]"}[opening]
    payload = opening * 10_000 + f'"to {ADDRESS}"' + closing * (10_000 * closed)
    rewritten = redacted(codec, f"{payload}\n" + f'{{"next":"{ADDRESS}"}}\n').payload.decode()
    assert ADDRESS not in rewritten
    assert rewritten.endswith(f'{{"next":"{EMAIL}"}}\n')


@pytest.mark.parametrize("depth", [60, 70, 200, 900])
def test_json_deeper_than_the_limit_is_replaced_and_its_neighbours_go_on(depth: int) -> None:
    payload = '{"near":"' + ADDRESS + '","deep":' + '{"a":' * depth + f'"to {ADDRESS}"' + "}" * depth + ',"far":"kept"}'
    rewritten = json.loads(redacted("ndjson", payload).payload)
    assert (rewritten["near"], rewritten["far"]) == (EMAIL, "kept")
    assert ADDRESS not in json.dumps(rewritten)


def test_strings_inside_strings_deeper_than_the_limit_do_not_leak() -> None:
    """Every level doubles the backslashes, so depth is bounded by size; the limit is lowered instead of the payload enlarged."""
    text = json.dumps({"m": ADDRESS})
    for _ in range(10):
        text = json.dumps({"m": text})
    rewritten = redacted("ndjson", json.dumps({"m": text, "far": "kept"}), plan_of(limits={"max_depth": 4}))
    assert ADDRESS.encode() not in rewritten.payload
    assert json.loads(rewritten.payload)["far"] == "kept"
    assert rewritten.report.unprocessable == {"depth": 1}


DEEP = {"traces": b"\x4a", "logs": b"\x32", "metrics": b"\x62"}
"""Tags of ``Span.attributes``, ``LogRecord.attributes``, ``Metric.metadata``."""


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("levels", [10, 100, 3000])
def test_protobuf_that_is_nested_without_end_neither_crashes_nor_leaks(signal: str, levels: int) -> None:
    value = length_delimited(b"\x0a", ADDRESS.encode())
    for _ in range(levels):
        value = length_delimited(b"\x2a", length_delimited(b"\x0a", value))
    attribute = length_delimited(b"\x0a", b"deep") + length_delimited(b"\x12", value)
    record = length_delimited(DEEP[signal], attribute)
    payload = length_delimited(b"\x0a", length_delimited(b"\x12", length_delimited(b"\x12", record)))
    clean = wire(request(signal, "neighbour"))
    rewritten = redacted(f"otlp_proto:{signal}", clean + payload).payload
    assert rewritten.startswith(clean)
    assert ADDRESS.encode() not in rewritten
