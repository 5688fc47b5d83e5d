"""The load scripts as they are run by hand, briefly: what they promise holds, under real faults."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from load import chaos, hostile, latency, throughput
from load.chaos_run import dead_letters
from load.chaos_service import small_disk
from load.processes import LoadError

Figures = list[Mapping[str, Any]]


@pytest.fixture
def figures(tmp_path: Path) -> Callable[[Callable[[list[str]], int], list[str]], Figures]:
    """Runs a script and returns the figures it wrote; it must end well."""

    def run(main: Callable[[list[str]], int], arguments: list[str]) -> Figures:
        file = tmp_path / "figures.json"
        assert main([*arguments, "--json", str(file)]) == 0
        found: Figures = json.loads(file.read_text())
        return found

    return run


@pytest.fixture
def tmpfs(tmp_path: Path) -> None:
    try:
        with small_disk(tmp_path, 1):
            pass
    except LoadError as error:
        pytest.skip(str(error))


def test_dead_letters_are_counted_over_exporters_and_parts() -> None:
    status = {"a": {"queues": [{"batches": 9}], "dead_letters": [{"batches": 2}, {"batches": 3}]}, "b": {"queues": [], "dead_letters": []}}
    assert dead_letters(status) == 5


@pytest.mark.chaos
def test_nothing_acknowledged_is_lost_when_the_service_is_killed_and_the_backend_fails(figures: Callable[..., Figures]) -> None:
    (outcome,) = figures(chaos.main, ["--quick", "--without-disk"])
    assert outcome["lost"] == 0
    assert outcome["kills"] == chaos.QUICK.kills
    assert outcome["dead_letters"] > 0


@pytest.mark.chaos
@pytest.mark.usefixtures("tmpfs")
def test_nothing_acknowledged_is_lost_when_the_disk_is_full(figures: Callable[..., Figures]) -> None:
    (outcome,) = figures(chaos.main, ["--quick", "--only-disk"])
    assert outcome["lost"] == 0
    assert outcome["acknowledged"] > 0


@pytest.mark.chaos
def test_hostile_clients_are_refused_or_borne_in_bounded_memory_while_others_are_served(figures: Callable[..., Figures]) -> None:
    rows = figures(hostile.main, ["--untimed", "--connections", "2000", "--patience", "25"])
    assert all(row["served"] and not row["wrong"] for row in rows)


@pytest.mark.chaos
def test_small_requests_are_answered_while_large_bodies_stream_in(figures: Callable[..., Figures]) -> None:
    rows = figures(latency.main, ["--seconds", "3", "--rounds", "1"])
    assert all(row["requests"] and not row["failed"] for row in rows)


@pytest.mark.chaos
def test_all_that_is_sent_at_full_speed_is_acknowledged_and_arrives(figures: Callable[..., Figures]) -> None:
    rows = figures(throughput.main, ["--alone", "--seconds", "1", "--rounds", "1", "--pool-mib", "4"])
    assert len(rows) == len(throughput.TRANSPORTS) * len(throughput.SPANS) * len(throughput.SHARES)


@pytest.mark.chaos
@pytest.mark.interop
def test_the_same_load_goes_through_a_collector_beside_it(figures: Callable[..., Figures]) -> None:
    peers = pytest.importorskip("tests.interop.peers")
    try:
        program = peers.collector()
    except peers.Unavailable as reason:
        pytest.skip(str(reason))
    rows = figures(
        throughput.main, ["--untimed", "--collector", str(program), "--few", "--spans", "200", "--seconds", "2", "--rounds", "3", "--pool-mib", "16"]
    )
    assert all(row["ratio_per_cpu_second"] for row in rows)
