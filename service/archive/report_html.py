"""``report.html``: the report for people, in one file that loads nothing from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2733; --soft: #5c6b7a; --line: #d5dce3; --bar: #2f6fad; --bad: #b3372f; --ground: #fff }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ee; --soft: #9aa8b5; --line: #37424d; --bar: #6aa5dc; --bad: #ec8a82; --ground: #14191f } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem; margin-bottom: .2rem } h2 { font-size: 1.15rem; margin-top: 2.2rem } p, caption { color: var(--soft) }
.numbers { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 1.5rem 0 } .numbers b { display: block; font-size: 1.5rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--line) }
td { overflow-wrap: anywhere; vertical-align: top } .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.failed { color: var(--bad); font-weight: 600 } rect { fill: var(--bar) } svg text { fill: var(--soft); font-size: 11px } code { font-size: .9em }
.scroll { overflow-x: auto }
"""
_WIDTH, _HEIGHT, _BOTTOM = 1000, 160, 20
_ROWS = 100
_FILES = 5000


def page(report: dict[str, Any]) -> str:
    """The report, as :func:`service.archive.report.report` makes it."""
    totals = report["totals"]
    numbers = [
        (f"{sum(totals['files'].values()):,}", "files"),
        (f"{totals['findings']:,}", "findings"),
        (f"{totals['content_bytes'] / 1e6:,.1f} MB", "looked at"),
        (f"{report['seconds']:,.1f} s", "taken"),
        *((f"{count:,}", state) for state, count in totals["files"].items()),
    ]
    policy = report["policy"]
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>Scrubjay report</title><style>{_STYLE}</style>",
        f"<h1>What {escape(report['command'])} found</h1>",
        f"<p>Begun {escape(report['begun'])}, policy {escape(policy['name'])} (plan <code>{escape(policy['plan_hash'])}</code>), "
        f"Scrubjay {escape(report['scrubjay'])}. This report holds no value that was found.</p>",
        "<div class=numbers>" + "".join(f"<div><b>{escape(number)}</b>{escape(word)}</div>" for number, word in numbers) + "</div>",
        _section("By detector", _bars([(row["detector"], row["findings"]) for row in report["detectors"][:30]]), _detectors(report["detectors"])),
        _section("By day", _columns([(row["day"] or "no date", row["findings"]) for row in report["days"]])),
        _section(
            "By field", _table(("field", "detector", "findings"), ((r["field"], r["detector"], r["findings"]) for r in report["fields"][:_ROWS]))
        ),
        _section("The same value again", _repeated(report["repeated"])),
        _section("Every file", _files(report["files"])),
        "</html>\n",
    ]
    return "\n".join(parts)


def _section(title: str, *parts: str) -> str:
    held = "".join(parts)
    return f"<section><h2>{escape(title)}</h2>{held or '<p>Nothing.</p>'}</section>"


def _cell(value: object) -> str:
    return f"<td class=n>{value:,}</td>" if isinstance(value, int) else f"<td>{escape(str(value))}</td>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    body = "".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows)
    if not body:
        return ""
    return "<div class=scroll><table><tr>" + "".join(f"<th>{escape(head)}</th>" for head in heads) + f"</tr>{body}</table></div>"


def _detectors(rows: list[dict[str, Any]]) -> str:
    told = ((r["detector"], r["title"], r["findings"], r["files"], ", ".join(f"{n} {a}" for a, n in r["actions"].items())) for r in rows)
    return _table(("detector", "what it is", "findings", "files", "actions"), told)


def _fields(rows: list[dict[str, Any]]) -> str:
    return _table(("field", "detector", "findings"), ((row["field"], row["detector"], row["findings"]) for row in rows[:_ROWS]))


def _repeated(rows: list[dict[str, Any]]) -> str:
    told = ((r["fingerprint"], ", ".join(r["detectors"]), r["findings"], r["files"], ", ".join(r["in"][:5])) for r in rows[:_ROWS])
    return _table(("fingerprint", "detectors", "findings", "files", "in"), told)


def _files(rows: list[dict[str, Any]]) -> str:
    order = {"failed": 0, "binary": 1, "redacted": 2}
    lines = []
    for row in sorted(rows, key=lambda row: (order.get(row["outcome"], 3), -sum(row["findings"].values())))[:_FILES]:
        left_out = "; ".join(f"{member['member']}: {member['message']}" for member in row["members_left_out"])
        bad = " class=failed" if row["outcome"] == "failed" or left_out else ""
        why = "; ".join(filter(None, (row["message"], left_out)))
        kind = " in ".join(filter(None, (row["format"], row["container"] if row["container"] != "plain" else None)))
        cells = f"{_cell(row['file'])}<td{bad}>{escape(row['outcome'])}</td>{_cell(why)}{_cell(kind)}{_cell(row['bytes'])}"
        lines.append(f"<tr>{cells}{_cell(sum(row['findings'].values()))}</tr>")
    heads = "".join(f"<th>{head}</th>" for head in ("file", "outcome", "why", "kind", "bytes", "findings"))
    more = f"<p>and {len(rows) - _FILES:,} more: report.json has all of them.</p>" if len(rows) > _FILES else ""
    return f"<div class=scroll><table><tr>{heads}</tr>{''.join(lines)}</table></div>{more}" if lines else ""


def _bars(rows: list[tuple[str, int]]) -> str:
    """Horizontal bars."""
    if not rows:
        return ""
    most, bars = max(count for _, count in rows), []
    for at, (name, count) in enumerate(rows):
        width = max(1.0, (_WIDTH - 300) * count / most)
        bars.append(f"<text x=0 y={at * 20 + 14}>{escape(name)}</text><rect x=200 y={at * 20 + 3} width={width:.1f} height=14 />")
        bars.append(f"<text x={206 + width:.1f} y={at * 20 + 14}>{count:,}</text>")
    return f'<svg viewBox="0 0 {_WIDTH} {20 * len(rows)}" width="100%" role=img aria-label="findings by detector">{"".join(bars)}</svg>'


def _columns(rows: list[tuple[str, int]]) -> str:
    """A column for each day."""
    if not rows:
        return ""
    most, width = max(count for _, count in rows), _WIDTH / len(rows)
    columns = []
    for at, (name, count) in enumerate(rows):
        height = max(1.0, (_HEIGHT - _BOTTOM - 10) * count / most)
        top = _HEIGHT - _BOTTOM - height
        told = f"<title>{escape(name)}: {count:,}</title>"
        columns.append(f"<rect x={at * width:.1f} y={top:.1f} width={max(1.0, min(width - 2, 80)):.1f} height={height:.1f}>{told}</rect>")
        if len(rows) <= 12 or at in (0, len(rows) - 1):
            anchor = ' text-anchor="end"' if at and len(rows) > 12 else ""
            columns.append(f"<text x={at * width + (width if anchor else 0):.1f} y={_HEIGHT - 5}{anchor}>{escape(name)}</text>")
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="100%" role=img aria-label="findings by day">{"".join(columns)}</svg>'
