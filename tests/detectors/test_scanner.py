"""The scanner: offsets into the buffer given, windows that change nothing, limits, ids and base64 that loose detectors keep out of."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.catalogue import CATALOGUE
from detectors.catalogue.openai import DETECTOR as OPENAI
from detectors.matching import sample, token
from detectors.model import Anchor, CatalogueError, Detector
from detectors.scanner import HITS_PER_WINDOW, OVERLAP_BYTES, WINDOW_BYTES, AnchorSet, Scanner, TooManyHitsError, is_id_name
from load.plans import default_plan

KEY = ("sk-" + "proj-" + sample("b64url", 74)).encode()
ADDRESS = b"ada" + b"@" + b"example.com"
CARD = b"4111" + b"1111" * 3


def detector(pattern: str, regex: bytes, *, back: int, loose: bool = False) -> Detector:
    return Detector(
        id="sample",
        entity="sample",
        kind="secret",
        anchors=(Anchor(pattern),),
        verify=token(regex, back=back),
        finds=("«xx12»",),
        ignores=("y",),
        reference="made up for this test",
        loose=loose,
    )


XX = Scanner([detector("xx", rb"xx[0-9]{2}", back=2)])


def test_findings_are_byte_offsets_into_the_buffer_given_also_behind_other_letters() -> None:
    text = "ü€ xx12".encode()
    assert [(found.start, found.end) for found in XX.findings(text)] == [(6, 10)]


def test_a_part_is_scanned_with_offsets_of_the_whole() -> None:
    text = b"xx11 xx22 xx33"
    assert [found.start for found in XX.findings(text, 5, 9)] == [5]
    assert XX.candidates(text, 5, 9) == [(7, 0)]


@pytest.mark.parametrize("shift", [-70, -64, -63, -5, -4, -3, -2, -1, 0, 1, 2, 63, 64])
@pytest.mark.parametrize("lo", [0, 10])
def test_an_anchor_across_the_border_of_two_windows_is_found_once(shift: int, lo: int) -> None:
    at = WINDOW_BYTES + lo + shift
    text = bytearray(b" ") * (WINDOW_BYTES + 400)
    text[at : at + 4] = b"xx12"
    assert [(found.start, found.end) for found in XX.findings(bytes(text), lo)] == [(at, at + 4)]


def test_hits_of_all_windows_come_in_order_and_once() -> None:
    places = list(range(7, 3 * WINDOW_BYTES, 9973))
    text = bytearray(b" ") * (3 * WINDOW_BYTES + 100)
    for at in places:
        text[at : at + 4] = b"xx12"
    assert [found.start for found in XX.findings(bytes(text))] == places


def test_bytearrays_and_memoryviews_are_scanned_without_a_copy() -> None:
    for buffer in (bytearray(b"..xx12"), memoryview(b"..xx12")):
        assert XX.candidates(buffer) == [(4, 0)]


def test_more_hits_than_the_limit_are_an_error_that_holds_no_text() -> None:
    with pytest.raises(TooManyHitsError) as caught:
        XX.findings(b"xx12 " * 11, limit=10)
    assert not caught.value.args
    assert len(XX.findings(b"xx12 " * 10, limit=10)) == 10


def test_four_million_hits_are_given_up_at_the_limit() -> None:
    """16 MiB of ``a@b `` would be half a gigabyte of tuples."""
    seen = 0
    anchors = AnchorSet([(Anchor("a@b"), None)])
    try:
        seen = len(anchors.hits(b"a@b " * (4 << 20), 0, 16 << 20, HITS_PER_WINDOW))
    except TooManyHitsError as error:
        trace = error.__traceback__
        while trace is not None:
            seen = max(seen, len(trace.tb_frame.f_locals.get("found", ())))
            trace = trace.tb_next
    assert HITS_PER_WINDOW < seen <= HITS_PER_WINDOW + (WINDOW_BYTES >> 2)


@pytest.mark.parametrize("beyond", [-2, -1, 0, 1, 2, 8, 15, 16, 17, 40])
def test_wherever_the_limit_is_passed_hits_are_all_there_or_none(beyond: int) -> None:
    """A window begins with what the one before has seen: what is taken out again must not hide that a scan ended early."""
    text = b"a@b " * (3 * WINDOW_BYTES // 4)
    limit = WINDOW_BYTES // 4 + beyond  # passed about where the second window begins
    with pytest.raises(TooManyHitsError):
        AnchorSet([(Anchor("a@b"), None)]).hits(text, 0, len(text), limit)
    limit = len(text) // 4 + beyond
    try:
        assert len(AnchorSet([(Anchor("a@b"), None)]).hits(text, 0, len(text), limit)) == len(text) // 4
    except TooManyHitsError:
        assert beyond < OVERLAP_BYTES // 4  # hits of the overlap count twice until they are taken out


def test_an_anchor_that_hyperscan_does_not_take_is_an_error_at_start() -> None:
    with pytest.raises(CatalogueError, match="does not compile"):
        Scanner([detector("(?<=a)b", rb"b", back=1)]).warm()


def test_detectors_that_share_an_anchor_are_all_asked() -> None:
    one, two = detector("xx", rb"xx[0-9]", back=2), detector("xx", rb"xx[a-z]", back=2)
    assert len(Scanner([one, two]).findings(b"xx1 xxa")) == 2
    assert len(Scanner([one, two]).values) == 1


def test_several_threads_share_a_scanner() -> None:
    text = b"xx12 " * 2000
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(len(XX.findings(text)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [2000] * 4


def test_markers_and_masked_values_are_no_findings() -> None:
    scanner = Scanner([detector("=", rb"(?s)=(?P<secret>.*)", back=1)])
    for value in (b"[REDACTED:email]", b"[Filtered]", b"__REDACTED__", b"********", b"sk-...abcd", b"****1234"):
        assert scanner.findings(b"=" + value) == []
    assert len(scanner.findings(b"=[REDACTED:email] and more")) == 1


ID_PRINTS = (
    '"trace_id":"%s"',
    "trace_id=%s",
    '"span_id": "%s"',
    "dd.trace_id=%s",
    "request_id: %s",
    "[dd.span_id=%s]",
    "{'trace_id': '%s'}",
    "x-b3-traceid: %s",
)
LOOSE = Scanner([detector("4111", rb"[0-9]{16}", back=4, loose=True)])


@pytest.mark.parametrize("form", ID_PRINTS)
def test_ids_are_exempt_from_loose_detectors_in_any_print_out(form: str) -> None:
    assert LOOSE.findings((form % CARD.decode()).encode()) == []
    assert len(LOOSE.findings((form.replace("_id", "_no").replace("x-b3-traceid", "order-no") % CARD.decode()).encode())) == 1


@pytest.mark.parametrize("form", ID_PRINTS)
def test_ids_are_not_exempt_from_prefixed_secrets(form: str) -> None:
    text = (form % KEY.decode()).encode()
    assert [text[found.start : found.end] for found in Scanner([OPENAI]).findings(text)] == [KEY]


@pytest.mark.parametrize("name", ["trace_id", "spanId", "dd.trace_id", "parent_span_id", "x-request-id", "traceparent", "x-b3-traceid", "session_id"])
def test_a_field_that_is_named_as_an_id_is_exempt(name: str) -> None:
    assert is_id_name(name.encode())
    assert LOOSE.findings(CARD, name=name.encode()) == []


@pytest.mark.parametrize("name", ["", "card", "paid", "identity", "trace", "customer"])
def test_a_field_that_only_sounds_like_an_id_is_not(name: str) -> None:
    assert not is_id_name(name.encode())
    assert len(LOOSE.findings(CARD, name=name.encode())) == 1


def test_a_long_base64_run_is_exempt_from_loose_detectors_only() -> None:
    image = sample("alnum", 400).encode()
    assert LOOSE.findings(b"data=" + image + CARD + image) == []
    assert len(LOOSE.findings(b"data= " + CARD + b" " + image)) == 1
    text = image + b"\n" + KEY
    assert len(Scanner([OPENAI]).findings(text)) == 1


@settings(deadline=None)  # the first example compiles the database
@given(st.binary(max_size=300))
def test_arbitrary_bytes_neither_raise_nor_yield_spans_outside_the_text(text: bytes) -> None:
    for found in default_plan().text.findings(text):
        assert 0 <= found.start < found.end <= len(text)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from([KEY, ADDRESS, CARD, b" ", b"\n", b'"', b"=", b"\\", b"password", b"Authorization: ", b"x" * 60]), max_size=20))
def test_cutting_into_windows_changes_nothing(parts: list[bytes]) -> None:
    """The same anchors hit when the text lies across a border of windows as when it lies within one."""
    text = b"".join(parts)
    scanner = default_plan().text
    plain = scanner.candidates(text)
    half = len(text) // 2
    padding = b" " * (WINDOW_BYTES - half)
    shifted = [(at - len(padding), pattern) for at, pattern in scanner.candidates(padding + text) if at > len(padding) + OVERLAP_BYTES]
    assert [hit for hit in plain if hit[0] > OVERLAP_BYTES] == shifted


def test_every_detector_survives_every_cut_of_its_own_examples() -> None:
    """Logs are cut anywhere: no verification may raise or point outside, whatever is missing."""
    for one in CATALOGUE:
        scanner = Scanner([one])
        example = one.finds[0].replace("«", "").replace("»", "").encode()
        for cut in range(0, len(example), max(1, len(example) // 40)):
            for part in (example[:cut], example[cut:]):
                for found in scanner.findings(part):
                    assert 0 <= found.start < found.end <= len(part), (one.id, cut)
