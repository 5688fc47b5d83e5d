"""``report.sarif``: where something was found, as code scanning takes it (OASIS SARIF 2.1.0). Places and fingerprints; no value."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from service.archive.summary import shown
from service.archive.told import Told
from service.redaction.plan import Plan
from service.telemetry import release

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"secret": "error", "financial": "error", "government": "error"}


def sarif(plan: Plan, files: list[Told]) -> dict[str, Any]:
    """A log with one run; its results are the first 1,000 findings of each file."""
    known = {detector.id: detector for detector in plan.detectors}
    used = sorted({detector for told in files for _, _, detector, _, _ in told.notes.spots})
    rules = []
    for name in used:
        detector = known.get(name)
        rules.append(
            {
                "id": name,
                "shortDescription": {"text": (detector.title or detector.entity) if detector else name.replace("_", " ")},
                "defaultConfiguration": {"level": _LEVELS.get(detector.kind if detector else "secret", "warning")},
            }
        )
    results = [_result(told, spot, used.index(spot[2]), plan) for told in files for spot in told.notes.spots]
    driver = {"name": "scrubjay", "version": release(), "rules": rules}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": results}]}


def _result(told: Told, spot: tuple[str, int, str, str, str], rule: int, plan: Plan) -> dict[str, Any]:
    member, line, detector, fingerprint, field = spot
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(shown(told.path, plan))}}
    if line and not member:
        place["region"] = {"startLine": line}
    where = f" in the member {shown(member, plan)}{f', line {line}' if line else ''}" if member else ""
    result: dict[str, Any] = {
        "ruleId": detector,
        "ruleIndex": rule,
        "message": {"text": f"{detector} in the field {field}{where}"},
        "locations": [{"physicalLocation": place}],
    }
    if fingerprint:
        result["partialFingerprints"] = {"scrubjayValue/v1": fingerprint}
    return result
