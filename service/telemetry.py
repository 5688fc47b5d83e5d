"""The service's own numbers, as Prometheus metrics.

Contract: a label is an id from the configuration, a detector's id, or a word of a fixed vocabulary; never user text. Metrics are
updated in the event loop's thread only. Each ``Telemetry`` has its own registry, so several may live in one process.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

__all__ = ["CONTENT_TYPE_LATEST", "Telemetry", "described", "release"]

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


class Telemetry:
    """All metrics of one service."""

    def __init__(self) -> None:
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
        self.inflight_bytes = Gauge("scrubjay_inflight_bytes", "Payload bytes held in memory.", registry=registry)
        self.exports = Counter("scrubjay_export_total", "Payloads by what the exporter made of them.", ("exporter", "outcome"), registry=registry)
        self.queue_bytes = Gauge("scrubjay_queue_bytes", "Bytes that wait for a backend.", ("exporter",), registry=registry)
        self.queue_batches = Gauge("scrubjay_queue_batches", "Payloads that wait for a backend.", ("exporter",), registry=registry)
        self.queue_oldest = Gauge("scrubjay_queue_oldest_seconds", "Age of the payload that waits longest.", ("exporter",), registry=registry)
        self.queue_damaged = Counter(
            "scrubjay_queue_damaged_total", "Stored payloads that could not be read any more.", ("exporter",), registry=registry
        )
        self.dead_letter_bytes = Gauge("scrubjay_dead_letter_bytes", "Bytes a backend refused for good.", ("exporter",), registry=registry)
        self.dead_letter_batches = Gauge("scrubjay_dead_letter_batches", "Payloads a backend refused for good.", ("exporter",), registry=registry)
        self.rejected_items = Counter(
            "scrubjay_rejected_items_total", "Records a backend refused out of payloads it took (partial_success).", ("exporter",), registry=registry
        )
        build = Gauge("scrubjay_build_info", "The release that runs.", ("version",), registry=registry)
        build.labels(release()).set(1)

    def describe_plan(self, policy: str, plan_hash: str, catalogue: str) -> None:
        """Says which policy is in force."""
        plan = Gauge("scrubjay_plan_info", "The plan in force.", ("policy", "plan_hash", "catalogue"), registry=self.registry)
        plan.labels(policy, plan_hash, catalogue).set(1)

    def exposition(self) -> bytes:
        """The page for ``/metrics``."""
        return generate_latest(self.registry)
