"""Due times are fixed beforehand: evenly spaced or by chance, so many a second, never waiting for anything."""

from __future__ import annotations

import asyncio
import itertools
import time

import pytest

from load.drivers.pacing import Pacer, due_times


def test_even_due_times_are_as_many_as_the_rate_says_and_do_not_drift() -> None:
    times = list(due_times(30.0, 100.0))
    assert len(times) == 3000
    assert times[0] == 0.0
    assert times[2999] == pytest.approx(2999 / 30)


def test_poisson_due_times_have_the_rate_and_the_spread_of_chance_and_are_the_same_each_time() -> None:
    times = list(due_times(50.0, 400.0, poisson=True))
    assert times == list(due_times(50.0, 400.0, poisson=True)) != list(due_times(50.0, 400.0, poisson=True, seed=2))
    assert len(times) == pytest.approx(20_000, rel=0.03)
    gaps = [after - before for before, after in itertools.pairwise(times)]
    mean = sum(gaps) / len(gaps)
    deviation = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5
    assert deviation == pytest.approx(mean, rel=0.05)  # of an exponential distribution they are equal


def test_a_pacer_offers_every_time_in_order_and_none_before_it_is_due() -> None:
    async def run() -> list[tuple[float, float]]:
        offered: list[tuple[float, float]] = []
        done = asyncio.Event()
        started = time.perf_counter()
        times = [started - 1.0, *(started + offset for offset in due_times(500.0, 0.1))]
        with Pacer(times, lambda due: offered.append((due, time.perf_counter())), done.set):
            await done.wait()
        assert [due for due, _ in offered] == times
        return offered

    assert all(at >= due for due, at in asyncio.run(run()))


def test_a_pacer_ends_with_its_block_however_far_its_next_time_is() -> None:
    async def run() -> None:
        with Pacer([time.perf_counter() + 1000.0], lambda _: None, lambda: None):
            await asyncio.sleep(0)

    asyncio.run(asyncio.wait_for(run(), 10.0))
