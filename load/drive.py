"""``python -m load.drive``: sends requests and says how long they took, in a process of its own so that its work isn't counted.

Each line of standard input is a ``Job`` as JSON; each is answered with a ``Driven`` as JSON. The requests are those of a file made by
``write_requests``, again and again.

**Closed loop** (``rate`` 0): so many senders, each of which sends its next request when the last is answered. This finds what a service can
bear; its latencies are those of a load that waits for the service, so a stall counts once per sender, however long it lasts.

**Open loop** (``rate`` requests a second): each request has a time at which it is due, fixed beforehand. Latency counts from there, whether
the request could leave then or had to wait for a connection, so that a stall counts for every request due in it (Gil Tene's "coordinated
omission"). One that got no answer, or could not be sent by the end, counts as having taken the timeout, or longer where it waited longer.
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

from load.clients import Client, Reply, Route, client
from load.drivers.pacing import Pacer, due_times
from load.drivers.percentiles import Recorder

_LENGTH = struct.Struct("<I")
_CHANNELS = 2
_LATE = 0.001
_NO_ANSWER = (0, 1004)  # Reply.status: the connection failed or time was up; gRPC's DEADLINE_EXCEEDED


@dataclass(frozen=True, slots=True)
class Job:
    """``transport`` is ``http`` or ``grpc``; ``inflight`` requests are under way at once, for ``seconds`` or ``requests``, whichever is first.

    They go over so many ``connections`` (0: one for each sender over HTTP, two over gRPC). In a closed loop each sender waits ``pause``
    seconds between an answer and the next request. ``timeout`` is how long an answer may take (0: for ever; an open loop needs one).
    With a ``rate`` the loop is open, evenly spaced or ``poisson``. ``path`` and ``content_type`` are for HTTP that isn't OTLP.
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
    connections: int = 0
    rate: float = 0.0
    poisson: bool = False
    host: str = "127.0.0.1"
    path: str = ""
    content_type: str = ""

    def __post_init__(self) -> None:
        if self.rate and not self.timeout:
            raise ValueError("an open loop needs a timeout")

    def connect(self) -> Client:
        return client(self.transport, self.port, self.signal, Route(self.host, self.path, self.content_type))


@dataclass(frozen=True, slots=True)
class Driven:
    """``latencies`` (seconds): median, 99th percentile, longest; all of them are in ``histogram`` (``percentiles.Recorder``).

    Of the ``failed``, ``retryable`` many were told to come again and ``unanswered`` many got no answer. In an open loop ``due`` counts all
    requests; ``waited`` many found every connection busy, ``late`` many left over a millisecond late through the driver's own fault, and
    ``unsent`` many never left. ``seconds`` is the time until the last answer.
    """

    acknowledged: int
    failed: int
    retryable: int
    seconds: float
    latencies: tuple[float, float, float]
    histogram: str
    first_failure: str = ""
    unanswered: int = 0
    due: int = 0
    waited: int = 0
    late: int = 0
    unsent: int = 0


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
    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._recorder = Recorder()
        self.acknowledged = self.failed = self.retryable = self.unanswered = 0
        self.due = self.waited = self.late = self.unsent = 0
        self.first_failure = ""

    def count(self, reply: Reply, seconds: float) -> None:
        if reply.ok:
            self.acknowledged += 1
            self._recorder.add(seconds)
            return
        self.failed += 1
        self.retryable += reply.retryable
        self.first_failure = self.first_failure or reply.text
        if reply.status in _NO_ANSWER:
            self.unanswered += 1
            self._recorder.add(max(seconds, self._timeout))

    def leave(self, waited: float) -> None:
        """Counts a request that never leaves."""
        self.unsent += 1
        self._recorder.add(max(waited, self._timeout))

    def driven(self, seconds: float) -> Driven:
        spread = self._recorder.spread()
        counts = (self.unanswered, self.due, self.waited, self.late, self.unsent)
        latencies = (spread.p50, spread.p99, spread.longest)
        return Driven(self.acknowledged, self.failed, self.retryable, seconds, latencies, self._recorder.encoded(), self.first_failure, *counts)


async def drive(job: Job) -> Driven:
    """Runs a job in this process."""
    count = job.connections or (job.inflight if job.transport == "http" else min(job.inflight, _CHANNELS))
    clients = [job.connect() for _ in range(count)]
    framed = [clients[0].framed(body) for body in _requests(job.file)]
    tally, work = _Tally(job.timeout), itertools.islice(itertools.cycle(framed), job.requests)
    senders = [clients[number % count] for number in range(job.inflight)]
    started = time.perf_counter()
    try:
        await (_open if job.rate else _closed)(senders, work, job, started, tally)
    finally:
        seconds = time.perf_counter() - started
        for each in clients:
            await each.close()
    return tally.driven(seconds)


async def _closed(senders: list[Client], work: Iterator[bytes], job: Job, started: float, tally: _Tally) -> None:
    async def send_all(sender: Client) -> None:
        now = started
        while now < started + job.seconds and (request := next(work, None)) is not None:
            reply = await sender.send_framed(request, timeout=job.timeout)
            done = time.perf_counter()
            tally.count(reply, done - now)
            if job.pause:
                await asyncio.sleep(job.pause)
                done = time.perf_counter()
            now = done

    await asyncio.gather(*map(send_all, senders))


async def _open(senders: list[Client], work: Iterator[bytes], job: Job, started: float, tally: _Tally) -> None:
    """Requests that wait for a connection wait in one queue, the earliest first."""
    waiting: asyncio.Queue[tuple[float, float]] = asyncio.Queue()
    end = started + job.seconds
    never = (end + job.timeout, 0.0)

    def offer(due: float) -> None:
        tally.due += 1
        waiting.put_nowait((due, time.perf_counter()))

    def finish() -> None:
        for _ in senders:
            waiting.put_nowait(never)

    async def send_all(sender: Client) -> None:
        while (taken := await waiting.get()) is not never:
            due, offered = taken
            sent = time.perf_counter()
            request = next(work, None) if sent < end + job.timeout else None
            if request is None:
                tally.leave(sent - due)
                continue
            tally.late += offered - due > _LATE
            tally.waited += sent - offered > _LATE
            reply = await sender.send_framed(request, timeout=job.timeout)
            tally.count(reply, time.perf_counter() - due)

    offsets = due_times(job.rate, job.seconds, poisson=job.poisson)
    with Pacer((started + offset for offset in itertools.islice(offsets, job.requests)), offer, finish):
        await asyncio.gather(*map(send_all, senders))


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
