"""One process that recognises, and the one that takes its place when it has died, hung or grown.

A lane's process is spawned, not forked: its parent has threads. It ends with its parent, however that ends, and leaves ^C to it. A
successor is started while its predecessor still works, so no text waits for a model to load.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from typing import NamedTuple

from detectors.model import Finding
from detectors.ner import NerSettings, NerUnavailable, Recognizer

TEXTS_EACH = 50_000
"""Texts after which a process is replaced."""
GROWTH_BYTES = 256 << 20
"""Growth of a process, since its first answer, after which it is replaced."""
HUNG_SECONDS = 60.0
"""A process that has not answered for so long is killed. One task is 64 texts of 4 KiB: seconds, where a machine is slow."""

RESTART_SECONDS = 5.0
"""A process that died is not replaced more often than that: what it is asked meanwhile fails."""

_recognizer: list[Recognizer | NerUnavailable] = []  # this process's own, where it is one of ours


class Answer(NamedTuple):
    """What a process says: the findings (``None`` for a text that made the model fail), its id, and its resident memory."""

    findings: list[list[Finding] | None]
    pid: int
    resident: int


def _begin(settings: NerSettings) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        _recognizer.append(Recognizer(settings))
    except NerUnavailable as error:
        _recognizer.append(error)  # an exception here would reach nobody


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _find(texts: Sequence[bytes]) -> Answer:
    recognizer = _recognizer[0]
    if isinstance(recognizer, NerUnavailable):
        raise recognizer
    return Answer(_found(recognizer, texts), os.getpid(), resident_bytes())


def _found(recognizer: Recognizer, texts: Sequence[bytes]) -> list[list[Finding] | None]:
    try:
        return list(recognizer.find(texts))
    except Exception:  # whatever the model stumbled over, it is one text's; an exception might hold some of it
        return [None] if len(texts) == 1 else [_found(recognizer, [text])[0] for text in texts]


def resident_bytes(pid: int | str = "self") -> int:
    """A process's resident memory; 0 where the system doesn't tell (anything but Linux)."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


class _Process:
    def __init__(self, settings: NerSettings) -> None:
        context = multiprocessing.get_context("spawn")
        self.executor = ProcessPoolExecutor(1, context, _begin, (settings,))
        self.ready: Future[Answer] = self.executor.submit(_find, ())
        self.first = 0
        self.texts = 0


class Lane:
    """Hands texts to its process, one task after the other."""

    def __init__(self, settings: NerSettings, texts_each: int = TEXTS_EACH) -> None:
        self._settings = settings
        self._texts_each = texts_each
        self._lock = threading.Lock()
        self._process = _Process(settings)
        self._successor: _Process | None = None
        self._asked: dict[Future[Answer], float] = {}
        self._closed = False
        self._born = time.monotonic()
        self.pid = 0
        self.resident = 0
        self.restarts = 0
        self._process.ready.add_done_callback(lambda done: self._answered(done, self._process))

    @property
    def waiting(self) -> int:
        """Tasks not yet answered."""
        return len(self._asked)

    def ready(self, timeout: float) -> None:
        """Waits until the model is loaded. Raises what kept it from loading."""
        self._process.ready.result(timeout)

    def submit(self, texts: Sequence[bytes]) -> Future[Answer]:
        """A task; its future fails where the process dies under it."""
        with self._lock:
            self._replace_hung()
            process = self._process
            try:
                asked = process.executor.submit(_find, texts)
            except RuntimeError:  # it is broken or was shut down
                if self._closed or not self._revived():
                    asked = Future()
                    asked.set_exception(RuntimeError("no process"))
                    return asked
                process = self._process
                asked = process.executor.submit(_find, texts)
            process.texts += len(texts)
            self._asked[asked] = time.monotonic()
        asked.add_done_callback(lambda done: self._answered(done, process))
        return asked

    def close(self) -> None:
        """Ends the processes; what waits is cancelled."""
        with self._lock:
            self._closed = True
            processes = [self._process, *([self._successor] if self._successor else [])]
        for process in processes:
            process.executor.shutdown(wait=False, cancel_futures=True)

    def _answered(self, done: Future[Answer], process: _Process) -> None:
        with self._lock:
            self._asked.pop(done, None)
            if self._closed or done.cancelled():
                return
            if done.exception() is not None:
                if process is self._process and isinstance(done.exception(), BrokenExecutor):
                    self._revived()
                return
            answer = done.result()
            process.first = process.first or answer.resident
            if process is not self._process:
                return
            self.pid, self.resident = answer.pid, answer.resident
            if self._successor is None and (process.texts >= self._texts_each or answer.resident - process.first > GROWTH_BYTES):
                self._successor = _Process(self._settings)
                self._successor.ready.add_done_callback(self._take_over)

    def _take_over(self, done: Future[Answer]) -> None:
        with self._lock:
            successor, self._successor = self._successor, None
            if self._closed or successor is None:
                return
            if done.cancelled() or done.exception() is not None:
                successor.executor.shutdown(wait=False)
                return
            self._replaced(successor)

    def _revived(self) -> bool:
        """A new process for one that died; not where that one was just born."""
        if time.monotonic() - self._born < RESTART_SECONDS:
            return False
        self._replaced(_Process(self._settings))
        return True

    def _replaced(self, successor: _Process) -> _Process:
        """The predecessor ends once it has answered what it was asked."""
        self._process.executor.shutdown(wait=False)
        self._process = successor
        self._born = time.monotonic()
        self.restarts += 1
        return successor

    def _replace_hung(self) -> None:
        oldest = min(self._asked.values(), default=0.0)
        if oldest and self.pid and time.monotonic() - oldest > HUNG_SECONDS:
            self._asked.clear()
            try:
                os.kill(self.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
            except OSError:
                pass
            self._replaced(_Process(self._settings))
