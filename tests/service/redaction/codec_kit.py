"""What every codec promises, as tests. To test a codec, name it and give it cases::

    class TestText(CodecContract):
        codec, cases = "text", (Case("an address", b"to ada@example.com", b"to [REDACTED:email]", (b"ada@example.com",)),)

The cases run whole, twice over, joined, cut behind every byte, and with bytes changed.
"""

from __future__ import annotations

import random
from typing import ClassVar, NamedTuple, get_args

import pytest

from config.policy import Place
from load.plans import default_plan
from service.errors import FramingError
from service.redaction.pipeline import CODECS, rewrite

CUTS = 400
"""A longer payload is cut at so many places, spread evenly, instead of behind every byte."""


class Case(NamedTuple):
    """A payload, what the default policy makes of it (the payload itself where it is clean), and what must not come out of it."""

    name: str
    payload: bytes
    expected: bytes
    planted: tuple[bytes, ...] = ()


class CodecContract:
    """Subclass it, set ``codec`` and ``cases``.

    ``joint`` is what may stand between two payloads that make one: ``b"\\n"`` for lines, ``b""`` for protobuf, whose messages merge when
    they are put end to end. ``None``: two payloads are none.
    """

    codec: ClassVar[str]
    cases: ClassVar[tuple[Case, ...]]
    joint: ClassVar[bytes | None] = None

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "case" in metafunc.fixturenames:
            metafunc.parametrize("case", self.cases, ids=[case.name for case in self.cases])

    def out(self, payload: bytes) -> bytes:
        return rewrite(self.codec, payload, default_plan()).payload

    def test_the_codec_is_registered(self) -> None:
        assert self.codec in CODECS

    def test_a_payload_comes_out_as_expected_and_every_other_byte_stays(self, case: Case) -> None:
        assert self.out(case.payload) == case.expected

    def test_a_clean_payload_is_the_very_object_that_came(self, case: Case) -> None:
        clean = case.expected
        assert self.out(clean) is clean

    def test_what_was_planted_is_nowhere_in_what_comes_out(self, case: Case) -> None:
        assert case.payload == case.expected or case.planted, "a case that changes something says what must go"
        for secret in case.planted:
            assert secret in case.payload
            assert secret not in case.expected

    def test_the_report_counts_what_changed_and_holds_no_value(self, case: Case) -> None:
        report = rewrite(self.codec, case.payload, default_plan()).report
        assert bool(report.findings) == (case.payload != case.expected)
        assert not report.unprocessable
        assert {place for _, _, place in report.findings} <= set(get_args(Place))
        for secret in case.planted:
            assert secret.decode("utf-8", "replace") not in repr((report.findings, report.unprocessable))
        assert report.touched <= max(report.records, 1)

    def test_several_payloads_in_one_come_out_as_each_alone(self, case: Case) -> None:
        if self.joint is not None:
            for other in self.cases:
                assert self.out(case.payload + self.joint + other.payload) == case.expected + self.joint + other.expected, other.name

    def test_a_payload_with_something_behind_it_is_refused_or_redacted(self, case: Case) -> None:
        for behind in (b"\x00", b"\xff\xff", b"}", b'"', b"\\", b"{", b"\n\n", b" x"):
            self._nothing_planted_leaves(case.payload + behind, case.planted)

    def test_a_payload_cut_behind_any_byte_is_refused_or_redacted(self, case: Case) -> None:
        size = len(case.payload)
        for cut in range(0, size, max(1, size // CUTS)):
            self._nothing_planted_leaves(case.payload[:cut], case.planted)
            self._nothing_planted_leaves(case.payload[cut:], ())

    def test_a_payload_with_changed_bytes_never_raises_anything_but_a_framing_error(self, case: Case) -> None:
        chance = random.Random(1)
        for _ in range(150):
            broken = bytearray(case.payload)
            for _ in range(chance.randrange(1, 4)):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            self._nothing_planted_leaves(bytes(broken), ())

    def _nothing_planted_leaves(self, payload: bytes, planted: tuple[bytes, ...]) -> None:
        try:
            rewritten = self.out(payload)
        except FramingError as refused:
            rewritten = str(refused).encode()
        for secret in planted:
            assert secret not in rewritten, len(payload)
