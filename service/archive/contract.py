"""What the parts of batch scrubbing promise each other.

Nothing here, and nothing that is made of it (manifest, output, errors), ever holds a value that was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Literal, Protocol

from service.errors import ScrubjayError
from service.recognition.redaction import Redaction
from service.redaction.report import Redacted

PIECE_BYTES = 4 << 20
"""About so large is a piece; it ends with the first record that reaches beyond."""

MAX_RECORD_BYTES = 64 << 20
"""A record longer than this is not held in memory: its file is reported as ``long_record``."""

HEAD_BYTES = 64 << 10
"""So much of a content is looked at to tell what it is."""

Reason = Literal[
    "damaged",
    "truncated",
    "missing",
    "bomb",
    "long_record",
    "too_deep",
    "encrypted",
    "binary",
    "unreadable",
    "changed",
    "no_space",
    "worker_died",
    "error",
]
"""Why a file, or a member of one, was not worked."""


class ArchiveError(ScrubjayError):
    """A file (or member) can't be worked. ``reason`` is one of a fixed few; the text names neither content nor value."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason: Reason = reason

    def __reduce__(self) -> tuple[type[ArchiveError], tuple[Reason, str]]:  # it comes back from another process
        return ArchiveError, (self.reason, str(self))


class Container(Protocol):
    """A compressed form of one content: gzip, zstd, bzip2, xz, lz4; or ``plain``, which is none."""

    name: str

    empty: bytes
    """A file of this container with no content."""

    def open(self, raw: BinaryIO, max_ratio: int) -> Iterator[bytes]:
        """The content in chunks of at most 1 MiB; all of its members or frames, one after another.

        Memory stays bounded whatever the file claims. Raises :class:`ArchiveError` (``damaged``, ``truncated``) where it goes wrong, after
        the chunks before that, and ``bomb`` beyond ``max_ratio`` (content bytes for each byte read, once over 64 MiB of content).
        """
        ...

    def pack(self, content: bytes) -> bytes:
        """``content`` compressed by itself: packs written one behind the other are a file of this container. Pure, the same for the same
        content on every machine."""
        ...


class Format(Protocol):
    """How content falls into records, and how these are redacted. Formats inherit from it."""

    name: str

    def pieces(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The content in runs of whole records of about :data:`PIECE_BYTES`; joined they are the content, byte for byte.

        Where a piece ends depends on the content alone, not on the sizes of the chunks. What belongs together is kept together up to 1 MiB:
        a PEM block, a traceback, a partial line and the rest of it. Memory: a piece and a record. Raises :class:`ArchiveError`
        (``long_record``).
        """
        ...

    def context(self, first: bytes) -> bytes:
        """What the pieces behind the first one need of it to be redacted (a table's header); nothing for most formats."""
        del first
        return b""

    def redact(self, piece: bytes, redaction: Redaction, context: bytes = b"") -> Redacted:
        """The piece, redacted; ``payload`` is the very object where nothing changed. Never raises for what the piece holds."""
        ...
