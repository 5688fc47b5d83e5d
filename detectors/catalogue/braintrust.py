"""Braintrust: service tokens."""

from __future__ import annotations

from detectors.catalogue._prefixed import ALNUM, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "bt-st-": run(ALNUM, 28, 80),
}

_KEY = "bt" + "-st-" + sample("alnum", 48)

DETECTOR = Detector(
    id="braintrust",
    entity="braintrust_token",
    kind="secret",
    title="Braintrust service token",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(f"BRAINTRUST_API_KEY=«{_KEY}»",),
    ignores=("bt-st-" + "x" * 48,),
    reference="https://www.braintrust.dev/docs/reference/organizations",
)
