"""The text codec: lines of any kind."""

from __future__ import annotations

import pytest

from detectors.matching import sample
from detectors.scanner import WINDOW_BYTES
from tests.service.redaction.codec_kit import Case, CodecContract
from tests.service.redaction.planted import ADDRESS, CARD, CARD_MARKER, EMAIL, KEY, KEY_MARKER, out, redacted

A, E, K = ADDRESS.encode(), EMAIL.encode(), KEY.encode()
ARMOUR = "-----{} RSA PRIVATE" + " KEY-----"
PEM = "\n".join([ARMOUR.format("BEGIN"), *(sample("alnum", 64, seed) for seed in range(8)), ARMOUR.format("END")])


class TestText(CodecContract):
    codec, joint = "text", b"\n"
    cases = (
        Case("a clean line", b"2026-03-14 09:23:33 INFO took 12 ms\n", b"2026-03-14 09:23:33 INFO took 12 ms\n"),
        Case("an address", b"mail to " + A + b" failed", b"mail to " + E + b" failed", (A,)),
        Case("line endings", b"a\r\n" + A + b"\r\nb\n\n\rc " + A, b"a\r\n" + E + b"\r\nb\n\n\rc " + E, (A,)),
        Case("bytes that are no UTF-8", b"\xff\xfe " + A + b" \xc3\x28\x80", b"\xff\xfe " + E + b" \xc3\x28\x80", (A,)),
        Case("zero bytes", b"\x00\x00" + A + b"\x00", b"\x00\x00" + E + b"\x00", (A,)),
        Case("a key among words", b"used " + K + b" twice", b"used " + KEY_MARKER.encode() + b" twice", (K,)),
    )


def test_a_private_key_goes_whole_over_all_its_lines() -> None:
    assert out("text", f"before\n{PEM}\nafter\n") == "before\n[REDACTED:private_key]\nafter\n"


def test_white_space_before_a_private_key_stays() -> None:
    """Of an indented key every byte outside it stays."""
    assert out("text", f"key: |\n    {PEM}\nafter\n") == "key: |\n    [REDACTED:private_key]\nafter\n"


def test_a_card_number_at_the_start_of_a_line_is_found_as_at_the_start_of_a_text() -> None:
    assert out("text", f"{CARD}\n{CARD} was declined\n") == f"{CARD_MARKER}\n{CARD_MARKER} was declined\n"


@pytest.mark.parametrize("secret", [ADDRESS, KEY, CARD, PEM], ids=["email", "key", "card", "pem"])
@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_a_secret_across_the_border_of_two_windows_is_found(secret: str, share: float) -> None:
    before = "word " * (WINDOW_BYTES // 5 + 1)
    before = before[: WINDOW_BYTES - int(len(secret) * share) - 1].rstrip() + ": "
    payload = before + secret + "\n" + "more words\n" * 50
    rewritten = out("text", payload)
    assert rewritten.startswith(before)
    assert rewritten.endswith("]\n" + "more words\n" * 50)
    assert len(rewritten) < len(before) + 40 + 11 * 50


def test_four_million_addresses_are_redacted_or_replaced_line_by_line_within_bounds() -> None:
    """Count the work: nothing lists all hits of all lines at once."""
    line = "a@b.io " * 40_000
    rewritten = redacted("text", f"first {ADDRESS}\n{line}\nlast {ADDRESS}\n")
    text = rewritten.payload.decode()
    assert text.startswith(f"first {EMAIL}\n")
    assert text.endswith(f"\nlast {EMAIL}\n")
    assert "a@b.io" not in text


def test_millions_of_hits_that_are_no_findings_end_as_unprocessable_and_the_neighbours_go_on() -> None:
    rewritten = redacted("text", b"first " + A + b"\n" + b"a@b " * (1 << 20) + b"\nlast " + A + b"\n")
    assert rewritten.payload.startswith(b"first " + E + b"\n")
    assert rewritten.payload.endswith(b"\nlast " + E + b"\n")
    middle = rewritten.payload.split(b"\n")[1]
    assert middle == b"[REDACTED:unprocessable]"
    assert rewritten.report.unprocessable == {"work": 1}


def test_records_are_lines() -> None:
    report = redacted("text", f"one\ntwo {ADDRESS} {ADDRESS}\nthree").report
    assert (report.records, report.touched) == (3, 1)
    assert report.findings == {("email", "replace", "body"): 2}
