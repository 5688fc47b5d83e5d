"""Overlaps between findings are resolved here, once.

What overlaps merges, and the *union* is redacted with the strictest action: no tail of a secret stays because another detector claimed
its head. Priority only picks the label. Observed and kept findings must be filtered out by the caller before: they can't hide a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from detectors.model import Finding


def union(findings: Iterable[Finding], strictness: Callable[[Finding], int]) -> list[tuple[int, int, Finding, Finding]]:
    """Merge overlapping findings.

    Returns ``(start, end, label, strictest)`` in ascending order, disjoint: ``label`` is the finding with the highest score (then the
    longest, then the first by id), ``strictest`` the one with the highest ``strictness``. Findings that merely touch stay apart.
    """
    ordered = sorted(findings)
    merged: list[tuple[int, int, Finding, Finding]] = []
    for finding in ordered:
        if merged and finding.start < merged[-1][1]:
            start, end, label, strictest = merged[-1]
            if _rank(finding) > _rank(label):
                label = finding
            if strictness(finding) > strictness(strictest):
                strictest = finding
            merged[-1] = (start, max(end, finding.end), label, strictest)
        else:
            merged.append((finding.start, finding.end, finding, finding))
    return merged


def _rank(finding: Finding) -> tuple[float, int, str]:
    return finding.score, finding.end - finding.start, finding.detector
