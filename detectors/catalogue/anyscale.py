"""Anyscale: API keys and endpoint secrets."""

from __future__ import annotations

from detectors.catalogue._prefixed import B64URL, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "esecret_": run(B64URL, 18, 80),
    "aph0_": run(B64URL, 18, 120),
}

_KEY = "esecret" + "_" + sample("lower", 26)

DETECTOR = Detector(
    id="anyscale",
    entity="anyscale_api_key",
    kind="secret",
    title="Anyscale API key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(f"ANYSCALE_API_KEY=«{_KEY}»",),
    ignores=("esecret_" + "x" * 26,),
    reference="https://docs.anyscale.com/",
)
