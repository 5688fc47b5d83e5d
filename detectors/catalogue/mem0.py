"""Mem0: API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import ALNUM, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "m0-": run(ALNUM, 28, 60),
}

_KEY = "m0" + "-" + sample("alnum", 40)

DETECTOR = Detector(
    id="mem0",
    entity="mem0_api_key",
    kind="secret",
    title="Mem0 API key",
    anchors=literal_anchors(_SHAPES, pad="[A-Za-z0-9_-]"),
    verify=prefixed(_SHAPES, pad=True),
    finds=(f"MEM0_API_KEY=«{_KEY}»",),
    ignores=(
        "m0-" + "x" * 40,
        "item0-" + sample("alnum", 40),
    ),
    reference="https://docs.mem0.ai/platform/quickstart",
    score=0.9,
)
