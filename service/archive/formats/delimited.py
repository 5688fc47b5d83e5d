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
from functools import partial
from typing import Any

import orjson

from service.archive.contract import MAX_RECORD_BYTES, Format
from service.archive.formats.lines import each_line, runs
from service.recognition.redaction import Redaction
from service.redaction.report import Redacted

csv.field_size_limit(MAX_RECORD_BYTES)

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


class Delimited(Format):
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
        rows, _ = self._read(piece)
        if len(rows) != 1:
            return []
        names = [cell.removeprefix("\ufeff").strip() for cell in rows[0][1]]
        return names if _is_header(names) and not redaction.rewrite("text", piece).report.findings else []

    def _redacted(self, piece: bytes, names: list[str], redaction: Redaction) -> Redacted:
        rows, encoding = self._read(piece)
        known = {len(names): names}
        objects = [orjson.dumps(dict(zip(known.get(len(cells)) or _names(len(cells), names), cells, strict=True))) + b"\n" for _, cells in rows]
        after, redacted = each_line(objects, partial(redaction.rewrite, "ndjson"))
        if after is objects:
            return redacted._replace(payload=piece)
        out = []
        for (raw, cells), before, line in zip(rows, objects, after, strict=True):
            row = raw.encode(encoding)
            out.append(row if line == before else self._written(row, dict(zip(_names(len(cells), names), cells, strict=True)), line, encoding))
        return redacted._replace(payload=b"".join(out))

    def _read(self, piece: bytes) -> tuple[list[tuple[str, list[str]]], str]:
        """Rows as they stand, each with its cells; and the encoding that they are read in."""
        try:
            text, encoding = piece.decode(), "utf-8"
        except UnicodeDecodeError:
            text, encoding = piece.decode("latin-1"), "latin-1"
        lines = list(io.StringIO(text, newline="\n"))
        reader = csv.reader(lines, delimiter=self._delimiter.decode())
        rows, done = [], 0
        try:
            for cells in reader:
                end = reader.line_num
                rows.append((lines[done] if end == done + 1 else "".join(lines[done:end]), cells))
                done = end
        except csv.Error:  # a bare carriage return, say: row by row, as far as it goes
            for row in self._rows("".join(lines[done:]).encode(encoding)):
                rows.append((b"".join(cell + end for cell, end in row).decode(encoding), [_plain(cell).decode(encoding) for cell, _ in row]))
        return rows, encoding

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

    def _written(self, row: bytes, old: dict[str, str], after: bytes, encoding: str) -> bytes:
        """The row with what ``after``, its object redacted, has for its cells."""
        if not after or not old:
            return b""
        values: dict[str, Any] = orjson.loads(after)
        if not values.keys() & old.keys():  # it could not be examined
            values = {next(iter(old)): next(iter(values.values()), "")}
        rows = self._rows(row)
        if len(rows) != 1 or len(rows[0]) != len(old):  # quotes that can be read in two ways: all of its cells are written anew
            ending = row[len(row.rstrip(b"\r\n")) :]
            return self._delimiter.join(self._quoted(values.get(name, ""), b"", encoding) for name in old) + ending
        out = []
        for (name, was), (cell, end) in zip(old.items(), rows[0], strict=True):
            value = values.get(name, "")
            out.append((cell if value == was else self._quoted(value, cell, encoding)) + end)
        return b"".join(out)

    def _quoted(self, value: object, cell: bytes, encoding: str) -> bytes:
        text = value.encode(encoding, "replace") if isinstance(value, str) else orjson.dumps(value) if value is not None else b""
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


def _plain(cell: bytes) -> bytes:
    return cell[1:-1].replace(b'""', b'"') if len(cell) > 1 and cell[:1] == cell[-1:] == b'"' else cell
