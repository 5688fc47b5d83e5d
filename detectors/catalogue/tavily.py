"""Tavily: API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import B64URL, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "tvly-": run(B64URL, 18, 80),
}

_KEY = "tvly" + "-dev-" + sample("alnum", 32)

DETECTOR = Detector(
    id="tavily",
    entity="tavily_api_key",
    kind="secret",
    title="Tavily API key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(
        f"TAVILY_API_KEY=«{_KEY}»",
        f"<«{_KEY}»>",
    ),
    ignores=(
        "tvly-YOUR_API_KEY",
        "tvly-...",
    ),
    reference="https://docs.tavily.com/documentation/quickstart",
)
