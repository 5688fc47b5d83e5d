from __future__ import annotations

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from detectors.catalogue.ip import DETECTOR, verify
from tests.detectors.scanning import check_examples, scan


def test_examples_hold() -> None:
    check_examples(DETECTOR)


def test_it_is_off_by_default() -> None:
    assert not DETECTOR.default


@given(st.ip_addresses(v=4))
def test_every_ipv4_address_is_found(address: ipaddress.IPv4Address) -> None:
    assert scan_at(f"peer {address}:443", len(f"peer {address}")) == str(address)


@given(st.ip_addresses(v=6).filter(lambda address: address != ipaddress.IPv6Address("::")))
def test_every_ipv6_address_is_found(address: ipaddress.IPv6Address) -> None:
    assert scan_at(f"peer [{address}]:443", len(f"peer [{address}")) == str(address)


def scan_at(text: str, at: int) -> str | None:
    span = verify(text.encode(), at)
    return text[slice(*span)] if span else None


def test_an_address_is_found_through_its_anchor() -> None:
    assert scan(DETECTOR, "from 192.0.2.1 to 2001:db8::1") == ["192.0.2.1", "2001:db8::1"]


@given(st.binary(max_size=80))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    for at in range(len(data) + 1):
        verify(data, at)
