// Sends spans, log records and metric points with the OpenTelemetry SDK for JavaScript, as an application of a user's would:
//   node send.mjs TRANSPORT URL COMPRESSION COUNT ADDRESS
// TRANSPORT is grpc, http (OTLP/JSON) or proto (protobuf over HTTP), ADDRESS what must not arrive. Exits with 1 when an export failed.
// What it sends is what tests/interop/test_sdks.py sends with the SDK for Python, so that one check fits both.

import { context, diag, DiagLogLevel, metrics as metricsApi, trace } from "@opentelemetry/api";
import { logs as logsApi } from "@opentelemetry/api-logs";
import { logs, metrics, NodeSDK, tracing } from "@opentelemetry/sdk-node";

const [transport, url, compression, countText, address] = process.argv.slice(2);
const count = Number(countText);

let failed = false;
const quiet = () => {};
const note = (...words) => {
  failed = true;
  console.error(...words);
};
diag.setLogger({ error: note, warn: note, info: quiet, debug: quiet, verbose: quiet }, DiagLogLevel.WARN);

const settings = (signal) => ({ url: transport === "grpc" ? url : `${url}/v1/${signal}`, compression });
const { OTLPTraceExporter } = await import(`@opentelemetry/exporter-trace-otlp-${transport}`);
const { OTLPLogExporter } = await import(`@opentelemetry/exporter-logs-otlp-${transport}`);
const { OTLPMetricExporter } = await import(`@opentelemetry/exporter-metrics-otlp-${transport}`);

const sdk = new NodeSDK({
  serviceName: "shop",
  autoDetectResources: false,
  spanProcessors: [new tracing.BatchSpanProcessor(new OTLPTraceExporter(settings("traces")), { maxQueueSize: 1 << 20 })],
  logRecordProcessors: [new logs.BatchLogRecordProcessor({ exporter: new OTLPLogExporter(settings("logs")), maxQueueSize: 1 << 20 })],
  metricReaders: [
    new metrics.PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(settings("metrics")), exportIntervalMillis: 3_600_000 }),
  ],
});
sdk.start();

const tracer = trace.getTracer("shop.orders", "1.2.3");
const logger = logsApi.getLogger("shop.orders", "1.2.3");
const counter = metricsApi.getMeter("shop.orders", "1.2.3").createCounter("orders", { description: "Orders placed", unit: "1" });

for (let number = 0; number < count; number++) {
  const attributes = { "app.number": number, "app.note": `clean ${number}`, "app.tags": ["a", "b"], "app.ratio": (number + 0.5) / 7 };
  const planted = number % 10 === 0;
  const span = tracer.startSpan(`order ${number}`, { attributes });
  if (planted) {
    span.setAttribute("app.contact", [`<${address}>`]);
    span.addEvent("mailed", { to: address });
    span.setStatus({ code: 2, message: `no answer from ${address}` });
  }
  logger.emit({
    severityNumber: 9,
    severityText: "INFO",
    body: planted ? { placed: number, by: address } : `placed ${number}`,
    attributes,
    context: trace.setSpan(context.active(), span),
  });
  span.end();
  counter.add(number, planted ? { "app.lane": number, "app.owner": address } : { "app.lane": number });
}

await sdk.shutdown();
process.exit(failed ? 1 : 0);
