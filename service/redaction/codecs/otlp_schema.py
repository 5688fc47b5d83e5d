"""Where text stands in OTLP: one table a message, for all three signals. Fields as numbered in opentelemetry-proto 1.x.

A field that is not listed is unknown to us or holds no text; a length-delimited one is still looked at when an anchor hits inside.
"""

from __future__ import annotations

from typing import NamedTuple


class Field(NamedTuple):
    """``kind``: ``container`` (walked always, its framing is checked), ``record``, ``message``, ``text``, ``attribute``, ``value``, ``id`` (as
    long as one is), ``opaque``."""

    kind: str
    place: str = ""
    schema: Schema | None = None


class Schema(NamedTuple):
    """A message type: field number → what it holds."""

    name: str
    fields: dict[int, Field]


def _text(place: str) -> Field:
    return Field("text", place)


def _attributes(place: str = "attribute") -> Field:
    return Field("attribute", place)


_ID = Field("id")
_OPAQUE = Field("opaque")
ENTITY_REF = Schema("EntityRef", {1: _text("resource"), 2: _text("resource"), 3: _text("resource"), 4: _text("resource")})
RESOURCE = Schema("Resource", {1: _attributes("resource"), 3: Field("message", "resource", ENTITY_REF)})
SCOPE = Schema("InstrumentationScope", {1: _text("scope"), 2: _text("scope"), 3: _attributes("scope")})
EVENT = Schema("Span.Event", {2: _text("name"), 3: _attributes()})
LINK = Schema("Span.Link", {1: _ID, 2: _ID, 3: _text("trace_state"), 4: _attributes()})
STATUS = Schema("Status", {2: _text("status")})
SPAN = Schema(
    "Span",
    {
        1: _ID,
        2: _ID,
        3: _text("trace_state"),
        4: _ID,
        5: _text("name"),
        9: _attributes(),
        11: Field("message", "attribute", EVENT),
        13: Field("message", "attribute", LINK),
        15: Field("message", "status", STATUS),
    },
)
LOG_RECORD = Schema("LogRecord", {3: _text("name"), 5: Field("value", "body"), 6: _attributes(), 9: _ID, 10: _ID, 12: _text("name")})
EXEMPLAR = Schema("Exemplar", {4: _ID, 5: _ID, 7: _attributes("exemplar")})
_EXEMPLARS = Field("message", "exemplar", EXEMPLAR)
NUMBER_POINT = Schema("NumberDataPoint", {5: _EXEMPLARS, 7: _attributes()})
HISTOGRAM_POINT = Schema("HistogramDataPoint", {6: _OPAQUE, 7: _OPAQUE, 8: _EXEMPLARS, 9: _attributes()})
EXPONENTIAL_POINT = Schema("ExponentialHistogramDataPoint", {1: _attributes(), 8: _OPAQUE, 9: _OPAQUE, 11: _EXEMPLARS})
SUMMARY_POINT = Schema("SummaryDataPoint", {6: _OPAQUE, 7: _attributes()})


def _points(name: str, point: Schema) -> Field:
    return Field("message", "attribute", Schema(name, {1: Field("message", "attribute", point)}))


METRIC = Schema(
    "Metric",
    {
        1: _text("metric_name"),
        2: _text("name"),
        3: _text("name"),
        5: _points("Gauge", NUMBER_POINT),
        7: _points("Sum", NUMBER_POINT),
        9: _points("Histogram", HISTOGRAM_POINT),
        10: _points("ExponentialHistogram", EXPONENTIAL_POINT),
        11: _points("Summary", SUMMARY_POINT),
        12: _attributes(),
    },
)


def _request(name: str, record: Schema) -> Schema:
    scoped = Schema(f"Scope{name}", {1: Field("message", "scope", SCOPE), 2: Field("record", "", record), 3: _text("scope")})
    resource = Schema(f"Resource{name}", {1: Field("message", "resource", RESOURCE), 2: Field("container", "", scoped), 3: _text("resource")})
    return Schema(f"Export{name}ServiceRequest", {1: Field("container", "", resource)})


REQUESTS: dict[str, Schema] = {
    "traces": _request("Spans", SPAN),
    "logs": _request("Logs", LOG_RECORD),
    "metrics": _request("Metrics", METRIC),
}
"""Signal → the request message. Logs, traces and metrics differ by this table alone."""
