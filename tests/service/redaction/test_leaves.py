"""All leaves of a payload: each is shown once, under its name, and edits land where they were asked for."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import FramingError
from service.redaction.edits import Edit
from service.redaction.leaves import Gone, Leaf, Verdict, leaves, revise
from service.redaction.pipeline import CODECS
from tests.service.redaction.otlp_requests import REQUESTS, SIGNALS, TRACE_ID, as_json, filled, logs, spans, wire

WORD = b"needle"


def replaced(leaf: Leaf) -> Verdict:
    """Every ``needle`` becomes a text that needs escapes in JSON."""
    edits = []
    at = leaf.text.find(WORD)
    while at >= 0:
        edits.append(Edit(at, at + len(WORD), b'"<\\>"'))
        at = leaf.text.find(WORD, at + len(WORD))
    return edits


def nothing(leaf: Leaf) -> Verdict:
    del leaf
    return []


def names(codec: str, payload: bytes) -> list[tuple[str, str]]:
    return [(leaf.name.decode(), leaf.text.decode()) for leaf in leaves(codec, payload)]


DOCUMENT = {"a": "x", "user": {"name": "Zoë", "tags": ["p", {"q": 1}]}, "inner": json.dumps({"deep": json.dumps({"er": "y"})}), "n": None, "t": True}


def test_members_are_named_by_their_path_and_json_in_strings_is_unwrapped() -> None:
    expected = [
        ("a", "x"),
        ("user.name", "Zoë"),
        ("user.tags", "p"),
        ("user.tags.q", "1"),
        ("inner.deep.er", "y"),
        ("n", "null"),
        ("t", "true"),
    ]
    for codec in ("json", "ndjson", "text"):
        assert names(codec, json.dumps(DOCUMENT).encode()) == expected, codec
    assert [leaf.kind for leaf in leaves("json", json.dumps(DOCUMENT).encode())] == ["string"] * 3 + ["number", "string", "null", "bool"]


def test_a_line_of_text_is_a_body_and_a_document_behind_it_is_read() -> None:
    assert names("text", b'plain line\r\nINFO {"user":"ada"}\n{"user":"cut o') == [
        ("body", "plain line"),
        ("body", "INFO "),
        ("user", "ada"),
        ("user", "cut o"),
    ]


def test_records_and_their_traces_are_told_apart() -> None:
    payload = b'{"trace_id":"0AF7651916CD43DD","m":"a"}\nm=b dd.trace_id=12345678901\nc\n'
    assert [(leaf.record, leaf.trace) for leaf in leaves("ndjson", payload)] == [
        (0, b"0af7651916cd43dd"),
        (0, b"0af7651916cd43dd"),
        (1, b"12345678901"),
        (2, b""),
    ]
    assert [leaf.record for leaf in leaves("json", b'[{"m":"a"},{"m":"b"}]')] == [0, 1]


@pytest.mark.parametrize("form", ["otlp_proto", "otlp_json"])
def test_otlp_attributes_are_named_by_their_keys(form: str) -> None:
    request = logs("hello", {"msg": "in a map", "list": ["a", 2]})
    resource = request.resource_logs[0]
    resource.resource.attributes.add(key="host").value.string_value = "h"
    resource.scope_logs[0].scope.name = "lib"
    record = resource.scope_logs[0].log_records[0]
    record.severity_text = "INFO"
    record.attributes.add(key="user.name").value.string_value = '{"first":"Ada"}'
    record.attributes.add(key="raw").value.bytes_value = b"\x01Ada"
    record.attributes.add(key="size").value.double_value = 1.5
    payload = wire(request) if form == "otlp_proto" else as_json(request)
    found = {(leaf.name, leaf.text, leaf.place, leaf.record) for leaf in leaves(f"{form}:logs", payload)}
    assert found == {
        (b"resource.host", b"h", "resource", -1),
        (b"scope.name", b"lib", "scope", -1),
        (b"severity_text", b"INFO", "name", 0),
        (b"body", b"hello", "body", 0),
        (b"user.name.first", b"Ada", "attribute", 0),
        (b"raw", b"\x01Ada", "attribute", 0),
        (b"size", b"1.5", "attribute", 0),
        (b"body.msg", b"in a map", "body", 1),
        (b"body.list", b"a", "body", 1),
        (b"body.list", b"2", "body", 1),
    }
    assert {leaf.trace for leaf in leaves(f"{form}:logs", payload) if leaf.record >= 0} == {TRACE_ID.hex().encode()}


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("form", ["otlp_proto", "otlp_json"])
def test_every_text_of_every_otlp_message_is_a_leaf(form: str, signal: str) -> None:
    request = filled(signal, "a needle here")
    payload = wire(request) if form == "otlp_proto" else as_json(request)
    found = list(leaves(f"{form}:{signal}", payload))
    out = revise(f"{form}:{signal}", payload, replaced)
    assert sum(leaf.text == b"a needle here" for leaf in found) > 10
    after = MessageToDict(REQUESTS[signal].FromString(out)) if form == "otlp_proto" else json.loads(out)
    assert "needle" not in _without_keys(after)


def _without_keys(value: Any) -> str:
    """The values of a request as text, attributes' keys aside; ``bytes`` decoded."""
    if isinstance(value, dict):
        return " ".join(
            base64.b64decode(member).decode() if name == "bytesValue" else _without_keys(member) for name, member in value.items() if name != "key"
        )
    return " ".join(map(_without_keys, value)) if isinstance(value, list) else str(value)


@pytest.mark.parametrize("codec", CODECS)
def test_without_edits_the_very_object_comes_back(codec: str) -> None:
    form, _, signal = codec.partition(":")
    if signal:
        payload = wire(filled(signal, "x")) if form == "otlp_proto" else as_json(filled(signal, "x"), indent=1)
    else:
        payload = b'\xef\xbb\xbf{"a" : 1.50,\n "b":"\\u0041\\/"}\r\n'
    assert revise(codec, payload, nothing) is payload


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ('{"a":"x","b":"y"}', '{"b":"y"}'),
        ('{"b":"y" , "a":"x"}', '{"b":"y" }'),
        ('{"a":"x"}', "{}"),
        ('{"l":["x","y"]}', '{"l":[null,"y"]}'),
        ('{"i":"{\\"a\\":\\"x\\",\\"b\\":1}"}', '{"i":"{\\"b\\":1}"}'),
        ('{"a":"x","b":"x","c":"x"}', "{}"),
    ],
)
def test_a_field_that_goes_takes_its_comma_along(given_: str, expected: str) -> None:
    payload = given_.encode()
    assert revise("json", payload, lambda leaf: Gone.FIELD if leaf.text == b"x" else []).decode() == expected


@pytest.mark.parametrize("form", ["otlp_proto", "otlp_json"])
def test_otlp_attributes_and_records_can_go(form: str) -> None:
    request = spans({"a": "x", "b": "y"}, {"c": ["x", "z"]}, {"d": "record"})

    def look(leaf: Leaf) -> Verdict:
        return Gone.RECORD if leaf.text == b"record" else Gone.FIELD if leaf.text == b"x" else []

    payload = wire(request) if form == "otlp_proto" else as_json(request)
    out = revise(f"{form}:traces", payload, look)
    wanted = spans({"b": "y"}, {"c": [None, "z"]})
    if form == "otlp_proto":
        assert REQUESTS["traces"].FromString(out) == wanted
    else:
        assert json.loads(out) == json.loads(as_json(wanted))


def test_lines_can_go() -> None:
    assert revise("text", b'a\nb\n{"c":1}\n', lambda leaf: Gone.RECORD if leaf.text in (b"b", b"1") else []) == b"a\n"


def test_an_edit_of_what_is_no_string_makes_it_null() -> None:
    assert revise("json", b'{"a":12,"b":true,"c":null}', lambda leaf: [Edit(0, 1, b"")]) == b'{"a":null,"b":null,"c":null}'


def test_what_lies_too_deep_is_one_opaque_leaf() -> None:
    payload = b'{"a":' * 200 + b'"x"' + b"}" * 200
    (leaf,) = leaves("json", payload)
    assert leaf.kind == "opaque"
    out = revise("json", payload, lambda leaf: [Edit(0, 1, b"")])
    assert b'"[REDACTED:unprocessable]"' in out
    assert json.loads(out)


def test_malformed_protobuf_is_refused_and_other_formats_are_text() -> None:
    with pytest.raises(FramingError):
        revise("otlp_proto:logs", b"\x0a\xff\x01", nothing)
    for codec in ("json", "ndjson", "text", "otlp_json:logs"):
        assert revise(codec, b"\xff{needle\n", replaced) == b'\xff{"<\\>"\n'


_TEXTS = st.text(max_size=12) | st.just("a needle") | st.just("needleneedle") | st.just('q"needle\\')
_VALUES = st.recursive(
    _TEXTS | st.none() | st.booleans() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def _nest(value: Any, levels: int) -> Any:
    return value if levels == 0 else {"n": json.dumps(_nest(value, levels - 1), ensure_ascii=bool(levels % 2))}


def _mapped(value: Any) -> Any:
    """What ``replaced`` makes of a value, by the book."""
    if isinstance(value, str):
        inner = None
        if value.lstrip(" \t\r\n")[:1] in ("{", "["):
            try:
                inner = json.loads(value)
            except ValueError:
                pass
        return _Nested(_mapped(inner)) if inner is not None else value.replace("needle", '"<\\>"')
    if isinstance(value, dict):
        return {name: _mapped(member) for name, member in value.items()}
    return [_mapped(element) for element in value] if isinstance(value, list) else value


class _Nested:
    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and bool(self.value == json.loads(other))

    __hash__ = None  # type: ignore[assignment]  # only compared


@settings(max_examples=150, deadline=None)
@given(value=st.dictionaries(st.text(max_size=4), _VALUES, max_size=4), levels=st.integers(0, 3), ascii_=st.booleans())
def test_edits_land_at_any_nesting_and_json_stays_json(value: dict[str, Any], levels: int, ascii_: bool) -> None:
    document = _nest(value, levels)
    payload = json.dumps(document, ensure_ascii=ascii_).encode("utf-8", "surrogatepass")
    for codec in ("json", "ndjson"):
        out = json.loads(revise(codec, payload, replaced).decode("utf-8", "surrogatepass"))
        assert _mapped(document) == out


@settings(max_examples=100, deadline=None)
@given(payload=st.binary(max_size=200) | st.text(alphabet='{}[]",:\\ a1\n', max_size=60).map(str.encode))
def test_any_bytes_pass_unchanged_without_edits(payload: bytes) -> None:
    for codec in CODECS:
        try:
            assert revise(codec, payload, nothing) is payload
        except FramingError:
            assert codec.startswith("otlp_proto")


@pytest.mark.parametrize("form", ["otlp_proto", "otlp_json"])
def test_records_that_are_not_wanted_are_not_walked(form: str) -> None:
    request = logs("first", "second", "third")
    payload = wire(request) if form == "otlp_proto" else as_json(request)
    found = [(leaf.text, leaf.record) for leaf in leaves(f"{form}:logs", payload, lambda raw: b"second" not in raw)]
    assert found == [(b"first", 0), (b"third", 2)]
    lines = [(leaf.text, leaf.record) for leaf in leaves("text", b"first\nsecond\nthird", lambda raw: raw != b"second")]
    assert lines == found
