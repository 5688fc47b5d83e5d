"""Replicate: API tokens."""

from __future__ import annotations

from detectors.catalogue._prefixed import MIXED, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "r8_": MIXED + run(rb"[A-Za-z0-9_-]", 24, 45),
}

_KEY = "r8" + "_" + sample("alnum", 37)

DETECTOR = Detector(
    id="replicate",
    entity="replicate_api_token",
    kind="secret",
    title="Replicate API token",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(
        f"REPLICATE_API_TOKEN=«{_KEY}»",
        f"Token «{_KEY}»)",
    ),
    ignores=(
        "char8_" + sample("alnum", 37),
        "r8_uniform_distribution_over_all_the_things",
    ),
    reference="https://replicate.com/docs/topics/security/api-tokens",
    score=0.9,
)
