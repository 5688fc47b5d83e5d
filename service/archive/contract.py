"""What the parts of batch scrubbing promise each other.

Nothing here, and nothing that is made of it (manifest, reports, errors), ever holds a value that was found: only counts, names of fields
as :class:`service.redaction.difference_fields.Names` lets them be shown, and keyed fingerprints.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Literal, NamedTuple, Protocol

from service.errors import ScrubjayError
from service.recognition.redaction import Redaction
from service.redaction.report import Redacted

PIECE_BYTES = 4 << 20
"""About so large is a piece; it ends with the first record that reaches beyond."""

MAX_RECORD_BYTES = 64 << 20
"""A record (a line) longer than this is not held in memory; see :class:`Format`."""

HEAD_BYTES = 64 << 10
"""So much of a content is looked at to tell what it is."""

Reason = Literal["damaged", "truncated", "bomb", "too_deep", "binary", "unreadable", "changed", "no_space", "worker_died", "error"]
"""Why a file, or a member of one, was not worked."""


class ArchiveError(ScrubjayError):
    """A file (or member) can't be worked. ``reason`` is one of a fixed few; the text names neither content nor value."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason: Reason = reason


class Container(Protocol):
    """A compressed form of one content: gzip, zstd, bzip2, xz, lz4; or ``plain``, which is none."""

    name: str

    def open(self, raw: BinaryIO) -> Iterator[bytes]:
        """The content in chunks of at most 1 MiB; all of its members or frames, one after another.

        Memory stays bounded whatever the file claims. Raises :class:`ArchiveError` (``damaged``, ``truncated``) where it goes wrong, after
        the chunks before that, and ``bomb`` beyond ``max_ratio`` (content bytes for each byte read, once over 64 MiB of content).
        """
        ...

    def pack(self, content: bytes) -> bytes:
        """``content`` compressed by itself: packs written one behind the other are a file of this container. Pure, the same for the same
        content on every machine; nothing for no content, so that a file of no packs at all is written as ``empty``."""
        ...

    empty: bytes
    """A file of this container with no content."""


class Format(Protocol):
    """How content falls into records, and how these are redacted."""

    name: str

    def pieces(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The content in runs of whole records of about :data:`PIECE_BYTES`; joined they are the content, byte for byte.

        Where a piece ends depends on the content alone, not on the sizes of the chunks. What belongs together is kept together up to 1 MiB:
        a PEM block, a traceback, a partial line and the rest of it. Memory: a piece and a record. A record longer than
        :data:`MAX_RECORD_BYTES` is cut; a piece of it that may hold half of something is replaced whole (``redact`` sees to it).
        """
        ...

    def redact(self, piece: bytes, redaction: Redaction) -> Redacted:
        """The piece, redacted; ``payload`` is the very object where nothing changed. Never raises for what the piece holds."""
        ...


class Notes(NamedTuple):
    """What was found in a piece or a file, told without the values. All of these add up."""

    counts: dict[tuple[str, str, str, str, str], int]
    """(detector id, entity, action, field, day) -> findings; field is a cleaned name or the place (``body``), day ``2026-11-24`` or empty."""

    fingerprints: dict[tuple[str, str], int]
    """(detector id, 16 hex of a keyed hash of the value) -> findings. The key is of one run and its resumptions (the manifest's)."""

    spots: list[tuple[int, str, str, str]]
    """(line, counted from 1 within the piece; detector id; fingerprint; field), at most 1,000 a file."""


class Member(NamedTuple):
    """One entry of a zip or tar while it is read."""

    name: str
    content: Iterator[bytes] | None
    """``None`` for folders, links and devices, which are written as they are."""
