"""Defaults come from the cgroup's limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.machine import Limits, limits

V2 = "0::/kubepods/pod1\n"
V1 = "4:memory:/docker/a\n3:cpu,cpuacct:/docker/a\n1:name=systemd:/docker/a\n"

CASES = [
    # membership, files, cpus, memory
    ("", {}, None, None),
    (V2, {}, None, None),
    (V2, {"cpu.max": "max 100000\n", "memory.max": "max\n"}, None, None),
    (V2, {"cpu.max": "250000 100000\n", "memory.max": "1073741824\n"}, 2.5, 1 << 30),
    (V2, {"kubepods/pod1/cpu.max": "400000 100000", "kubepods/cpu.max": "50000 100000"}, 0.5, None),
    (V2, {"kubepods/pod1/memory.max": "2147483648", "kubepods/memory.max": "max"}, None, 2 << 30),
    (V1, {"cpu/docker/a/cpu.cfs_quota_us": "300000", "cpu/docker/a/cpu.cfs_period_us": "100000"}, 3.0, None),
    (V1, {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, None, None),
    (V1, {"memory/memory.limit_in_bytes": "9223372036854771712"}, None, None),
    (V1, {"memory/memory.limit_in_bytes": "536870912"}, None, 512 << 20),
    (V2, {"cpu.max": "nonsense", "memory.max": "\xff"}, None, None),
]


@pytest.mark.parametrize(("membership", "files", "cpus", "memory"), CASES)
def test_the_smallest_limit_on_the_way_to_the_root_counts(
    tmp_path: Path, membership: str, files: dict[str, str], cpus: float | None, memory: int | None
) -> None:
    root = tmp_path / "cgroup"
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode("latin-1"))
    (tmp_path / "self").write_text(membership)
    assert limits(root, tmp_path / "self") == Limits(cpus, memory)


def test_where_nothing_is_limited_one_worker_takes_requests_of_the_recommended_size() -> None:
    free = Limits()
    assert (free.workers(), free.inflight_bytes(1), free.request_bytes(1)) == (1, 512 << 20, 64 << 20)


@pytest.mark.parametrize(("cpus", "workers"), [(0.1, 1), (1.0, 1), (1.9, 1), (2.0, 2), (16.0, 16)])
def test_there_is_a_worker_for_each_whole_cpu(cpus: float, workers: int) -> None:
    assert Limits(cpus=cpus).workers() == workers


@pytest.mark.parametrize("memory", [256 << 20, 1 << 30, 8 << 30])
@pytest.mark.parametrize("workers", [1, 2, 8])
def test_all_workers_together_hold_a_quarter_of_the_memory_at_most(memory: int, workers: int) -> None:
    assert Limits(memory=memory).inflight_bytes(workers) * workers <= memory // 4
