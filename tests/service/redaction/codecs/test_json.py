"""The JSON codec: one document, pretty-printed or not."""

from __future__ import annotations

import json

from tests.service.redaction.codec_kit import Case, CodecContract
from tests.service.redaction.planted import ADDRESS, EMAIL, KEY, KEY_MARKER, PASSWORD, PASSWORD_MARKER, out

A, E = ADDRESS.encode(), EMAIL.encode()
DOCUMENT = {"user": {"mail": ADDRESS, "n": 1.0}, "keys": [KEY, "x"], "password": PASSWORD, "ok": True}
EXPECTED = {"user": {"mail": EMAIL, "n": 1.0}, "keys": [KEY_MARKER, "x"], "password": PASSWORD_MARKER, "ok": True}
PLANTED = (A, KEY.encode(), PASSWORD.encode())


class TestJson(CodecContract):
    codec, joint = "json", b"\n"
    cases = (
        Case("clean", b'{\n  "a": 1\n}\n', b'{\n  "a": 1\n}\n'),
        Case("on one line", json.dumps(DOCUMENT).encode(), json.dumps(EXPECTED).encode(), PLANTED),
        Case("a string alone", b'"' + A + b'"', b'"' + E + b'"', (A,)),
    )


def test_a_pretty_printed_document_keeps_its_layout() -> None:
    for indent in (0, 1, 2, 4, "\t"):
        assert out("json", json.dumps(DOCUMENT, indent=indent)) == json.dumps(EXPECTED, indent=indent), indent


def test_a_key_and_its_value_on_different_lines_belong_together() -> None:
    assert out("json", f'{{\n "password"\n :\n "{PASSWORD}"\n}}') == f'{{\n "password"\n :\n "{PASSWORD_MARKER}"\n}}'


def test_a_pretty_printed_document_that_is_cut_off_is_redacted_all_the_same() -> None:
    whole = json.dumps(DOCUMENT, indent=2)
    for cut in range(whole.index(PASSWORD) + len(PASSWORD), len(whole)):
        rewritten = out("json", whole[:cut])
        for secret in (ADDRESS, KEY, PASSWORD):
            assert secret not in rewritten, cut
