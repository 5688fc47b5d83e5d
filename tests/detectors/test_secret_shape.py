"""Shortcuts give the answers of the long way: entropy from how many bytes differ, markers from their first bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.catalogue import assigned_password, connection_string, keyword_secret
from detectors.in_context import in_context
from detectors.matching import sample
from detectors.scanner import Scanner
from detectors.secret_shape import entropy, secret_like, varied

SCANNER = Scanner((assigned_password.DETECTOR, connection_string.DETECTOR, keyword_secret.DETECTOR))
MARKERS = (
    b"[REDACTED:password]",
    b"[REDACTED:prompt;bytes=120]",
    b"[password:k1:0123456789abcdef01234567]",
    b"REDACTED-password",
    b"redacted_password",
    b"__REDACTED__",
    b"[REDACTED]",
    b"<REDACTED>",
    b"<redacted>",
    b"(redacted)",
    b"[Filtered]",
    b"[FILTERED]",
    b"<elided>",
    b"redacted-by-litellm",
    b"[Scrubbed due to 'password']",
    b"[Blob substitute]",
    b"[HIDDEN]",
    b"<hidden>",
    b"<masked>",
    b"**redacted**",
)


@given(st.binary(max_size=300), st.sampled_from((3.0, 3.2, 3.5, 3.6)))
def test_varied_is_entropy_of_at_least_so_many_bits(value: bytes, bits: float) -> None:
    assert varied(value, bits) == (entropy(value) >= bits)


@given(st.lists(st.sampled_from(b"abcdefgh"), min_size=1, max_size=64).map(bytes))
def test_varied_is_exact_at_three_bits(value: bytes) -> None:
    """Eight different bytes have three bits only if each comes as often as the others."""
    assert varied(value, 3.0) == (entropy(value) >= 3.0)


@pytest.mark.parametrize("ending", [b"", b"\n"])
def test_a_value_counts_as_generated_whatever_line_end_it_came_with(ending: bytes) -> None:
    assert secret_like(sample("alnum", 24).encode() + ending)
    assert not secret_like(b"orders-7d6dfcc787-x7k2p" + ending)


@pytest.mark.parametrize("marker", MARKERS)
def test_no_span_begins_inside_a_marker_however_it_is_written(marker: bytes) -> None:
    text = b"level=info [worker 3] [" + marker + b"] done"
    begin = text.index(marker)
    for start in range(begin, begin + len(marker)):
        assert in_context(lambda _text, at: (at, len(text) - 6))(text, start) is None


@pytest.mark.parametrize("marker", [marker for marker in MARKERS if marker[:1] != b"("])  # a bare value ends before a closing parenthesis
@pytest.mark.parametrize("before", [b"Server=db;Uid=app;Password=", b"token ", b"password = "])
def test_a_marker_behind_a_name_is_no_secret(before: bytes, marker: bytes) -> None:
    assert SCANNER.findings(before + marker + b"; x=1") == []
