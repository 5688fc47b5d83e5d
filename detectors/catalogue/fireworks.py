"""Fireworks AI: API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import ALNUM, MIXED, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "fw_": MIXED + run(ALNUM, 16, 40) + rb"(?!_)",
}

_KEY = "fw" + "_" + sample("alnum", 24)

DETECTOR = Detector(
    id="fireworks",
    entity="fireworks_api_key",
    kind="secret",
    title="Fireworks AI API key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(
        f"FIREWORKS_API_KEY=«{_KEY}»",
        f"'«{_KEY}»'",
    ),
    ignores=(
        "fw_version_20240101_build_77",
        "fw_" + sample("lower", 24),
    ),
    reference="https://docs.fireworks.ai/api-reference/introduction",
    score=0.9,
)
