"""Nomic: Atlas API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import B64URL, holding, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "nk-": holding(rb"[0-9]", rb"[A-Z]", rb"[a-z]", within=B64URL) + run(B64URL, 40, 46),
}

_KEY = "nk" + "-" + sample("b64url", 43)

DETECTOR = Detector(
    id="nomic",
    entity="nomic_api_key",
    kind="secret",
    title="Nomic API key",
    anchors=literal_anchors(_SHAPES, pad="[A-Za-z0-9_-]"),
    verify=prefixed(_SHAPES, pad=True),
    finds=(f"NOMIC_API_KEY=«{_KEY}»",),
    ignores=(
        "bank-" + sample("b64url", 43),
        "nk-" + sample("lower", 43),
    ),
    reference="https://docs.nomic.ai/",
    score=0.9,
)
