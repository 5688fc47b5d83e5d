"""The files of a corpora folder that hold LLM traffic: recorded request bodies, and spans of instrumented applications.

A prompt string survives if it can be read anywhere in what leaves, with JSON escapes undone to any depth; so also when it was taken out
where it was catalogued but repeated elsewhere. Strings under eight characters are not looked for: they occur by chance.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from config.prompt_catalogue import load_prompt_keys
from load import otlp
from load.plans import default_plan
from load.scoring import Case, Row, Tally, read_rows, views
from service.redaction.pipeline import rewrite

SHORTEST = 8
PIECE = 24
"""Characters of a prompt that are too many to be left by chance."""

Sender = Callable[[Row], tuple[str, bytes]]
"""A row as (codec, payload)."""


def _as_document(row: Row) -> tuple[str, bytes]:
    return "json", row["text"].encode()


def _in_a_log_line(row: Row) -> tuple[str, bytes]:
    line = {"ts": "2026-03-14T09:26:53.589Z", "level": "info", "msg": "upstream request", "url": row["uri"], "body": row["text"]}
    return "ndjson", json.dumps(line).encode() + b"\n"


def _after_words(row: Row) -> tuple[str, bytes]:
    return "text", f"2026-03-14 09:26:53,589 DEBUG [gateway.client] POST {row['uri']} body: {row['text']}\n".encode()


def _cut_short(row: Row) -> tuple[str, bytes]:
    """As a shipper leaves a long line: without its end."""
    line = f'{{"level":"info","msg":"upstream request","body":{json.dumps(row["text"])}}}'
    return "ndjson", line[: len(line) * 9 // 10].encode() + b"\n"


BODIES: Mapping[str, tuple[Sender, float | None]] = {
    "json": (_as_document, 0.995),
    "ndjson, nested": (_in_a_log_line, 0.995),
    "text": (_after_words, 0.995),
    "ndjson, cut": (_cut_short, None),
}


def body_cases(folder: Path) -> Iterator[Case]:
    file = "llm_request_bodies.jsonl.gz"
    rows = read_rows(folder, file)
    for guise, (send, bar) in BODIES.items():
        gone, pieces, models = Tally(), Tally(), Tally()
        for number, row in enumerate(rows):
            codec, payload = send(row)
            left = readable(gone.examine(rewrite(codec, payload, default_plan())))
            for prompt in row["prompts"]:
                if len(prompt["text"]) >= SHORTEST:
                    gone.add(prompt["text"] not in left, number, prompt["role"])
                    pieces.add(not any(piece in left for piece in _pieces(prompt["text"])), number, prompt["role"])
            if row["model"]:
                models.add(row["model"] in left, number, "model")
        yield gone.recall(file, "prompts", guise, bar, f"no piece of {PIECE} left: {pieces.share:.3f}")
        if guise != "ndjson, cut":
            yield models.recall(file, "model names kept", guise, None)


def span_cases(folder: Path) -> Iterator[Case]:
    file = "spans.jsonl.gz"
    rows = read_rows(folder, file)
    for structured in (False, True):
        for encoding in ("otlp_json", "otlp_proto"):
            gone, kept = Tally(), Tally()
            for number, row in enumerate(rows):
                span = _span_of(row, structured=structured)
                payload = _request(span, encoding)
                after = gone.examine(rewrite(f"{encoding}:traces", payload, default_plan()))
                _look_for_prompts(row, after, number, gone)
                _look_for_kept(span, after, encoding, number, kept)
            guise = f"{encoding}, {'structured' if structured else 'strings'}"
            yield gone.recall(file, "prompt strings", guise, 0.98)
            yield kept.recall(file, "counts, models, ids kept", guise, 1.0)
    yield from copy_cases(rows, file)


LONG = 20
"""Characters of a prompt string that must not recur anywhere in its trace."""

_TRACE, _OTHER = "5b8efff798038103d269b633813fc60c", "0af7651916cd43dd8448eb211c80319c"
_UNTOUCHED = {"app.order": "Order 4711 left the warehouse by lorry at noon", "db.statement": "SELECT id, total FROM orders WHERE customer_id = $1"}


def copy_cases(rows: Sequence[Row], file: str) -> Iterator[Case]:
    """Prompt strings planted elsewhere: in the stack trace, the status and an unknown attribute of their own span, in another span of the
    trace, in another log record's body. A span of another trace has them too, and has to stay."""
    for encoding in ("otlp_json", "otlp_proto"):
        for signal in ("traces", "logs"):
            gone, left_alone = Tally(), Tally()
            for number, row in enumerate(rows):
                texts = sorted({text.strip() for key in row["content_keys_by_name"] for text in prose_in(row["attributes"][key], key)})
                texts = [text for text in texts if len(text) >= LONG and not _FOREIGN.search(text)]
                if not texts:
                    continue
                planted, stays = (_copied_spans if signal == "traces" else _copied_logs)(row, texts, encoding)
                after = gone.examine(rewrite(f"{encoding}:{signal}", planted, default_plan()))
                for part in stays:
                    left_alone.add(part in after, number, "another trace" if part is stays[0] else "no copy")
                left = readable(after.replace(stays[0], b""))
                for text in texts:
                    gone.add(text not in left, number, "prompt string")
            yield gone.recall(file, "prompt strings that recur", f"{encoding}:{signal}", 0.995)
            yield left_alone.false_positives(file, "no copies", f"{encoding}:{signal}", 0.005)


_FOREIGN = re.compile(
    r"[\w.+-]@\w|\b(?:sk|ghp|AKIA)[-_\w]{8}|://[^/\s]*@|\d{7}|\+?\d[\d ().-]{7}\d|REDACTED|(?i:bearer|password|secret|token|api.?key)"
)
"""What a detector of another kind may take out of a planted copy, which then is none any more; nor could it stay in another trace."""


def _copied_spans(row: Row, texts: Sequence[str], encoding: str) -> tuple[bytes, list[bytes]]:
    home = _span_of(row, structured=False)
    trace = "\n".join(f'  File "/app/ask.py", line {n}, in ask\n    raise ValueError({text!r})' for n, text in enumerate(texts))
    notes = {f"app.note.{n}": f"note: {json.dumps(text)}" for n, text in enumerate(texts)}
    events = [*home.events, otlp.Event("exception", {"exception.stacktrace": f"Traceback (most recent call last):\n{trace}"})]
    home = replace(home, attributes={**home.attributes, **notes, **_UNTOUCHED}, events=events, failure="bad input: " + " / ".join(texts))
    others = [
        otlp.SpanFields(trace_id, "eee19b7ec3c1b175", "step", home.start, home.end, {f"app.step.{n}": text for n, text in enumerate(texts)})
        for trace_id in (_TRACE, _OTHER)
    ]
    spans = [home, *others]
    if encoding == "otlp_proto":
        payload = otlp.traces_request([otlp.span_message(span) for span in spans])
        return payload, [otlp.span_message(others[1]).SerializeToString(), *(m.SerializeToString() for m in otlp.attribute_messages(_UNTOUCHED))]
    objects = [orjson.dumps(otlp.span_object(span)) for span in spans]
    return otlp.traces_document(objects), [objects[-1], *(orjson.dumps(member) for member in otlp.attribute_objects(_UNTOUCHED))]


def _copied_logs(row: Row, texts: Sequence[str], encoding: str) -> tuple[bytes, list[bytes]]:
    home = otlp.LogFields(_TRACE, "eee19b7ec3c1b174", 1_773_480_413_589_000_000, "done", {**_span_of(row, structured=False).attributes, **_UNTOUCHED})
    body = "could not answer: " + " / ".join(texts)
    others = [otlp.LogFields(trace_id, "eee19b7ec3c1b175", home.time, body, {}) for trace_id in (_TRACE, _OTHER)]
    records = [home, *others]
    if encoding == "otlp_proto":
        payload = otlp.logs_request([otlp.log_message(record) for record in records])
        return payload, [otlp.log_message(others[1]).SerializeToString(), *(m.SerializeToString() for m in otlp.attribute_messages(_UNTOUCHED))]
    objects = [orjson.dumps(otlp.log_object(record)) for record in records]
    return otlp.logs_document(objects), [objects[-1], *(orjson.dumps(member) for member in otlp.attribute_objects(_UNTOUCHED))]


def _span_of(row: Row, *, structured: bool) -> otlp.SpanFields:
    """The row as a span; SDKs write what isn't a plain value as JSON in a string, newer ones as a structured value."""

    def attributes(given: Mapping[str, Any]) -> dict[str, object]:
        return {key: value if structured or _is_plain(value) else json.dumps(value, ensure_ascii=False) for key, value in given.items()}

    events = [otlp.Event(event["name"], attributes(event.get("attributes") or {})) for event in row["events"]]
    start = 1_773_480_413_589_000_000
    return otlp.SpanFields("5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174", row["name"], start, start, attributes(row["attributes"]), events)


def _is_plain(value: object) -> bool:
    return not isinstance(value, (dict, list)) or (isinstance(value, list) and all(isinstance(item, str) for item in value))


def _request(span: otlp.SpanFields, encoding: str) -> bytes:
    if encoding == "otlp_proto":
        return otlp.traces_request([otlp.span_message(span)])
    return otlp.traces_document([orjson.dumps(otlp.span_object(span))])


def _look_for_prompts(row: Row, after: bytes, number: int, gone: Tally) -> None:
    left = readable(after)
    seen: set[str] = set()
    for key in row["content_keys_by_name"]:
        for text in prose_in(row["attributes"][key], key):
            if text not in seen:
                seen.add(text)
                gone.add(text not in left, number, key)


def _look_for_kept(span: otlp.SpanFields, after: bytes, encoding: str, number: int, kept: Tally) -> None:
    """Attributes of the keep list must be there as they were, byte for byte."""
    for key, value in span.attributes.items():
        if _keep_names().fullmatch(key):
            alone = {key: value}
            if encoding == "otlp_proto":
                written = otlp.attribute_messages(alone)[0].SerializeToString(deterministic=True)
            else:
                written = orjson.dumps(otlp.attribute_objects(alone)[0])
            kept.add(written in after, number, key)


@cache
def _keep_names() -> re.Pattern[str]:
    """The keep list as one pattern: ``*`` is one dotted segment, ``**`` one or more."""
    keys = [row["key"] for row in load_prompt_keys()[1]]
    return re.compile("|".join(re.escape(key).replace(r"\*\*", ".+").replace(r"\*", r"[^.]+") for key in keys))


_HEADER = re.compile(r"[a-z]+-[a-z-]+|vary|date|server|role|type|id|model|event\.name")


def prose_in(value: object, name: str) -> Iterator[str]:
    """What people and models say in an attribute's value: its strings of eight characters and more that hold a blank or stand under a
    name such as ``content``; strings that are JSON are gone into. Names, roles, enumerations and HTTP headers are none."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "[", '"'):
        with suppress(ValueError):
            value = json.loads(value)
    match value:
        case str():
            spoken = " " in value.strip() or name.rsplit(".", 1)[-1] in ("content", "text", "prompt")
            if spoken and len(value.strip()) >= SHORTEST and not _HEADER.fullmatch(name):
                yield value
        case Mapping():
            for key, item in value.items():
                yield from prose_in(item, key)
        case list():
            for item in value:
                yield from prose_in(item, name)


def readable(payload: bytes) -> str:
    return "\n".join(views(payload.decode(errors="replace")))


def _pieces(text: str) -> Iterator[str]:
    """Pieces of ``text`` that between them touch all of it; none of a text that is shorter than two of them."""
    if len(text) >= 2 * PIECE:
        for at in range(0, len(text) - PIECE + 1, PIECE):
            yield text[at : at + PIECE]
