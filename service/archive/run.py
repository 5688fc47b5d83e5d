"""A run over many files: small ones each by one process, large ones piece by piece by all of them.

Whatever happens to one file, the others go on; only a full disk ends the run. What a file becomes does not depend on the number of processes.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from service.archive import replace
from service.archive.contract import ArchiveError
from service.archive.files import Source, fits
from service.archive.manifest import Manifest, Row
from service.archive.pool import FileTask, PieceTask, Pool, Ticket, check_unchanged, do_file, do_piece
from service.archive.told import Told, told_again
from service.archive.work import Done, Opened, Options, Outcome, opened, pieces_of
from service.redaction.plan import Plan

LARGE_BYTES = 16 << 20
_PIECES_AHEAD = 2
_FILES_AHEAD = 4


class Settings(NamedTuple):
    """What is to be done. ``out``: the folder that mirrors the sources; nothing with ``in_place``, and where files are only looked at."""

    out: str = ""
    in_place: bool = False
    backup: str = ""
    options: Options = Options()

    @property
    def writes(self) -> bool:
        """Whether anything is written at all."""
        return bool(self.out) or self.in_place


class Progress(Protocol):
    """Told how far a run is."""

    def read(self, size: int, findings: int) -> None:
        """So many bytes of files were worked, and so much found in them."""

    def done(self) -> None:
        """A file is done with."""


class OutOfSpace(Exception):
    """The disk is full: going on is no use."""


class Run:
    """One run. ``plans``: the one for a file is the first whose globs fit its name; the last one's fit all."""

    def __init__(
        self, settings: Settings, plans: list[tuple[tuple[str, ...], Plan]], pool: Pool, manifest: Manifest | None, progress: Progress
    ) -> None:
        self._settings = settings
        self._plans = plans
        self._pool = pool
        self._manifest = manifest
        self._progress = progress
        self._open: deque[tuple[Source, FileTask, Ticket[Outcome]]] = deque()
        self.files: list[Told] = []

    def over(self, sources: Iterable[Source]) -> None:
        """Works all of them. Raises :class:`OutOfSpace`, and what an interrupt does; nothing is left half."""
        try:
            for source in sources:
                self._take(source)
            while self._open:
                self._finish_first()
        except BaseException:
            self._pool.close()  # what is being written is written, and goes
            for _, task, _ in self._open:
                replace.remove(task.part)
            raise

    def _take(self, source: Source) -> None:
        if source.problem:
            self._tell(Told(source.path, source.name, "failed", reason="unreadable", text=source.problem))
        elif source.link:
            self._link(source)
        elif not self._is_done(source):
            task = self._task(source)
            try:
                if task.part:
                    os.makedirs(os.path.dirname(task.part), exist_ok=True)
                if source.size < LARGE_BYTES or not self._large(source, task):
                    ticket = Ticket(do_file, task)
                    self._open.append((source, task, ticket))  # first, so that an interrupt finds its part
                    self._pool.start(ticket)
            except (ArchiveError, OSError) as error:
                self._fail(source, replace.as_archive_error(error))
        while len(self._open) > _FILES_AHEAD * self._pool.workers:
            self._finish_first()

    def _task(self, source: Source) -> FileTask:
        target = self._target(source)
        part = replace.part_beside(target) if self._settings.writes else ""
        return FileTask(source.path, source.name, source.size, source.mtime_ns, part, self._plan_of(source), self._settings.options)

    def _plan_of(self, source: Source) -> int:
        return next(i for i, (globs, _) in enumerate(self._plans) if not globs or fits(source.name, globs))

    def _target(self, source: Source) -> str:
        return source.path if self._settings.in_place else os.path.join(self._settings.out, source.name)

    def _is_done(self, source: Source) -> bool:
        row = self._manifest.row(self._key(source)) if self._manifest is not None else None
        if row is None or row.plan != self._plan_key(self._plan_of(source)) or row.mtime_ns != source.mtime_ns:
            return False
        if row.size != source.size and not (self._settings.in_place and row.out_size == source.size):
            return False
        if row.state != "binary" and self._settings.out:
            try:
                if os.stat(self._target(source)).st_size != row.out_size:
                    return False
            except OSError:
                return False
        self._tell(told_again(source, row))
        self._progress.read(source.size, 0)
        return True

    def _plan_key(self, plan: int) -> str:
        """What, beside the file, says what it becomes."""
        return f"{self._plans[plan][1].hash} {self._settings.options.form or ''}".rstrip()

    @staticmethod
    def _key(source: Source) -> str:
        return os.path.abspath(source.path)

    def _finish_first(self) -> None:
        source, task, ticket = self._open[0]
        try:
            outcome = self._pool.result(ticket)
            self._settle(source, task, outcome)
        except ArchiveError as error:
            replace.remove(task.part)
            self._fail(source, error)
        else:
            self._progress.read(source.size, outcome.report.findings.total())
        self._open.popleft()

    def _large(self, source: Source, task: FileTask) -> bool:
        """Works the file piece by piece; ``False`` where it is an archive, which one process does."""
        with open(source.path, "rb") as raw:
            check_unchanged(raw.fileno(), source.size, source.mtime_ns)
            found = opened(raw, source.name, task.options)
            if found.form is None:
                return False
            outcome = Outcome(found.form.name, found.container.name)
            try:
                self._pieces(found, task, outcome, raw.tell)
                check_unchanged(raw.fileno(), source.size, source.mtime_ns)
                self._settle(source, task, outcome)
            finally:
                replace.remove(task.part)
        return True

    def _pieces(self, found: Opened, task: FileTask, outcome: Outcome, at: Callable[[], int]) -> None:
        assert found.form is not None
        with replace.new_content(task.part) as sink:
            waiting: deque[tuple[int, int, Ticket[Done]]] = deque()
            empty, seen = True, 0

            def write_first() -> bool:
                nonlocal seen
                size, position, ticket = waiting.popleft()
                done = self._pool.result(ticket)
                outcome.add(done, size)
                if done.notes is not None:
                    outcome.notes.add(done.notes)
                sink.write(done.packed)
                self._progress.read(position - seen, done.report.findings.total())
                seen = position
                return not done.packed

            for piece, context in pieces_of(found.form, found.chunks):
                piece_task = PieceTask(piece, context, found.form.name, found.container.name, task.plan)
                waiting.append((len(piece), at(), self._pool.submit(do_piece, piece_task)))
                while len(waiting) > _PIECES_AHEAD * self._pool.workers:
                    empty = write_first() and empty
            while waiting:
                empty = write_first() and empty
            if empty:
                sink.write(found.container.empty)
            if task.part and outcome.rewritten:
                replace.sync(sink)

    def _settle(self, source: Source, task: FileTask, outcome: Outcome) -> None:
        """The new content takes its place, then the manifest says so."""
        told = Told(source.path, source.name, "redacted" if outcome.changed else "clean", source.size, outcome.form, outcome.container)
        told.content, told.findings, told.unprocessable = outcome.content, outcome.report.findings, outcome.report.unprocessable
        told.failures, told.notes = outcome.failures, outcome.notes
        if outcome.failures and self._settings.in_place:
            told.state = "failed"  # what can't be worked would be lost
        elif task.part:
            try:
                self._replace(source, task.part, outcome.rewritten)
            except OSError as error:
                raise replace.as_archive_error(error) from None
        self._tell(told)
        if not outcome.failures:
            self._remember(source, told, task.plan)

    def _replace(self, source: Source, part: str, rewritten: bool) -> None:
        target = self._target(source)
        if not rewritten:
            if self._settings.in_place:
                return
            replace.remove(part)
            replace.copy(source.path, part)
        elif self._settings.in_place and self._settings.backup:
            replace.remove(target + self._settings.backup)
            os.link(source.path, target + self._settings.backup)
        replace.settle(part, target, source.path, source.mtime_ns)

    def _remember(self, source: Source, told: Told, plan: int) -> None:
        if self._manifest is None:
            return
        out_size = os.stat(self._target(source)).st_size if self._settings.writes and told.state != "binary" else 0
        row = Row(source.size, source.mtime_ns, self._plan_key(plan), told.state, out_size, told.as_data())
        try:
            self._manifest.put(self._key(source), row)
        except ArchiveError:
            raise OutOfSpace from None

    def _link(self, source: Source) -> None:
        if self._settings.out:
            target = self._target(source)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            replace.remove(target)
            os.symlink(source.link, target)
        self._tell(Told(source.path, source.name, "link"))

    def _fail(self, source: Source, error: ArchiveError) -> None:
        if error.reason == "binary":
            told = Told(source.path, source.name, "binary", source.size, reason="binary", text=str(error))
            self._remember(source, told, self._plan_of(source))
        else:
            told = Told(source.path, source.name, "failed", source.size, reason=error.reason, text=str(error))
        self._tell(told)
        self._progress.read(source.size, 0)
        if error.reason == "no_space":
            raise OutOfSpace

    def _tell(self, told: Told) -> None:
        self.files.append(told)
        self._progress.done()
