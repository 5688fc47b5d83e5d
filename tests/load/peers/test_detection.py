"""Every peer is given the whole list, in its own dialect, and the list catches all that is planted."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from load.peers import framing, recipes, toolchains
from load.peers.detection import PATTERNS, PROMPT_ATTRIBUTES
from load.peers.measure import SAME_DETECTION, WORKS, same_detection_plan
from load.peers.planted import caught, planted_by_record
from load.peers.roster import PEERS
from load.peers.text_harness import ENGINES, _Row
from load.plans import default_plan
from service.redaction.pipeline import rewrite

SIZE = 100_000


@pytest.mark.parametrize("work", ["ndjson", "gateway"])
def test_the_list_catches_all_that_is_planted_in_lines(work: str) -> None:
    corpus = WORKS[work](SIZE, 1.0)
    engine = ENGINES["re"]([_Row(**row) for row in recipes.python(work, "re")["patterns"]])
    leaving = ["".join(engine.redacted(line) + "\n" for line in payload.decode().splitlines()).encode() for payload in corpus.payloads]
    assert caught(corpus, planted_by_record(corpus, corpus.payloads), leaving).left() == {}


@pytest.mark.parametrize("work", WORKS)
def test_both_policies_of_ours_catch_all_that_is_planted(work: str) -> None:
    corpus = WORKS[work](SIZE, 1.0)
    planted = planted_by_record(corpus, corpus.payloads)
    for plan in (default_plan(), same_detection_plan()):
        leaving = [rewrite(corpus.codec, payload, plan).payload for payload in corpus.payloads]
        assert caught(corpus, planted, leaving).left() == {}


def test_the_policy_of_the_same_detection_has_those_detectors_alone() -> None:
    ids = {detector.id for detector in same_detection_plan().detectors}
    assert {each for each in ids if not each.startswith("prompt_")} == SAME_DETECTION


def test_gitleaks_is_given_every_pattern() -> None:
    rules = tomllib.loads(recipes.gitleaks("gateway", own_rules=True)["rules"])
    assert rules["extend"] == {"useDefault": True}
    assert [rule["description"] for rule in rules["rules"]] == [pattern.kind for pattern in PATTERNS["gateway"]]


def test_the_collector_is_given_every_pattern_and_every_name() -> None:
    redaction = recipes.redaction_processor("otlp")["processors"][0]["config"]
    assert redaction["blocked_values"] == [pattern.regex for pattern in PATTERNS["otlp"]]
    statements = recipes.transform_processor("otlp")["processors"][0]["config"]["trace_statements"][0]["statements"]
    assert sum("span.status.message" in statement for statement in statements) == len(PATTERNS["otlp"])
    assert all(any(key in statement for statement in statements) for key in PROMPT_ATTRIBUTES)


def test_every_peer_has_a_pinned_version_and_says_what_it_leaves_out() -> None:
    assert len({peer.id for peer in PEERS}) == len(PEERS)
    for peer in PEERS:
        assert peer.version()[0].isdigit()
        assert peer.leaves_out
        assert set(peer.settings) == set(peer.works) <= set(WORKS)


def test_the_lock_of_packages_names_hashes_and_no_registry() -> None:
    lock = toolchains.REQUIREMENTS.read_text()
    assert "://" not in lock
    assert lock.count("--hash=sha256:") > 50


@pytest.mark.parametrize("requests", [[], [b""], [b"a", b"", b"bc" * 5000]])
def test_requests_are_read_from_a_file_as_they_were_written(requests: list[bytes], tmp_path: Path) -> None:
    framing.write(tmp_path / "file", requests)
    assert framing.read(tmp_path / "file") == requests


@pytest.mark.parametrize("cut", [1, 4, 5])
def test_a_file_that_was_cut_off_is_an_error(cut: int, tmp_path: Path) -> None:
    framing.write(tmp_path / "file", [b"abc"])
    (tmp_path / "file").write_bytes((tmp_path / "file").read_bytes()[:-cut])
    with pytest.raises(ValueError, match="ends within"):
        framing.read(tmp_path / "file")
