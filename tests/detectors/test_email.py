from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.catalogue.email import DETECTOR, verify
from tests.detectors.scanning import check_examples, scan, scanner_of, spans


def test_examples_hold() -> None:
    check_examples(DETECTOR)


@pytest.mark.parametrize("length", [1, 63, 64])
def test_a_local_part_may_have_64_bytes(length: int) -> None:
    assert scan(DETECTOR, f"to {'a' * length}@example.com") == [f"{'a' * length}@example.com"]


def test_what_is_longer_than_an_address_may_be_is_none() -> None:
    assert scan(DETECTOR, f"to {'a' * 65}@example.com") == []
    assert scan(DETECTOR, f"jo@{'a' * 64}.com") == []


@pytest.mark.parametrize("after", [",", ".", ")", ">", "&", ";", "|", "\\n", " ", "'", "-", ":", ": hello", ":8080"])
def test_the_address_ends_where_log_text_goes_on(after: str) -> None:
    assert scan(DETECTOR, f"jo@example.com{after}") == ["jo@example.com"]


@pytest.mark.parametrize("before", ["=", "<", "(", "|", "'", "%20", "%3C", "\\n", "\\u0022", "mailto:", "邮箱", "//", "*"])
def test_the_address_starts_behind_what_separates(before: str) -> None:
    assert scan(DETECTOR, f"{before}jo@example.com") == ["jo@example.com"]


@pytest.mark.parametrize(
    "text",
    [
        "ssh://git@host.example.com/x.git",
        "svn+ssh://jo@host.example.com:22/x",
        "deploy@host.example.com:~/app",
        "git@host.example.com:group/x.git",
        "vue@3.4.1 /npm/vue@3.4.1/dist/vue.global.js",
        "@Override @app.route @scope/name",
        "session-4@host",
        "getty@tty1.service",
    ],
)
def test_logins_versions_and_units_are_no_addresses(text: str) -> None:
    assert scan(DETECTOR, text) == []


@pytest.mark.parametrize("length", range(1, 301))
def test_the_length_byte_before_a_protobuf_string_hides_nothing(length: int) -> None:
    address = b"jo@example.com"
    value = (address + b" " + b"x" * 300)[:length]
    size = bytes([length]) if length < 0x80 else bytes([length & 0x7F | 0x80, length >> 7])
    wanted = [address] if length >= len(address) else [value] if value.endswith(b".co") else []
    assert [value[start:end] for start, end in spans(scanner_of(DETECTOR), value)] == wanted
    hits = scanner_of(DETECTOR).candidates(b"\x0a" + size + value + b"\x32")
    assert bool(hits) or not wanted


@given(st.lists(st.sampled_from(["jo", "@", "%40", ".", "example", ".com", '"', "\\", "é", "漢", "*", "=", "://", ":", "/", "[", "]"]), max_size=40))
def test_any_mixture_of_parts_is_bounded_and_inside_the_text(parts: list[str]) -> None:
    data = "".join(parts).encode()
    for at in range(len(data) + 1):
        span = verify(data, at)
        assert span is None or 0 <= span[0] < span[1] <= len(data)


@given(st.binary(max_size=120))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    for at in range(len(data) + 1):
        verify(data, at)
