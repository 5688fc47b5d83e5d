"""OTLP JSON lines: what the Collector's file exporter writes, an export request of one signal on each line.

Source: opentelemetry-collector-contrib, ``exporter/fileexporter`` ("JSON lines").
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from service.archive.contract import Format
from service.archive.formats.lines import after_line, runs
from service.errors import FramingError
from service.recognition.redaction import Redaction
from service.redaction.report import Redacted, Report

_SIGNALS = {b"resourceSpans": "traces", b"resourceLogs": "logs", b"resourceMetrics": "metrics"}


def signal_of(line: bytes) -> str:
    """The signal of a line that begins like an export request, else nothing."""
    word = line[:256].lstrip(b"\xef\xbb\xbf \t\r\n{").split(b'"', 2)
    return _SIGNALS.get(word[1], "") if len(word) == 3 and not word[0] else ""


class OtlpLines(Format):
    """OTLP/JSON, a request a line; other lines among them are NDJSON."""

    name = "otlp"

    def pieces(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """See :class:`service.archive.contract.Format`."""
        return runs(chunks, after_line)

    def redact(self, piece: bytes, redaction: Redaction, context: bytes = b"") -> Redacted:
        """See :class:`service.archive.contract.Format`."""
        del context
        report, out, changed = Report(), [], False
        for line in io.BytesIO(piece):
            redacted = _line(line, redaction)
            report.add(redacted.report)
            changed = changed or redacted.payload is not line
            out.append(redacted.payload)
        return Redacted(b"".join(out) if changed else piece, report)


def _line(line: bytes, redaction: Redaction) -> Redacted:
    signal = signal_of(line)
    if signal:
        body = line.rstrip(b"\r\n")
        try:
            redacted = redaction.rewrite(f"otlp_json:{signal}", body)
        except FramingError:
            pass  # it only looked like a request
        else:
            return redacted._replace(payload=line if redacted.payload is body else redacted.payload + line[len(body) :])
    return redaction.rewrite("ndjson", line)
