"""What the container or service manager lets this process have: its cgroup's CPU and memory limits.

Read once at start, from cgroup v2 (``cpu.max``, ``memory.max``; docs.kernel.org/admin-guide/cgroup-v2.html) or v1 (``cpu.cfs_quota_us``,
``memory.limit_in_bytes``). A limit further up holds too, so the smallest one on the way to the root counts. Where there is no cgroup, as
on macOS and Windows, nothing is limited.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_ROOT = Path("/sys/fs/cgroup")
_MEMBERSHIP = Path("/proc/self/cgroup")
_UNLIMITED = 1 << 60
"""Bytes: cgroup v1 says "no limit" with a number near 2^63."""

MAX_REQUEST_BYTES = 64 << 20
"""The OTLP specification's recommendation ("Request Size Limits")."""
MAX_INFLIGHT_BYTES = 512 << 20
_LEAST_REQUEST_BYTES = 4 << 20


class Limits(NamedTuple):
    """CPUs (may be a fraction) and bytes of memory; ``None`` where there is no limit."""

    cpus: float | None = None
    memory: int | None = None

    def workers(self) -> int:
        """How many processes make use of the CPUs: one each, at least one; one where nothing says how many are meant for us."""
        return 1 if self.cpus is None else max(1, int(self.cpus))

    def inflight_bytes(self, workers: int) -> int:
        """Payload bytes one of ``workers`` may hold: all of them together a quarter of the memory, since a payload is in it several times."""
        return MAX_INFLIGHT_BYTES if self.memory is None else min(MAX_INFLIGHT_BYTES, self.memory // 4 // workers)

    def request_bytes(self, workers: int) -> int:
        """The largest request: several of them fit into what may be in flight."""
        return max(_LEAST_REQUEST_BYTES, min(MAX_REQUEST_BYTES, self.inflight_bytes(workers) // 4))


def limits(root: Path = _ROOT, membership: Path = _MEMBERSHIP) -> Limits:
    """The limits in force for this process."""
    cpus = [cpu for folder in _folders(root, membership, "cpu") if (cpu := _cpus(folder)) is not None]
    memory = [size for folder in _folders(root, membership, "memory") if (size := _memory(folder)) is not None]
    return Limits(min(cpus, default=None), min(memory, default=None))


def _folders(root: Path, membership: Path, controller: str) -> Iterator[Path]:
    """The folders of this process's cgroup and of all above it; in a container's own namespace that is the root alone."""
    for line in _read(membership).splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers and controller not in controllers.split(","):
            continue
        top = root / controller if controllers else root
        folder = top / path.strip("/")
        while folder != top and top in folder.parents:
            yield folder
            folder = folder.parent
        yield top


def _cpus(folder: Path) -> float | None:
    quota, _, period = _read(folder / "cpu.max").strip().partition(" ")
    if not quota:
        quota, period = _read(folder / "cpu.cfs_quota_us").strip(), _read(folder / "cpu.cfs_period_us").strip()
    if not quota.isdigit() or not period.isdigit() or not int(period):  # "max", or -1 in v1
        return None
    return int(quota) / int(period)


def _memory(folder: Path) -> int | None:
    size = _read(folder / "memory.max").strip() or _read(folder / "memory.limit_in_bytes").strip()
    return int(size) if size.isdigit() and int(size) < _UNLIMITED else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeError):
        return ""
