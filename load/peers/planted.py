"""What is planted in generated traffic, record by record, and how much of it is gone from what a redactor let through.

Known by what announces it: load/values.py writes each kind of secret behind words of its own, and prompts stand under names of theirs. A
planted value is gone when it stands nowhere in the record with the same number in what leaves; so a redactor has to keep the order and
the number of records, and where it drops one, the record is empty.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from load.corpus import Corpus

ANNOUNCED: Mapping[str, re.Pattern[str]] = {
    "bearer token": re.compile(r"\bBearer (\w{43})"),
    "sk- key": re.compile(r"\b(sk-proj-[\w-]{48})"),
    "e-mail": re.compile(r"\b([a-z]+\.[a-z]+\d+@[a-z.]+)"),
    "phone": re.compile(r'\btexted to ([+(\d][\d ()-]+\d)(?=["\\]|$)'),
    "password": re.compile(r"\bpassword=(\w{14})"),
    "URL password": re.compile(r"://app_\d+:(\w{16})@"),
}
PROMPT = "prompt"
_PROMPT_NAMES = frozenset({"prompt", "content", "gen_ai.prompt"})
"""Names whose string is a prompt, wherever they stand in this traffic."""


class Planted(NamedTuple):
    kind: str
    value: str


def planted_in(record: Mapping[str, Any]) -> list[Planted]:
    """Everything planted in a record, given as the objects that its JSON, or its protobuf, stands for."""
    found: list[Planted] = []
    for name, text in _strings(record, ""):
        if name in _PROMPT_NAMES:
            found.append(Planted(PROMPT, text))
        else:
            found += [Planted(kind, value) for kind, pattern in ANNOUNCED.items() for value in pattern.findall(text)]
    return found


def _strings(value: object, name: str) -> Iterator[tuple[str, str]]:
    """Every string, JSON in strings included, with the name it stands under."""
    match value:
        case str() if value[:1] in ("{", "["):
            yield from _strings(json.loads(value), name)
        case str():
            yield name, value
        case Mapping():
            if "key" in value and "value" in value:  # an OTLP attribute
                yield from _strings(value["value"], str(value["key"]))
            else:
                for key, member in value.items():
                    yield from _strings(member, name if key.endswith("Value") else key)
        case list():
            for item in value:
                yield from _strings(item, name)


def records_of(codec: str, requests: Iterable[bytes]) -> Iterator[Mapping[str, Any]]:
    """The records of whole requests as objects: lines of JSON, or spans."""
    for request in requests:
        if codec == "ndjson":
            for line in request.splitlines():
                yield json.loads(line)
        else:
            for span in _spans(request):
                yield MessageToDict(span)


def texts_of(codec: str, requests: Iterable[bytes]) -> Iterator[str]:
    """The same records as text to look for values in; lines need not be JSON any more."""
    for request in requests:
        if codec == "ndjson":
            for line in request.split(b"\n")[:-1]:
                yield line.decode(errors="replace")
        else:
            for span in _spans(request):
                yield json.dumps(MessageToDict(span), ensure_ascii=False)


def _spans(request: bytes) -> Iterator[Any]:
    for batch in ExportTraceServiceRequest.FromString(request).resource_spans:
        for scope in batch.scope_spans:
            yield from scope.spans


class Caught(NamedTuple):
    """How many values of each kind were planted, and how many of them are gone."""

    planted: Counter[str]
    gone: Counter[str]

    @property
    def share(self) -> float:
        return self.gone.total() / self.planted.total() if self.planted else 1.0

    def left(self) -> dict[str, float]:
        """The share that is still there, of each kind of which any is."""
        return {kind: 1 - self.gone[kind] / count for kind, count in sorted(self.planted.items()) if self.gone[kind] < count}


def planted_by_record(corpus: Corpus, requests: Sequence[bytes]) -> list[list[Planted]]:
    return [planted_in(record) for record in records_of(corpus.codec.partition(":")[0], requests)]


def caught(corpus: Corpus, planted: Sequence[Sequence[Planted]], leaving: Sequence[bytes]) -> Caught:
    """Raises ``ValueError`` where there are more or fewer records than went in."""
    counts: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    texts = texts_of(corpus.codec.partition(":")[0], leaving)
    for values, text in zip(planted, texts, strict=True):
        for kind, value in values:
            counts[kind] += 1
            gone[kind] += value not in text
    return Caught(counts, gone)
