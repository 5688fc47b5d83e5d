"""Timing peers by turns with the engine, on the same bytes: rows of rates, one per round.

A round times the engine under two policies, then every peer, one after the other, so that a busy machine slows all of them; a ratio is the
median over rounds of the ratio within each round. Time is processor time, all threads, on one core. What a peer caught is looked at before
anything is timed, on records that are all hit; and so is what the engine caught.

The policies: the default one, and one with the detectors alone that this traffic is planted for ("the same detection"). The second looks
for as much as the peers do; it still validates, undoes escapes, and knows prompts by their structure.
"""

from __future__ import annotations

import gc
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from config.load import load_policy
from config.policy import Policy
from detectors.catalogue import CATALOGUE
from load.bench_rows import processor_seconds, rewrite_all
from load.corpus import MIB, Corpus, application_ndjson, gateway_bodies
from load.peers import toolchains
from load.peers.harness import Harness, PeerError
from load.peers.planted import Caught, caught, planted_by_record
from load.peers.roster import Peer
from load.plans import default_plan
from load.spans import spans_proto
from service.redaction.compilation import compile_plan
from service.redaction.pipeline import rewrite
from service.redaction.plan import Plan

SHARES = (0.0, 0.05, 1.0)
WORKS: Mapping[str, Callable[[int, float], Corpus]] = {
    "ndjson": lambda size, share: application_ndjson(size, share=share),
    "otlp": lambda size, share: spans_proto(size, share=share),
    "gateway": lambda size, share: gateway_bodies(size, share=share),
}
SAME_DETECTION = frozenset({"email", "phone", "authorization", "openai", "assigned_password", "url_credentials", "connection_string"})
"""Detectors of what load/values.py plants; prompts are found by their names under every policy."""
OURS, OURS_SAME = "default policy", "same detection"


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes where at most 5 % is hit, where more is, and where it is looked what was caught; rounds of each case."""

    payload: int
    busy: int
    check: int
    rounds: int


DEFAULT = Sizes(payload=16 * MIB, busy=6 * MIB, check=MIB, rounds=5)
QUICK = Sizes(payload=4 * MIB, busy=2 * MIB, check=MIB // 2, rounds=3)


@dataclass(frozen=True, slots=True)
class Row:
    """One peer at one work and share: bytes per second of each round, beside ours of the same rounds."""

    work: str
    share: float
    peer: Peer
    theirs: tuple[float, ...]
    ours: tuple[float, ...]
    same: tuple[float, ...]
    caught: Caught
    record_bytes: float

    @property
    def speed(self) -> float:
        return statistics.median(self.theirs)

    def ratio(self, policy: str = OURS_SAME) -> float:
        beside = self.same if policy == OURS_SAME else self.ours
        return statistics.median(ours / theirs for ours, theirs in zip(beside, self.theirs, strict=True))


@dataclass(slots=True)
class Run:
    """What a run came to; ``missing`` says in a line why a peer is not among the rows."""

    rows: list[Row] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    ours_caught: dict[tuple[str, str], Caught] = field(default_factory=dict)


@cache
def same_detection_plan() -> Plan:
    """The default policy without the detectors that nothing here is planted for, and without a search for copies of prompts."""
    policy = load_policy("default", {}).model_dump()
    off = [detector.id for detector in CATALOGUE if detector.default and detector.id not in SAME_DETECTION]
    policy |= {"name": "same-detection", "detectors": {"off": off}, "prompts": policy["prompts"] | {"side_copies": False}}
    return compile_plan(Policy.model_validate(policy))


def plans() -> dict[str, Plan]:
    return {OURS: default_plan(), OURS_SAME: same_detection_plan()}


def beginning(corpus: Corpus, size: int) -> list[bytes]:
    """The corpus' first ``size`` bytes or a little more, as whole requests; where one is larger, its first lines."""
    taken: list[bytes] = []
    left = size
    for payload in corpus.payloads:
        if left <= 0:
            break
        if len(payload) > left and corpus.codec == "ndjson":
            payload = payload[: payload.index(b"\n", left - 1) + 1]
        taken.append(payload)
        left -= len(payload)
    return taken


def run(peers: Sequence[Peer], works: Sequence[str], sizes: Sizes, tell: Callable[[str], None]) -> Run:
    done = Run()
    for work in works:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scrubjay-peers-")))
            harnesses = _started([peer for peer in peers if work in peer.works], work, folder, stack, done)
            checked = _check(work, harnesses, sizes, done)
            for share in SHARES:
                done.rows += _measure(work, share, checked, sizes)
                tell(f"{work} at {share:.0%}: {len(checked)} peers, {sizes.rounds} rounds")
    return done


def _started(peers: Sequence[Peer], work: str, folder: Path, stack: ExitStack, done: Run) -> list[tuple[Peer, Harness]]:
    started: list[tuple[Peer, Harness]] = []
    for peer in peers:
        own = folder / peer.id
        own.mkdir()
        try:
            peer.version()
            harness = Harness(peer.name, peer.command(), peer.settings[work], own, toolchains.environment())
        except PeerError as reason:
            done.missing[peer.id] = str(reason)
            continue
        started.append((peer, stack.enter_context(harness)))
    return started


Checked = list[tuple[Peer, Harness, Caught]]


def _check(work: str, harnesses: Sequence[tuple[Peer, Harness]], sizes: Sizes, done: Run) -> Checked:
    """What each caught of records that are all hit. A peer that can't do it is missing."""
    corpus = WORKS[work](sizes.check, 1.0)
    for policy, plan in plans().items():
        leaving = [rewrite(corpus.codec, payload, plan).payload for payload in corpus.payloads]
        done.ours_caught[work, policy] = caught(corpus, planted_by_record(corpus, corpus.payloads), leaving)
    checked: Checked = []
    for peer, harness in harnesses:
        requests = beginning(corpus, peer.bound)
        try:
            harness.read(requests)
            checked.append((peer, harness, caught(corpus, planted_by_record(corpus, requests), harness.leaving())))
        except (PeerError, ValueError) as reason:
            done.missing[peer.id] = f"{work}: {reason}"
    return checked


def _measure(work: str, share: float, checked: Checked, sizes: Sizes) -> Iterator[Row]:
    corpus = WORKS[work](sizes.busy if share > 0.05 else sizes.payload, share)
    given: dict[str, int] = {}
    for peer, harness, _ in checked:
        requests = beginning(corpus, peer.bound)
        given[peer.id] = sum(map(len, requests))
        harness.read(requests)
    ours: dict[str, list[float]] = {policy: [] for policy in plans()}
    theirs: dict[str, list[float]] = {peer.id: [] for peer, _, _ in checked}
    gc.collect()
    gc.freeze()
    for _ in range(sizes.rounds):
        for policy, plan in plans().items():
            ours[policy].append(corpus.size / processor_seconds(partial(rewrite_all, corpus, plan)))
        for peer, harness, _ in checked:
            theirs[peer.id].append(given[peer.id] / max(harness.round(), 1e-6))
    gc.unfreeze()
    for peer, _, what in checked:
        rates = (tuple(theirs[peer.id]), tuple(ours[OURS]), tuple(ours[OURS_SAME]))
        yield Row(work, share, peer, *rates, what, corpus.size / corpus.records)
