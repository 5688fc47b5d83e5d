"""What a run came to: tables for people, figures for programs, and the goals that are judged."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Iterator
from typing import NamedTuple

from rich.table import Table

from load.peers.measure import OURS, OURS_SAME, Row, Run
from load.peers.planted import Caught

GOALS = {0.05: 10.0, 1.0: 5.0}
"""How many times as fast as every peer on the same detection, by share of records hit."""


class Verdict(NamedTuple):
    row: Row
    at_least: float
    reached: float

    @property
    def met(self) -> bool:
        return self.reached >= self.at_least


def verdicts(run: Run) -> Iterator[Verdict]:
    """Each row that a goal is set for."""
    for row in run.rows:
        if row.share in GOALS:
            yield Verdict(row, GOALS[row.share], row.ratio())


def speeds(run: Run) -> Table:
    table = Table(title="Beside what else there is, same bytes, one core, processor time", title_justify="left")
    for heading in ("work", "hit", "who", "does", "MB/s", "records/s", "caught", "ours, same ×", "ours, default ×", "goal"):
        table.add_column(heading, justify="left" if heading in ("work", "who", "does") else "right", no_wrap=True)
    judged = {id(verdict.row): verdict for verdict in verdicts(run)}
    cases = list(dict.fromkeys((row.work, row.share) for row in run.rows))
    for work, share in cases:
        rows = [row for row in run.rows if (row.work, row.share) == (work, share)]
        head = (work, f"{share:.0%}")
        for policy, rates in ((OURS_SAME, rows[0].same), (OURS, rows[0].ours)):
            speed = statistics.median(rates)
            shares = f"{run.ours_caught[work, policy].share:.0%}"
            table.add_row(
                *head, f"Scrubjay, {policy}", "redacts", f"{speed / 1e6:,.1f}", f"{speed / rows[0].record_bytes:,.0f}", shares, style="bold"
            )
        for row in sorted(rows, key=lambda row: -row.speed):
            verdict = judged.get(id(row))
            goal = "" if verdict is None else f"≥ {verdict.at_least:.0f}: " + ("met" if verdict.met else "[bold red]missed")
            who = f"{row.peer.name} {row.peer.version()}"
            rates_of = (f"{row.speed / 1e6:,.2f}", f"{row.speed / row.record_bytes:,.0f}", f"{row.caught.share:.0%}")
            ratios = (_times(row.ratio()), _times(row.ratio(OURS)))
            table.add_row(*head, who, "redacts" if row.peer.redacts else "detects", *rates_of, *ratios, goal)
        table.add_section()
    return table


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.1f}" if ratio >= 10 else f"{ratio:.2f}"


def omissions(run: Run) -> Table:
    """What each peer leaves out, in words, and what it left of what was planted."""
    table = Table(title="What they leave out", title_justify="left")
    table.add_column("who", no_wrap=True)
    table.add_column("leaves out")
    table.add_column("left of what was planted, where every record is hit")
    for peer in {row.peer.id: row.peer for row in run.rows}.values():
        left = {row.work: _left(row.caught) for row in run.rows if row.peer.id == peer.id}
        table.add_row(peer.name, peer.leaves_out, "; ".join(f"{work}: {said}" for work, said in left.items() if said) or "nothing")
    return table


def _left(what: Caught) -> str:
    return ", ".join(f"{kind} {share:.0%}" for kind, share in what.left().items())


def as_json(run: Run) -> dict[str, object]:
    return {
        "machine": {"processor": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()},
        "rows": [
            {
                "work": row.work,
                "share": row.share,
                "peer": row.peer.id,
                "package": row.peer.package,
                "version": row.peer.version(),
                "redacts": row.peer.redacts,
                "leaves_out": row.peer.leaves_out,
                "bytes_per_second": row.theirs,
                "ours_bytes_per_second": row.ours,
                "ours_same_detection_bytes_per_second": row.same,
                "times_same_detection": row.ratio(),
                "times_default_policy": row.ratio(OURS),
                "caught": row.caught.share,
                "left": row.caught.left(),
            }
            for row in run.rows
        ],
        "ours": [{"work": work, "policy": policy, "caught": what.share, "left": what.left()} for (work, policy), what in run.ours_caught.items()],
        "goals": [
            {"work": v.row.work, "share": v.row.share, "peer": v.row.peer.id, "at_least": v.at_least, "reached": v.reached, "met": v.met}
            for v in verdicts(run)
        ],
        "missing": run.missing,
    }
