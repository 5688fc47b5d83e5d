"""Every shape that requests, answers, stream events and errors of language models have, in every guise logs put them in.

``test_prompt_shapes.jsonl`` holds the documents, put together after the providers' API references. What stands between « and » is content:
no word of it may come out, and everything else must.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from load.plans import default_plan
from service.redaction.pipeline import rewrite
from tests.service.redaction.otlp_requests import as_json, logs, spans, wire

OPEN, CLOSE = "«", "»"
ROWS = [json.loads(line) for line in (Path(__file__).parent / "test_prompt_shapes.jsonl").read_text("utf-8").splitlines()]
MARKED: dict[str, Any] = {row["name"]: row["document"] for row in ROWS}
STAMP = "2031-04-05 06:07:08,123 DEBUG app.client: "
NEXT = "\n2031-04-05 06:07:09 INFO next"


def unmarked(value: Any) -> Any:
    """The document without the marks."""
    if isinstance(value, str):
        return value.replace(OPEN, "").replace(CLOSE, "")
    if isinstance(value, dict):
        return {name: unmarked(member) for name, member in value.items()}
    return [unmarked(element) for element in value] if isinstance(value, list) else value


def strings(value: Any) -> Iterator[str]:
    """Every string in the document, names too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield name
            if name not in ("logprobs", "tokens"):
                yield from strings(member)
    elif isinstance(value, list):
        for element in value:
            yield from strings(element)


def content_words(marked: Any) -> set[str]:
    """The words of five letters and more that are content."""
    contents = (part for text in strings(marked) for part in re.findall(f"{OPEN}(.*?){CLOSE}", text))
    return {word for content in contents for word in re.findall(r"[A-Za-z]{5,}", content)}


def kept_strings(marked: Any) -> list[str]:
    """The strings without content: names, ids, roles, models, reasons."""
    return [text for text in strings(marked) if OPEN not in text and not text.startswith(("{", "data:")) and text]


def compact(document: Any) -> str:
    return json.dumps(document, separators=(",", ":"))


def pretty(document: Any) -> str:
    return json.dumps(document, indent=4)


GUISES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "a line": ("ndjson", json.dumps),
    "a compact line": ("ndjson", compact),
    "a document over lines": ("json", pretty),
    "a field": ("ndjson", lambda d: json.dumps({"ts": "2031-04-05T06:07:08Z", "level": "info", "msg": "x", "body": d})),
    "a string": ("ndjson", lambda d: json.dumps({"ts": "2031-04-05T06:07:08Z", "level": "info", "message": json.dumps(d)})),
    "a string in a string": ("ndjson", lambda d: json.dumps({"log": json.dumps({"level": "info", "body": json.dumps(d)})})),
    "a string with words around it": ("ndjson", lambda d: json.dumps({"level": "debug", "message": f"sending {json.dumps(d)} now"})),
    "a string over lines": ("ndjson", lambda d: json.dumps({"level": "debug", "message": f"sending {pretty(d)} now"})),
    "text behind a prefix": ("text", lambda d: f"{STAMP}request {json.dumps(d)} took 12ms{NEXT}"),
    "text over lines": ("text", lambda d: f"{STAMP}Request received:\n{pretty(d)}{NEXT}"),
    "text over lines that begins on the first": ("text", lambda d: f"{STAMP}Request {pretty(d)}{NEXT}"),
    "escaped in quotes": ("text", lambda d: f"ts=2031-04-05T06:07:08Z level=info body={json.dumps(compact(d))} took=3"),
    "escaped as nginx does": (
        "text",
        lambda d: '10.0.0.7 - - "POST /v1 HTTP/1.1" 200 body="{}" 3'.format(compact(d).replace("\\", r"\x5C").replace('"', r"\x22")),
    ),
    "a Python repr": ("text", lambda d: f"{STAMP}sending {d!r} took 3"),
    "a Python repr in a string": ("ndjson", lambda d: json.dumps({"level": "debug", "message": f"sending {d!r} took 3"})),
    "the repr of its bytes": ("text", lambda d: f"{STAMP}sending {compact(d).encode()!r} took 3"),
    "the repr of its text": ("text", lambda d: f"{STAMP}sending {compact(d)!r} took 3"),
    "a server-sent event": ("text", lambda d: f"data: {compact(d)}\n\ndata: [DONE]\n"),
    "several events in a string": ("ndjson", lambda d: json.dumps({"message": f"data: {compact(d)}\n\ndata: {compact(d)}\n\n"})),
    "an OTLP body": ("otlp_proto:logs", lambda d: wire(logs(json.dumps(d)))),
    "an OTLP body with words before it": ("otlp_proto:logs", lambda d: wire(logs(f"request {json.dumps(d)}"))),
    "an OTLP/JSON body": ("otlp_json:logs", lambda d: as_json(logs(json.dumps(d)))),
    "an OTLP attribute": ("otlp_proto:traces", lambda d: wire(spans({"http.request.body": json.dumps(d)}))),
    "an OTLP/JSON attribute": ("otlp_json:traces", lambda d: as_json(spans({"http.request.body": json.dumps(d)}))),
}


def redacted(guise: str, document: Any) -> bytes:
    codec, make = GUISES[guise]
    made = make(document)
    return rewrite(codec, made if isinstance(made, bytes) else made.encode(), default_plan()).payload


@pytest.mark.parametrize("guise", GUISES)
def test_no_word_of_content_comes_out_and_redacting_again_changes_nothing(guise: str) -> None:
    left, changed = {}, []
    for name, marked in MARKED.items():
        if name == "openai error" and guise.startswith("the repr of its"):
            continue  # quotes in quotes in quotes: the echo is not told from what is around it
        out = redacted(guise, unmarked(marked))
        words = [word for word in content_words(marked) if word.encode() in out]
        if words:
            left[name] = words
        if rewrite(GUISES[guise][0], out, default_plan()).payload != out:
            changed.append(name)
    assert left == {}
    assert changed == []


@pytest.mark.parametrize(
    "guise", ["a line", "a string", "a string in a string", "escaped in quotes", "a Python repr", "a server-sent event", "an OTLP body"]
)
def test_names_roles_ids_models_and_reasons_stay(guise: str) -> None:
    gone = {}
    for name, marked in MARKED.items():
        if name.startswith(("sentry", "fastapi 422 dict", "gemini request")):
            continue  # a frame's locals and an echoed request are content as a whole, and so may a file's address be
        out = redacted(guise, unmarked(marked)).decode("utf-8", "replace").replace("\\", "")
        missing = [text for text in kept_strings(marked) if text.replace("\\", "") not in out]
        if missing:
            gone[name] = missing
    assert gone == {}


@pytest.mark.parametrize("guise", ["a line", "a field", "a string", "a string in a string"])
def test_json_stays_json_at_every_depth(guise: str) -> None:
    for marked in MARKED.values():
        document = unmarked(marked)
        out: Any = json.loads(redacted(guise, document))
        for step in {"a field": ["body"], "a string": ["message"], "a string in a string": ["log", "body"]}.get(guise, []):
            out = out[step]
            out = json.loads(out) if isinstance(out, str) else out
        assert types(out) == types(document)


def types(value: Any) -> Any:
    """The document with the type of each value in its place; JSON in strings is gone into, lists that are text as numbers are left out."""
    if isinstance(value, dict):
        return {name: types(member) for name, member in value.items() if name not in AS_NUMBERS}
    if isinstance(value, list):
        return [types(element) for element in value]
    if isinstance(value, str):
        try:
            return types(json.loads(value)) if value.startswith(("{", "[")) else "text"
        except ValueError:
            return "text"
    return "scalar"


AS_NUMBERS = ("logprobs", "tokens", "bytes", "context", "embedding", "top_logprobs", "token_logprobs", "text_offset")


@pytest.mark.parametrize("guise", ["text behind a prefix", "escaped in quotes", "a Python repr"])
@pytest.mark.parametrize(
    "name", ["openai chat request", "anthropic request", "openai responses request", "gemini request", "bedrock log", "ollama request"]
)
def test_of_a_document_that_was_cut_anywhere_no_whole_content_comes_out(guise: str, name: str) -> None:
    codec, make = GUISES[guise]
    whole = make(unmarked(MARKED[name]))
    words = content_words(MARKED[name])
    start, step = whole.index("{"), 23
    left = {}
    for cut in range(start + 90, len(whole), step):
        out = rewrite(codec, whole[:cut].encode(), default_plan()).payload
        found = [word for word in words if word.encode() in out]
        if found:
            left[cut] = found
    assert left == {}
