"""What ``load.bench`` measures: which traffic, under which policy, how much of it, and how it is timed.

Contract: every round rewrites values that no round before it had, in any row, so no cache of ours is flattered. What is timed is processor
seconds of this process. Within a round the yardstick runs before and after ours, so that a machine that slows down half-way slows both;
a ratio is the median over rounds of the ratio within each round. Before anything is timed, a corpus of its own is rewritten and compared
with what it was: as many records must have changed as were made sensitive.
"""

from __future__ import annotations

import gc
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import orjson

from load.corpus import KINDS, MIB, Corpus, application_ndjson
from load.plans import DIGIT_DETECTORS, default_plan, plan_without
from load.yardstick import Yardstick, plain_redact
from service.redaction.pipeline import rewrite
from service.redaction.plan import Plan

SHARES = (0.0, 0.05, 0.3, 1.0)
DEFAULT_POLICY, NO_DIGITS = "default", "no card, iban, ssn"
_SEEDS_PER_ROW = 100
_CHECKED_BYTES = MIB


def json_documents(size: int, *, share: float = 0.05, record_bytes: int = 320, seed: int = 1) -> Corpus:
    """Application log entries as requests hold them that are one JSON document: an array."""
    lines = application_ndjson(size, share=share, record_bytes=record_bytes, seed=seed)
    documents = tuple(b"[\n" + payload.rstrip(b"\n").replace(b"\n", b",\n") + b"\n]\n" for payload in lines.payloads)
    return replace(lines, name="json", codec="json", payloads=documents)


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of traffic under one policy: a block of rows."""

    name: str
    generate: Callable[..., Corpus]
    policy: str = DEFAULT_POLICY
    shares: tuple[float, ...] = SHARES

    def is_called(self, words: Sequence[str]) -> bool:
        """By its whole name, or by how it begins: ``otlp_proto`` is all of OTLP as protobuf."""
        return any(self.name == word or self.name.startswith(word + " ") for word in words)


WORKS = (
    Work("ndjson", KINDS["ndjson"]),
    Work("json", json_documents),
    Work("text", KINDS["text"]),
    Work("text logfmt", KINDS["logfmt"]),
    Work("text nginx", KINDS["nginx"]),
    Work("text nginx errors", KINDS["nginx-errors"]),
    Work("text tracebacks", KINDS["tracebacks"]),
    Work("otlp_proto traces", KINDS["spans-proto"]),
    Work("otlp_proto genai", KINDS["genai-proto"]),
    Work("otlp_proto logs", KINDS["logs-proto"]),
    Work("otlp_json traces", KINDS["spans-json"]),
    Work("otlp_json genai", KINDS["genai-json"]),
    Work("otlp_json logs", KINDS["logs-json"]),
    Work("llm bodies", KINDS["gateway"]),
    Work("ndjson", KINDS["ndjson"], NO_DIGITS, (0.0, 0.05)),
    Work("otlp_proto traces", KINDS["spans-proto"], NO_DIGITS, (0.0, 0.05)),
    Work("otlp_json traces", KINDS["spans-json"], NO_DIGITS, (0.0, 0.05)),
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much work a round is: bytes where at most 5 % is hit, bytes where more is, bytes for the plain redactor; and how many rounds.

    ``seconds`` bounds what a row takes, making its traffic included; at least two rounds are run.
    """

    payload: int
    busy: int
    plain: int
    rounds: int
    seconds: float


DEFAULT = Sizes(payload=16 * MIB, busy=4 * MIB, plain=2 * MIB, rounds=5, seconds=8.0)
QUICK = Sizes(payload=4 * MIB, busy=1 * MIB, plain=1 * MIB, rounds=3, seconds=2.0)


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured for one kind of traffic at one share. Rates are bytes per second, one per round.

    Of ``hits`` records made sensitive in what was checked, ``touched`` many changed, and others did.
    """

    codec: str
    share: float
    size: int
    records: int
    hits: int
    touched: int
    ours: tuple[float, ...]
    yardstick: tuple[float, ...]
    plain: tuple[float, ...]
    policy: str = DEFAULT_POLICY

    @property
    def title(self) -> str:
        """The traffic, with its policy where that isn't the default."""
        return self.codec if self.policy == DEFAULT_POLICY else f"{self.codec} ({self.policy})"

    @property
    def speed(self) -> float:
        return statistics.median(self.ours)

    @property
    def records_per_second(self) -> float:
        return self.speed * self.records / self.size

    def ratio(self, beside: str) -> float:
        return statistics.median(self.ratios(beside))

    def ratios(self, beside: str) -> list[float]:
        """Round by round."""
        others = self.yardstick if beside == "yardstick" else self.plain
        return [ours / other for ours, other in zip(self.ours, others, strict=True)]


def measure(work: Work, share: float, plan: Plan, yardstick: Yardstick, sizes: Sizes, seed: int = 0) -> Row:
    """Rounds of yardstick, ours, yardstick, the plain redactor; traffic of the seeds from ``seed`` on."""
    checked = work.generate(min(_CHECKED_BYTES, sizes.payload), share=share, seed=seed)
    touched = changed_records(checked, plan)
    rates: list[tuple[float, float, float]] = []
    size = sizes.busy if share > 0.05 else sizes.payload
    started = time.perf_counter()
    while len(rates) < sizes.rounds and (len(rates) < 2 or time.perf_counter() - started < sizes.seconds):
        corpus = work.generate(size, share=share, seed=seed + 1 + len(rates))
        lines = corpus if corpus.codec in ("text", "ndjson") else application_ndjson(sizes.plain, share=share, seed=seed + 1 + len(rates))
        rates.append(_round(corpus, _first(lines, sizes.plain), plan, yardstick))
    ours, beside, slow = zip(*rates, strict=True)
    return Row(work.name, share, corpus.size, corpus.records, checked.hits, touched, ours, beside, slow, work.policy)


def _round(corpus: Corpus, plain: Sequence[bytes], plan: Plan, yardstick: Yardstick) -> tuple[float, float, float]:
    gc.collect()
    gc.freeze()  # the corpus is nothing that a service would have to look through
    before = processor_seconds(yardstick.run)
    ours = processor_seconds(lambda: rewrite_all(corpus, plan))
    after = processor_seconds(yardstick.run)
    slow = processor_seconds(lambda: plain_redact(plain))
    gc.unfreeze()
    return corpus.size / ours, 2 * yardstick.size / (before + after), sum(map(len, plain)) / slow


def rewrite_all(corpus: Corpus, plan: Plan) -> None:
    for payload in corpus.payloads:
        rewrite(corpus.codec, payload, plan)


def processor_seconds(run: Callable[[], object]) -> float:
    """Of our own time on the core, so that what else runs on the machine counts as little as can be."""
    started = time.process_time()
    run()
    return time.process_time() - started


def changed_records(corpus: Corpus, plan: Plan) -> int:
    """Records that a rewrite changes: compared where records are members of a JSON document, else as the report counts them."""
    changed = 0
    for payload in corpus.payloads:
        after = rewrite(corpus.codec, payload, plan)
        if corpus.codec == "json" or corpus.codec.startswith("otlp_json"):
            changed += sum(old != new for old, new in zip(_records(payload), _records(after.payload), strict=True))
        else:
            changed += after.report.touched
    return changed


def _records(document: bytes) -> list[object]:
    """The records of a JSON document: the members of the longest array in it, however deep it lies."""
    waiting: list[object] = [orjson.loads(document)]
    longest: list[object] = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, list) and len(node) > len(longest):
            longest = node
        elif isinstance(node, dict):
            waiting.extend(node.values())
        if isinstance(node, list) and len(node) == 1:
            waiting.extend(node)
    return longest


def _first(corpus: Corpus, size: int) -> list[bytes]:
    """The corpus' first ``size`` bytes, as whole requests."""
    taken: list[bytes] = []
    for payload in corpus.payloads:
        if sum(map(len, taken)) >= size:
            break
        taken.append(payload)
    return taken


def plan_of(policy: str) -> Plan:
    return plan_without(*DIGIT_DETECTORS) if policy == NO_DIGITS else default_plan()


def rows(
    sizes: Sizes,
    only: Sequence[str] = (),
    shares: Sequence[float] = SHARES,
    *,
    yardstick: Yardstick | None = None,
    works: Sequence[Work] = WORKS,
    plan: Callable[[str], Plan] = plan_of,
) -> Iterator[Row]:
    """Every row that is asked for, in the order of ``works``. The seeds of no two rounds are the same."""
    yardstick = yardstick or Yardstick()
    for number, work in enumerate(works):
        for share in work.shares:
            if (only and not work.is_called(only)) or share not in shares:
                continue
            seed = (1 + number * len(SHARES) + SHARES.index(share)) * _SEEDS_PER_ROW
            yield measure(work, share, plan(work.policy), yardstick, sizes, seed)


def pin_to_one_core() -> None:
    """Keep to one core, where the system lets us choose (Linux)."""
    if sys.platform == "linux":
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
