"""The NDJSON codec: a document on each line, or text."""

from __future__ import annotations

import json

from tests.service.redaction.codec_kit import Case, CodecContract
from tests.service.redaction.planted import ADDRESS, EMAIL, KEY, KEY_MARKER, PASSWORD, PASSWORD_MARKER, out, redacted

A, E, K, M = ADDRESS.encode(), EMAIL.encode(), KEY.encode(), KEY_MARKER.encode()
CLEAN = b'{"ts": 1773480413.50, "n":1e3,"u":"\\u00fc\\/","deep":{"a":[ 1,2 ,3]}}\n'


class TestNdjson(CodecContract):
    codec, joint = "ndjson", b"\n"
    cases = (
        Case("a clean line", CLEAN, CLEAN),
        Case("a value", b'{"a":"' + A + b'"}\n', b'{"a":"' + E + b'"}\n', (A,)),
        Case("numbers, order and space stay", b'{ "b" : "' + K + b'" ,"a":1.50e+3 }\r\n', b'{ "b" : "' + M + b'" ,"a":1.50e+3 }\r\n', (K,)),
        Case("a line of text", b"not json " + A + b"\n", b"not json " + E + b"\n", (A,)),
        Case("a line cut off", b'{"a":"x","b":"' + A, b'{"a":"x","b":"' + E, (A,)),
        Case("an array", b'["' + A + b'", 1, null]', b'["' + E + b'", 1, null]', (A,)),
        Case("a string", b'"' + A + b'"', b'"' + E + b'"', (A,)),
        Case("not UTF-8", b'{"a":"\xff ' + A + b'"}\n', b'{"a":"\xff ' + E + b'"}\n', (A,)),
    )


def test_each_line_is_a_record_of_its_own() -> None:
    lines = [f'{{"m":"{ADDRESS}"}}', '{"m":"x"}', "text", f'{{"m":"{KEY}"}}']
    rewritten = redacted("ndjson", "\n".join(lines) + "\n")
    assert rewritten.payload.decode().splitlines() == [f'{{"m":"{EMAIL}"}}', '{"m":"x"}', "text", f'{{"m":"{KEY_MARKER}"}}']
    assert (rewritten.report.records, rewritten.report.touched) == (4, 2)


def test_a_bad_line_between_good_ones_is_text() -> None:
    payload = f'{{"a":"{ADDRESS}"}}\n{{"a": {ADDRESS}\n{{"password":"{PASSWORD}"}}\n'
    assert out("ndjson", payload) == f'{{"a":"{EMAIL}"}}\n{{"a": {EMAIL}\n{{"password":"{PASSWORD_MARKER}"}}\n'


def test_equal_members_are_each_redacted() -> None:
    assert out("ndjson", f'{{"a":"{ADDRESS}","a":"{ADDRESS}"}}') == f'{{"a":"{EMAIL}","a":"{EMAIL}"}}'


def test_a_byte_order_mark_does_not_hide_a_document() -> None:
    rewritten = out("ndjson", f'\ufeff{{"password":"{PASSWORD}","a":"{ADDRESS}"}}\n')
    assert PASSWORD not in rewritten
    assert ADDRESS not in rewritten


def test_the_redacted_line_has_the_types_it_had() -> None:
    before = {"a": ADDRESS, "b": [1, ADDRESS, None, True, 1.5], "c": {"d": {}, "e": [], "password": PASSWORD}}
    after = json.loads(out("ndjson", json.dumps(before)))
    assert after == {"a": EMAIL, "b": [1, EMAIL, None, True, 1.5], "c": {"d": {}, "e": [], "password": PASSWORD_MARKER}}
