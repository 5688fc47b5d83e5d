"""``python -m load.hostile``: clients that mean harm, and whether the service refuses or bears them in bounded memory while others are served.

One worker, passthrough to a backend that costs next to nothing. Each attack goes on for some seconds; meanwhile a good client sends small
requests over HTTP and another over gRPC, and all of theirs must be answered. The most memory the process had during each attack is the
kernel's figure (VmHWM, reset before it). What each attempt came to must be one of the ends that the attack may have.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from load import bombs
from load import hostile_attacks as attacks
from load.corpus import MIB
from load.drive import Job, write_requests
from load.drivers.kinds import trace_requests
from load.hostile_attacks import Ends, again, almost_whole, call, call_large, held_open, post, post_head, post_large
from load.processes import Companion, LoadError
from load.setups import Serving, passthrough, scrubjay

HUGE = 10 << 30
GIB = 1 << 30
INFLIGHT = 256 * MIB
EXTRA = 2048 * MIB
"""How much more than at rest the process may have. Payloads are held to ``INFLIGHT``; gRPC's core takes in more than it is asked for."""
SLACK = 64 * MIB
"""What a case may have more than there was before it, if that was too much already: it is not to blame for the attacks before."""
SLOWEST = 2.0
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Case:
    """``may_end`` is a pattern for the ends its attempts may have; ``may_refuse``: good clients may be told to retry meanwhile."""

    name: str
    transport: str
    attack: Callable[[int, float], Coroutine[None, None, Ends]]
    may_end: str
    seconds: float = 6.0
    may_refuse: bool = False


def cases(connections: int, patience: float) -> list[Case]:
    """All attacks. ``patience``: how long slow ones go on."""
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"
    too_large, cut = r"413", r"413|431|400|closed"
    gone = r"status [0-9]+|reset [0-9]+|goaway [0-9]+|closed"
    head = post_head(1 << 20)
    return [
        Case("10 MB of gzip members, 10 GB inflated", "http", again(post(bombs.gzip_members(HUGE), "gzip"), 4), too_large),
        Case("one gzip stream of 10 MB, 10 GB inflated", "http", again(post(bombs.gzip_stream(HUGE), "gzip"), 4), too_large),
        Case("the gzip members", "grpc", again(call(bombs.gzip_members(HUGE), "gzip"), 4), "status 8"),
        Case("the gzip stream", "grpc", again(call(bombs.gzip_stream(HUGE), "gzip"), 4), "status 8"),
        Case("300 KB of zstd, 10 GB inflated", "http", again(post(bombs.zstd_frames(HUGE), "zstd"), 4), too_large),
        Case("zstd with a window of 2 GB", "http", again(post(bombs.zstd_frames(64 * MIB, 31), "zstd"), 4), r"413|400"),
        # gRPC's core knows no zstd and says INTERNAL (13) before the service is asked.
        Case("the zstd", "grpc", again(call(bombs.zstd_frames(HUGE), "zstd"), 4), r"status (?:8|12|13)"),
        Case("1 GB with a Content-Length", "http", again(post_large(GIB, chunked=False), 8), cut),
        Case("1 GB in chunks", "http", again(post_large(GIB, chunked=True), 8), rf"{cut}|503"),
        Case("a message of 1 GB", "grpc", again(call_large(GIB), 8), gone),
        Case("32 bodies of 60 MB, all but their end", "http", almost_whole(32, 60 * MIB, over_grpc=False), r"503|429|held|closed", 12.0, True),
        Case("32 messages of 60 MB, all but their end", "grpc", almost_whole(32, 60 * MIB, over_grpc=True), rf"held|{gone}", 12.0, True),
        Case("100 MB of headers", "http", again(attacks.endless_headers, 8), cut),
        Case("a header of 100 MB", "http", again(attacks.endless_header_line, 8), cut),
        Case("100 MB of metadata", "grpc", again(attacks.endless_metadata, 8), gone),
        Case("streams begun and reset", "grpc", again(attacks.resets, 8), rf"held|{gone}"),
        Case("noise", "http", again(attacks.noise, 20), r"400|closed"),
        Case("noise", "grpc", again(attacks.noise, 20), "closed"),
        Case("values nested 100,000 deep", "http", again(post(bombs.nested_value(100_000)), 4), r"200|400"),
        Case("values nested 100,000 deep", "grpc", again(call(bombs.nested_value(100_000)), 4), r"status (?:0|3)"),
        Case("JSON nested 100,000 deep", "http", again(post(bombs.nested_json(100_000), "", JSON), 4), r"200|400"),
        Case("five million brackets", "http", again(post(bombs.brackets(5_000_000), "", JSON), 4), "400"),
        Case(f"{connections:,} idle connections", "http", held_open(connections, b""), r"held|closed|503", 15.0),
        Case(f"{connections:,} idle connections", "grpc", held_open(connections, preface), r"held|closed", 15.0),
        Case("500 that drip headers", "http", held_open(500, b"POST /v1/traces HTTP/1.1\r\nX-Slow: ", b"a" * 60), r"closed|408|503", patience),
        Case("500 that drip a body", "http", held_open(500, head, b"\x0a\x00"), r"held|closed|408|503", patience),
    ]


@dataclass(frozen=True, slots=True)
class Row:
    """What came of a case. Memory in bytes, times in seconds."""

    name: str
    transport: str
    ends: dict[str, int]
    peak: int
    at_rest: int
    served: int
    told_to_retry: int
    failed: int
    p99: float
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rig:
    """The service, what it had at rest, and the good clients."""

    serving: Serving
    at_rest: int
    good: tuple[tuple[str, Companion], ...]
    requests: Path
    is_timed: bool


async def suffer(rig: Rig, case: Case) -> Row:
    process = rig.serving.process
    process.forget_peak()
    before = process.resident_bytes()
    for transport, client in rig.good:
        job = Job(transport, rig.serving.port(transport), str(rig.requests), inflight=2, seconds=case.seconds, pause=0.02, timeout=30.0)
        client.tell(json.dumps(asdict(job)))
    ends = await case.attack(rig.serving.port(case.transport), case.seconds)
    heard = [await asyncio.to_thread(client.hear) for _, client in rig.good]
    peak = process.peak_bytes()
    if process.popen.poll() is not None:
        raise LoadError(f"the service ended with exit code {process.popen.returncode} under: {case.name}; {process.last_line()}")
    served, failed, retry = (sum(each[name] for each in heard) for name in ("acknowledged", "failed", "retryable"))
    p99 = max(each["latencies"][1] for each in heard)
    unexpected = {end: count for end, count in ends.items() if not re.fullmatch(case.may_end, end)}
    broken = {
        f"attempts ended as {unexpected}": unexpected,
        f"{peak / MIB:,.0f} MiB, over {(rig.at_rest + EXTRA) / MIB:,.0f}": peak > max(rig.at_rest + EXTRA, before + SLACK),
        f"{failed} good requests failed: {next((each['first_failure'] for each in heard if each['failed']), '')}": (
            failed - retry if case.may_refuse else failed
        ),
        "good clients were not served": not served,
        f"good clients waited {p99:.1f} s": rig.is_timed and p99 > SLOWEST,
    }
    return Row(case.name, case.transport, dict(ends), peak, rig.at_rest, served, retry, failed, p99, tuple(text for text, it in broken.items() if it))


async def run(folder: Path, chosen: Sequence[Case], *, is_timed: bool) -> list[Row]:
    requests = folder / "good"
    write_requests(requests, trace_requests(4, 0.05, 2 * MIB))
    rows = []
    with contextlib.ExitStack() as stack:
        backend, http, grpc = (
            stack.enter_context(Companion(module, folder / "peers.log")) for module in ("load.backend", "load.drive", "load.drive")
        )
        exporters = passthrough("http", backend.hear()["http"])
        serving = stack.enter_context(scrubjay(folder, exporters, max_inflight_bytes=INFLIGHT))
        good = (("http", http), ("grpc", grpc))
        for transport, client in good:
            client.ask(json.dumps(asdict(Job(transport, serving.port(transport), str(requests), seconds=1.0, timeout=30.0))))
        rig = Rig(serving, serving.process.resident_bytes(), good, requests, is_timed)
        print(f"at rest: {rig.at_rest / MIB:,.0f} MiB", file=sys.stderr)
        for case in chosen:
            row = await suffer(rig, case)
            wrong = f"; WRONG: {'; '.join(row.wrong)}" if row.wrong else ""
            print(f"{case.transport}, {case.name}: {ends_of(row)}; peak {row.peak / MIB:,.0f} MiB{wrong}", file=sys.stderr, flush=True)
            rows.append(row)
    return rows


def ends_of(row: Row) -> str:
    return ", ".join(f"{count:,} × {end}" for end, count in Counter(row.ends).most_common())


def table_of(rows: Sequence[Row]) -> Table:
    table = Table(title="Hostile clients: what became of them, and of the others meanwhile", title_justify="left")
    for heading in ("attack", "over", "ended", "peak MiB", "at rest", "good answered", "told to retry", "failed", "p99 ms", ""):
        table.add_column(heading, justify="left" if heading in ("attack", "over", "ended") else "right")
    for row in rows:
        memory = (f"{row.peak / MIB:,.0f}", f"{row.at_rest / MIB:,.0f}")
        counts = (f"{row.served:,}", str(row.told_to_retry), str(row.failed - row.told_to_retry), f"{row.p99 * 1000:.0f}")
        table.add_row(row.name, row.transport, ends_of(row), *memory, *counts, "[bold red]wrong" if row.wrong else "")
    return table


def allow_many_connections() -> int:
    """Raises this process's limit of open files, which the service inherits; returns how many connections fit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most - 500


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m load.hostile",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"Exit code 0 if every attack ends as it may, with at most {EXTRA // MIB} MiB more than at rest and good clients served, else 1.",
    )
    parser.add_argument("--connections", type=int, default=10_000, help="idle connections (default: %(default)s)")
    parser.add_argument("--patience", type=float, default=40.0, help="seconds that the slow clients go on (default: %(default)s)")
    parser.add_argument("--only", metavar="WORD", help="only attacks with this in their name")
    parser.add_argument("--untimed", action="store_true", help="print how long good clients waited, and do not judge it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    chosen = parser.parse_args(arguments)
    connections = min(chosen.connections, allow_many_connections())
    picked = [case for case in cases(connections, chosen.patience) if not chosen.only or chosen.only in f"{case.name} {case.transport}"]
    try:
        with tempfile.TemporaryDirectory(prefix="scrubjay-load-") as folder:
            rows = asyncio.run(run(Path(folder), picked, is_timed=not chosen.untimed))
    except LoadError as error:
        print(f"hostile: {error}", file=sys.stderr)
        return 1
    console = Console(width=None if sys.stdout.isatty() else 170)
    console.print(table_of(rows))
    for row in rows:
        for text in row.wrong:
            console.print(f"WRONG  {row.transport}, {row.name}: {text}", style="bold red", markup=False, soft_wrap=True)
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    return int(any(row.wrong for row in rows))


if __name__ == "__main__":
    sys.exit(main())
