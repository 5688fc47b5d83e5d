"""Weights & Biases: API keys in the present format."""

from __future__ import annotations

from detectors.catalogue._prefixed import B64URL, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "wandb_v1_": run(B64URL, 40, 120),
}

_KEY = "wandb" + "_v1_" + sample("alnum", 77)

DETECTOR = Detector(
    id="wandb",
    entity="wandb_api_key",
    kind="secret",
    title="Weights & Biases API key",
    anchors=literal_anchors(_SHAPES, width=9),
    verify=prefixed(_SHAPES, width=9),
    finds=(f"WANDB_API_KEY=«{_KEY}»",),
    ignores=("wandb_v1_run",),
    reference="https://docs.wandb.ai/guides/track/environment-variables",
)
