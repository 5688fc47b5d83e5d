"""Together AI: API keys in the present format."""

from __future__ import annotations

from detectors.catalogue._prefixed import B64URL, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "tgp_v1_": run(B64URL, 24, 80),
}

_KEY = "tgp" + "_v1_" + sample("b64url", 43)

DETECTOR = Detector(
    id="together",
    entity="together_api_key",
    kind="secret",
    title="Together AI API key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(f"TOGETHER_API_KEY=«{_KEY}»",),
    ignores=("tgp_v1_...",),
    reference="https://docs.together.ai/docs/api-keys-authentication",
)
