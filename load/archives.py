"""``scrubjay scrub`` over a tree of stored logs: is all that was planted gone, is the rest as it was, how fast, in how much memory.

Contract: the tree has every container and every format of lines, with planted addresses in one record of twenty; each file of the output is
decompressed and compared with what it must be, byte for byte. Memory is the high-water mark of one process, the largest of all. With
``--side-by-side``, one large file is also unpacked and packed again by gzip and zstd, in turns with ours, so that a slow moment slows both.
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import zstandard

from load.archive_tree import MARKER, PLANTED, make, opened
from load.corpus import MIB, application_ndjson, written
from load.processes import LoadError, started

_RECORDS = 40_000
_SAMPLE_SECONDS = 0.05
_PIECE = 64 * MIB


class Measured(NamedTuple):
    """A run: seconds, and bytes of memory of its largest process."""

    seconds: float
    peak: int


def scrubbed(source: Path, out: Path, workers: int) -> Measured:
    """Runs it. Raises ``LoadError`` where it fails."""
    begun, peak = time.monotonic(), 0
    command = [sys.executable, "-m", "service", "scrub", str(source), "--out", str(out), "--workers", str(workers), "--quiet"]
    with tempfile.NamedTemporaryFile() as log, started("scrub", command, Path(log.name)) as process:
        while process.popen.poll() is None:
            peak = max(peak, process.largest_peak_bytes())
            time.sleep(_SAMPLE_SECONDS)
        seconds = time.monotonic() - begun
        if process.popen.returncode:
            raise LoadError(f"scrub ended with exit code {process.popen.returncode}: {process.last_line()}")
    return Measured(seconds, peak)


def tree(folder: Path, size: int, workers: int) -> int:
    """Makes a tree whose content is about ``size`` bytes, scrubs it and checks what came out; exit code."""
    planted = content = part = 0
    while content < size:
        planted += len(make(folder / "src" / f"part-{part:03}", seed=part + 1, records=_RECORDS))
        content += sum(map(len, opened(folder / "src" / f"part-{part:03}").values()))
        part += 1
    stored = [file for file in (folder / "src").rglob("*") if file.is_file()]
    packed = sum(file.stat().st_size for file in stored)
    print(f"{len(stored)} files, {packed / 1e6:.0f} MB stored, {content / 1e6:.0f} MB of content, {planted} planted", flush=True)
    run = scrubbed(folder / "src", folder / "out", workers)
    left = different = 0
    for number in range(part):
        before, after = (opened(folder / side / f"part-{number:03}") for side in ("src", "out"))
        left += sum(len(PLANTED.findall(data)) for data in after.values())
        different += sum(PLANTED.sub(MARKER, data) != after.get(name) for name, data in before.items())
    speed = f"{content / run.seconds / 1e6:.0f} MB/s of content"
    print(f"scrubbed in {run.seconds:.1f} s, {speed}, {workers} workers, largest process {run.peak / MIB:.0f} MiB")
    print(f"planted values left: {left}; files and members that differ otherwise: {different}")
    return 1 if left or different else 0


def side_by_side(folder: Path, size: int, workers: int, rounds: int) -> int:
    """Ours beside gzip and zstd on one file of NDJSON, 5 % of whose records are hit; exit code."""
    with gzip.open(folder / "big.ndjson.gz", "wb", 1) as gz, zstandard.open(folder / "big.ndjson.zst", "wb", zstandard.ZstdCompressor(1)) as zst:
        for seed in range(max(1, size // _PIECE)):
            data = written(application_ndjson(min(size, _PIECE), share=0.05, seed=seed + 1))
            gz.write(data)
            zst.write(data)
    for suffix, pipe in (("gz", "gzip -dc {0} | gzip -1 > {1}"), ("zst", "zstd -qdc {0} | zstd -q -1 > {1}")):
        file, ratios = folder / f"big.ndjson.{suffix}", []
        for _ in range(rounds):
            begun = time.monotonic()
            subprocess.run(["sh", "-c", pipe.format(file, folder / "again")], check=True)  # no shell words but our own
            theirs = time.monotonic() - begun
            shutil.rmtree(folder / "out", ignore_errors=True)
            ours = scrubbed(file, folder / "out", workers)
            ratios.append(ours.seconds / theirs)
            sizes = f"{file.stat().st_size / 1e6:.0f} MB to {(folder / 'out' / file.name).stat().st_size / 1e6:.0f} MB"
            print(f"{suffix}: ours {ours.seconds:.2f} s, {pipe.split()[0]} {theirs:.2f} s; {sizes}; {ours.peak / MIB:.0f} MiB", flush=True)
        print(f"{suffix}: {statistics.median(ratios):.2f} times as long (median of {rounds})")
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m load.archives", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=200, metavar="MIB", help="of content (default: %(default)s)")
    parser.add_argument("--side-by-side", action="store_true", help="beside gzip and zstd, on one file of this size")
    parser.add_argument("--rounds", type=int, default=3, help="of --side-by-side (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)), help="(default: one for each CPU)")
    parser.add_argument("--dir", type=Path, help="where there is room for it (default: the system's folder for temporary files)")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=given.dir, prefix="scrubjay-archives-") as name:
        try:
            if given.side_by_side:
                return side_by_side(Path(name), given.size * MIB, given.workers, given.rounds)
            return tree(Path(name), given.size * MIB, given.workers)
        except LoadError as error:
            print(f"archives: {error}", file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
