"""The leaves of an OTLP/JSON request: attributes are named by their keys, ``bytesValue`` is base64. Members may have protobuf's own names."""

from __future__ import annotations

import base64
import binascii

from service.redaction.codecs.otlp_attributes import COUNTS, IDS, METRIC, PLACES
from service.redaction.edits import Edit, apply
from service.redaction.jsondoc import Node
from service.redaction.jsonparts import inside
from service.redaction.leaves_json import document_edits, drop, scalar_verdict, string_edits
from service.redaction.leaves_model import Gone, Visit, joined

_CAMEL = {
    name.encode(): camel.encode()
    for name, camel in (
        ("trace_state", "traceState"),
        ("severity_text", "severityText"),
        ("event_name", "eventName"),
        ("schema_url", "schemaUrl"),
        ("trace_id", "traceId"),
        ("span_id", "spanId"),
        ("parent_span_id", "parentSpanId"),
        ("string_value", "stringValue"),
        ("bytes_value", "bytesValue"),
        ("array_value", "arrayValue"),
        ("kvlist_value", "kvlistValue"),
        ("int_value", "intValue"),
        ("double_value", "doubleValue"),
        ("bool_value", "boolValue"),
        ("log_records", "logRecords"),
        ("resource_spans", "resourceSpans"),
        ("resource_logs", "resourceLogs"),
        ("resource_metrics", "resourceMetrics"),
    )
}
_SNAKE = {camel: snake for snake, camel in _CAMEL.items()}
_VALUES = frozenset(b"stringValue bytesValue arrayValue kvlistValue intValue doubleValue boolValue".split())
_RECORDS = frozenset((b"spans", b"logRecords", b"metrics"))
_RESOURCES = frozenset((b"resourceSpans", b"resourceLogs", b"resourceMetrics"))
_PREFIXES = {b"resource": b"resource", b"scope": b"scope", b"events": b"event", b"links": b"link", b"exemplars": b"exemplar", b"status": b"status"}
_HELD = {b"resource": "resource", b"scope": "scope", b"exemplar": "exemplar"}


def request_edits(visit: Visit, buf: bytes, root: Node) -> list[Edit]:
    """Edits for a whole request."""
    walk = _Walk(visit, buf)
    walk.node(root, b"")
    return walk.edits


class _Walk:
    """Goes down a tree that is at most :data:`MAX_DEPTH` deep; edits come in the order leaves stand."""

    def __init__(self, visit: Visit, buf: bytes) -> None:
        self.visit = visit
        self.buf = buf
        self.edits: list[Edit] = []
        self._records = 0

    def _names(self, node: Node) -> list[bytes]:
        names = [inside(self.buf, span) for span in node.names]
        return [_CAMEL.get(name, name) for name in names]

    def node(self, node: Node, prefix: bytes) -> None:
        """A message or a list of them, of whose fields ``prefix`` says where they stand."""
        if node.kind == "[":
            for child in node.children:
                self.node(child, prefix)
            return
        if node.kind != "{":
            self._plain(node, prefix)
            return
        names = self._names(node)
        key = _child(node, names, b"key")
        if key is not None and b"value" in names:
            self.visit.place = _HELD.get(prefix, "attribute")
            self._attribute(node, names, key, prefix)
            return
        for name, span, child in zip(names, node.names, node.children, strict=True):
            if name in IDS or (name in COUNTS and child.kind in '"0'):
                continue
            if child.kind in '"0!':
                self._text(name, child, prefix, METRIC.isdisjoint(names), span[0])
            elif name == b"body" and child.kind == "{":
                self.visit.place = "body"
                self._value(child, b"body")
            elif name in _RECORDS and child.kind == "[":
                self._each_record(child)
            else:
                self._container(name, child, prefix)

    def _container(self, name: bytes, child: Node, prefix: bytes) -> None:
        if name in _RESOURCES and child.kind == "[":
            for resource in child.children:
                self.visit.resource += 1
                self.node(resource, b"")
            return
        self.node(child, _PREFIXES.get(name, prefix))

    def _each_record(self, records: Node) -> None:
        visit = self.visit
        for record in records.children:
            visit.record, visit.record_gone, visit.trace = self._records, False, b""
            self._records += 1
            if not visit.wants(self.buf[record.start : record.end]):
                continue
            trace = _child(record, self._names(record), b"traceId") if record.kind == "{" else None
            if trace is not None and trace.kind == '"':
                visit.trace = inside(self.buf, (trace.start, trace.end)).lower()[:64]
            before = len(self.edits)
            self.node(record, b"")
            if visit.record_gone:
                del self.edits[before:]
                drop(self.edits, self.buf, record, record.start, record is records.children[0])
        visit.record, visit.record_gone, visit.trace = -1, False, b""

    def _text(self, name: bytes, child: Node, prefix: bytes, no_metric: bool, member: int) -> None:
        """A member that is a leaf: a text of OTLP's own, or one nobody knows."""
        place = _HELD.get(prefix) or PLACES.get(name, "attribute")
        self.visit.place = "metric_name" if name == b"name" and not no_metric else place
        own = joined(prefix, _SNAKE.get(name, name))
        if child.kind != '"':
            self._plain(child, own)
            return
        verdict = string_edits(self.visit, self.buf, (child.start, child.end), own)
        if isinstance(verdict, list):
            self.edits += verdict
        else:
            self.edits.append(Edit(child.start, child.end, b'""'))

    def _plain(self, node: Node, name: bytes) -> None:
        self.edits += document_edits(self.visit, self.buf, node, name)

    def _attribute(self, node: Node, names: list[bytes], key: Node, prefix: bytes) -> None:
        """A ``KeyValue``; one whose value goes, goes whole."""
        own = joined(prefix, inside(self.buf, (key.start, key.end)) if key.kind == '"' else b"")
        before = len(self.edits)
        gone = False
        for name, child in zip(names, node.children, strict=True):
            if name == b"value":
                gone = self._value(child, own) or gone
        if gone:
            del self.edits[before:]
            at = node.start - 1
            while self.buf[at] in b" \t\r\n":
                at -= 1
            drop(self.edits, self.buf, node, node.start, self.buf[at] == 91)

    def _value(self, node: Node, name: bytes) -> bool:
        """An ``AnyValue``; whether it is to go with what holds it."""
        if node.kind != "{":
            self._plain(node, name)
            return False
        for member, child in zip(self._names(node), node.children, strict=True):
            if member == b"stringValue" and child.kind == '"':
                verdict = string_edits(self.visit, self.buf, (child.start, child.end), name)
                if not isinstance(verdict, list):
                    return self._gone(node)
                self.edits += verdict
            elif member == b"bytesValue" and child.kind == '"':
                if self._bytes(child, name):
                    return self._gone(node)
            elif member in (b"arrayValue", b"kvlistValue") and child.kind == "{":
                self._list(child, name, member == b"kvlistValue")
            elif member in _VALUES and child.kind in '"0':
                if self._scalar(node, child, name):
                    return True
            else:
                self._plain(child, joined(name, member))
        return False

    def _gone(self, node: Node) -> bool:
        self.edits.append(Edit(node.start, node.end, b"{}"))
        return True

    def _list(self, node: Node, name: bytes, members: bool) -> None:
        """An ``ArrayValue`` or a ``KeyValueList``."""
        for values in node.children:
            for child in values.children if values.kind == "[" else [values]:
                if members and child.kind == "{":
                    names = self._names(child)
                    key = _child(child, names, b"key")
                    if key is not None:
                        self._attribute(child, names, key, name)
                        continue
                self._value(child, name)

    def _scalar(self, node: Node, child: Node, name: bytes) -> bool:
        """A number or a boolean, written as JSON's own or as a string; edited the ``AnyValue`` becomes empty."""
        if child.kind == '"':
            verdict = self.visit.leaf(inside(self.buf, (child.start, child.end)), name, "number")
        else:
            verdict = scalar_verdict(self.visit, self.buf, child, name)
        if verdict is Gone.FIELD:
            return self._gone(node)
        if verdict:
            self.edits.append(Edit(node.start, node.end, b"{}"))
        return False

    def _bytes(self, child: Node, name: bytes) -> bool:
        text = inside(self.buf, (child.start, child.end))
        try:
            data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
        except (binascii.Error, ValueError):
            verdict = string_edits(self.visit, self.buf, (child.start, child.end), name)
        else:
            found = self.visit.leaf(data, name, "bytes")
            verdict = [Edit(child.start + 1, child.end - 1, base64.b64encode(apply(data, found)))] if isinstance(found, list) and found else found
        if isinstance(verdict, list):
            self.edits += verdict
            return False
        return True


def _child(node: Node, names: list[bytes], wanted: bytes) -> Node | None:
    """The last member called ``wanted``, as decoders take it."""
    found = None
    for name, child in zip(names, node.children, strict=True):
        if name == wanted:
            found = child
    return found
