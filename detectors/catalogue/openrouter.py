"""OpenRouter: API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import ANYWHERE, HEX, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "sk-or-v1-": run(HEX, 38),
    "sk-or-": run(rb"[A-Za-z0-9-]", 30),
}

_KEY = "sk-" + "or-v1-" + sample("hex", 64)

DETECTOR = Detector(
    id="openrouter",
    entity="openrouter_api_key",
    kind="secret",
    title="OpenRouter API key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES, edge=ANYWHERE),
    finds=(
        f"OPENROUTER_API_KEY=«{_KEY}»",
        f"%20«{_KEY}»)",
    ),
    ignores=(
        "sk-or-v1-...",
        "disk-or-tape",
    ),
    reference="https://openrouter.ai/docs/api-reference/authentication",
)
