"""xAI: API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "xai-": run(rb"[A-Za-z0-9_]", 48, 120),
}

_KEY = "xai" + "-" + sample("alnum", 80)

DETECTOR = Detector(
    id="xai",
    entity="xai_api_key",
    kind="secret",
    title="xAI API key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(
        f"XAI_API_KEY=«{_KEY}»",
        f"\\n«{_KEY}»",
    ),
    ignores=(
        "xai-org/grok-1-open-release",
        "xai-" + "x" * 80,
    ),
    reference="https://docs.x.ai/docs/overview",
)
