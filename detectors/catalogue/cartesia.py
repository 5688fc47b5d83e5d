"""Cartesia: API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import B64URL, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "sk_car_": run(B64URL, 18, 60),
}

_KEY = "sk" + "_car_" + sample("alnum", 22)

DETECTOR = Detector(
    id="cartesia",
    entity="cartesia_api_key",
    kind="secret",
    title="Cartesia API key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(f"CARTESIA_API_KEY=«{_KEY}»",),
    ignores=(
        "sk_car_" + "x" * 22,
        "task_car_" + sample("alnum", 22),
    ),
    reference="https://docs.cartesia.ai/get-started/make-an-api-request",
)
