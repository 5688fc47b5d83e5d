"""The processes that redact: forked once the plans are compiled, so that all share them.

A process that dies costs nobody else's work: what was asked of the others is asked again, what was asked of it once more by itself. Dies the
next one of it too, that is ``worker_died``.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Generic, NamedTuple, TypeVar

from service.archive import formats
from service.archive.containers import BY_NAME
from service.archive.contract import ArchiveError
from service.archive.notes import Noting
from service.archive.replace import as_archive_error, new_content, remove, sync
from service.archive.work import Done, Options, Outcome, Redactor, Worker, redact_piece
from service.recognition.redaction import Redaction, redaction_of
from service.redaction.plan import Plan

Result = TypeVar("Result")
_redactors: list[Redactor] = []


class FileTask(NamedTuple):
    """A whole file. ``part``: where its new content goes; nothing where only findings are wanted."""

    path: str
    name: str
    size: int
    mtime_ns: int
    part: str
    plan: int
    options: Options


class PieceTask(NamedTuple):
    """A piece of a large file."""

    piece: bytes
    context: bytes
    form: str
    container: str
    plan: int


def _begin(plans: tuple[Plan, ...], key: bytes | None) -> None:
    """Runs first in each process. An interrupt is the parent's business; where that dies, this one does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    for plan in plans:
        redaction = redaction_of(plan)
        redaction.ready()
        _redactors.append(redactor_of(redaction, key))


def redactor_of(redaction: Redaction, key: bytes | None) -> Redactor:
    """With a key for fingerprints, one that notes what is found."""
    if key is None:
        return Redactor(redaction)
    noting = Noting(redaction.plan, key)
    return Redactor(redaction._replace(plan=noting.plan), noting)


def _end_with_parent() -> None:
    """The parent holds the other end of a pipe: it is closed when that dies, however it does."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def do_piece(task: PieceTask) -> Done:
    """The piece, redacted and packed."""
    return redact_piece(task.piece, formats.by_name(task.form), task.context, BY_NAME[task.container], _redactors[task.plan])


def do_file(task: FileTask) -> Outcome:
    """The whole file; its new content is on the disk when this returns, if it differs. Raises ``ArchiveError``; then there is none."""
    worker = Worker(_redactors[task.plan], task.options)
    try:
        with open(task.path, "rb") as raw, new_content(task.part) as sink:
            check_unchanged(raw.fileno(), task.size, task.mtime_ns)
            for data in worker.file(raw, task.name):
                sink.write(data)
            if task.part and worker.outcome.rewritten:
                sync(sink)
            check_unchanged(raw.fileno(), task.size, task.mtime_ns)
    except Exception as error:  # fail closed
        remove(task.part)
        raise as_archive_error(error) from None
    if not worker.outcome.rewritten:
        remove(task.part)
    return worker.outcome


def check_unchanged(descriptor: int, size: int, mtime_ns: int) -> None:
    """Raises ``ArchiveError`` where a file is no longer what was listed."""
    status = os.fstat(descriptor)
    if (status.st_size, status.st_mtime_ns) != (size, mtime_ns):
        raise ArchiveError("changed", "changed while it was read; run again once nothing writes to it")


class Ticket(Generic[Result]):
    """Work that was asked for."""

    def __init__(self, do: Callable[[Any], Result], task: object) -> None:
        self.do = do
        self.task = task
        self.future: Future[Result] | None = None


class Pool:
    """So many processes. Not for several threads at once."""

    def __init__(self, plans: tuple[Plan, ...], workers: int, key: bytes | None = None) -> None:
        self._begin_with = (plans, key)
        self.workers = workers
        self._executor = self._new()

    def _new(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self.workers, multiprocessing.get_context("fork"), _begin, self._begin_with)

    def submit(self, do: Callable[[Any], Result], task: object) -> Ticket[Result]:
        """Asks for ``do(task)``."""
        ticket = Ticket(do, task)
        self.start(ticket)
        return ticket

    def start(self, ticket: Ticket[Result]) -> None:
        """Asks for what is written on it."""
        try:
            ticket.future = self._executor.submit(ticket.do, ticket.task)
        except BrokenProcessPool:
            self._executor.shutdown(wait=True)
            self._executor = self._new()
            ticket.future = self._executor.submit(ticket.do, ticket.task)

    def result(self, ticket: Ticket[Result]) -> Result:
        """Waits for it. Raises what ``do`` did, and ``ArchiveError`` (``worker_died``)."""
        assert ticket.future is not None
        try:
            return ticket.future.result()
        except BrokenProcessPool:
            self.start(ticket)
        try:
            return ticket.future.result()
        except BrokenProcessPool:
            raise ArchiveError("worker_died", "a process died twice of it") from None

    def close(self) -> None:
        """Ends the processes; what was not begun is not done."""
        self._executor.shutdown(wait=True, cancel_futures=True)
