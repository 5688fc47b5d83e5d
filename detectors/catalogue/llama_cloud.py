"""LlamaCloud (LlamaIndex): API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import ALNUM, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "llx-": run(ALNUM, 28, 80),
}

_KEY = "llx" + "-" + sample("alnum", 48)

DETECTOR = Detector(
    id="llama_cloud",
    entity="llama_cloud_api_key",
    kind="secret",
    title="LlamaCloud API key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(f"LLAMA_CLOUD_API_KEY=«{_KEY}»",),
    ignores=(
        "llx-...",
        "llx-" + "x" * 48,
    ),
    reference="https://docs.cloud.llamaindex.ai/api_key",
)
