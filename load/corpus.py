"""``python -m load.corpus KIND``: generated traffic, for benchmarks, load drivers, and whoever wants to look at it.

Every kind is a seeded generator: about ``size`` bytes of records, ``share`` of which carry something to redact, cut into requests of
about 1 MiB. The same arguments give the same bytes on every machine, and no value comes twice. What follows is written one request after
the other: lines as they are; OTLP/JSON as one document a line (as the Collector's file exporter has it); protobuf end to end, which
protobuf reads as one request that holds them all.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from load.corpus_gateway import gateway_bodies
from load.corpus_genai import genai_json, genai_proto
from load.corpus_lines import application_ndjson, logfmt, mixed_text, nginx, nginx_errors, tracebacks
from load.corpus_requests import MIB, REQUEST_BYTES, Corpus
from load.spans import logs_json, logs_proto, spans_json, spans_proto

__all__ = [
    "KINDS",
    "MIB",
    "REQUEST_BYTES",
    "Corpus",
    "application_ndjson",
    "gateway_bodies",
    "logfmt",
    "mixed_text",
    "nginx",
    "nginx_errors",
    "tracebacks",
]


class Generator(Protocol):
    """What makes a corpus of one kind; ``record_bytes`` and ``seed`` have defaults of its own."""

    def __call__(self, size: int, *, share: float = ..., record_bytes: int = ..., seed: int = ...) -> Corpus: ...


KINDS: Mapping[str, Generator] = {
    "ndjson": application_ndjson,
    "logfmt": logfmt,
    "nginx": nginx,
    "nginx-errors": nginx_errors,
    "tracebacks": tracebacks,
    "text": mixed_text,
    "spans-proto": spans_proto,
    "spans-json": spans_json,
    "genai-proto": genai_proto,
    "genai-json": genai_json,
    "logs-proto": logs_proto,
    "logs-json": logs_json,
    "gateway": gateway_bodies,
}

_EPILOG = """\
kinds
  ndjson        application logs, one JSON object of 320 bytes a line
  logfmt        key=value lines of a Go service
  nginx         access log; secrets and addresses stand in the query, URL-encoded
  nginx-errors  error log
  tracebacks    Python tracebacks; a record is one with the line that announces it
  text          logfmt and access lines by turns, every fiftieth record a traceback
  spans-proto   ExportTraceServiceRequest, 470-byte spans of a web service; two in seven of those hit are hit by GenAI attributes
  spans-json    the same spans as OTLP/JSON
  genai-proto   spans of calls to a model, all with GenAI attributes; hit are those that have the messages with them
  genai-json    the same spans as OTLP/JSON
  logs-proto    ExportLogsServiceRequest
  logs-json     the same log records as OTLP/JSON
  gateway       an LLM gateway's log: request and response bodies as JSON in strings; hit are the lines that have bodies

examples
  python -m load.corpus ndjson --size 64MiB --share 5% > app.ndjson
  python -m load.corpus gateway --size 1MiB --record-bytes 4096 --seed 9 | scrubjay pipe --format ndjson | head -3
  python -m load.corpus spans-proto --size 95KiB > request && curl --data-binary @request -H 'content-type: application/x-protobuf' \\
      http://127.0.0.1:4318/v1/traces
"""


def written(corpus: Corpus) -> bytes:
    """The corpus as one file: requests joined so that what reads its format reads all of them."""
    return (b"\n" if corpus.codec.startswith("otlp_json") else b"").join([*corpus.payloads, b""])


def _size(text: str) -> int:
    fits = re.fullmatch(r"(\d+)(?:([KMG])i?B?)?", text)
    if not fits:
        raise argparse.ArgumentTypeError(f"a number of bytes, such as 300000, 95KiB or 64MiB, not {text}")
    return int(fits[1]) << {None: 0, "K": 10, "M": 20, "G": 30}[fits[2]]


def _share(text: str) -> float:
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1 or abs(share * 100 - round(share * 100)) > 1e-9:
        raise argparse.ArgumentTypeError(f"a whole percentage, such as 5%, or as a fraction, 0.05, not {text}")
    return share


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m load.corpus",
        description="Write seeded traffic to standard output: the bytes that the benchmarks run on.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("kind", choices=KINDS, metavar="KIND", help="what to write, see below")
    parser.add_argument("--size", type=_size, default=MIB, metavar="BYTES", help="about how much (default 1MiB)")
    parser.add_argument("--share", type=_share, metavar="SHARE", help="of the records are hit, such as 5%% (default; gateway: 100%%)")
    parser.add_argument("--record-bytes", type=_size, metavar="BYTES", help="about how long a record is (default: the kind's own)")
    parser.add_argument("--seed", type=int, metavar="N", help="other values of the same kind (default: the kind's own)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write there instead")
    chosen = parser.parse_args(arguments)
    settings = {name: getattr(chosen, name) for name in ("share", "record_bytes", "seed") if getattr(chosen, name) is not None}
    corpus = KINDS[chosen.kind](chosen.size, **settings)
    if chosen.output:
        chosen.output.write_bytes(written(corpus))
    else:
        sys.stdout.buffer.write(written(corpus))
    print(f"{chosen.kind}: {corpus.records:,} records, {corpus.hits:,} of them hit, {corpus.size:,} bytes", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
