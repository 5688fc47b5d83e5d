"""Letta: API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import ANYWHERE, B64URL, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "sk-let-": run(B64URL, 30, 200),
}

_KEY = "sk" + "-let-" + sample("alnum", 60)

DETECTOR = Detector(
    id="letta",
    entity="letta_api_key",
    kind="secret",
    title="Letta API key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES, edge=ANYWHERE),
    finds=(f"LETTA_API_KEY=«{_KEY}»",),
    ignores=("sk-let-" + "x" * 60,),
    reference="https://docs.letta.com/api-reference/overview",
)
