"""``python -m load.guard``: fails where the engine has become slower than it was, by ratios and not by times.

For each codec, at no record hit and at 5 %, our speed over the yardstick's in the same rounds is held against a floor in ``load/floors.json``:
six tenths of what was measured when the floors were last renewed, as machines differ and are shared. A codec that is below its floor is
measured once more, with more rounds, before it counts.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from load.bench_rows import DEFAULT_POLICY, WORKS, Row, Sizes, pin_to_one_core, rows
from load.corpus import MIB
from load.yardstick import Yardstick

FLOORS = Path(__file__).with_name("floors.json")
GUARDED = ("ndjson", "json", "text", "otlp_proto traces", "otlp_json traces", "llm bodies")
SHARES = (0.0, 0.05)
PART = 0.6
"""Of what was measured: a shared machine has given ratios that were a third lower for a minute."""

_FIRST = Sizes(payload=4 * MIB, busy=MIB, plain=MIB // 8, rounds=3, seconds=2.0)
_AGAIN = Sizes(payload=8 * MIB, busy=2 * MIB, plain=MIB // 8, rounds=7, seconds=8.0)
_WORKS = tuple(work for work in WORKS if work.name in GUARDED and work.policy == DEFAULT_POLICY)

Measure = Callable[[Sizes, Sequence[str], Sequence[float]], Sequence[Row]]


def measured(sizes: Sizes, only: Sequence[str], shares: Sequence[float]) -> Sequence[Row]:
    return list(rows(sizes, only, shares, yardstick=Yardstick(8 * MIB), works=_WORKS))


def key(codec: str, share: float) -> str:
    """What a codec's floor at a share is called in the file: ``ndjson at 5 %``."""
    return f"{codec} at {share * 100:.0f} %"


def below(floors: dict[str, float], measure: Measure = measured) -> list[str]:
    """A line for each codec that stays below its floor: what it is, what it reached, what it has to. Raises ``KeyError`` without a floor."""
    told = []
    for first in measure(_FIRST, GUARDED, SHARES):
        floor = floors[key(first.codec, first.share)]
        if first.ratio("yardstick") >= floor:
            continue
        again = measure(_AGAIN, (first.codec,), (first.share,))
        reached = max(row.ratio("yardstick") for row in (first, *again) if row.codec == first.codec)
        if reached < floor:
            told.append(f"{key(first.codec, first.share)}: {reached:.4f} of the yardstick, and the floor is {floor:.4f}")
    return told


def main(arguments: Sequence[str] | None = None) -> int:
    """0: nothing is slower; 1: something is; 2: wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m load.guard", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renew", action="store_true", help=f"measure, and write {FLOORS.name} anew")
    parser.add_argument("--floors", type=Path, default=FLOORS, metavar="FILE", help="the floors (%(default)s)")
    chosen = parser.parse_args(arguments)
    pin_to_one_core()
    if chosen.renew:
        floors = {key(row.codec, row.share): round(PART * row.ratio("yardstick"), 4) for row in measured(_AGAIN, GUARDED, SHARES)}
        chosen.floors.write_text(json.dumps(floors, indent=1) + "\n")
        print(json.dumps(floors, indent=1))
        return 0
    try:
        slower = below(json.loads(chosen.floors.read_bytes()))
    except FileNotFoundError:
        print(f"{chosen.floors}: no such file; write it with: python -m load.guard --renew", file=sys.stderr)
        return 2
    except KeyError as missing:
        print(f"{chosen.floors}: no floor for {missing.args[0]!r}; write all anew with: python -m load.guard --renew", file=sys.stderr)
        return 2
    for line in slower:
        print(line, file=sys.stderr)
    if slower:
        print("The engine is slower than it was. If that is meant, say why in the commit, and: python -m load.guard --renew", file=sys.stderr)
    else:
        print("no codec is below its floor")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
