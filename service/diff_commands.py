"""``scrubjay explain --diff A B FILE``: what would change on a file if policy B took the place of policy A.

Prints numbers and names of fields; nothing of any value. Files of lines are read in pieces of whole lines, so that they may be larger than
memory; a JSON document must be whole, and may have up to 64 MiB, as may a line.
"""

from __future__ import annotations

import gzip
import io
import sys
import time
import zlib
from collections.abc import Iterator
from typing import Any

from rich.table import Table
from rich.text import Text

from service.archive.formats.otlp import signal_of
from service.console import console, print_json
from service.errors import FramingError, PayloadTooLargeError, ScrubjayError
from service.redaction.difference import Difference
from service.redaction.pipeline import detect_format
from service.redaction.plan import Plan

_PIECE = 1 << 20
_HEAD = 64 << 10
_MOST = 64 << 20
_GZIP = b"\x1f\x8b"
_SHOWN_FIELDS = 40


def print_difference(first: Plan, second: Plan, file: str, *, as_json: bool) -> None:
    """Compares the plans on ``file`` (``-``: standard input; gzip is read too). Raises ``OSError`` and ``ScrubjayError``."""
    difference = Difference(first, second)
    try:
        with open(sys.stdin.fileno() if file == "-" else file, "rb", closefd=file != "-") as source:
            _read(difference, source)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise ScrubjayError(f"{file}: gzip that is whole and undamaged") from None
    if as_json:
        print_json(difference.as_data())
    else:
        _print_tables(difference.as_data())


def _read(difference: Difference, source: io.BufferedReader) -> None:
    chunks = _chunks(source)
    progress = _Progress()
    first = next(chunks, b"")
    form = detect_format(first[:_HEAD])
    for piece in _documents(first, chunks) if form == "json" else _lines(first, chunks):
        for part in _split(piece) if signal_of(piece) and form == "ndjson" else (piece,):
            _compare(difference, form, part)
        progress.show(len(piece))
    progress.end()


def _compare(difference: Difference, form: str, piece: bytes) -> None:
    signal = signal_of(piece)
    if signal:
        try:
            difference.compare(f"otlp_json:{signal}", piece)
            return
        except FramingError:
            pass  # it only looked like OTLP
    difference.compare(form, piece)


def _chunks(source: io.BufferedReader) -> Iterator[bytes]:
    """What the file holds; of a gzip file, what all of its members hold."""
    opened = gzip.GzipFile(fileobj=source) if source.peek(2).startswith(_GZIP) else source
    while chunk := opened.read(_PIECE):
        yield chunk


def _lines(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Pieces of whole lines."""
    pending = first
    for chunk in chunks:
        cut = pending.rfind(b"\n") + 1
        if cut and len(pending) >= _PIECE:
            yield pending[:cut]
            pending = pending[cut:]
        pending += chunk
        if len(pending) > _MOST:
            raise PayloadTooLargeError(f"a line longer than {_MOST >> 20} MiB")
    cut = pending.rfind(b"\n") + 1
    if pending[:cut]:
        yield pending[:cut]
    if pending[cut:]:
        yield pending[cut:]


def _documents(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    whole = bytearray(first)
    for chunk in chunks:
        whole += chunk
        if len(whole) > _MOST:
            raise PayloadTooLargeError(f"a JSON document larger than {_MOST >> 20} MiB")
    yield bytes(whole)


def _split(piece: bytes) -> Iterator[bytes]:
    return (line for line in piece.split(b"\n") if line.strip())


class _Progress:
    """How much has been read, on a terminal's standard error."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty()
        self._read = 0
        self._next = time.monotonic() + 1.0

    def show(self, size: int) -> None:
        self._read += size
        if self._on and time.monotonic() >= self._next:
            self._next = time.monotonic() + 0.2
            sys.stderr.write(f"\rcompared {self._read >> 20} MiB")
            sys.stderr.flush()

    def end(self) -> None:
        if self._on:
            sys.stderr.write("\r\x1b[K")


def _print_tables(data: dict[str, Any]) -> None:
    out = console()
    a, b = data["policies"]["a"], data["policies"]["b"]
    out.print(Text(f"{data['records']} records: {a['policy']} changes {a['records_changed']}, {b['policy']} {b['records_changed']}"))
    for policy in (a, b):
        if policy["records_dropped"] or policy["unprocessable"]:
            told = ", ".join(f"{count} unprocessable ({reason})" for reason, count in policy["unprocessable"].items())
            out.print(Text(f"{policy['policy']}: {policy['records_dropped']} records dropped{', ' + told if told else ''}"))
    if not data["detectors"] and not data["fields"]:
        out.print("nothing found under either policy")
        return
    table = _table("detector", a["policy"], b["policy"])
    for row in data["detectors"]:
        table.add_row(row["detector"], _counts(row["a"]), _counts(row["b"]), style="" if row["a"] != row["b"] else "dim")
    out.print(table)
    out.print()
    table = _table("field", "values", "changed", "distinct", "types")
    for row in data["fields"][:_SHOWN_FIELDS]:
        table.add_row(Text(row["field"]), str(row["values"]), _arrow(row["changed"]), _arrow(row["distinct"]), _types(row["types"]))
    out.print(table)
    if len(data["fields"]) > _SHOWN_FIELDS:
        out.print(f"and {len(data['fields']) - _SHOWN_FIELDS} fields more: --json prints all", markup=False)


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, pad_edge=False, header_style="bold")


def _counts(actions: dict[str, int]) -> str:
    return ", ".join(f"{count} {action}" for action, count in actions.items()) or "-"


def _arrow(sides: dict[str, int]) -> Text:
    return Text(f"{sides['a']} → {sides['b']}", "yellow" if sides["a"] != sides["b"] else "")


def _types(types: dict[str, dict[str, int]]) -> Text:
    first, second = (", ".join(types[side]) or "none" for side in ("a", "b"))
    return Text(first if first == second else f"{first} → {second}", "yellow" if first != second else "")
