"""One JSON document, or several on end, pretty-printed or not; an array of records of any size.

A document is held whole, up to 64 MiB. An array whose elements are objects, each beginning on a line of its own (as ``jq`` and most exports
write it), may be larger: it is worked element by element, as lines of NDJSON would be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.archive.contract import MAX_RECORD_BYTES, PIECE_BYTES, ArchiveError, Format
from service.archive.formats.lines import runs
from service.recognition.redaction import Redaction
from service.redaction import jsondoc
from service.redaction.report import Redacted, Report
from service.stream import documents

_ELEMENTS = re.compile(rb"\s{0,64}\[\s{0,64}\{")
_BORDER = re.compile(rb"\},[ \t]{0,8}\r?\n([ \t]{0,16})(?=\{)")


class Document(Format):
    """JSON (RFC 8259)."""

    name = "json"

    def pieces(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """See :class:`service.archive.contract.Format`."""
        held = bytearray()
        for chunk in chunks:
            held += chunk
            if len(held) > MAX_RECORD_BYTES:
                break
        else:
            if held:
                yield bytes(held)
            return
        first = _BORDER.search(held, 0, PIECE_BYTES)
        if first is None or not _ELEMENTS.match(held):
            raise ArchiveError("long_record", f"a JSON document larger than {MAX_RECORD_BYTES >> 20} MiB that is no array of records on lines")
        border = re.compile(rb"\},[ \t]{0,8}\r?\n" + re.escape(first[1]) + rb"(?=\{)")

        def cut(pending: bytearray, start: int, last: bool) -> int:
            found = border.search(pending, start)
            return found.end() if found is not None else len(pending) if last else 0

        yield from runs(_chain(held, chunks), cut)

    def redact(self, piece: bytes, redaction: Redaction, context: bytes = b"") -> Redacted:
        """See :class:`service.archive.contract.Format`. A piece of an array is made an array of its own while it is worked."""
        del context
        if jsondoc.well_formed(piece):
            return redaction.rewrite("json", piece)
        stripped = piece.strip()
        head = b"" if stripped[:1] == b"[" else b"["
        tail = b"" if stripped[-1:] == b"]" else b"]"
        body = piece.rstrip().removesuffix(b",") if tail else piece
        whole = head + body + tail
        if jsondoc.well_formed(whole):
            redacted = redaction.rewrite("json", whole)
            if redacted.payload == whole:
                return redacted._replace(payload=piece)
            inner = redacted.payload[len(head) : len(redacted.payload) - len(tail)]
            return redacted._replace(payload=inner + piece[len(body) :])
        return _each(piece, redaction)


def _each(piece: bytes, redaction: Redaction) -> Redacted:
    """Documents one behind the other."""
    report, out, changed = Report(), [], False
    for document in documents(piece):
        redacted = redaction.rewrite("json", document)
        report.add(redacted.report)
        changed = changed or redacted.payload is not document
        out.append(redacted.payload)
    return Redacted(b"".join(out) if changed else piece, report)


def _chain(held: bytearray, chunks: Iterator[bytes]) -> Iterator[bytes]:
    first = bytes(held)
    held.clear()
    yield first
    yield from chunks
