"""A Unix filter around the redaction core: bytes in from one descriptor, redacted bytes out to another.

Contract: what has been read up to a line's end is written before the next read can block, so a slow feed is not held back. Line formats
take constant memory; a line longer than the policy's record limit is replaced whole by a marker, not cut in two, since a cut could
leave half a secret on each side. A private key in PEM form is kept together, up to 64 KiB. A JSON document must be whole before it is
looked at, so it is read to the end, up to 64 MiB. A last line without a newline stays without. Outside of redactions every byte is the
input's.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator

from service.errors import PayloadTooLargeError
from service.recognition.redaction import Redaction
from service.redaction import jsondoc
from service.redaction.pipeline import detect_format
from service.redaction.plan import UNPROCESSABLE

_READ = 1 << 20
_HEAD = 64 << 10
_MAX_PEM = 64 << 10
_MAX_DOCUMENT = 64 << 20
_PEM_BEGIN = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY")
_END = b"-----END "
_JSON_SPACE = re.compile(r"[ \t\r\n]*+")


def redact_stream(source: int, sink: int, redaction: Redaction, form: str) -> None:
    """Copies ``source`` to ``sink`` until its end. ``form`` is ``auto``, ``text``, ``ndjson`` or ``json``.

    Raises ``PayloadTooLargeError`` for a JSON document that is too large; nothing of it was then written.
    """
    chunks = _read(source)
    head = b""
    if form == "auto":
        for chunk in chunks:
            head += chunk
            if b"\n" in head or len(head) >= _HEAD:
                break
        form = detect_format(head[:_HEAD])
    if form == "json":
        for document in documents(_whole(head, chunks)):
            _write(sink, redaction.rewrite("json", document).payload)
        return
    for block in _blocks(head, chunks, redaction.plan.max_record):
        _write(sink, block if block is UNPROCESSABLE else redaction.rewrite(form, block).payload)


def _read(source: int) -> Iterator[bytes]:
    while chunk := os.read(source, _READ):
        yield chunk


def _write(sink: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(sink, rest) :]


def _blocks(head: bytes, chunks: Iterator[bytes], max_line: int) -> Iterator[bytes]:
    """The input in runs of whole lines, as soon as they are there; the very object ``UNPROCESSABLE`` for a line that is too long."""
    pending = bytearray()
    skipping = False
    for chunk in _chain(head, chunks):
        if skipping:
            end = chunk.find(b"\n")
            if end < 0:
                continue
            chunk, skipping = chunk[end:], False  # the newline of the line that was replaced stays
        searched = len(pending)
        pending += chunk
        cut = _cut(pending, searched)
        if cut:
            block = bytes(pending[:cut])
            del pending[:cut]
            yield block
        if len(pending) > max_line and b"\n" not in pending:
            pending.clear()
            skipping = True
            yield UNPROCESSABLE
    if pending:
        yield bytes(pending)


def _chain(head: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from chunks


def _cut(pending: bytearray, searched: int) -> int:
    """Where the last whole line ends, or before the line in which a private key begins that has not ended yet."""
    cut = pending.rfind(b"\n", searched) + 1 or pending.rfind(b"\n", 0, searched) + 1
    if not cut:
        return 0
    begin = pending.rfind(b"-----BEGIN ", max(0, cut - _MAX_PEM), cut)
    if begin < 0 or pending.find(_END, begin, cut) >= 0 or not _PEM_BEGIN.match(pending, begin):
        return cut
    return pending.rfind(b"\n", 0, begin) + 1


def _whole(head: bytes, chunks: Iterator[bytes]) -> bytes:
    whole = bytearray()
    for chunk in _chain(head, chunks):
        whole += chunk
        if len(whole) > _MAX_DOCUMENT:
            raise PayloadTooLargeError(f"a JSON document larger than {_MAX_DOCUMENT >> 20} MiB; --format ndjson takes lines of any number")
    return bytes(whole)


def documents(whole: bytes) -> Iterator[bytes]:
    """The JSON documents in ``whole``, which may stand on end as ``jq`` writes them; what follows the last one is a piece of its own."""
    if jsondoc.well_formed(whole):
        yield whole
        return
    text, decoder = whole.decode("latin-1"), json.JSONDecoder(strict=False)  # Latin-1, so that offsets are those of the bytes
    at = 0
    while at < len(whole):
        try:
            end = decoder.raw_decode(text, _after_space(text, at))[1]
        except (ValueError, RecursionError):
            end = len(whole)
        yield whole[at:end]
        at = end


def _after_space(text: str, at: int) -> int:
    found = _JSON_SPACE.match(text, at)
    return found.end() if found else at
