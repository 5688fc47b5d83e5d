"""``python -m load.peers`` (``make bench-peers``): the engine beside what users would take instead, on the same bytes, in one run."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from load.bench_rows import pin_to_one_core
from load.peers import tables
from load.peers.measure import DEFAULT, QUICK, WORKS, run
from load.peers.roster import PEERS

_EPILOG = """\
work
  ndjson   application logs, 320-byte lines of JSON          gateway  an LLM gateway's log, JSON in strings of JSON
  otlp     spans of 470 bytes as protobuf

what is measured
  Engines, without receivers and exporters: each peer runs in a small harness that has its input in memory. All are given one list of
  patterns for what this traffic has planted in it (load/peers/detection.py); "caught" is the share of planted values that are gone.
  "ours, same ×": Scrubjay with the detectors alone for what is planted, over the peer. "ours, default ×": with the whole default policy.
  Both are medians over rounds of the ratio within a round. Slow peers are given fewer of the same bytes. "detects": nothing is written.

what it takes
  Go and Rust build the peers of theirs, once, for some minutes; then they are cached. Without one, its peers are left out, and a line
  says so. Versions: load/peers/rust/Cargo.lock, load/peers/go/go.sum, load/peers/requirements.lock, requirements.lock.

examples
  python -m load.peers --quick                          every peer, two minutes once they are built
  python -m load.peers --only vrl redaction             two of them
  python -m load.peers --work otlp --json figures.json  spans alone; figures of every round
"""


def main(arguments: Sequence[str] | None = None) -> int:
    ids = [peer.id for peer in PEERS]
    parser = argparse.ArgumentParser(
        prog="python -m load.peers",
        description="Scrubjay's engine beside what users would take instead: same bytes, one core, processor time, ratios round by round.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures, every round of them, to FILE")
    parser.add_argument("--quick", action="store_true", help="fewer bytes and rounds")
    parser.add_argument("--only", nargs="+", default=ids, choices=ids, metavar="PEER", help="these peers: " + ", ".join(ids))
    parser.add_argument("--work", nargs="+", default=list(WORKS), choices=list(WORKS), metavar="WORK", help="this work: " + ", ".join(WORKS))
    chosen = parser.parse_args(arguments)
    pin_to_one_core()
    peers = [peer for peer in PEERS if peer.id in chosen.only]
    done = run(peers, chosen.work, QUICK if chosen.quick else DEFAULT, _tell)
    console = Console(width=None if sys.stdout.isatty() else 170)
    if done.rows:
        console.print(tables.speeds(done))
        console.print(tables.omissions(done))
    for peer, reason in done.missing.items():
        console.print(f"left out: {peer}: {reason}", style="yellow", highlight=False, markup=False)
    if chosen.json:
        chosen.json.write_text(json.dumps(tables.as_json(done), indent=1) + "\n")
    return 0


def _tell(line: str) -> None:
    print(f"peers: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
