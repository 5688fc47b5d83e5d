"""Scrubjay under ``load.chaos``: a queued service that is killed and started again, on a disk of its own if one is asked for."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from load.chaos_clients import DESTINATIONS
from load.processes import LoadError, Process, free_ports, start, wait_until
from load.setups import is_ready, scrubjay_command, scrubjay_config

_COMMAND_SECONDS = 60.0


def chaos_config(http: int, grpc: int, backend: Mapping[str, int], storage: Path, workers: int) -> dict[str, object]:
    """Queues in front of both of the backend's ports, with short waits, so that a run is short."""
    retry = {"initial_interval": "0.3s", "max_interval": "1.5s"}
    exporters: dict[str, object] = {
        f"otlp_{transport}/backend": {
            "endpoint": f"http://127.0.0.1:{backend[transport]}",
            "timeout": "4s",
            "sending_queue": {"storage": str(storage), "num_consumers": 8},
            "retry_on_failure": retry,
        }
        for transport in ("http", "grpc")
    }
    tree = scrubjay_config(http, grpc, exporters, workers=workers, drain_timeout="10s")
    tree["service"]["pipelines"] = {  # type: ignore[index]  # a configuration is a tree of plain values
        name: {"receivers": ["otlp"], "exporters": [f"otlp_{to}/backend" for to in transports]} for name, transports in DESTINATIONS.items()
    }
    return tree


class Victim:
    """The service and what is done to it. ``within`` is put before its commands, to run them elsewhere."""

    def __init__(self, folder: Path, backend: Mapping[str, int], workers: int, within: tuple[str, ...] = (), storage: Path | None = None) -> None:
        self.http, self.grpc = free_ports(2)
        self.kills = 0
        self.storage = storage or folder / "queue"
        self._folder, self._within = folder, within
        self._config = folder / "scrubjay.yaml"
        self._config.write_text(json.dumps(chaos_config(self.http, self.grpc, backend, self.storage, workers), indent=1))
        self._process: Process | None = None

    @property
    def process(self) -> Process:
        assert self._process is not None
        return self._process

    @property
    def log(self) -> str:
        return self.process.log.read_text(errors="replace")

    def start(self, until: str = "/readyz") -> None:
        """Returns when it says it is ready; with ``/healthz``, when it runs."""
        self._process = start("scrubjay", (*self._within, *scrubjay_command(self._config)), self._folder / "scrubjay.log")
        wait_until(lambda: is_ready(self.http, until), self.process)

    def crash(self) -> None:
        """kill -9 of all its processes."""
        self.kills += 1
        self.process.kill()

    def crash_worker(self) -> bool:
        """kill -9 of one worker, which its parent is to replace; false where there is none."""
        workers = self.process.family()[1:]
        if workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(workers[-1], signal.SIGKILL)
        return bool(workers)

    def stop(self) -> int:
        return self.process.stop()

    def end(self) -> None:
        """Whatever state it is in."""
        if self._process is not None and self._process.popen.poll() is None:
            self._process.kill()

    def queue(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """``scrubjay queue …``, as an operator types it."""
        command = (*self._within, sys.executable, "-m", "service", "queue", arguments[0], "--config", str(self._config), *arguments[1:])
        return subprocess.run(command, capture_output=True, text=True, timeout=_COMMAND_SECONDS, check=False)

    def status(self) -> Any:
        done = self.queue("status", "--json")
        if done.returncode:
            raise LoadError(f"scrubjay queue status ended with exit code {done.returncode}: {done.stderr.strip()[-300:]}")
        return json.loads(done.stdout)


@contextlib.contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[tuple[tuple[str, ...], Path]]:
    """A tmpfs in a mount namespace: the words that run a command in there, and the folder. It outlives what is killed in it."""
    mounted = folder / "disk"
    mounted.mkdir()
    script = 'mount -t tmpfs -o size="$1" none "$2" && echo mounted && exec sleep 3600'
    command = ("unshare", "-rm", "sh", "-c", script, "sh", f"{mebibytes}m", str(mounted))
    try:
        holder = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    except OSError as error:
        raise LoadError(f"no small disk: unshare can't be started ({error.strerror})") from None
    try:
        assert holder.stdout is not None
        if holder.stdout.readline() != "mounted\n":
            raise LoadError("no small disk: unshare -rm with a tmpfs is not allowed here; leave that part out with --without-disk")
        within = ("nsenter", "--target", str(holder.pid), "--user", "--mount", "--preserve-credentials")
        yield within, mounted
    finally:
        holder.kill()
        holder.communicate()


def used_share(within: tuple[str, ...], mounted: Path) -> float:
    """How full the small disk is, from 0 to 1."""
    done = subprocess.run((*within, "stat", "-f", "-c", "%b %a", str(mounted)), capture_output=True, text=True, check=True)
    blocks, free = map(int, done.stdout.split())
    return 1 - free / blocks


def raw_on_disk(within: tuple[str, ...], folder: Path, raw: bytes) -> list[str]:
    """Files in which something unredacted is."""
    done = subprocess.run((*within, "grep", "-rlaF", raw.decode(), str(folder)), capture_output=True, text=True, check=False)
    return done.stdout.split()


def pause_until(is_so: Callable[[], bool], seconds: float) -> bool:
    """Whether it came to be so in time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.3)
    return True
