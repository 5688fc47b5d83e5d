"""RubyGems: API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "rubygems_": run(rb"[0-9a-z]", 28, 64),
}

_KEY = "rubygems" + "_" + sample("hex", 48)

DETECTOR = Detector(
    id="rubygems",
    entity="rubygems_api_key",
    kind="secret",
    title="RubyGems API key",
    anchors=literal_anchors(_SHAPES, width=9),
    verify=prefixed(_SHAPES, width=9),
    finds=(
        f"Authorization: «{_KEY}»",
        f"Authorization:«{_KEY}»'",
    ),
    ignores=(
        "rubygems_mirror",
        "rubygems_" + "x" * 48,
    ),
    reference="https://guides.rubygems.org/api-key-scopes/",
)
