"""The peers that speed is set beside, each run for real on a small corpus: what they are said to catch is gone from what they let through."""

from __future__ import annotations

import pytest

from load.peers.measure import Sizes, run
from load.peers.roster import PEERS

pytestmark = [pytest.mark.interop, pytest.mark.usefixtures("cargo")]

TINY = Sizes(payload=200_000, busy=200_000, check=200_000, rounds=1)
NOT_ALL = {"redaction", "datafog"}
"""Those that can't catch everything: status messages, and all but e-mail and phone."""


def test_every_peer_runs_and_catches_what_it_is_said_to_catch() -> None:
    done = run(PEERS, ("ndjson", "otlp", "gateway"), TINY, lambda line: None)
    assert done.missing == {}
    assert {row.peer.id for row in done.rows} == {peer.id for peer in PEERS}
    assert {row.peer.id: row.caught.left() for row in done.rows if row.peer.id not in NOT_ALL and row.caught.left()} == {}
    assert all(0.5 < row.caught.share < 1.0 for row in done.rows if row.peer.id == "redaction")
    left = {kind for row in done.rows if row.peer.id == "datafog" for kind in row.caught.left()}
    assert left.isdisjoint({"e-mail", "phone"})
    assert min(rate for row in done.rows for rate in row.theirs) > 0
