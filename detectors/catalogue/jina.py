"""Jina AI: API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import B64URL, holding, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "jina_": holding(rb"[0-9]", within=B64URL) + run(B64URL, 36, 100),
}

_KEY = "jina" + "_" + sample("hex", 32) + sample("b64url", 28)

DETECTOR = Detector(
    id="jina",
    entity="jina_api_key",
    kind="secret",
    title="Jina AI API key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(
        f"JINA_API_KEY=«{_KEY}»",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=("jina_embeddings_v2_base_en",),
    reference="https://jina.ai/api-dashboard/",
)
