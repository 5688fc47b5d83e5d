"""Perplexity: API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import ALNUM, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "pplx-": run(ALNUM, 28, 100),
}

_KEY = "pplx" + "-" + sample("alnum", 48)

DETECTOR = Detector(
    id="perplexity",
    entity="perplexity_api_key",
    kind="secret",
    title="Perplexity API key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(
        f"authorization: Bearer «{_KEY}»",
        f"key_«{_KEY}»;",
    ),
    ignores=(
        "pplx-70b-chat",
        "pplx-" + "x" * 48,
    ),
    reference="https://docs.perplexity.ai/getting-started/quickstart",
)
