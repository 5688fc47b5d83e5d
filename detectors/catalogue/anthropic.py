"""Anthropic: API, admin and OAuth keys, session keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import ANYWHERE, B64URL, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "sk-ant-": run(B64URL, 20),
}

_KEY = "sk-" + "ant-api03-" + sample("b64url", 93) + "AA"

DETECTOR = Detector(
    id="anthropic",
    entity="anthropic_api_key",
    kind="secret",
    title="Anthropic API key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES, edge=ANYWHERE),
    finds=(
        f"x-api-key: «{_KEY}»",
        f"'x-api-key': '«sk-ant-admin01-{sample('b64url', 95)}»'",
        f"refresh=«sk-ant-ort01-{sample('b64url', 95)}».",
        f"cut «{_KEY[:60]}»",
    ),
    ignores=(
        "sk-ant-api03-...",
        "sk-ant-api03-****************************",
        "sk-ant-" + "x" * 40,
        "sk-ant-your-api-key-goes-here",
    ),
    reference="https://docs.anthropic.com/en/api/overview",
)
