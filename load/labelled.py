"""The files of a corpora folder that hold short texts: e-mail addresses, phone numbers, secrets, and log lines full of look-alikes."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from load.plans import default_plan, plan_for
from load.scoring import GUISES, Case, Row, Tally, as_text, enforced, of_entity, of_secrets, read_rows
from service.redaction.pipeline import rewrite
from service.redaction.plan import Plan

CONTEXTUAL = ("opaque-contextual", "hex-valued", "uuid-valued")
"""Families of secrets that nothing but a name beside them gives away."""


def email_cases(folder: Path) -> Iterator[Case]:
    file = "emails.jsonl.gz"
    rows, plan = read_rows(folder, file), default_plan()
    for guise in GUISES:
        yield _spans_found(rows, _is("tier", "common"), lambda _: plan, guise).recall(file, "common", guise, 0.98)
        negative = _left_alone(rows, _is("tier", "negative"), plan, guise, of_entity(plan, "email"))
        yield negative.false_positives(file, "negative", guise, 0.01)
    yield _spans_found(rows, _is("tier", "exotic_valid"), lambda _: plan, "text").recall(file, "exotic_valid", "text", None)


def phone_cases(folder: Path) -> Iterator[Case]:
    file = "phones.jsonl.gz"
    rows, plan = read_rows(folder, file), default_plan()
    for guise in GUISES:
        for tier in ("intl_plus", "rfc3966"):
            found = _spans_found(rows, _is("tier", tier), lambda _: plan, guise)
            yield found.recall(file, tier, guise, 0.995)
        found = _spans_found(rows, _is("tier", "national_formatted"), lambda row: plan_for(row["region"]), guise)
        yield found.recall(file, "national_formatted", guise, 0.97, "each row's region configured")
    for tier in ("national_short", "exotic_dialling"):
        found = _spans_found(rows, _is("tier", tier), lambda _: plan, "text")
        yield found.recall(file, tier, "text", None, "regions US, GB")


def phone_lookalike_cases(folder: Path) -> Iterator[Case]:
    file = "phones_neg.jsonl.gz"
    rows, plan = read_rows(folder, file), default_plan()
    for guise in GUISES:
        left = _left_alone(rows, lambda _: True, plan, guise, of_entity(plan, "phone"), type_="kind")
        yield left.false_positives(file, "as phones", guise, 0.01)
    anything = _left_alone(rows, lambda _: True, plan, "text", lambda _: True, type_="kind")
    yield anything.false_positives(file, "as anything", "text", None)


def secret_cases(folder: Path) -> Iterator[Case]:
    file = "secrets_pos.jsonl.gz"
    rows, plan = read_rows(folder, file), default_plan()
    wanted: tuple[tuple[str, Callable[[Row], bool], float | None], ...] = (
        ("with a prefix", lambda row: row["family"] not in CONTEXTUAL and not row["weak"], 0.97),
        ("contextual", lambda row: row["family"] in CONTEXTUAL and not row["weak"], 0.85),
        *((f"contextual: {family}", _is("family", family), None) for family in CONTEXTUAL),
        ("weak", lambda row: row["weak"], None),
    )
    for guise in GUISES:
        for name, chosen, bar in wanted:
            if bar is None and guise != "text":
                continue
            gone, whole = _secrets_gone(rows, chosen, plan, guise)
            yield gone.recall(file, name, guise, bar, f"all of it: {whole.share:.3f}" if whole.count else "")


def benign_cases(folder: Path) -> Iterator[Case]:
    file = "secrets_neg.jsonl.gz"
    rows, plan = read_rows(folder, file), default_plan()
    for guise in GUISES:
        left = _left_alone(rows, _is("tier", "benign"), plan, guise, of_secrets(plan), type_="type")
        yield left.false_positives(file, "benign, as secrets", guise, 0.01)
    for tier in ("benign", "placeholder", "near_miss"):
        left = _left_alone(rows, _is("tier", tier), plan, "text", lambda _: True, type_="type")
        yield left.false_positives(file, f"{tier}, as anything", "text", None)


def log_cases(folder: Path) -> Iterator[Case]:
    """Lines of real logs that come back changed. What is shown of a changed line, if anything, is the line as it came back."""
    plan = default_plan()
    everything = Tally()
    for path in sorted((folder / "logs").glob("*.log.gz")):
        content = gzip.decompress(path.read_bytes())
        redacted = rewrite("text", content, plan)
        before, after = content.splitlines(), redacted.payload.splitlines()
        found = Counter({name: count for name, count in redacted.report.by_detector().items() if name in enforced(redacted.report.findings)})
        lines = Tally()
        for number, line in enumerate(before):
            intact = number < len(after) and after[number] == line
            where = "" if intact else ", ".join(sorted(as_text(line.decode(errors="replace"), plan).detectors))
            for tally in (lines, everything):
                tally.add(intact, number, path.name, where)
        yield lines.false_positives(f"logs/{path.name}", "lines touched", "text", None, ", ".join(f"{n} {c}" for n, c in found.most_common()))
    yield everything.false_positives("logs/*", "lines touched", "text", 0.002)


def redacted_log_line(folder: Path, name: str, number: int) -> str:
    """Line ``number`` of a log file as it comes back."""
    line = gzip.decompress((folder / "logs" / name).read_bytes()).splitlines()[number]
    return as_text(line.decode(errors="replace"), default_plan()).came_back


def _is(name: str, value: str) -> Callable[[Row], bool]:
    """Rows that say ``value`` under ``name`` and aren't marked as weak."""
    return lambda row: bool(row[name] == value) and not row.get("weak", False)


def _spans_found(rows: Sequence[Row], chosen: Callable[[Row], bool], plan_of: Callable[[Row], Plan], guise: str) -> Tally:
    """Every labelled span has to be gone, but for a few characters at its edges."""
    tally = Tally()
    for number, row in enumerate(rows):
        if chosen(row):
            sent = GUISES[guise](row["text"], plan_of(row))
            tally.unprocessable += sent.unprocessable
            for start, end in row["spans"]:
                tally.add(not sent.survives(start, end), number, row.get("region") or row["tier"])
    return tally


def _left_alone(
    rows: Sequence[Row],
    chosen: Callable[[Row], bool],
    plan: Plan,
    guise: str,
    counts: Callable[[str], bool],
    type_: str = "tier",
) -> Tally:
    """Texts in which none of the detectors that count may find anything."""
    tally = Tally()
    for number, row in enumerate(rows):
        if chosen(row):
            sent = GUISES[guise](row["text"], plan)
            tally.unprocessable += sent.unprocessable
            found = sorted(filter(counts, sent.detectors))
            tally.add(not found, number, row[type_], ", ".join(found))
    return tally


def _secrets_gone(rows: Sequence[Row], chosen: Callable[[Row], bool], plan: Plan, guise: str) -> tuple[Tally, Tally]:
    """Whether the secret, as labelled, has left the text; and whether all of it has, since labels may reach beyond the secret itself."""
    gone, whole = Tally(macro=True), Tally(macro=True)
    for number, row in enumerate(rows):
        if chosen(row):
            sent = GUISES[guise](row["text"], plan)
            gone.unprocessable += sent.unprocessable
            start = row["text"].index(row["secret"])
            left = sent.changed and row["secret"] not in sent.came_back
            gone.add(left, number, row["type"], row["family"])
            whole.add(left and not sent.survives(start, start + len(row["secret"])), number, row["type"])
    return gone, whole
