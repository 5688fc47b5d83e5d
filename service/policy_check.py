"""What ``config check`` and ``policy check`` do besides compiling: run the policy's tests, and measure its own patterns.

A pattern's examples have been run when the plan was compiled. Tests are exact: what comes out is shown where it is not what was expected,
and is redacted text, as the policy makes it. Patterns are measured on generated application logs without anything to redact: an anchor that
hits often, or that slows the scan, is named in a warning, and so is what would make it cheaper.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

import typer

from config.policy import Policy, PolicyTest
from detectors.model import Anchor, Detector
from detectors.scanner import AnchorSet
from service.errors import ConfigError
from service.recognition.redaction import Redaction, redacting
from service.redaction.pipeline import detect_format
from service.redaction.plan import Plan

HITS_PER_MIB = 50
SLOWER = 0.05
_SAMPLE_BYTES = 1 << 20
_ROUNDS = 15
_MANY_HITS = 1 << 20


class Cost(NamedTuple):
    """What one pattern costs: anchor hits a MiB, and the share of time it adds to a scan with all anchors but its own."""

    name: str
    hits: float
    slower: float

    @property
    def too_much(self) -> bool:
        return self.hits > HITS_PER_MIB or self.slower > SLOWER


def examine(policy: Policy, plan: Plan, where: str) -> None:
    """``check_policy``, with warnings on standard error. ``where`` is what an error begins with: the file, and the policy's key in it."""
    try:
        warnings = check_policy(policy, plan)
    except ConfigError as error:
        raise ConfigError(f"{where}{error}") from None
    for warning in warnings:
        typer.echo(f"scrubjay: {where}warning: {warning}", err=True)


def check_policy(policy: Policy, plan: Plan) -> list[str]:
    """Runs the tests and measures the patterns; returns warnings. Raises :class:`ConfigError` where a test fails."""
    if policy.tests:
        with redacting(plan) as redaction:
            for i, test in enumerate(policy.tests):
                _run_test(i, test, redaction)
    return [_warning(cost) for cost in measure(plan, {pattern.name for pattern in policy.patterns}) if cost.too_much]


def _run_test(number: int, test: PolicyTest, redaction: Redaction) -> None:
    payload = test.text.encode()
    codec = detect_format(payload) if test.format == "auto" else test.format
    became = redaction.rewrite(codec, payload).payload.decode("utf-8", "replace")
    if became != test.becomes:
        raise ConfigError(f"tests.{number}: {test.becomes!r} was expected, but {became!r} came out")


def measure(plan: Plan, names: set[str]) -> list[Cost]:
    """The cost of the detectors with these names; each that slows a scan down is told apart by measuring halves of them."""
    own = [detector for detector in plan.detectors if detector.id in names]
    if not own:
        return []
    sample = _sample()
    hits = _hits(AnchorSet([(anchor, detector.id) for detector in own for anchor in detector.anchors]), sample)
    mine = set(own)
    others = [anchor for anchor, values in zip(plan.json.patterns, plan.json.values, strict=True) if not mine.issuperset(values)]
    slow = dict(_Bench(sample, others, own).slow())
    mebibytes = len(sample) / (1 << 20)
    return [Cost(detector.id, hits[detector.id] / mebibytes, slow.get(detector.id, 0.0)) for detector in own]


def _hits(anchors: AnchorSet, sample: bytes) -> Counter[str]:
    found: Counter[str] = Counter()
    for _, pattern in anchors.hits(sample, 0, len(sample), _MANY_HITS):
        found.update(anchors.values[pattern])
    return found


class _Bench:
    """Scans with detectors' anchors beside scans without them. CPU time, the least of several rounds, taken in turn."""

    def __init__(self, sample: bytes, anchors: list[Anchor], own: list[Detector]) -> None:
        self._sample = sample
        self._own = own
        every = [anchor for detector in own for anchor in detector.anchors]
        self._plain, with_own = self._times(anchors, [*anchors, *every])
        self._all = with_own / self._plain - 1

    def slow(self) -> Iterator[tuple[str, float]]:
        """``(id, share of time it adds)`` of those that slow the scan by more than :data:`SLOWER`."""
        if self._all > SLOWER:
            yield from [(self._own[0].id, self._all)] if len(self._own) == 1 else self._halves(self._own)

    def _halves(self, detectors: list[Detector]) -> Iterator[tuple[str, float]]:
        """Found by halving, among the own anchors alone: to compile all others again each time would take a minute."""
        left_out = set(detectors)
        rest = [anchor for detector in self._own if detector not in left_out for anchor in detector.anchors]
        without, with_them = self._times(rest, [*rest, *(anchor for detector in detectors for anchor in detector.anchors)])
        adds = (with_them - without) / self._plain
        if adds <= SLOWER:
            return
        if len(detectors) == 1:
            yield detectors[0].id, adds
            return
        middle = len(detectors) // 2
        yield from self._halves(detectors[:middle])
        yield from self._halves(detectors[middle:])

    def _times(self, *several: list[Anchor]) -> list[int]:
        sets = [AnchorSet((anchor, None) for anchor in anchors or [Anchor("\\x00{8}")]) for anchors in several]
        best = [1 << 62] * len(sets)
        for _ in range(_ROUNDS):
            for i, anchors in enumerate(sets):
                started = time.process_time_ns()
                anchors.hits(self._sample, 0, len(self._sample), _MANY_HITS)
                best[i] = min(best[i], time.process_time_ns() - started)
        return best


def _warning(cost: Cost) -> str:
    reasons = []
    if cost.hits > HITS_PER_MIB:
        reasons.append(f"is looked for {cost.hits:.0f} times in a MiB of ordinary logs (up to {HITS_PER_MIB} cost little)")
    if cost.slower > SLOWER:
        reasons.append(f"slows the scan by {cost.slower:.0%}")
    return f"{cost.name} {' and '.join(reasons)}; a longer or rarer literal in its regex, in every alternative, makes it cheaper"


def _sample() -> bytes:
    """Application logs in JSON, the same ones every time, full of what is easily mistaken, and with nothing to redact."""
    random = Random(7)  # noqa: S311 - text to measure with, no secret
    lines: list[bytes] = []
    size = 0
    while size < _SAMPLE_BYTES:
        lines.append(_line(random, len(lines)).encode())
        size += len(lines[-1])
    return b"".join(lines)


_EVENTS = (
    "request finished without errors",
    "connection to the upstream service was closed, trying again",
    "cache miss, value loaded from the database",
    "worker started; waiting for messages from the queue",
    "user session refreshed by the access service",
    "could not find the page that was asked for",
    "authentication provider answered after retries",
)


def _line(random: Random, number: int) -> str:
    seconds = (
        f"2026-03-{number // 86400 % 28 + 1:02d}T{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}.{random.randrange(10**6):06d}Z"
    )
    address = ".".join(str(random.randrange(256)) for _ in range(4))
    return (
        f'{{"timestamp":"{seconds}","level":"{random.choice(("info", "warn", "debug", "error"))}","service":"api-gateway-{random.randrange(9)}",'
        f'"message":"{random.choice(_EVENTS)}","http.method":"GET","http.target":"/v1/items/{random.randrange(10**9)}?page={random.randrange(99)}",'
        f'"status":{random.choice((200, 201, 204, 404, 500))},"duration_ms":{random.random() * 900:.3f},"client":"{address}",'
        f'"trace_id":"{random.getrandbits(128):032x}","epoch":{1_700_000_000_000 + random.randrange(10**10)},'
        f'"version":"1.{random.randrange(40)}.2"}}\n'
    )
