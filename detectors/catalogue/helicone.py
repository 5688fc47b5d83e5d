"""Helicone: gateway and API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import ANYWHERE, B64URL, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "sk-helicone-": run(B64URL, 15),
    "pk-helicone-": run(B64URL, 15),
}

_KEY = "sk-" + "helicone-" + "-".join(sample("lower", 7, seed) for seed in (3, 5, 7, 9))

DETECTOR = Detector(
    id="helicone",
    entity="helicone_api_key",
    kind="secret",
    title="Helicone key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES, edge=ANYWHERE),
    finds=(
        f"Helicone-Auth: Bearer «{_KEY}»",
        f"key_«{_KEY}»,",
    ),
    ignores=("sk-helicone-...",),
    reference="https://docs.helicone.ai/references/how-to-get-helicone-key",
)
