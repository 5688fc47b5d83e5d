"""Cerebras: API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import ALNUM, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "csk-": run(ALNUM, 28, 80),
}

_KEY = "csk" + "-" + sample("lower", 48)

DETECTOR = Detector(
    id="cerebras",
    entity="cerebras_api_key",
    kind="secret",
    title="Cerebras API key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(
        f"CEREBRAS_API_KEY=«{_KEY}»",
        f'"«{_KEY}»"',
    ),
    ignores=(
        "csk-" + "x" * 48,
        "csk-bulk-export",
    ),
    reference="https://inference-docs.cerebras.ai/quickstart",
)
