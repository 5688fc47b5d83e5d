"""What is planted in the traffic is known, record by record, and a value is gone only where nothing of its record shows it."""

from __future__ import annotations

import pytest

from load.corpus import Corpus
from load.peers.measure import WORKS, beginning
from load.peers.planted import ANNOUNCED, PROMPT, Planted, caught, planted_by_record

SIZE = 200_000


@pytest.mark.parametrize("work", WORKS)
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_as_many_records_have_something_planted_as_were_made_sensitive(work: str, share: float) -> None:
    corpus = WORKS[work](SIZE, share)
    planted = planted_by_record(corpus, corpus.payloads)
    assert len(planted) == corpus.records
    assert sum(map(bool, planted)) == corpus.hits


@pytest.mark.parametrize("work", ["ndjson", "otlp"])
def test_every_kind_is_planted(work: str) -> None:
    corpus = WORKS[work](SIZE, 1.0)
    kinds = {value.kind for values in planted_by_record(corpus, corpus.payloads) for value in values}
    assert kinds == {*ANNOUNCED, PROMPT}


@pytest.mark.parametrize("work", WORKS)
def test_what_nobody_touched_is_all_still_there(work: str) -> None:
    corpus = WORKS[work](SIZE, 1.0)
    seen = caught(corpus, planted_by_record(corpus, corpus.payloads), corpus.payloads)
    assert seen.share == 0.0
    assert set(seen.left().values()) == {1.0}


def lines(*texts: str) -> Corpus:
    return Corpus("lines", "ndjson", tuple(f"{text}\n".encode() for text in texts), len(texts), len(texts))


def test_a_value_counts_as_gone_in_its_own_record_alone() -> None:
    corpus = lines('{"message":"a"}', '{"message":"b"}')
    planted = [[Planted("phone", "123")], [Planted("phone", "456")]]
    seen = caught(corpus, planted, [b'{"message":"456"}\n{"message":"4567"}\n'])
    assert (seen.planted.total(), seen.gone.total(), seen.left()) == (2, 1, {"phone": 0.5})


def test_a_record_lost_or_added_is_an_error() -> None:
    planted = [[Planted("phone", "123")], [Planted("phone", "456")]]
    with pytest.raises(ValueError, match="argument"):
        caught(lines("{}", "{}"), planted, [b"{}\n"])


@pytest.mark.parametrize("size", [1, 1000, SIZE])
def test_a_slow_peer_is_given_whole_lines_of_the_same_bytes(size: int) -> None:
    corpus = WORKS["ndjson"](SIZE, 0.05)
    given = b"".join(beginning(corpus, size))
    assert b"".join(corpus.payloads).startswith(given)
    assert given.endswith(b"\n")
    assert size <= len(given) <= size + 400
