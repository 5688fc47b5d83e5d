"""The OpenTelemetry set-up of the chat application: the real SDK, twice.

Every signal goes to two OTLP/HTTP endpoints: straight to a backend (the "before") and through Scrubjay. Both get the same spans and
log records, in the same order; nothing in the application knows about redaction.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.logging.handler import LoggingHandler
from opentelemetry.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.metrics import Meter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult, MetricsData, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import Tracer

from load.demo.errors import DemoError

FLUSH_MILLISECONDS = 30_000
EXPORT_SECONDS = 20
"""For one request: generous, because on a busy machine a timeout would mean the same batch twice, and the counts are compared."""
NEVER = 3_600_000
"""Milliseconds between exports on a timer: the demo flushes once, at its end."""

LOGGERS = ("chat", "openai")
"""The application's own log, and the OpenAI client's at DEBUG, which prints whole requests."""


class SeededIds(IdGenerator):
    """Trace and span ids that are the same in every run with the same seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def generate_trace_id(self) -> int:
        return self.rng.getrandbits(128) | 1

    def generate_span_id(self) -> int:
        return self.rng.getrandbits(64) | 1


class EveryEndpoint(MetricExporter):
    """Sends the same metrics to several OTLP/HTTP endpoints; fails when one of them does."""

    def __init__(self, endpoints: tuple[str, ...]) -> None:
        super().__init__()
        self.exporters = [OTLPMetricExporter(f"{url}/v1/metrics", timeout=EXPORT_SECONDS, compression=Compression.Gzip) for url in endpoints]

    def export(self, metrics_data: MetricsData, timeout_millis: float = FLUSH_MILLISECONDS, **kwargs: object) -> MetricExportResult:
        results = [exporter.export(metrics_data, timeout_millis) for exporter in self.exporters]
        return MetricExportResult.FAILURE if MetricExportResult.FAILURE in results else MetricExportResult.SUCCESS

    def force_flush(self, timeout_millis: float = FLUSH_MILLISECONDS) -> bool:
        flushed = [exporter.force_flush(timeout_millis) for exporter in self.exporters]
        return all(flushed)

    def shutdown(self, timeout_millis: float = FLUSH_MILLISECONDS, **kwargs: object) -> None:
        for exporter in self.exporters:
            exporter.shutdown(timeout_millis)


@dataclass(frozen=True)
class Telemetry:
    """What the application writes its spans, metrics and log lines with."""

    tracer: Tracer
    meter: Meter
    log: logging.Logger


@contextmanager
def telemetry(endpoints: tuple[str, ...], seed: int) -> Iterator[Telemetry]:
    """The SDK, set up for the length of the block; everything is flushed to every endpoint at its end."""
    resource = Resource.create({"service.name": "claims-chat", "deployment.environment.name": "demo", "host.name": "chat-7f9c"})
    traces = TracerProvider(resource=resource, id_generator=SeededIds(seed))
    logs = LoggerProvider(resource=resource)
    for url in endpoints:
        traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{url}/v1/traces", timeout=EXPORT_SECONDS, compression=Compression.Gzip)))
        logs.add_log_record_processor(
            BatchLogRecordProcessor(OTLPLogExporter(f"{url}/v1/logs", timeout=EXPORT_SECONDS, compression=Compression.Gzip))
        )
    # One reader, because each reader collects points and exemplars of its own.
    reader = PeriodicExportingMetricReader(EveryEndpoint(endpoints), export_interval_millis=NEVER)
    metrics = MeterProvider(resource=resource, metric_readers=[reader])
    OpenAIInstrumentor().instrument(tracer_provider=traces, meter_provider=metrics, logger_provider=logs)
    try:
        with log_handler(logs):
            yield Telemetry(traces.get_tracer("claims-chat"), metrics.get_meter("claims-chat"), logging.getLogger("chat"))
        flushed = [provider.force_flush(FLUSH_MILLISECONDS) for provider in (traces, logs, metrics)]
        if not all(flushed):
            raise DemoError("the OpenTelemetry SDK could not deliver everything in time")
    finally:
        OpenAIInstrumentor().uninstrument()
        for provider in (traces, logs, metrics):
            provider.shutdown()


@contextmanager
def log_handler(logs: LoggerProvider) -> Iterator[None]:
    """OpenTelemetry's logging handler on the demo's loggers, and on no other of the process."""
    handler = LoggingHandler(logger_provider=logs)
    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [(logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
    try:
        yield
    finally:
        for logger, (level, propagate) in zip(loggers, before, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)
            logger.propagate = propagate
