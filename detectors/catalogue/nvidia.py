"""NVIDIA: NIM and NGC API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import ANYWHERE, B64URL, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "nvapi-": run(B64URL, 38),
}

_KEY = "nvapi" + "-" + sample("b64url", 64)

DETECTOR = Detector(
    id="nvidia",
    entity="nvidia_api_key",
    kind="secret",
    title="NVIDIA API key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES, edge=ANYWHERE),
    finds=(
        f"NVIDIA_API_KEY=«{_KEY}»",
        f"(«{_KEY}»)",
    ),
    ignores=(
        "nvapi-...",
        "nvapi-" + "x" * 64,
    ),
    reference="https://docs.nvidia.com/ngc/latest/ngc-private-registry-user-guide.html",
)
