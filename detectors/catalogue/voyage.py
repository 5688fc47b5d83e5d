"""Voyage AI: API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import B64URL, holding, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_BODY = holding(rb"[0-9]", rb"[A-Z]", rb"[a-z]", within=B64URL) + run(B64URL, 26, 46)

_SHAPES = {
    "pa-": _BODY,
}

_KEY = "pa" + "-" + sample("b64url", 43)

DETECTOR = Detector(
    id="voyage",
    entity="voyage_api_key",
    kind="secret",
    title="Voyage AI API key",
    anchors=literal_anchors(_SHAPES, pad="[A-Za-z0-9_-]"),
    verify=prefixed(_SHAPES, pad=True),
    finds=(f"VOYAGE_API_KEY=«{_KEY}»",),
    ignores=(
        "spa-" + sample("b64url", 43),
        "pa-" + sample("lower", 43),
    ),
    reference="https://docs.voyageai.com/docs/api-key-and-installation",
    score=0.9,
)
