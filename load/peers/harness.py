"""Running a peer's harness: a process of its own that reads requests once and is then told, round by round, to go over them.

Protocol: the command's last argument is a file of settings (JSON). Each line of standard input is ``read FILE``, ``round`` or
``write FILE``, and each is answered with one line, ``{"seconds": …}``, the processor seconds of the harness, all threads. What it prints
besides goes to a log, which says why it ended.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from load.peers import framing


class PeerError(Exception):
    """A peer can't be run, or doesn't do what it was asked; one line."""


class Harness:
    """A running harness. Its files lie in ``folder``, which is the caller's to remove."""

    def __init__(self, name: str, command: Sequence[str], settings: Mapping[str, Any], folder: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self._folder = folder
        self._log = folder / "log"
        chosen = folder / "settings.json"
        chosen.write_text(json.dumps(settings))
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, str(chosen)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, bufsize=1, env=dict(environment)
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()

    def read(self, requests: Sequence[bytes]) -> None:
        file = self._folder / "requests"
        framing.write(file, requests)
        self._ask(f"read {file}")
        file.unlink()

    def round(self) -> float:
        """Processor seconds for what was read."""
        return self._ask("round")

    def leaving(self) -> list[bytes]:
        """What leaves of the requests that were read."""
        file = self._folder / "leaving"
        self._ask(f"write {file}")
        left = framing.read(file)
        file.unlink()
        return left

    def _ask(self, command: str) -> float:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(command + "\n")
        except BrokenPipeError:
            pass  # it has ended; the answer that doesn't come says so
        line = self._process.stdout.readline()
        if not line:
            raise PeerError(f"{self.name} ended with exit code {self._process.wait()}: {self._last_line()}")
        return float(json.loads(line)["seconds"])

    def _last_line(self) -> str:
        lines = [line for line in self._log.read_text(errors="replace").splitlines() if line.strip()]
        return next((line for line in lines if "panic" in line.lower() or "error" in line.lower()), lines[-1] if lines else "no word")[:300]
