"""What a service's processes take of the machine, process by process: memory, open files, threads. From ``/proc``.

Contract: a process that has just ended counts nothing. What several processes hold together is counted once over all of them where their
``proportional`` memory is added up (the kernel's proportional set size): workers are forked after the policy is compiled, and hold it together.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from load.processes import Process


@dataclass(frozen=True, slots=True)
class Footprint:
    """Of one process. ``resident`` and ``peak`` (bytes) hold what it shares with others as well; ``proportional`` its part of that."""

    pid: int
    resident: int
    peak: int
    proportional: int
    files: int
    threads: int


def footprints(process: Process) -> list[Footprint]:
    """Of a process and all it has started, itself first."""
    return [_footprint(pid) for pid in process.family()]


def workers_of(process: Process) -> list[Footprint]:
    """Of those that serve: with one worker there is one process, with more their parent serves nobody."""
    found = footprints(process)
    return found[1:] or found


def _footprint(pid: int) -> Footprint:
    status, memory = _fields(pid, "status"), _fields(pid, "smaps_rollup")
    files = 0
    with contextlib.suppress(OSError):
        files = len(os.listdir(f"/proc/{pid}/fd"))
    resident, peak, proportional = (kib << 10 for kib in (status.get("VmRSS", 0), status.get("VmHWM", 0), memory.get("Pss", 0)))
    return Footprint(pid, resident, peak, proportional, files, status.get("Threads", 0))


def _fields(pid: int, name: str) -> dict[str, int]:
    """The numbers in a file of ``proc_pid_status(5)``'s form, by name."""
    try:
        lines = Path(f"/proc/{pid}/{name}").read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.partition(":")[::2] for line in lines)
    return {key: int(words[0]) for key, value in pairs if (words := value.split()) and words[0].isdigit()}
