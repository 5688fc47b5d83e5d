"""What each loop counts: the open one from when a request was due, whatever the service did; the closed one from when it left."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from load.backend import Sink, serve_grpc
from load.drive import Driven, Job, drive, write_requests
from load.drivers.percentiles import Recorder, merged
from tests.load.drivers.stalling import server

STALL = 0.6
RATE = 100.0


@pytest.fixture
def file(tmp_path: Path) -> str:
    write_requests(tmp_path / "requests", [b"one", b"another"])
    return str(tmp_path / "requests")


def times(driven: Driven) -> Recorder:
    return merged([driven.histogram])


def test_an_open_loop_reports_a_stall_for_every_request_that_was_due_in_it(file: str) -> None:
    with server(stall_at=20, stall=STALL) as port:
        driven = asyncio.run(drive(Job("http", port, file, inflight=4, seconds=1.5, rate=RATE, timeout=10.0)))
    assert driven.due == driven.acknowledged == 150
    stalled = RATE * (STALL - 0.1)  # due in the stall, a tenth of a second or more before its end
    assert times(driven).at(100 * (1 - stalled / driven.due)) >= 0.09
    assert driven.waited >= stalled - 4  # all but those that were under way when it began
    assert driven.latencies[2] >= STALL


def test_a_closed_loop_reports_the_same_stall_once_for_each_sender(file: str) -> None:
    with server(stall_at=20, stall=STALL) as port:
        driven = asyncio.run(drive(Job("http", port, file, inflight=1, seconds=60.0, requests=150, timeout=10.0)))
    assert driven.acknowledged == 150
    assert driven.latencies[2] >= STALL
    assert times(driven).at(98) < STALL


def test_what_gets_no_answer_or_never_leaves_counts_as_having_taken_the_timeout(file: str) -> None:
    with server(mute=True) as port:
        driven = asyncio.run(drive(Job("http", port, file, inflight=2, seconds=0.5, rate=40.0, timeout=0.4)))
    assert driven.due == 20
    assert driven.acknowledged == 0
    assert driven.unanswered == driven.failed >= 2
    assert driven.unanswered + driven.unsent == 20
    assert driven.unsent >= 10
    assert times(driven).at(0) >= 0.4 - 1e-3


def test_a_refusal_is_counted_and_flatters_no_percentile(file: str) -> None:
    with server(refuse_every=3) as port:
        driven = asyncio.run(drive(Job("http", port, file, inflight=2, seconds=0.3, rate=RATE, timeout=10.0)))
    assert (driven.due, driven.acknowledged, driven.failed, driven.retryable, driven.unanswered) == (30, 20, 10, 10, 0)
    assert times(driven).spread().count == 20
    assert driven.first_failure == "429"


@pytest.mark.parametrize("poisson", [False, True])
def test_an_open_loop_over_grpc_sends_all_that_is_due_over_as_many_connections_as_it_is_told(file: str, poisson: bool) -> None:
    async def run() -> tuple[Driven, int]:
        sink = Sink()
        backend, port = await serve_grpc(sink)
        job = Job("grpc", port, file, inflight=6, connections=3, seconds=0.5, rate=RATE, poisson=poisson, timeout=10.0)
        driven = await drive(job)
        await backend.stop(0)
        return driven, sink.counts.requests

    driven, arrived = asyncio.run(run())
    assert driven.due == driven.acknowledged == arrived
    assert driven.failed == driven.unsent == 0
    assert poisson or driven.due == 50


def test_an_open_loop_sends_no_more_requests_than_asked_for(file: str) -> None:
    with server() as port:
        driven = asyncio.run(drive(Job("http", port, file, seconds=0.5, rate=RATE, requests=7, timeout=10.0)))
    assert driven.due == driven.acknowledged == 7


def test_an_open_loop_without_a_timeout_is_refused(file: str) -> None:
    with pytest.raises(ValueError, match="timeout"):
        Job("http", 1, file, rate=1.0)
