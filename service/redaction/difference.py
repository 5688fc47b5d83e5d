"""What differs between two policies: the same payloads under both, in numbers.

Contract: a :class:`Difference` holds counts by detector, field and tenant, types, and how many distinct values a field has. It holds no
value and no part of one; the names of fields and tenants are shown without what either policy's detectors find in them. Its size is
bounded, whatever it is given: what comes after the first so many fields and tenants is counted as ``other``.

A field is *changed* as often as values that came in are missing from what a policy lets out, in the same payload; so a value that only
moves is not changed.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping

from service.redaction.difference_fields import OTHER, Distinct, Names, Tally, Values
from service.redaction.pipeline import rewrite
from service.redaction.plan import Plan
from service.redaction.report import Redacted, Report

MAX_FIELDS = 256
MAX_TENANTS = 100

Sides = tuple[str, str]
"""What the two policies are called in what is printed."""

Data = dict[str, object]


class _Side:
    """What one of the policies makes of the payloads."""

    def __init__(self) -> None:
        self.findings: Counter[tuple[str, str]] = Counter()
        self.unprocessable: Counter[str] = Counter()
        self.touched = 0
        self.dropped = 0

    def add(self, report: Report) -> None:
        for (detector, action, _place), count in report.findings.items():
            self.findings[detector, action] += count
        self.unprocessable.update(report.unprocessable)
        self.touched += report.touched
        self.dropped += report.dropped


class _Field:
    """One field: before, under the first policy, under the second."""

    def __init__(self) -> None:
        self.types: tuple[Counter[str], Counter[str], Counter[str]] = (Counter(), Counter(), Counter())
        self.distinct = (Distinct(), Distinct(), Distinct())
        self.changed = [0, 0]

    def add(self, before: Values, first: Values, second: Values) -> None:
        for values, types, distinct in zip((before, first, second), self.types, self.distinct, strict=True):
            for (kind, _), count in values.items():
                types[kind] += count
            distinct.add(digest for _, digest in values)
        for side, after in enumerate((first, second)):
            if after is not before:
                self.changed[side] += (before - after).total()

    @property
    def is_changed(self) -> bool:
        """Whether either policy changes anything here."""
        before, first, second = self.types
        return any(self.changed) or before != first or before != second

    @property
    def gap(self) -> int:
        """By how many values the policies differ."""
        return abs(self.changed[0] - self.changed[1])

    def as_data(self, name: str, sides: Sides) -> Data:
        estimates = [distinct.estimate() for distinct in self.distinct]
        return {
            "field": name,
            "values": self.types[0].total(),
            "changed": dict(zip(sides, self.changed, strict=True)),
            "distinct": dict(zip(("before", *sides), estimates, strict=True)),
            "types": {side: dict(sorted(types.items())) for side, types in zip(("before", *sides), self.types, strict=True)},
            "cardinality_differs": estimates[1] != estimates[2],
            "type_differs": self.types[1].keys() != self.types[2].keys(),
        }


class _Tenant:
    """One tenant's share."""

    def __init__(self) -> None:
        self.records = 0
        self.findings: tuple[Counter[str], Counter[str]] = (Counter(), Counter())

    def as_data(self, name: str, sides: Sides) -> Data:
        findings = {side: dict(sorted(counts.items())) for side, counts in zip(sides, self.findings, strict=True)}
        return {"tenant": name, "records": self.records, "findings": findings}


class Difference:
    """The difference between two plans, over all payloads that were added. Not for several threads at once."""

    def __init__(self, first: Plan, second: Plan, sides: Sides = ("a", "b")) -> None:
        self._plans = (first, second)
        self._sides = sides
        self._tally = Tally(os.urandom(16))
        self._names = Names((first, second))
        self.batches = 0
        self.records = 0
        self._by_side = (_Side(), _Side())
        self._fields: dict[str, _Field] = {}
        self._tenants: dict[str, _Tenant] = {}

    def compare(self, codec: str, payload: bytes) -> None:
        """Adds ``payload``, redacted here under both plans. Raises as :func:`service.redaction.pipeline.rewrite` does."""
        first, second = self._plans
        self.add(codec, payload, rewrite(codec, payload, first), rewrite(codec, payload, second))

    def add(self, codec: str, payload: bytes, first: Redacted, second: Redacted, tenant: str | None = None) -> None:
        """Adds a payload and what the two plans made of it. Where that raises, nothing is added."""
        before = self._tally.count(codec, payload)
        after = [before if side.payload is payload else self._tally.count(codec, side.payload) for side in (first, second)]
        self._add_fields(before, after[0], after[1])
        self.batches += 1
        self.records += first.report.records
        for side, redacted in zip(self._by_side, (first, second), strict=True):
            side.add(redacted.report)
        if tenant is not None:
            self._add_tenant(tenant, first.report, second.report)

    def _add_fields(self, before: Mapping[bytes, Values], first: Mapping[bytes, Values], second: Mapping[bytes, Values]) -> None:
        """Adds one payload's fields, each under the name it may be shown by."""
        shown: dict[str, list[bytes]] = {}
        for name in before.keys() | first.keys() | second.keys():
            shown.setdefault(self._names.shown(name, before, (first, second)), []).append(name)
        for label, names in sorted(shown.items()):
            field = self._fields.get(label)
            if field is None:
                label = label if len(self._fields) < MAX_FIELDS else OTHER
                field = self._fields.setdefault(label, _Field())
            came, left, right = (_merged(values, names) for values in (before, first, second))
            field.add(came, left, right)

    def _add_tenant(self, tenant: str, first: Report, second: Report) -> None:
        name = self._names.clean(tenant.encode()) if tenant else "(none)"
        if name not in self._tenants and len(self._tenants) >= MAX_TENANTS:
            name = OTHER
        entry = self._tenants.setdefault(name, _Tenant())
        entry.records += first.records
        for counts, report in zip(entry.findings, (first, second), strict=True):
            counts.update(report.by_detector())

    def as_data(self) -> Data:
        """Everything there is to say, as JSON takes it. Of fields only those in which something is or would be changed, most first."""
        named = zip(self._sides, self._plans, self._by_side, strict=True)
        fields = sorted((-field.gap, -max(field.changed), name) for name, field in self._fields.items() if field.is_changed)
        return {
            "batches": self.batches,
            "records": self.records,
            "policies": {
                side: {
                    "policy": plan.name,
                    "plan_hash": plan.hash,
                    "records_changed": counts.touched,
                    "records_dropped": counts.dropped,
                    "unprocessable": dict(sorted(counts.unprocessable.items())),
                }
                for side, plan, counts in named
            },
            "detectors": self._detectors(),
            "fields": [self._fields[name].as_data(name, self._sides) for _, _, name in fields],
            "tenants": [entry.as_data(name, self._sides) for name, entry in sorted(self._tenants.items())],
        }

    def _detectors(self) -> list[Data]:
        """Findings by detector: how many under each policy, by what became of them."""
        rows: dict[str, dict[str, dict[str, int]]] = {}
        for side, counts in zip(self._sides, self._by_side, strict=True):
            for (detector, action), count in sorted(counts.findings.items()):
                rows.setdefault(detector, {name: {} for name in self._sides})[side][action] = count
        return [{"detector": detector, **rows[detector]} for detector in sorted(rows)]


def _merged(values: Mapping[bytes, Values], names: list[bytes]) -> Values:
    """The values under all of these names."""
    if len(names) == 1:
        return values.get(names[0]) or Counter()
    merged: Values = Counter()
    for name in names:
        merged.update(values.get(name, {}))
    return merged
