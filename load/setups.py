"""Scrubjay and the OpenTelemetry Collector, configured for a load: files, commands, and whether they listen.

The Collector redacts with contrib's ``redactionprocessor``. What its ``blocked_values`` and ``blocked_key_patterns`` can express of the
default policy is in ``COMMON``: the things this load's traffic has in it, and the few kinds every deployment blocks.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from load.processes import LoadError, Process, free_ports, is_listening, started, wait_until

SIGNALS = ("traces", "logs", "metrics")

# Go's regular expressions (RE2): no look-around, no possessive quantifiers. A match is masked, the rest of the value kept.
COMMON = (
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
COMMON_KEYS = (r"(?i)^(?:.*[._])?(?:authorization|password|secret|cookie)$", r"^gen_ai\.(?:prompt|completion|input\.messages|output\.messages)$")


@dataclass(frozen=True, slots=True)
class Serving:
    """A process that takes OTLP at these ports."""

    process: Process
    http: int
    grpc: int

    def port(self, transport: str) -> int:
        return self.http if transport == "http" else self.grpc


def scrubjay_command(config: Path) -> tuple[str, ...]:
    return (sys.executable, "-m", "service", "serve", "--config", str(config))


def passthrough(transport: str, port: int) -> dict[str, object]:
    """An exporter's settings, by id: all goes to one backend, and its answer back to the client."""
    return {f"otlp_{transport}": {"endpoint": f"http://127.0.0.1:{port}"}}


def scrubjay_config(
    http: int, grpc: int | None, exporters: Mapping[str, object], *, signals: tuple[str, ...] = SIGNALS, **service: object
) -> dict[str, object]:
    """``service`` are further settings of that section. JSON is YAML."""
    protocols: dict[str, object] = {"http": {"endpoint": f"127.0.0.1:{http}"}}
    if grpc is not None:
        protocols["grpc"] = {"endpoint": f"127.0.0.1:{grpc}"}
    pipeline = {"receivers": ["otlp"], "exporters": list(exporters)}
    pipelines = dict.fromkeys(signals, pipeline)
    return {
        "receivers": {"otlp": {"protocols": protocols}},
        "exporters": dict(exporters),
        "service": {"workers": 1, "pipelines": pipelines, **service},
        "policy": "default",
    }


@contextlib.contextmanager
def scrubjay(folder: Path, exporters: Mapping[str, object], *, with_grpc: bool = True) -> Iterator[Serving]:
    """The service as a user starts it, for as long as the block lasts."""
    http, grpc = free_ports(2)
    config = folder / "scrubjay.yaml"
    config.write_text(json.dumps(scrubjay_config(http, grpc if with_grpc else None, exporters), indent=1))
    with started("scrubjay", scrubjay_command(config), folder / "scrubjay.log") as process:
        wait_until(lambda: is_listening(http) and (not with_grpc or is_listening(grpc)), process)
        yield Serving(process, http, grpc)


@contextlib.contextmanager
def collector(folder: Path, program: Path, transport: str, port: int) -> Iterator[Serving]:
    """The Collector with ``redactionprocessor``, passing on to ``port`` as it gets an answer, without a queue of its own."""
    http, grpc = free_ports(2)
    protocols = {"http": {"endpoint": f"127.0.0.1:{http}"}, "grpc": {"endpoint": f"127.0.0.1:{grpc}", "max_recv_msg_size_mib": 64}}
    plain = {"compression": "none", "sending_queue": {"enabled": False}, "retry_on_failure": {"enabled": False}, "tls": {"insecure": True}}
    exporters = {
        "http": {"otlphttp": {"endpoint": f"http://127.0.0.1:{port}", **plain}},
        "grpc": {"otlp": {"endpoint": f"127.0.0.1:{port}", **plain}},
    }[transport]
    redaction = {"allow_all_keys": True, "blocked_values": COMMON, "blocked_key_patterns": COMMON_KEYS, "summary": "silent"}
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
    built = subprocess.run([sys.executable, "-m", "tests.interop.peers", "collector"], stdout=subprocess.PIPE, text=True, check=False)
    lines = built.stdout.strip().splitlines()
    if built.returncode or not lines or not Path(lines[-1]).is_file():
        raise LoadError("no Collector: it is built with Go, which must be on the PATH; or name one with --collector, or leave it out with --alone")
    return Path(lines[-1])
