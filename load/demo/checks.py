"""The promises the demo holds the service to. Each check raises ``DemoError``, which names what was planted and never quotes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote_to_bytes

from load.demo.errors import DemoError
from load.demo.log_file import LogFile
from load.demo.planted import Planted
from load.demo.records import Pair

KEPT = (
    *("name", "kind", "traceId", "spanId", "parentSpanId", "*TimeUnixNano", "severityNumber", "severityText", "status.code"),
    *("attributes.gen_ai.request.*", "attributes.gen_ai.response.*", "attributes.gen_ai.usage.*", "attributes.gen_ai.operation.name"),
    *("attributes.http.re*.method", "attributes.http.response.status_code", "attributes.client.address", "attributes.duration_ms"),
    *("attributes.exception.type", "sum.*.as*", "histogram.*.count", "histogram.*.sum", "histogram.*.bucketCounts*"),
)
"""Fields that tell operators what happened without telling who and what: they must come out as they went in."""


def readings(content: bytes) -> Iterator[bytes]:
    """The content as it is, URL-decoded, and as the strings of any JSON in it, JSON in strings included."""
    yield content
    yield unquote_to_bytes(content)
    for line in content.splitlines():
        yield from json_strings(line.decode(errors="replace"))


def json_strings(text: str) -> Iterator[bytes]:
    if not text.lstrip().startswith(("{", "[")):
        return
    try:
        document = json.loads(text)
    except ValueError:
        return
    for leaf in leaves(document):
        yield leaf.encode()
        yield unquote_to_bytes(leaf)
        yield from json_strings(leaf)


def leaves(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for name, value in node.items():
            yield name
            yield from leaves(value)
    elif isinstance(node, list):
        for item in node:
            yield from leaves(item)


def everything_was_sent(contents: Mapping[str, bytes], planted: Planted) -> None:
    """The demo proves something only if each planted value was really in what went in."""
    whole = b"\n".join(reading for content in contents.values() for reading in readings(content))
    missing = [name for name, value in planted.items() if value.encode() not in whole]
    if missing:
        raise DemoError(f"the demo is at fault: it never sent {', '.join(missing)}")


def found_in(contents: Mapping[str, bytes], planted: Planted) -> list[tuple[str, str]]:
    """(planted name, place) of every planted value of which any piece is in a content, in any reading."""
    fragments = list(planted.fragments())
    hits = set()
    for place, content in contents.items():
        whole = b"\n".join(readings(content))
        hits |= {(name, place) for name, fragment in fragments if fragment in whole}
    return sorted(hits)


def nothing_came_through(contents: Mapping[str, bytes], planted: Planted) -> None:
    hits = found_in(contents, planted)
    if hits:
        raise DemoError("LEAK: " + "; ".join(f"{name} is in {place}" for name, place in hits))


def the_rest_was_kept(pairs: Iterable[Pair]) -> int:
    """Every field of ``KEPT`` is as it was; returns how many there were."""
    kept = 0
    for record in pairs:
        for name, value in record.before.items():
            if any(fnmatchcase(name, pattern) for pattern in KEPT):
                if record.after.get(name) != value:
                    raise DemoError(f"{record.signal}: {name} of {record.title!r} was changed and should not have been")
                kept += 1
    return kept


def clean_lines_are_the_same(before: list[str], after: list[str], clean: list[bool]) -> int:
    """Lines of the log file in which nothing was planted came out byte for byte; returns how many there were."""
    if len(before) != len(after):
        raise DemoError(f"scrubjay pipe was given {len(before)} log entries and printed {len(after)}")
    for number, (old, new, is_clean) in enumerate(zip(before, after, clean, strict=True), 1):
        if is_clean and old != new:
            raise DemoError(f"scrubjay pipe changed entry {number}, in which nothing was planted")
    return sum(clean)


def clean_lines_arrived(contents: Mapping[str, bytes], log: LogFile) -> None:
    """Each line of the log file in which nothing was planted is also in what the service wrote of the ingested copy."""
    lines = {line for content in contents.values() for line in content.splitlines()}
    for number, (entry, is_clean) in enumerate(zip(log.entries, log.clean, strict=True), 1):
        if is_clean and entry.encode() not in lines:
            raise DemoError(f"/ingest lost or changed entry {number} of the log file, in which nothing was planted")
