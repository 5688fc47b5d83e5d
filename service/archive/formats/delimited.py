"""CSV and TSV (RFC 4180): a column's name counts as the name of its cells' field.

A row is looked at as the JSON object that it stands for, so that what holds for NDJSON holds here: a column ``password`` goes, a column
``prompt`` is a prompt, JSON in a cell is gone into. Cells that stay are written as they were, byte for byte. Without a header the columns
have no names.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import orjson

from service.archive.formats.lines import runs
from service.recognition.redaction import Redaction
from service.redaction.report import Redacted

_DELIMITERS = (b",", b"\t", b";", b"|")
_NAME = re.compile(r"\ufeff?[A-Za-z_@][\w @.:/()-]{0,80}")
_REACH = 1 << 20
_SUFFIX = re.compile(r"\.(csv|tsv)(\.\w+)?\Z", re.IGNORECASE)
_SAMPLE = 20
_HEADERS_KEPT = 64


def delimiter_of(head: bytes, name: str) -> bytes | None:
    """The delimiter of a content that begins so; ``None`` where it is no table.

    A table begins with a row of names and goes on with rows of as many cells; or its file is called ``.csv`` or ``.tsv``.
    """
    called = _SUFFIX.search(name)
    first = head.partition(b"\n")[0]
    if called is not None:
        likely = b"\t" if called[1].lower() == "tsv" else max(_DELIMITERS, key=first.count)
        return likely if likely in first else b"\t" if called[1].lower() == "tsv" else b","
    likely = max(_DELIMITERS, key=first.count)
    if first.count(likely) < 2:
        return None
    rows = _parsed(head[: head.rfind(b"\n") + 1], likely)[:_SAMPLE]
    return likely if len(rows) > 2 and _is_header(rows[0]) and all(len(row) == len(rows[0]) for row in rows) else None


def _parsed(head: bytes, delimiter: bytes) -> list[list[str]]:
    text = io.StringIO(head.decode("utf-8", "replace"), newline="")
    try:
        return list(csv.reader(text, delimiter=delimiter.decode()))
    except csv.Error:
        return []


def _is_header(cells: list[str]) -> bool:
    return all(_NAME.fullmatch(cell) for cell in cells) and len(set(cells)) == len(cells)


class Delimited:
    """Rows of cells between ``delimiter``."""

    def __init__(self, name: str, delimiter: bytes) -> None:
        self.name = name
        self._delimiter = delimiter
        self._headers: dict[bytes, list[str]] = {}
        mark = re.escape(delimiter)
        self._cell = re.compile(rb'("(?:[^"]++|"")*+"(?=' + mark + rb"|\r?\n|\r?\Z)|[^" + mark + rb"\n]*+)(" + mark + rb"|\r?\n|\r?\Z)?")

    def pieces(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """See :class:`service.archive.contract.Format`. The header's row is a piece of its own."""
        header = True
        for piece in runs(chunks, _row_cut):
            end = _row_cut(bytearray(piece[:_REACH]), 1, True) if header else 0
            yield from (part for part in (piece[:end], piece[end:]) if part)
            header = False

    def context(self, first: bytes) -> bytes:
        """See :class:`service.archive.contract.Format`: the first row."""
        return first

    def redact(self, piece: bytes, redaction: Redaction, context: bytes = b"") -> Redacted:
        """See :class:`service.archive.contract.Format`."""
        if context not in self._headers:
            if len(self._headers) >= _HEADERS_KEPT:
                self._headers.clear()
            self._headers[context] = self._header(context, redaction)
        return self._redacted(piece, self._headers[context], redaction)

    def _header(self, piece: bytes, redaction: Redaction) -> list[str]:
        """The columns' names, if ``piece`` is a row of names."""
        rows = self._rows(piece)
        if len(rows) != 1:
            return []
        names = [_text(_plain(cell)).removeprefix("\ufeff").strip() for cell, _ in rows[0]]
        return names if _is_header(names) and not redaction.rewrite("text", piece).report.findings else []

    def _redacted(self, piece: bytes, names: list[str], redaction: Redaction) -> Redacted:
        rows = self._rows(piece)
        objects = [_object(row, names) for row in rows]
        payload = b"".join(objects)
        redacted = redaction.rewrite("ndjson", payload)
        redacted.report.records = len(rows)
        if redacted.payload is payload:
            return redacted._replace(payload=piece)
        after = redacted.payload.splitlines(keepends=True)
        if len(after) != len(objects):  # a rule dropped records: one by one it shows which
            after = [redaction.rewrite("ndjson", line).payload for line in objects]
        out = [self._written(row, before, line, names) for row, before, line in zip(rows, objects, after, strict=True)]
        return redacted._replace(payload=b"".join(out))

    def _rows(self, piece: bytes) -> list[list[tuple[bytes, bytes]]]:
        """Rows of (cell as it stands, what ends it)."""
        rows: list[list[tuple[bytes, bytes]]] = []
        row: list[tuple[bytes, bytes]] = []
        at = 0
        while at < len(piece) or row:
            found = self._cell.match(piece, at)
            if found is None:
                break
            cell, end = found[1], found[2] or b""
            if not end and found.end() < len(piece):  # behind a closing quote, say: the rest belongs to the cell
                stop = re.compile(re.escape(self._delimiter) + rb"|\r?\n").search(piece, found.end())
                cell = piece[at : stop.start() if stop else len(piece)]
                end = stop[0] if stop else b""
            if end.endswith(b"\n") and not end.startswith(b"\r") and cell.endswith(b"\r"):
                cell, end = cell[:-1], b"\r" + end
            row.append((cell, end))
            at += len(cell) + len(end)
            if end != self._delimiter:
                rows.append(row)
                row = []
        return rows

    def _written(self, row: list[tuple[bytes, bytes]], before: bytes, after: bytes, names: list[str]) -> bytes:
        if before == after:
            return b"".join(cell + end for cell, end in row)
        if not after:
            return b""
        values: dict[str, Any] = orjson.loads(after)
        old: dict[str, str] = orjson.loads(before)
        if not values.keys() & old.keys():  # it could not be examined
            values = {next(iter(old)): next(iter(values.values()), "")}
        out = []
        for name, (cell, end) in zip(_names(len(row), names), row, strict=True):
            value = values.get(name, "")
            out.append((cell if value == old[name] else self._quoted(value, cell)) + end)
        return b"".join(out)

    def _quoted(self, value: object, cell: bytes) -> bytes:
        text = value.encode() if isinstance(value, str) else orjson.dumps(value) if value is not None else b""
        if cell[:1] == b'"' or self._delimiter in text or b'"' in text or b"\n" in text or b"\r" in text:
            return b'"' + text.replace(b'"', b'""') + b'"'
        return text


def _row_cut(pending: bytearray, start: int, last: bool) -> int:
    """Behind the first row that ends at or behind ``start``: its quotes are even in number. Within reach, else behind a line."""
    at = pending.find(b"\n", start - 1) + 1
    first = at
    even = pending.count(b'"', 0, at) % 2 == 0
    while at and not even and at - first < _REACH:
        begin, at = at, pending.find(b"\n", at) + 1
        even = even == (pending.count(b'"', begin, at) % 2 == 0)
    if at:
        return at if even else first
    return (first or len(pending)) if last else 0


def _names(count: int, names: list[str]) -> list[str]:
    """Names for as many cells; for those without, names that say nothing."""
    return [names[i] if i < len(names) else f"_{i + 1}" for i in range(count)]


def _object(row: list[tuple[bytes, bytes]], names: list[str]) -> bytes:
    cells = [_text(_plain(cell)) for cell, _ in row]
    return orjson.dumps(dict(zip(_names(len(cells), names), cells, strict=True))) + b"\n"


def _plain(cell: bytes) -> bytes:
    return cell[1:-1].replace(b'""', b'"') if len(cell) > 1 and cell[:1] == cell[-1:] == b'"' else cell


def _text(cell: bytes) -> str:
    try:
        return cell.decode()
    except UnicodeDecodeError:
        return cell.decode("latin-1")
