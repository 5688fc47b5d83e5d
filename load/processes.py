"""Processes that a load script starts: ready when they say so, measured through ``/proc``, ended by their id.

Contract: whatever was started is gone when the ``with`` block ends, its children included. Processor time is that of the process and of
all its living children, all threads; memory is the kernel's high-water mark of resident memory (``VmHWM``), summed likewise.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TICKS = os.sysconf("SC_CLK_TCK")
_USER_TIME = 11  # fields behind the command's name, proc_pid_stat(5): utime is the 14th of all, stime follows
_STOP_SECONDS = 40.0
_PORTS = range(20_000, 32_768)


class LoadError(Exception):
    """A load script can't go on; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Process:
    """A started process; ``log`` holds what it printed on standard error."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.popen.pid

    def family(self) -> list[int]:
        """Its id and those of all it has started that still live."""
        found, waiting = [], [self.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            for thread in _listed(f"/proc/{pid}/task"):
                waiting += [int(child) for child in _read(f"/proc/{pid}/task/{thread}/children").split()]
        return found

    def cpu_seconds(self) -> float:
        return sum(_cpu_seconds(pid) for pid in self.family())

    def peak_bytes(self) -> int:
        """Most memory since the start, or since ``forget_peak``."""
        return sum(_status_bytes(pid, "VmHWM") for pid in self.family())

    def largest_peak_bytes(self) -> int:
        """The same, of the one of its processes that had most."""
        return max(_status_bytes(pid, "VmHWM") for pid in self.family())

    def resident_bytes(self) -> int:
        return sum(_status_bytes(pid, "VmRSS") for pid in self.family())

    def forget_peak(self) -> None:
        for pid in self.family():
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # proc_pid_clear_refs(5): resets VmHWM

    def last_line(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "it printed nothing"

    def kill(self) -> None:
        """SIGKILL, as a crash would be; returns when it is gone."""
        for pid in reversed(self.family()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.popen.wait()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.popen.send_signal(signal.SIGTERM)
        try:
            return self.popen.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise LoadError(f"{self.name} did not stop within {_STOP_SECONDS:.0f} s of SIGTERM") from None


def start(name: str, command: Sequence[str], log: Path) -> Process:
    """Starts a command; what it prints is added to ``log``. Whoever calls this ends it."""
    with log.open("ab") as output:
        try:
            popen = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        except OSError as error:
            raise LoadError(f"{name} can't be started: {command[0]} ({error.strerror})") from None
    return Process(name, popen, log)


@contextlib.contextmanager
def started(name: str, command: Sequence[str], log: Path) -> Iterator[Process]:
    """The same, for as long as a block lasts."""
    process = start(name, command, log)
    try:
        yield process
    finally:
        if process.popen.poll() is None:
            process.kill()


def wait_until(is_so: Callable[[], bool], process: Process, seconds: float = 60.0) -> None:
    """Until ``is_so``; the process must live and be in time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if process.popen.poll() is not None:
            raise LoadError(f"{process.name} ended with exit code {process.popen.returncode}: {process.last_line()}")
        if time.monotonic() > deadline:
            raise LoadError(f"{process.name} was not ready within {seconds:.0f} s: {process.last_line()}")
        time.sleep(0.05)


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_ports(count: int) -> list[int]:
    """Ports that nothing listens on now, all different.

    They lie below the range from which the system takes ports for outgoing connections (32768 and up, ip(7)): between this
    question and the listening, no client of another test can be given one of them.
    """
    with contextlib.ExitStack() as stack:
        probes: list[socket.socket] = []
        for port in random.SystemRandom().sample(_PORTS, len(_PORTS)):
            probe = stack.enter_context(socket.socket())
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            probes.append(probe)
            if len(probes) == count:
                return [each.getsockname()[1] for each in probes]
    raise LoadError(f"{count} free ports from {_PORTS.start} to {_PORTS.stop - 1}")


def _cpu_seconds(pid: int) -> float:
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return (int(fields[_USER_TIME]) + int(fields[_USER_TIME + 1])) / _TICKS if fields else 0.0


def _status_bytes(pid: int, name: str) -> int:
    for line in _read(f"/proc/{pid}/status").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) << 10
    return 0


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:  # it has just ended
        return ""


def _listed(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []


class Companion:
    """A process of ours that answers each line it is sent with one of JSON."""

    def __init__(self, module: str, log: Path) -> None:
        self._module = module
        with log.open("ab") as errors:
            self._popen = subprocess.Popen(
                [sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, bufsize=1
            )

    def __enter__(self) -> Companion:
        return self

    def __exit__(self, *_: object) -> None:
        self._popen.kill()
        self._popen.communicate()

    def ask(self, line: str) -> dict[str, Any]:
        self.tell(line)
        return self.hear()

    def tell(self, line: str) -> None:
        """Without waiting for its answer, which ``hear`` returns."""
        assert self._popen.stdin is not None
        self._popen.stdin.write(line + "\n")

    def hear(self) -> dict[str, Any]:
        assert self._popen.stdout is not None
        line = self._popen.stdout.readline()
        if not line:
            raise LoadError(f"{self._module} ended with exit code {self._popen.wait()}")
        heard: dict[str, Any] = json.loads(line)
        return heard
