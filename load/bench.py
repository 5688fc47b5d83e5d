"""``python -m load.bench``: how fast the engine is, by format and share of records hit, beside the yardstick and the plain redactor.

What is measured is ``service.redaction.pipeline.rewrite`` on one core, with the whole default policy or with the detectors switched off that
a row names, on requests of about 1 MiB whose values never repeat. How, is told in ``load.bench_rows``; what is to be reached, in
``load.bench_goals``. The plain redactor has no protobuf and no documents: beside those it works on log lines of the same share.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from load import plots
from load.bench_goals import as_json, goal_table, table_of
from load.bench_rows import DEFAULT, QUICK, SHARES, WORKS, Row, pin_to_one_core, rows

_EPILOG = """\
kinds of traffic (python -m load.corpus --help tells what is in each; python -m load.corpus writes them)
  {kinds}
  or the word they begin with: otlp_proto is all of OTLP as protobuf

examples
  python -m load.bench --quick                                  a minute, all kinds
  python -m load.bench --only ndjson otlp_proto --share 0 5     two kinds, clean and at 5 %
  python -m load.bench --json speed.json --plot speed.svg       figures of every round, and a picture

"of yardstick" is our speed over that of a scan that only looks at every byte (four patterns, a callback that does nothing), both measured
in the same round. It is what to compare between machines; MB/s are not. Ratios that differ by less than a tenth are noise.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    kinds = sorted({work.name for work in WORKS})
    parser = argparse.ArgumentParser(
        prog="python -m load.bench",
        description="Speed of the engine by kind of traffic and share of records hit, one core, in processor time.",
        epilog=_EPILOG.format(kinds=", ".join(kinds)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    words = sorted({*kinds, *(kind.split()[0] for kind in kinds)})
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures, every round of them, to FILE")
    parser.add_argument("--plot", type=plots.file_to_draw, metavar="FILE", help="draw them, as .svg or .png")
    parser.add_argument("--quick", action="store_true", help="a quarter of the bytes and fewer rounds")
    parser.add_argument("--only", nargs="+", default=(), choices=words, metavar="KIND", help="these kinds of traffic")
    parser.add_argument("--share", nargs="+", type=int, default=(), choices=[round(share * 100) for share in SHARES], help="these shares, in %%")
    chosen = parser.parse_args(arguments)
    pin_to_one_core()
    shares = [share for share in SHARES if not chosen.share or round(share * 100) in chosen.share]
    measured: list[Row] = []
    for row in rows(QUICK if chosen.quick else DEFAULT, chosen.only, shares):
        measured.append(row)
        print(f"{row.codec} at {row.share:.0%} ({row.policy}): {row.speed / 1e6:,.1f} MB/s", file=sys.stderr)
    _tell(measured)
    if chosen.json:
        chosen.json.write_text(json.dumps(as_json(measured), indent=1) + "\n")
    if chosen.plot:
        plots.draw(chosen.plot, speeds(measured))
    return 0


def _tell(measured: Sequence[Row]) -> None:
    console = Console(width=None if sys.stdout.isatty() else 150)
    console.print(table_of(measured))
    console.print(goal_table(measured))
    if any(row.touched != row.hits for row in measured):
        console.print("Records changed differ from records made sensitive: the speeds above are of other work than they say.", style="yellow")


def speeds(measured: Sequence[Row]) -> plots.Dots:
    """Kinds of traffic by shares, in MB/s, between the plain redactor and the yardstick."""
    names = tuple(dict.fromkeys(row.title for row in measured))
    series = tuple(
        plots.by_row(names, f"{share:.0%} hit", {row.title: row.speed / 1e6 for row in measured if row.share == share})
        for share in SHARES
        if any(row.share == share for row in measured)
    )
    plain = statistics.median(rate for row in measured for rate in row.plain) / 1e6
    beside = statistics.median(rate for row in measured for rate in row.yardstick) / 1e6
    limits = (plots.Limit("plain redactor", plain), plots.Limit("yardstick", beside))
    return plots.Dots("Speed of the engine, one core", "MB/s", names, series, limits, log=True)


if __name__ == "__main__":
    sys.exit(main())
