"""What a run says of itself at its end: on standard error, as JSON on standard output. It holds no value."""

from __future__ import annotations

import os
from collections import Counter

import typer

from detectors.scanner import TooManyHitsError
from service.archive.told import Told
from service.console import print_json
from service.redaction.difference_fields import without_findings
from service.redaction.plan import Plan
from service.redaction.report import by_detector


def has_failed(files: list[Told]) -> bool:
    """Whether any file, or a member of one, could not be worked."""
    return any(told.state == "failed" or told.failures for told in files)


def summarise(files: list[Told], seconds: float, plan: Plan, *, as_json: bool) -> None:
    """Says what came of it: failures by file, and numbers."""
    states = Counter(told.state for told in files)
    found: Counter[str] = Counter()
    for told in files:
        found.update(by_detector(told.findings))
        for line in _problems(told, plan):
            typer.echo(f"scrubjay: {line}", err=True)
    size = sum(told.size for told in files)
    content = sum(told.content for told in files)
    if as_json:
        print_json(
            {
                "files": dict(sorted(states.items())),
                "findings": dict(sorted(found.items())),
                "bytes": size,
                "content_bytes": content,
                "seconds": round(seconds, 3),
                "problems": [{"file": shown(told.path, plan), "reason": told.reason or "members"} for told in files if _problems(told, plan)],
            }
        )
        return
    told_states = ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "none"
    told_found = ", ".join(f"{count} {detector}" for detector, count in found.most_common(12)) or "nothing"
    speed = f" ({content / seconds / 1e6:.0f} MB/s)" if seconds > 0.5 else ""
    typer.echo(f"scrubjay: {counted(len(files))}: {told_states}; found {told_found}; {content / 1e6:.1f} MB in {seconds:.1f} s{speed}", err=True)


def counted(files: int) -> str:
    """So many files, in words."""
    return f"{files} file{'' if files == 1 else 's'}"


def _problems(told: Told, plan: Plan) -> list[str]:
    path = shown(told.path, plan)
    lines = [f"{path}: {told.text}"] if told.state in ("failed", "binary") and told.text else []
    return lines + [f"{path}: {shown(name, plan)}: {text}" for name, _, text in told.failures]


def shown(path: str, plan: Plan) -> str:
    """A file's name as it may be printed: without what detectors find in it; bytes that are not UTF-8 as ``\\xNN``."""
    try:
        return without_findings(os.fsencode(path), plan).decode("utf-8", "backslashreplace")
    except TooManyHitsError:
        return "[REDACTED]"
