"""Applications instrumented with OpenTelemetry's own SDKs, and its load generator, export to the service: everything they say arrives at a
Collector behind it, but for what must not.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import grpc
import pytest
from opentelemetry._logs import SeverityNumber
from opentelemetry.exporter.otlp.proto.grpc import _log_exporter as logs_over_grpc
from opentelemetry.exporter.otlp.proto.grpc import metric_exporter as metrics_over_grpc
from opentelemetry.exporter.otlp.proto.grpc import trace_exporter as over_grpc
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http import _log_exporter as logs_over_http
from opentelemetry.exporter.otlp.proto.http import metric_exporter as metrics_over_http
from opentelemetry.exporter.otlp.proto.http import trace_exporter as over_http
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Status, StatusCode, set_span_in_context

from tests.interop import peers
from tests.interop.planted import groups_of
from tests.interop.processes import RECORDED, Program, running_collector, running_service
from tests.interop.recorded import Messages, parsed, wait_until

pytestmark = pytest.mark.interop

COUNT = 1000  # of each signal; metrics have one point for each
TENTH = COUNT // 10
PATIENCE = 30.0
ADDRESS = "ada.lovelace@" + "mail.example.com"
MARKER = "[REDACTED:email]"


class Arrived:
    """What the Collector behind the service wrote of one test."""

    def __init__(self, payloads: list[bytes]) -> None:
        self.raw = b"".join(payloads)
        self.groups: dict[str, list[tuple[Any, Any, list[Any]]]] = {"traces": [], "logs": [], "metrics": []}
        for payload in payloads:
            signal, message = parsed(payload)
            self.groups[signal] += groups_of(signal, message)

    def items(self, signal: str) -> Iterator[Any]:
        for _, _, items in self.groups[signal]:
            yield from items

    def count(self) -> int:
        return sum(1 for signal in self.groups for _ in self.items(signal))


class Chain(NamedTuple):
    """The service, and what reads on in the file that the Collector behind it writes."""

    scrubjay: Program
    messages: Messages

    def arrived(self, expected: int) -> Arrived:
        """Waits for that many items that came since it was last asked."""
        payloads: list[bytes] = []

        def count() -> int:
            payloads.extend(self.messages)
            return Arrived(payloads).count()

        wait_until(count, expected, PATIENCE, self.scrubjay.logged)
        return Arrived(payloads)


@pytest.fixture(scope="module")
def chain(collector: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """The service between applications and a Collector."""
    folder = tmp_path_factory.mktemp("chain")
    file = folder / "after.pb"
    with (
        running_collector(collector, folder, "last", {"file": {**RECORDED, "path": str(file)}}) as last,
        running_service(folder, {"otlp_http": {"endpoint": last.url("http")}}, {"http": {}, "grpc": {}}) as scrubjay,
    ):
        yield Chain(scrubjay, Messages(file))


def attributes_of(message: Any) -> dict[str, Any]:
    return {each.key: each.value for each in message.attributes}


def check(arrived: Arrived) -> None:
    """What both SDKs were told to send."""
    assert ADDRESS.encode() not in arrived.raw
    assert arrived.raw.count(MARKER.encode()) == 5 * TENTH  # span attribute, event, status; log body; metric attribute
    spans, records = list(arrived.items("traces")), list(arrived.items("logs"))
    assert len(spans) == len(records) == COUNT
    assert sorted(span.name for span in spans) == sorted(f"order {number}" for number in range(COUNT))
    assert {span.span_id for span in spans} == {record.span_id for record in records}
    for item in (*spans, *records):
        attributes = attributes_of(item)
        number = attributes["app.number"].int_value
        assert attributes["app.note"].string_value == f"clean {number}"
        assert attributes["app.ratio"].double_value == (number + 0.5) / 7
        assert [value.string_value for value in attributes["app.tags"].array_value.values] == ["a", "b"]
    for span in spans:
        planted = attributes_of(span)["app.number"].int_value % 10 == 0
        assert span.status.message == (f"no answer from {MARKER}" if planted else "")
        assert [attributes_of(event)["to"].string_value for event in span.events] == [MARKER] * planted
    bodies = {record.body.string_value for record in records if record.body.HasField("string_value")}
    assert bodies == {f"placed {number}" for number in range(COUNT) if number % 10}
    (metric,) = arrived.items("metrics")
    assert (metric.name, metric.description, metric.unit) == ("orders", "Orders placed", "1")
    points = metric.sum.data_points
    assert sorted(attributes_of(point)["app.lane"].int_value for point in points) == list(range(COUNT))
    assert sum(attributes_of(point).get("app.owner") is not None for point in points) == TENTH
    for groups in arrived.groups.values():
        for group, scoped, _ in groups:
            assert attributes_of(group.resource)["service.name"].string_value == "shop"
            assert (scoped.scope.name, scoped.scope.version) == ("shop.orders", "1.2.3")


def python_exporters(transport: str, url: str, compression: str) -> tuple[Any, Any, Any]:
    if transport == "grpc":
        form = {"none": grpc.Compression.NoCompression, "gzip": grpc.Compression.Gzip}[compression]
        settings: dict[str, Any] = {"endpoint": url, "insecure": True, "compression": form}
        return over_grpc.OTLPSpanExporter(**settings), logs_over_grpc.OTLPLogExporter(**settings), metrics_over_grpc.OTLPMetricExporter(**settings)
    compressed = Compression(compression)
    return (
        over_http.OTLPSpanExporter(f"{url}/v1/traces", compression=compressed),
        logs_over_http.OTLPLogExporter(f"{url}/v1/logs", compression=compressed),
        metrics_over_http.OTLPMetricExporter(f"{url}/v1/metrics", compression=compressed),
    )


def send_with_python(spans_to: Any, logs_to: Any, metrics_to: Any) -> None:
    """An application, from its start to its end."""
    resource = Resource.create({"service.name": "shop"})
    tracers, loggers = TracerProvider(resource=resource, shutdown_on_exit=False), LoggerProvider(resource=resource, shutdown_on_exit=False)
    meters = MeterProvider([PeriodicExportingMetricReader(metrics_to, 3_600_000)], resource=resource, shutdown_on_exit=False)
    tracers.add_span_processor(BatchSpanProcessor(spans_to, max_queue_size=1 << 20))
    loggers.add_log_record_processor(BatchLogRecordProcessor(logs_to, max_queue_size=1 << 20))
    tracer, logger = tracers.get_tracer("shop.orders", "1.2.3"), loggers.get_logger("shop.orders", "1.2.3")
    counter = meters.get_meter("shop.orders", "1.2.3").create_counter("orders", "1", "Orders placed")
    for number in range(COUNT):
        planted = number % 10 == 0
        attributes: dict[str, Any] = {"app.number": number, "app.note": f"clean {number}", "app.tags": ["a", "b"], "app.ratio": (number + 0.5) / 7}
        span = tracer.start_span(f"order {number}", attributes=attributes)
        if planted:
            span.set_attribute("app.contact", [f"<{ADDRESS}>"])
            span.add_event("mailed", {"to": ADDRESS})
            span.set_status(Status(StatusCode.ERROR, f"no answer from {ADDRESS}"))
        logger.emit(
            severity_number=SeverityNumber.INFO,
            severity_text="INFO",
            body={"placed": number, "by": ADDRESS} if planted else f"placed {number}",
            attributes=attributes,
            context=set_span_in_context(span),
        )
        span.end()
        counter.add(number, {"app.lane": number, "app.owner": ADDRESS} if planted else {"app.lane": number})
    for provider in (tracers, loggers, meters):
        provider.shutdown()


@pytest.mark.parametrize("compression", ["none", "gzip"])
@pytest.mark.parametrize("transport", ["http", "grpc"])
def test_an_application_in_python_is_redacted_and_nothing_else_of_it_changes(chain: Chain, transport: str, compression: str) -> None:
    send_with_python(*python_exporters(transport, chain.scrubjay.url(transport), compression))
    check(chain.arrived(2 * COUNT + 1))


@pytest.mark.parametrize("compression", ["none", "gzip"])
@pytest.mark.parametrize("form", ["http", "proto", "grpc"])
def test_an_application_in_javascript_is_redacted_and_nothing_else_of_it_changes(
    chain: Chain, node_modules: Path, form: str, compression: str
) -> None:
    url = chain.scrubjay.url("grpc" if form == "grpc" else "http")
    command = [peers.node(), "send.mjs", form, url, compression, str(COUNT), ADDRESS]
    sent = subprocess.run(command, cwd=node_modules, capture_output=True, text=True, check=False, timeout=120)
    assert sent.returncode == 0, sent.stderr[-3000:]
    check(chain.arrived(2 * COUNT + 1))


def generate(telemetrygen: Path, signal: str, transport: str, url: str) -> None:
    command: list[str | Path] = [telemetrygen, signal, "--otlp-insecure", "--otlp-endpoint", url.removeprefix("http://")]
    command += [f"--{signal}", str(COUNT), "--rate", "0", "--batch=false"]  # batched, it drops spans that come faster than it sends them
    command += ["--telemetry-attributes", f'app.contact="{ADDRESS}"', "--telemetry-attributes", "app.number=17"]
    command += ["--otlp-http"] if transport == "http" else []
    sent = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert sent.returncode == 0, sent.stderr[-3000:]


@pytest.mark.parametrize("transport", ["http", "grpc"])
def test_telemetrygen_loses_nothing_and_no_address_arrives(chain: Chain, telemetrygen: Path, transport: str) -> None:
    counts = {"traces": 2 * COUNT, "logs": COUNT, "metrics": COUNT}  # a trace is a span and its child
    for signal in counts:
        generate(telemetrygen, signal, transport, chain.scrubjay.url(transport))
    after = chain.arrived(sum(counts.values()))
    assert ADDRESS.encode() not in after.raw
    assert after.raw.count(MARKER.encode()) == sum(counts.values())
    assert {signal: len(list(after.items(signal))) for signal in counts} == counts
