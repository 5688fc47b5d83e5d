"""Scrubjay and the OpenTelemetry Collector, configured for a load: files, commands, and whether they listen.

The Collector redacts with contrib's ``redactionprocessor``. Of the default policy its ``blocked_values`` and ``blocked_key_patterns`` are
given the kinds of thing that this load's traffic has in it and a few that every deployment blocks (``PATTERNS``), not the hundreds of
vendors' keys: each pattern costs it time on every value, so the comparison is kind to it. ``FEW`` of them are the least there is.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from load.processes import LoadError, Process, free_ports, is_listening, started, wait_until

SIGNALS = ("traces", "logs", "metrics")

# Go's regular expressions (RE2): no look-around, no possessive quantifiers. A match is masked, the rest of the value kept.
PATTERNS = (
    r"(?i)bearer [\w.~+/=-]{6,}",
    r"\bsk-[\w-]{20,}",
    r"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b",
    r"\+\d[\d ().-]{7,}\d|\(?\b\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b",
    r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b",
    r"://[^/\s:@]+:[^/\s@]+@",
    r"(?i)\b(?:password|passwd|pwd|secret|token|api_?key)=\S+",
    r"\bgh[pousr]_[A-Za-z0-9]{36,}\b",
    r"\bxox[abprs]-[\w-]{10,}",
    r"\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*",
    r"\b(?:4\d{3}|5[1-5]\d{2})(?:[ -]?\d{4}){3}\b",
    r"\b\d{3}-\d{2}-\d{4}\b",
    r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}\b",
)
FEW = PATTERNS[:5]
KEY_PATTERNS = (r"(?i)^(?:.*[._])?(?:authorization|password|secret|cookie)$", r"^gen_ai\.(?:prompt|completion|input\.messages|output\.messages)$")


@dataclass(frozen=True, slots=True)
class Serving:
    """A process that takes OTLP at these ports."""

    process: Process
    http: int
    grpc: int

    def port(self, transport: str) -> int:
        return self.http if transport == "http" else self.grpc


def is_ready(http: int, path: str = "/readyz") -> bool:
    """Whether the service on this port says it can acknowledge; with ``/healthz``, whether it runs."""
    connection = HTTPConnection("127.0.0.1", http, timeout=5.0)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def scrubjay_command(config: Path) -> tuple[str, ...]:
    return (sys.executable, "-m", "service", "serve", "--config", str(config))


def passthrough(transport: str, port: int) -> dict[str, object]:
    """An exporter's settings, by id: all goes to one backend, and its answer back to the client."""
    return {f"otlp_{transport}": {"endpoint": f"http://127.0.0.1:{port}"}}


def scrubjay_config(http: int, grpc: int, exporters: Mapping[str, object], **service: object) -> dict[str, object]:
    """``service`` are further settings of that section. JSON is YAML."""
    protocols = {"http": {"endpoint": f"127.0.0.1:{http}"}, "grpc": {"endpoint": f"127.0.0.1:{grpc}"}}
    pipeline = {"receivers": ["otlp"], "exporters": list(exporters)}
    pipelines = dict.fromkeys(SIGNALS, pipeline)
    return {
        "receivers": {"otlp": {"protocols": protocols}},
        "exporters": dict(exporters),
        "service": {"workers": 1, "pipelines": pipelines, **service},
        "policy": "default",
    }


@contextlib.contextmanager
def scrubjay(folder: Path, exporters: Mapping[str, object], name: str = "scrubjay", **service: object) -> Iterator[Serving]:
    """The service as a user starts it, for as long as the block lasts."""
    http, grpc = free_ports(2)
    with _serving(folder, name, scrubjay_config(http, grpc, exporters, **service), scrubjay_command, http, grpc) as serving:
        yield serving


@contextlib.contextmanager
def scrubjay_of_lines(folder: Path, name: str = "scrubjay", **service: object) -> Iterator[Serving]:
    """The service taking log lines over HTTP (``POST /ingest``) and writing them, redacted, to a standard output that nobody keeps."""
    http, grpc = free_ports(2)
    tree = {
        "receivers": {"ndjson": {"endpoint": f"127.0.0.1:{http}"}},
        "exporters": {"stdout": {}},
        "service": {"workers": 1, "pipelines": {"logs": {"receivers": ["ndjson"], "exporters": ["stdout"]}}, **service},
        "policy": "default",
    }
    with _serving(folder, name, tree, lambda config: ("sh", "-c", 'exec "$@" >/dev/null', "sh", *scrubjay_command(config)), http, grpc) as serving:
        yield serving


@contextlib.contextmanager
def _serving(
    folder: Path, name: str, tree: Mapping[str, object], command: Callable[[Path], tuple[str, ...]], http: int, grpc: int
) -> Iterator[Serving]:
    config = folder / f"{name}.yaml"
    config.write_text(json.dumps(tree, indent=1))
    with started(name, command(config), folder / f"{name}.log") as process:
        wait_until(lambda: is_ready(http), process)
        yield Serving(process, http, grpc)


@contextlib.contextmanager
def collector(folder: Path, program: Path, transport: str, port: int, patterns: Sequence[str] = PATTERNS) -> Iterator[Serving]:
    """The Collector with ``redactionprocessor``, passing on to ``port`` as it gets an answer, without a queue of its own."""
    http, grpc = free_ports(2)
    protocols = {"http": {"endpoint": f"127.0.0.1:{http}"}, "grpc": {"endpoint": f"127.0.0.1:{grpc}", "max_recv_msg_size_mib": 64}}
    plain = {"compression": "none", "sending_queue": {"enabled": False}, "retry_on_failure": {"enabled": False}, "tls": {"insecure": True}}
    exporters = {
        "http": {"otlphttp": {"endpoint": f"http://127.0.0.1:{port}", **plain}},
        "grpc": {"otlp": {"endpoint": f"127.0.0.1:{port}", **plain}},
    }[transport]
    redaction = {"allow_all_keys": True, "blocked_values": patterns, "blocked_key_patterns": KEY_PATTERNS, "summary": "silent"}
    pipeline = {"receivers": ["otlp"], "processors": ["redaction"], "exporters": list(exporters)}
    config = folder / f"collector-{transport}.yaml"
    tree = {
        "receivers": {"otlp": {"protocols": protocols}},
        "processors": {"redaction": redaction},
        "exporters": exporters,
        "service": {
            "pipelines": dict.fromkeys(("traces", "logs"), pipeline),
            "telemetry": {"metrics": {"level": "none"}, "logs": {"level": "error"}},
        },
    }
    config.write_text(json.dumps(tree, indent=1))
    with started("the Collector", (str(program), "--config", str(config)), folder / f"collector-{transport}.log") as process:
        wait_until(lambda: is_listening(http) and is_listening(grpc), process)
        yield Serving(process, http, grpc)


def find_collector(given: Path | None) -> Path:
    """The Collector to measure beside; where none is given, the one that the interoperability tests build (that needs Go)."""
    if given is not None:
        if not given.is_file():
            raise LoadError(f"no Collector at {given}")
        return given
    from tests.interop.peers import BuildError, Unavailable  # only here: it is needed only where the Collector is
    from tests.interop.peers import collector as build

    try:
        return build()
    except (Unavailable, BuildError) as error:
        raise LoadError(f"no Collector: {error}; name one with --collector, or leave it out with --alone") from None
