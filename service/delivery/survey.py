"""What lies in a queue's folders, for an operator: counted and checked, whether the service runs or not. Nothing is changed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

from service.delivery import database, folder
from service.delivery.database import DamagedFileError
from service.delivery.row import COST
from service.delivery.segment import Segment
from service.delivery.visit import UnreadableError, make_whole, visiting

_CHUNK = 4 << 20
_COUNT = f"SELECT count(*), coalesce(sum({COST}), 0), min(enqueued) FROM batch WHERE id NOT IN (SELECT id FROM done)"  # noqa: S608 - our own
_REASONS = "SELECT reason, count(*) FROM batch WHERE reason <> '' GROUP BY reason"


class Part(NamedTuple):
    """One folder of waiting batches, or one file of dead letters. ``oldest``: milliseconds since 1970. ``reasons``: how often each."""

    name: str
    in_use: bool
    batches: int
    bytes: int
    oldest: int | None
    damaged: tuple[str, ...]
    reasons: tuple[tuple[str, int], ...] = ()


class Checked(NamedTuple):
    """A file, how many batches in it are whole, and how many are not; a file that is no database counts as one that is not."""

    file: Path
    whole: int
    damaged: int


def queues(exporter: Path) -> list[Part]:
    """The queues of an exporter: its workers', and replays."""
    return [_part(path.name, path, folder.segments(path), folder.is_in_use(path)) for path in folder.queues(exporter)]


def dead_letters(exporter: Path) -> list[Part]:
    """The dead letters of an exporter, by worker."""
    files = folder.dead_letter_files(exporter)
    return [_part(file.stem, file.parent, [file], False) for file in files]


def _part(name: str, path: Path, files: list[Path], in_use: bool) -> Part:
    batches = size = 0
    oldest: int | None = None
    damaged = [file.name for file in folder.damaged(path)]
    reasons: Counter[str] = Counter()
    for file in files:
        try:
            with visiting(file) as visit:
                if visit is None:
                    continue
                count, cost, first = visit.connection.execute(_COUNT).fetchone()
                batches, size = batches + count, size + cost
                oldest = first if oldest is None else min(oldest, first or oldest)
                reasons.update(dict(visit.connection.execute(_REASONS)))
        except UnreadableError:
            damaged.append(file.name)
    return Part(name, in_use, batches, size, oldest, tuple(damaged), tuple(reasons.most_common()))


def files(exporter: Path) -> list[Path]:
    """Every file of an exporter with batches in it."""
    return [file for path in folder.queues(exporter) for file in folder.segments(path)] + folder.dead_letter_files(exporter)


def check(file: Path) -> Checked | None:
    """Reads every waiting batch of a file and compares its checksum; ``None`` if the file has gone meanwhile."""
    try:
        if not file.stat().st_size:
            return None
        database.schema_of(file)
        make_whole(file)
        segment = Segment.open(file)
    except DamagedFileError:
        return Checked(file, 0, 1)
    except OSError:
        return None
    whole = 0
    while rows := segment.fetch(_CHUNK):
        whole += len(rows)
    damaged = segment.lost or int(not segment.is_sound())
    segment.close()
    return Checked(file, whole, damaged)


def set_aside(exporter: Path) -> list[Path]:
    """Damaged files that the service has set aside."""
    return [file for path in (*folder.queues(exporter), exporter / "dead-letters") for file in folder.damaged(path)]
