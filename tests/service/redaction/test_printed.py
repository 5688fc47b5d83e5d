"""Print-outs read as JSON: the values are the same, and every byte is known to come from somewhere."""

from __future__ import annotations

import ast
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.redaction.printed import read
from service.redaction.unquoted import quoted, unquoted

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=12)
CONTAINERS = st.lists(VALUES, max_size=4) | st.dictionaries(st.text(max_size=8), VALUES, max_size=4)

FORMS = {
    "Message(role='user', content=\"it's\")": {"role": "user", "content": "it's"},
    "HumanMessage('hello')": {"type": "human", "content": "hello"},
    "[AIMessage(content='a\\nb', n=None),]": [{"type": "ai", "content": "a\nb", "n": None}],
    "{ role: 'user', n: 1, at: 12:30:00 }": {"role": "user", "n": 1, "at": "12:30:00"},
    "{'a': NOT_GIVEN, 'b': <object object at 0x7f>, 'c': (1,), 'd': {1, 2}, 'e': {'x'}, 'f': nan}": {
        "a": "NOT_GIVEN",
        "b": "<object object at 0x7f>",
        "c": [1],
        "d": [1, 2],
        "e": ["x"],
        "f": "nan",
    },
    "{'a': b'\\xff', 'b': '\\xe9\\u00e9\\U0001f600', 'c': '\\0'}": {"a": "\xff", "b": "éé\U0001f600", "c": "\0"},
    "{'a': 'b' 'c'}": None,
    "{'a' 1}": None,
    "[1 2]": None,
}


@pytest.mark.parametrize("form", FORMS)
def test_a_print_out_is_read_as_the_json_it_would_be(form: str) -> None:
    found = read(form.encode(), 0)
    if FORMS[form] is None:
        assert found is None or found.cut or not _loads(found.json.text)
    else:
        assert found is not None
        assert (json.loads(found.json.text), found.end, found.cut) == (FORMS[form], len(form.encode()), False)


def _loads(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@given(CONTAINERS)
def test_the_repr_of_a_value_is_read_as_the_value(value: Any) -> None:
    text = f"{value!r} more".encode("utf-8", "surrogatepass")
    found = read(text, 0)
    assert found is not None
    assert json.loads(found.json.text.decode("utf-8", "surrogatepass")) == ast.literal_eval(repr(value))
    assert text[found.end :] == b" more"


@given(CONTAINERS, st.data())
def test_every_part_of_the_json_stands_somewhere_in_the_print_out_in_order(value: Any, data: st.DataObject) -> None:
    text = repr(value).encode("utf-8", "surrogatepass")
    found = read(text, 0)
    assert found is not None
    places = sorted(data.draw(st.lists(st.integers(0, len(found.json.text)), min_size=2, max_size=6)))
    last = 0
    for start, end in pairwise(places):
        a, b = found.json.raw(start, end)
        assert last <= a <= b <= len(text) or start == end
        last = a
    assert found.json.raw(0, len(found.json.text)) == (0, len(text))


@given(
    st.lists(st.sampled_from([b"'", b'"', b"\\", b"[", b"{", b"(", b"]", b"}", b")", b"\n", b"=", b":", b",", b"x", b"f(", b"1", b" "]), max_size=40)
)
def test_any_mix_of_marks_is_read_or_given_up(parts: list[bytes]) -> None:
    text = b"{" + b"".join(parts)
    found = read(text, 0)
    assert found is None or 0 <= found.end <= len(text)


def test_a_print_out_without_end_is_read_in_time_linear_in_its_size() -> None:
    for part in (b"[", b"{'a': ", b"f(", b"'x', ", b"{'a': 'b'}, "):
        found = read(b"[" + part * 20_000, 0)
        assert found is None or found.cut


@given(st.text(max_size=40))
def test_a_literal_is_decoded_and_written_back(text: str) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    for literal, quote in (
        (json.dumps(text)[1:-1].encode(), b'"'),
        (quoted(raw, b"\\x22"), b"\\x22"),
        (repr("'" + text)[2:-1].encode("utf-8", "surrogatepass"), b'"'),
    ):
        inside = unquoted(literal, 0, len(literal))
        assert inside.text == raw or quote == b'"'
        assert inside.raw(0, len(inside.text)) == (0, len(literal)) or not raw
    assert unquoted(quoted(raw, b"'"), 0, len(quoted(raw, b"'"))).text == raw
