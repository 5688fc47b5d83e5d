"""What the engine is to reach, and how a run of ``load.bench`` is told: the tables and the JSON.

Goals are ratios within one run, on one core: of the yardstick, or times the plain redactor. They hold for the whole default catalogue but
where a policy is named.
"""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.table import Table

from load.bench_rows import DEFAULT_POLICY, NO_DIGITS, Row


@dataclass(frozen=True, slots=True)
class Goal:
    """A ratio to reach, for one codec at one share under one policy."""

    codec: str
    share: float
    beside: str
    at_least: float
    policy: str = DEFAULT_POLICY


_CLEAN, _CLEAN_NO_DIGITS, _TIMES_PLAIN, _GATEWAY = 0.25, 0.45, 35.0, 0.015
_SOME = {"ndjson": 0.16, "otlp_proto traces": 0.14, "otlp_json traces": 0.14}

GOALS = (
    *(Goal(codec, 0.0, "yardstick", _CLEAN) for codec in _SOME),
    *(Goal(codec, 0.0, "yardstick", _CLEAN_NO_DIGITS, NO_DIGITS) for codec in _SOME),
    *(Goal(codec, 0.05, "yardstick", share) for codec, share in _SOME.items()),
    *(Goal(codec, 0.05, "plain", _TIMES_PLAIN) for codec in _SOME),
    Goal("llm bodies", 1.0, "yardstick", _GATEWAY),
)


def goals_of(measured: Sequence[Row]) -> Iterator[tuple[Goal, float]]:
    """Each goal that this run can judge, with what was reached."""
    by_work = {(row.codec, row.share, row.policy): row for row in measured}
    for goal in GOALS:
        if row := by_work.get((goal.codec, goal.share, goal.policy)):
            yield goal, row.ratio(goal.beside)


def table_of(measured: Sequence[Row]) -> Table:
    table = Table(title="Speed of the engine, one core", title_justify="left")
    for heading in ("traffic", "hit", "MB/s", "records/s", "yardstick MB/s", "of yardstick", "plain MB/s", "× plain", "changed/hit"):
        table.add_column(heading, justify="left" if heading == "traffic" else "right", no_wrap=True)
    for number, row in enumerate(measured):
        following = measured[number + 1 : number + 2]
        table.add_row(
            row.title,
            f"{row.share:.0%}",
            f"{row.speed / 1e6:,.1f}",
            f"{row.records_per_second:,.0f}",
            f"{statistics.median(row.yardstick) / 1e6:,.0f}",
            f"{row.ratio('yardstick'):.1%}",
            f"{statistics.median(row.plain) / 1e6:.1f}",
            f"{row.ratio('plain'):.1f}",
            f"{row.touched}/{row.hits}",
            end_section=bool(following) and following[0].title != row.title,
        )
    return table


def goal_table(measured: Sequence[Row]) -> Table:
    table = Table(title="Goals", title_justify="left")
    for heading in ("traffic", "hit", "policy", "beside", "goal", "reached", ""):
        table.add_column(heading, no_wrap=True)
    for goal, reached in goals_of(measured):
        style = "{:.1%}" if goal.beside == "yardstick" else "{:.1f} ×"
        verdict = "met" if reached >= goal.at_least else "[bold red]missed"
        table.add_row(goal.codec, f"{goal.share:.0%}", goal.policy, goal.beside, "≥ " + style.format(goal.at_least), style.format(reached), verdict)
    return table


def machine() -> dict[str, object]:
    return {"processor": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}


def as_json(measured: Sequence[Row]) -> dict[str, object]:
    return {
        "machine": machine(),
        "rows": [
            {
                "codec": row.codec,
                "policy": row.policy,
                "share": row.share,
                "bytes": row.size,
                "records": row.records,
                "hits": row.hits,
                "touched": row.touched,
                "bytes_per_second": {"median": row.speed, "best": max(row.ours), "rounds": row.ours},
                "records_per_second": row.records_per_second,
                "yardstick_bytes_per_second": row.yardstick,
                "plain_bytes_per_second": row.plain,
                "of_yardstick": row.ratio("yardstick"),
                "times_plain": row.ratio("plain"),
            }
            for row in measured
        ],
        "goals": [
            {
                "codec": goal.codec,
                "policy": goal.policy,
                "share": goal.share,
                "beside": goal.beside,
                "at_least": goal.at_least,
                "reached": reached,
                "met": reached >= goal.at_least,
            }
            for goal, reached in goals_of(measured)
        ],
    }
