"""``python -m load.drive``: sends requests as fast as they are answered, in a process of its own so that its work isn't counted.

Each line of standard input is a ``Job`` as JSON; each is answered with a ``Driven`` as JSON. The requests are those of a file made by
``write_requests``, again and again, over several connections with one request under way on each (HTTP) or several (gRPC).
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import struct
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import uvloop

from load.clients import Client, client

_LENGTH = struct.Struct("<I")
_CHANNELS = 2


@dataclass(frozen=True, slots=True)
class Job:
    """``transport`` is ``http`` or ``grpc``; ``inflight`` requests are under way at once, for ``seconds`` or ``requests``, whichever is first.

    Each sender waits ``pause`` seconds between an answer and the next request, and ``timeout`` for an answer (0: for ever).
    """

    transport: str
    port: int
    file: str
    inflight: int = 8
    seconds: float = 5.0
    requests: int = 1 << 40
    signal: str = "traces"
    pause: float = 0.0
    timeout: float = 0.0


@dataclass(frozen=True, slots=True)
class Driven:
    """``latencies`` (seconds): median, 99th percentile, longest. Of the ``failed``, ``retryable`` many were told to come again."""

    acknowledged: int
    failed: int
    retryable: int
    seconds: float
    latencies: tuple[float, float, float]
    first_failure: str = ""


def write_requests(file: Path, requests: Iterable[bytes]) -> None:
    with file.open("wb") as out:
        for request in requests:
            out.write(_LENGTH.pack(len(request)) + request)


def read_requests(file: Path) -> list[bytes]:
    data, at, found = file.read_bytes(), 0, []
    while at < len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        found.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    return found


@cache
def _requests(file: str) -> list[bytes]:
    return read_requests(Path(file))


class _Tally:
    def __init__(self) -> None:
        self.latencies: list[float] = []
        self.failed = self.retryable = 0
        self.first_failure = ""

    def driven(self, seconds: float) -> Driven:
        ordered = sorted(self.latencies) or [0.0]
        spread = (ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100], ordered[-1])
        return Driven(len(self.latencies), self.failed, self.retryable, seconds, spread, self.first_failure)


async def drive(job: Job) -> Driven:
    """Runs a job in this process."""
    connections = job.inflight if job.transport == "http" else min(job.inflight, _CHANNELS)
    clients = [client(job.transport, job.port, job.signal) for _ in range(connections)]
    framed = [clients[0].framed(body) for body in _requests(job.file)]
    tally, work = _Tally(), itertools.islice(itertools.cycle(framed), job.requests)
    started = time.perf_counter()
    until = started + job.seconds
    await asyncio.gather(*(_send_all(clients[number % connections], work, job, until, tally) for number in range(job.inflight)))
    seconds = time.perf_counter() - started
    for each in clients:
        await each.close()
    return tally.driven(seconds)


async def _send_all(sender: Client, work: Iterator[bytes], job: Job, until: float, tally: _Tally) -> None:
    now = time.perf_counter()
    while now < until and (request := next(work, None)) is not None:
        reply = await sender.send_framed(request, timeout=job.timeout)
        done = time.perf_counter()
        if reply.ok:
            tally.latencies.append(done - now)
        else:
            tally.failed += 1
            tally.retryable += reply.retryable
            tally.first_failure = tally.first_failure or reply.text
        if job.pause:
            await asyncio.sleep(job.pause)
            done = time.perf_counter()
        now = done


async def _main() -> None:
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(asdict(await drive(Job(**json.loads(line))))), flush=True)


def main() -> int:
    argparse.ArgumentParser(prog="python -m load.drive", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    uvloop.run(_main())
    return 0


if __name__ == "__main__":
    sys.exit(main())
