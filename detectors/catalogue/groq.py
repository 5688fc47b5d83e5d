"""Groq: API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import ALNUM, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "gsk_": run(ALNUM, 32, 100),
}

_KEY = "gsk" + "_" + sample("alnum", 52)

DETECTOR = Detector(
    id="groq",
    entity="groq_api_key",
    kind="secret",
    title="Groq API key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(
        f"GROQ_API_KEY=«{_KEY}»",
        f"[«{_KEY}»]",
    ),
    ignores=(
        "gsk_" + "x" * 52,
        "gsk_live_metrics_per_second",
    ),
    reference="https://console.groq.com/docs/quickstart",
)
