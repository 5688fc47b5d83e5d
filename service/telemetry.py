"""The service's own numbers, as Prometheus metrics.

Contract: a label is an id from the configuration, a detector's id, or a word of a fixed vocabulary; never user text. Metrics are
updated in the event loop's thread only. Each ``Telemetry`` has its own registry, so several may live in one process.

Where several workers share a port, each keeps its numbers in files in one directory (prometheus_client's multiprocess mode), and any of
them answers ``/metrics`` for all: counters add up, also over workers that have ended, and gauges over those that live.
"""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import prometheus_client.values
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

__all__ = ["CONTENT_TYPE_LATEST", "Telemetry", "described", "forget_worker", "release", "share_metrics"]

_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


def release() -> str:
    """The installed version of Scrubjay."""
    try:
        return version("scrubjay")
    except PackageNotFoundError:  # run from a source tree that was not installed
        return "0+source"


def described(error: BaseException) -> str:
    """An unexpected error by its type and innermost line. Its text is left out: it may quote what the error is about."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    return f"{type(error).__name__} at {trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"


def share_metrics(folder: Path) -> None:
    """Makes this process keep the metrics it creates from now on in ``folder``, with those of its siblings."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    # The library makes this choice when it is imported, which here is before anything is known about workers.
    prometheus_client.values.ValueClass = prometheus_client.values.MultiProcessValue()  # type: ignore[no-untyped-call]  # as below


def forget_worker(folder: Path, pid: int) -> None:
    """Takes the gauges of a worker that has ended out of the sums; its counters stay."""
    mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]  # as below


class Telemetry:
    """All metrics of one service; with ``shared``, the folder given to ``share_metrics``, of all its workers."""

    def __init__(self, shared: Path | None = None) -> None:
        self._shared = shared
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each counter, which nobody looks at
        self.registry = registry = CollectorRegistry()
        self.records = Counter("scrubjay_records_total", "Records by what became of them.", ("receiver", "signal", "outcome"), registry=registry)
        self.findings = Counter("scrubjay_findings_total", "Findings by detector and action.", ("detector", "action", "signal"), registry=registry)
        self.unprocessable = Counter(
            "scrubjay_unprocessable_total", "Fields replaced and payloads refused, by reason.", ("receiver", "reason"), registry=registry
        )
        self.bytes = Counter("scrubjay_bytes_total", "Payload bytes, decompressed.", ("receiver", "direction"), registry=registry)
        self.redaction_seconds = Histogram("scrubjay_redaction_seconds", "Time to rewrite a payload.", buckets=_SECONDS, registry=registry)
        self.request_seconds = Histogram(
            "scrubjay_request_seconds", "Time from a request's head to its answer.", ("receiver",), buckets=_SECONDS, registry=registry
        )
        self.inflight_bytes = Gauge("scrubjay_inflight_bytes", "Payload bytes held in memory.", registry=registry, multiprocess_mode="livesum")
        self.exports = Counter("scrubjay_export_total", "Payloads by what the exporter made of them.", ("exporter", "outcome"), registry=registry)
        self.queue_bytes = _sum("scrubjay_queue_bytes", "Bytes that wait for a backend.", registry)
        self.queue_batches = _sum("scrubjay_queue_batches", "Payloads that wait for a backend.", registry)
        self.queue_oldest = Gauge(
            "scrubjay_queue_oldest_seconds", "Age of what waits longest.", ("exporter",), registry=registry, multiprocess_mode="livemax"
        )
        self.queue_damaged = Counter(
            "scrubjay_queue_damaged_total", "Stored payloads that could not be read any more.", ("exporter",), registry=registry
        )
        self.dead_letter_bytes = _sum("scrubjay_dead_letter_bytes", "Bytes a backend refused for good.", registry)
        self.dead_letter_batches = _sum("scrubjay_dead_letter_batches", "Payloads a backend refused for good.", registry)
        self.rejected_items = Counter(
            "scrubjay_rejected_items_total", "Records a backend refused out of payloads it took (partial_success).", ("exporter",), registry=registry
        )
        self.shadow_batches = Counter(
            "scrubjay_shadow_batches_total",
            "Sampled payloads by whether they were compared under a policy on trial.",
            ("outcome",),
            registry=registry,
        )
        build = Gauge("scrubjay_build_info", "The release that runs.", ("version",), registry=registry, multiprocess_mode="livemax")
        build.labels(release()).set(1)

    def describe_plan(self, policy: str, plan_hash: str, catalogue: str) -> None:
        """Says which policy is in force."""
        labels = ("policy", "plan_hash", "catalogue")
        plan = Gauge("scrubjay_plan_info", "The plan in force.", labels, registry=self.registry, multiprocess_mode="livemax")
        plan.labels(policy, plan_hash, catalogue).set(1)

    def exposition(self) -> bytes:
        """The page for ``/metrics``."""
        if self._shared is None:
            return generate_latest(self.registry)
        every = CollectorRegistry()
        MultiProcessCollector(every, str(self._shared))  # type: ignore[no-untyped-call]  # the library has no annotations here
        return generate_latest(every)


def _sum(name: str, text: str, registry: CollectorRegistry) -> Gauge:
    """A gauge by exporter that adds up over workers."""
    return Gauge(name, text, ("exporter",), registry=registry, multiprocess_mode="livesum")
