"""``report.json``: what was found by detector, field, day and file, which values are the same, and what came of every file. No value."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from service.archive.report_html import page
from service.archive.sarif import sarif
from service.archive.summary import shown
from service.archive.told import Told
from service.redaction.plan import Plan
from service.redaction.report import by_detector
from service.telemetry import release

SCHEMA_VERSION = 1
_REPEATED = 500
_FILES_NAMED = 50


class Ran(NamedTuple):
    """The run that is reported: which command, when it began (ISO 8601, UTC), how long it took, under which plan."""

    command: str
    begun: str
    seconds: float
    plan: Plan


def report(ran: Ran, files: list[Told]) -> dict[str, Any]:
    """The report as JSON takes it."""
    entries = {detector.id: (detector.title or detector.entity, detector.kind) for detector in ran.plan.detectors}
    return {
        "version": SCHEMA_VERSION,
        "command": ran.command,
        "scrubjay": release(),
        "policy": {"name": ran.plan.name, "plan_hash": ran.plan.hash, "catalogue": ran.plan.catalogue},
        "begun": ran.begun,
        "seconds": round(ran.seconds, 3),
        "totals": _totals(files),
        "detectors": _detectors(files, entries),
        "fields": _fields(files),
        "days": _days(files),
        "repeated": _repeated(files, ran.plan),
        "files": [_file(told, ran.plan) for told in files],
    }


def write_reports(folder: Path, ran: Ran, files: list[Told]) -> None:
    """Writes them into ``folder``, which is made: JSON and HTML, and SARIF of a scan. Raises ``OSError``."""
    folder.mkdir(parents=True, exist_ok=True)
    data = report(ran, files)
    (folder / "report.json").write_bytes(orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    (folder / "report.html").write_text(page(data), encoding="utf-8")
    if ran.command == "scan":
        (folder / "report.sarif").write_bytes(orjson.dumps(sarif(ran.plan, files), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _totals(files: list[Told]) -> dict[str, Any]:
    return {
        "files": dict(sorted(Counter(told.state for told in files).items())),
        "bytes": sum(told.size for told in files),
        "content_bytes": sum(told.content for told in files),
        "findings": sum(told.findings.total() for told in files),
        "unprocessable": sum(told.unprocessable.total() for told in files),
    }


def _detectors(files: list[Told], entries: Mapping[str, tuple[str, str]]) -> list[dict[str, Any]]:
    findings: Counter[str] = Counter()
    in_files: Counter[str] = Counter()
    actions: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for told in files:
        found = by_detector(told.findings)
        findings.update(found)
        in_files.update(found.keys())
        for (detector, action, _place), count in told.findings.items():
            actions[detector][action] += count
    return [
        {
            "detector": detector,
            "title": entries.get(detector, (detector, ""))[0],
            "kind": entries.get(detector, ("", "other"))[1],
            "findings": count,
            "files": in_files[detector],
            "actions": dict(sorted(actions[detector].items())),
        }
        for detector, count in findings.most_common()
    ]


def _fields(files: list[Told]) -> list[dict[str, Any]]:
    total: Counter[tuple[str, str]] = Counter()
    for told in files:
        total.update(told.notes.fields)
    return [{"field": name, "detector": detector, "findings": count} for (detector, name), count in total.most_common(_REPEATED)]


def _days(files: list[Told]) -> list[dict[str, Any]]:
    days: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for told in files:
        for (detector, day), count in told.notes.days.items():
            days[day][detector] += count
    return [{"day": day or None, "findings": counts.total(), "detectors": dict(sorted(counts.items()))} for day, counts in sorted(days.items())]


def _repeated(files: list[Told], plan: Plan) -> list[dict[str, Any]]:
    """Values that were found more than once, those in most files first."""
    findings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    where: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for told in files:
        for (detector, fingerprint), count in told.notes.values.items():
            findings[fingerprint][detector] += count
            where[fingerprint][told.path] = None
    repeated = (fingerprint for fingerprint, counts in findings.items() if counts.total() > 1)
    rows = sorted(repeated, key=lambda fingerprint: (-len(where[fingerprint]), -findings[fingerprint].total(), fingerprint))
    return [
        {
            "fingerprint": fingerprint,
            "detectors": sorted(findings[fingerprint]),
            "findings": findings[fingerprint].total(),
            "files": len(where[fingerprint]),
            "in": [shown(path, plan) for path in list(where[fingerprint])[:_FILES_NAMED]],
        }
        for fingerprint in rows[:_REPEATED]
    ]


def _file(told: Told, plan: Plan) -> dict[str, Any]:
    return {
        "file": shown(told.path, plan),
        "outcome": told.state,
        "reason": told.reason or None,
        "message": told.text or None,
        "by_an_earlier_run": told.again,
        "format": told.form or None,
        "container": told.container or None,
        "bytes": told.size,
        "content_bytes": told.content,
        "findings": dict(sorted(by_detector(told.findings).items())),
        "unprocessable": dict(sorted(told.unprocessable.items())),
        "members_left_out": [{"member": shown(name, plan), "reason": reason, "message": text} for name, reason, text in told.failures],
    }
