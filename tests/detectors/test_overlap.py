"""Overlaps: the union is redacted with the strictest action, and priority picks the label alone."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from detectors.model import Finding
from detectors.overlap import union


def finding(start: int, end: int, detector: str = "a", score: float = 1.0) -> Finding:
    return Finding(start, end, detector, "secret", score)


def equal(found: Finding) -> int:
    del found
    return 1


def test_what_overlaps_becomes_one() -> None:
    assert [row[:2] for row in union([finding(0, 5), finding(3, 9), finding(20, 22)], equal)] == [(0, 9), (20, 22)]


def test_what_merely_touches_stays_apart() -> None:
    assert [row[:2] for row in union([finding(0, 5), finding(5, 9)], equal)] == [(0, 5), (5, 9)]


def test_a_chain_of_overlaps_is_one_union() -> None:
    assert [row[:2] for row in union([finding(6, 10), finding(0, 4), finding(3, 7)], equal)] == [(0, 10)]


def test_a_finding_inside_another_changes_nothing_of_the_union() -> None:
    assert [row[:2] for row in union([finding(0, 50), finding(10, 20), finding(40, 45)], equal)] == [(0, 50)]


def test_the_higher_score_labels_and_the_strictest_acts() -> None:
    sure, strict = finding(0, 5, "sure", 1.0), finding(3, 9, "strict", 0.5)
    rows = union([sure, strict], lambda found: 9 if found is strict else 1)
    assert [(row[2].detector, row[3].detector) for row in rows] == [("sure", "strict")]


def test_of_equal_scores_the_longer_labels() -> None:
    rows = union([finding(0, 3, "short"), finding(0, 9, "long")], equal)
    assert rows[0][2].detector == "long"


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20), st.integers(0, 3)), max_size=12)


@given(SPANS)
def test_the_union_covers_exactly_what_the_findings_cover(rows: list[tuple[int, int, int]]) -> None:
    findings = [finding(start, start + length, f"d{rank}") for start, length, rank in rows]
    merged = union(findings, lambda found: int(found.detector[1:]))
    covered = {at for start, end, _, _ in merged for at in range(start, end)}
    assert covered == {at for found in findings for at in range(found.start, found.end)}
    assert all(before[1] <= after[0] for before, after in pairwise(merged))


@given(SPANS)
def test_no_finding_gets_less_than_its_own_strictness(rows: list[tuple[int, int, int]]) -> None:
    findings = [finding(start, start + length, f"d{rank}") for start, length, rank in rows]
    for start, end, _, strictest in union(findings, lambda found: int(found.detector[1:])):
        for found in findings:
            if found.start < end and start < found.end:
                assert strictest.detector >= found.detector


@given(SPANS, st.randoms(use_true_random=False))
def test_the_order_in_which_findings_come_changes_nothing(rows: list[tuple[int, int, int]], shuffler: object) -> None:
    findings = [finding(start, start + length, f"d{rank}", rank / 4) for start, length, rank in rows]
    shuffled = list(findings)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis' Random has no type of its own

    def strictness(found: Finding) -> int:
        return int(found.detector[1:])

    assert [row[:2] for row in union(findings, strictness)] == [row[:2] for row in union(shuffled, strictness)]
    assert [row[3].detector for row in union(findings, strictness)] == [row[3].detector for row in union(shuffled, strictness)]
