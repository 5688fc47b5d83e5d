"""How far a run is: a bar on a terminal, a line a minute elsewhere. Both on standard error."""

from __future__ import annotations

import sys
import time

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

_LINE_SECONDS = 60.0


class Shown:
    """Shows it. ``with`` it, so that the terminal is as it was afterwards."""

    def __init__(self, files: int, size: int, *, quiet: bool = False) -> None:
        self._files, self._size = files, size
        self._read = self._done = self.findings = 0
        self._begun = time.monotonic()
        self._next = self._begun + _LINE_SECONDS
        self._quiet = quiet
        self._bar: Progress | None = None
        if sys.stderr.isatty() and not quiet:
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                DownloadColumn(),
                TransferSpeedColumn(),
                TimeRemainingColumn(),
                TextColumn("{task.fields[files]} files, {task.fields[findings]} findings"),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._bar.add_task("scrubjay", total=size, files=f"0/{files}", findings=0)

    def __enter__(self) -> Shown:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *failure: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self._begun

    def read(self, size: int, findings: int) -> None:
        """So many bytes of files were worked, and so much found in them."""
        self._read += size
        self.findings += findings
        self._show()

    def done(self) -> None:
        """A file is done with."""
        self._done += 1
        self._show()

    def _show(self) -> None:
        if self._bar is not None:
            self._bar.update(self._task, completed=self._read, files=f"{self._done}/{self._files}", findings=self.findings)
        elif not self._quiet and time.monotonic() >= self._next:
            self._next = time.monotonic() + _LINE_SECONDS
            left = self.seconds * (self._size - self._read) / self._read if self._read else 0.0
            told = f"{self._read >> 20} of {self._size >> 20} MiB, {self._done} of {self._files} files, {self.findings} findings"
            print(f"scrubjay: {told}, about {left / 60:.0f} min left", file=sys.stderr, flush=True)
