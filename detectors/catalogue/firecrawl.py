"""Firecrawl: API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "fc-": run(rb"[0-9a-f]", 20, 32),
}

_WIDTH = 16
"""The last group of a UUID, behind a group that ends in ``fc``, is one digit too short for it."""

_KEY = "fc" + "-" + sample("hex", 32)

DETECTOR = Detector(
    id="firecrawl",
    entity="firecrawl_api_key",
    kind="secret",
    title="Firecrawl API key",
    anchors=literal_anchors(_SHAPES, width=_WIDTH, pad="[0-9a-f]"),
    verify=prefixed(_SHAPES, width=_WIDTH, pad=True),
    finds=(f"FIRECRAWL_API_KEY=«{_KEY}»",),
    ignores=(
        "fc-host-01",
        "rfc-" + sample("hex", 32),
    ),
    reference="https://docs.firecrawl.dev/introduction",
    score=0.9,
)
