"""What is done with one file: its container undone, its format told, its pieces redacted, and packed again as they were.

What comes out depends on the file, the plan and the options alone, not on how many work at it: each piece is packed by itself, wherever it
is redacted.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import BinaryIO, NamedTuple

from service.archive import formats
from service.archive.containers import PLAIN, sniff
from service.archive.contract import HEAD_BYTES, ArchiveError, Container, Format
from service.archive.members import Rework, is_tar, is_zip, rewritten_tar, rewritten_zip
from service.archive.notes import Notes, Noting
from service.archive.parquet import is_parquet, rewritten_parquet
from service.archive.streams import as_file
from service.recognition.redaction import Redaction
from service.redaction.report import Redacted, Report

MAX_DEPTH = 6
"""Containers and archives within one another, each counted."""
_ZIP_IN_MEMORY = 64 << 20
_PACKED_AT = 4 << 20


class Options(NamedTuple):
    """What the command line says of every file."""

    form: str | None = None
    max_ratio: int = 500


@dataclass
class Outcome:
    """What came of a file: numbers alone. ``failures`` are of members: where, reason, text."""

    form: str = ""
    container: str = ""
    content: int = 0
    changed: bool = False
    report: Report = field(default_factory=Report)
    failures: list[tuple[str, str, str]] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)

    @property
    def rewritten(self) -> bool:
        """Whether the file is to be replaced: something in it changed, or is left out."""
        return self.changed or bool(self.failures)

    def add(self, done: Done, size: int) -> None:
        """One more piece."""
        self.report.add(done.report)
        self.changed = self.changed or done.changed
        self.content += size


class Opened(NamedTuple):
    """A file whose container is undone, and how its content begins; ``form`` is ``None`` for what is worked as a whole, an archive say."""

    container: Container
    form: Format | None
    head: bytes
    chunks: Iterator[bytes]


def opened(raw: BinaryIO, name: str, options: Options) -> Opened:
    """Looks at how ``raw`` begins. Raises ``ArchiveError``."""
    head, chunks = peeked(PLAIN.open(raw, options.max_ratio))
    container = sniff(head)
    if container is not PLAIN:
        head, chunks = peeked(container.open(as_file(chunks), options.max_ratio))
    return Opened(container, None if is_archive(head) else format_of(head, name, options), head, chunks)


def is_archive(head: bytes) -> bool:
    """Whether a content is worked as a whole: a tar, a zip, something compressed, Parquet."""
    return is_tar(head) or is_zip(head) or is_parquet(head) or sniff(head) is not PLAIN


def format_of(head: bytes, name: str, options: Options) -> Format:
    """The format of a content that begins so. Raises ``ArchiveError`` for binary."""
    form = formats.detect(head, name)
    if form is None:
        raise ArchiveError("binary", "neither text nor an archive that is known here")
    return form if options.form is None else formats.by_name(options.form)


def peeked(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """How a content begins, and all of it."""
    first: list[bytes] = []
    size = 0
    for chunk in chunks:
        first.append(chunk)
        size += len(chunk)
        if size >= HEAD_BYTES:
            break
    return b"".join(first)[:HEAD_BYTES], chain(first, chunks)


class Done(NamedTuple):
    """A piece, redacted and packed; whether it changed; what was found in it."""

    packed: bytes
    changed: bool
    report: Report
    notes: Notes | None


class Redactor(NamedTuple):
    """What pieces are redacted with; with ``noting``, what is found is noted."""

    redaction: Redaction
    noting: Noting | None = None


def redact_piece(piece: bytes, form: Format, context: bytes, container: Container, redactor: Redactor) -> Done:
    """Redacts a piece and packs it."""
    redacted = form.redact(piece, redactor.redaction, context)
    changed = redacted.payload is not piece and redacted.payload != piece
    notes = None if redactor.noting is None else redactor.noting.take(piece)
    return Done(container.pack(redacted.payload) if redacted.payload else b"", changed, redacted.report, notes)


def pieces_of(form: Format, chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """``(piece, context)`` of a content."""
    context = b""
    for i, piece in enumerate(form.pieces(chunks)):
        yield piece, context
        if not i:
            context = form.context(piece)


class Worker:
    """Works at one file, with all that it holds."""

    def __init__(self, redactor: Redactor, options: Options) -> None:
        self._redactor = redactor
        self._member = ""
        self._options = options
        self.outcome = Outcome()

    def file(self, raw: BinaryIO, name: str) -> Iterator[bytes]:
        """The new file's bytes. Raises ``ArchiveError``."""
        found = opened(raw, name, self._options)
        self.outcome.container = found.container.name
        if found.form is not None:
            self.outcome.form = found.form.name
            yield from self._content(found.chunks, found.form, found.container)
            return
        self.outcome.form = "archive"
        if found.container is PLAIN and raw.seekable() and (is_zip(found.head) or is_parquet(found.head)):
            raw.seek(0)  # they are read where they lie, however large
            yield from self._zip(raw, 0) if is_zip(found.head) else self._parquet(raw)
        else:
            yield from self._inside(found.chunks, name, found.container, 0)

    def _content(self, chunks: Iterator[bytes], form: Format, container: Container) -> Iterator[bytes]:
        empty = True
        notes = Notes()
        for piece, context in pieces_of(form, chunks):
            done = redact_piece(piece, form, context, container, self._redactor)
            self.outcome.add(done, len(piece))
            if done.notes is not None:
                notes.add(done.notes)
            empty = empty and not done.packed
            yield done.packed
        self.outcome.notes.add(notes, self._member)
        if empty:
            yield container.empty

    def _inside(self, chunks: Iterator[bytes], name: str, container: Container, depth: int) -> Iterator[bytes]:
        """What is within ``container``: a format, or another container, or members; packed again."""
        head, chunks = peeked(chunks)
        if is_tar(head):
            self._dive(depth)
            yield from packed(container, rewritten_tar(chunks, self._members(depth), self._failed))
        elif is_zip(head):
            yield from packed(container, self._zip(io.BytesIO(_whole(chunks)), depth))
        elif is_parquet(head):
            yield from packed(container, self._parquet(io.BytesIO(_whole(chunks))))
        elif sniff(head) is not PLAIN:
            self._dive(depth)
            inner = sniff(head)
            raw = as_file(chunks)
            yield from packed(container, self._inside(inner.open(raw, self._options.max_ratio), name, inner, depth + 1))
        else:
            yield from self._content(chunks, format_of(head, name, self._options), container)

    def _zip(self, raw: BinaryIO, depth: int) -> Iterator[bytes]:
        self._dive(depth)
        yield from rewritten_zip(raw, self._members(depth), self._failed, self._options.max_ratio)

    def _parquet(self, raw: BinaryIO) -> Iterator[bytes]:
        if not self._member:
            self.outcome.form = "parquet"

        def counted(payload: bytes, redacted: Redacted) -> None:
            noting = self._redactor.noting
            notes = None if noting is None else noting.take(payload)
            self.outcome.add(Done(b"", False, redacted.report, notes), len(payload))
            if notes is not None:
                self.outcome.notes.add(notes, self._member)

        for part in rewritten_parquet(raw, self._redactor.redaction.rewrite, counted):
            self.outcome.changed = self.outcome.changed or part.changed
            yield part.data

    def _members(self, depth: int) -> Rework:
        def rework(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
            above, self._member = self._member, f"{self._member}!{name}" if self._member else name
            try:
                yield from self._inside(chunks, name, PLAIN, depth + 1)
            finally:
                self._member = above

        return rework

    def _failed(self, name: str, error: ArchiveError) -> None:
        self.outcome.failures.append((name, error.reason, str(error)))

    @staticmethod
    def _dive(depth: int) -> None:
        if depth >= MAX_DEPTH:
            raise ArchiveError("too_deep", f"archives in one another, more than {MAX_DEPTH} deep")


def packed(container: Container, contents: Iterator[bytes]) -> Iterator[bytes]:
    """``contents`` in packs of about 4 MiB."""
    held = bytearray()
    empty = True
    for content in contents:
        held += content
        if len(held) >= _PACKED_AT:
            empty = False
            yield container.pack(bytes(held))
            held.clear()
    if held:
        yield container.pack(bytes(held))
    elif empty:
        yield container.empty


def _whole(chunks: Iterator[bytes]) -> bytes:
    whole = bytearray()
    for chunk in chunks:
        whole += chunk
        if len(whole) > _ZIP_IN_MEMORY:
            raise ArchiveError("too_deep", f"a zip or Parquet of more than {_ZIP_IN_MEMORY >> 20} MiB inside another file")
    return bytes(whole)
