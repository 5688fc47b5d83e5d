"""Where a field's value ends in text that need not parse: quotes at any depth of escaping, brackets over lines, cuts."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.values import MAX_VALUE, Value, nested_value, record_end, string_value, value_after

ASSIGNMENTS = {
    'name="value" more': ("value", "string", False),
    "name='value', 'b'": ("value", "string", False),
    "name=value more": ("value", "bare", False),
    "name: value": ("value", "bare", False),
    "name := value": ("value", "bare", False),
    "name => 'value'": ("value", "string", False),
    '"name":"value"}': ("value", "string", False),
    '"name" : "value"': ("value", "string", False),
    "'name': 'value'}": ("value", "string", False),
    "b'name': b'value'": ("value", "string", False),
    "'name': u'value'": ("value", "string", False),
    '\\"name\\":\\"value\\"': ("value", "string", False),
    '\\\\\\"name\\\\\\":\\\\\\"value\\\\\\"': ("value", "string", False),
    "\\x22name\\x22:\\x22value\\x22": ("value", "string", False),
    "name%3Dvalue&b=1": ("value", "bare", False),
    "%22name%22%3A%22value%22": ("value", "string", False),
    "name=value&b=1": ("value", "bare", False),
    "name=value;b=1": ("value", "bare", False),
    "x[name]=value": ("value", "bare", False),
    '"name":\n    "value"': ("value", "string", False),
    '"name":["value", 1], "b"': ('["value", 1]', "nested", False),
    "'name': {'a': ('b', [1])} x": ("{'a': ('b', [1])}", "nested", False),
    '"name":{"a":"]}"}, 1': ('{"a":"]}"}', "nested", False),
    '"name":"value': ("value", "string", True),
    '"name":"val\nnext line': ("val", "string", True),
    '"name":"val\r\nnext line': ("val", "string", True),
    '"name":["value", {"a": ': ('["value", {"a": ', "nested", True),
    "'name': '''val\nue''' x": ("val\nue", "string", False),
    "name=`val\nue` x": ("val\nue", "string", False),
}


@pytest.mark.parametrize("text", ASSIGNMENTS)
def test_the_value_of_a_name_is_found_however_it_is_written(text: str) -> None:
    found = after_name(text)
    assert found is not None
    assert (text[found.start : found.end], found.kind, found.cut) == ASSIGNMENTS[text]


def after_name(text: str) -> Value | None:
    return value_after(text.encode(), text.index("name") + 4)


@pytest.mark.parametrize("text", ["name", "name is value", "name, value", "name=", "name: ", "name=\n\n\nvalue"])
def test_a_name_without_a_value_has_none(text: str) -> None:
    assert after_name(text) is None


def test_a_bare_value_is_not_taken_where_it_is_not_asked_for() -> None:
    assert value_after(b"name=value", 4, bare=False) is None
    assert value_after(b"name='value'", 4, bare=False) is not None


def test_a_quote_of_the_outer_string_ends_what_was_cut_inside() -> None:
    text = b'{"body":"{\\"name\\":\\"value", "b":1}'
    found = value_after(text, text.index(b"name") + 4)
    assert found is not None
    assert (text[found.start : found.end], found.cut) == (b"value", True)


def test_pretty_printed_brackets_go_on_over_indented_lines_and_end_at_the_next_record() -> None:
    text = b'"name": [\n  {"a": 1},\n  {"b": 2}\n]\nnext'
    found = value_after(text, 5)
    assert found is not None
    assert text[found.end :] == b"\nnext"
    text = b'"name": [\n  {"a": 1},\nnext record'
    found = value_after(text, 5)
    assert found is not None
    assert (text[found.end :], found.cut) == (b"\nnext record", True)


def test_a_record_ends_at_its_line_end_without_the_carriage_return() -> None:
    assert [record_end(text, 0) for text in (b"ab", b"ab\n", b"ab\r\ncd", b"\n", b"\r\n")] == [2, 2, 2, 0, 0]


def test_a_value_that_is_not_followed_to_its_end_ends_with_its_record() -> None:
    for text in (b'"' + b"x" * (MAX_VALUE + 100) + b'"', b'"' + b'\\"' * MAX_VALUE):
        found = string_value(text + b"\nnext", 1, b'"')
        assert (found.end, found.cut) == (len(text), True)
    found = nested_value(b"[" * (MAX_VALUE + 100) + b"\nnext", 0)
    assert (found.end, found.cut) == (MAX_VALUE + 100, True)


@given(st.text(max_size=40), st.integers(0, 4))
def test_a_json_string_at_any_depth_is_taken_to_its_end(value: str, depth: int) -> None:
    text = json.dumps({"name": value, "z": 1})
    for _ in range(depth):
        text = json.dumps(text)
    found = value_after(text.encode(), text.index("name") + 4)
    assert found is not None
    assert not found.cut
    taken = text.encode()[found.start : found.end].decode()
    inner = taken
    for _ in range(depth + 1):
        inner = json.loads(f'"{inner}"')
    assert inner == value


@given(st.binary(max_size=120), st.integers(0, 120))
def test_arbitrary_bytes_give_a_value_inside_the_text_or_none(text: bytes, at: int) -> None:
    found = value_after(text, min(at, len(text)))
    assert found is None or 0 <= found.start <= found.end <= len(text)


@given(st.lists(st.sampled_from([b'"', b"'", b"\\", b"[", b"{", b"(", b"]", b"}", b")", b"\n", b"=", b":", b"x", b"\\x22", b"%22"]), max_size=30))
def test_any_mix_of_quotes_and_brackets_gives_a_value_inside_the_text(parts: list[bytes]) -> None:
    text = b"name=" + b"".join(parts)
    found = value_after(text, 4)
    assert found is None or 5 <= found.start <= found.end <= len(text)
