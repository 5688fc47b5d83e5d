"""FriendliAI: personal tokens."""

from __future__ import annotations

from detectors.catalogue._prefixed import B64URL, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "flp_": run(B64URL, 24, 120),
}

_KEY = "flp" + "_" + sample("alnum", 46)

DETECTOR = Detector(
    id="friendli",
    entity="friendli_token",
    kind="secret",
    title="FriendliAI token",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(f"FRIENDLI_TOKEN=«{_KEY}»",),
    ignores=("flp_" + "x" * 46,),
    reference="https://friendli.ai/docs/guides/suite/personal_access_tokens",
)
