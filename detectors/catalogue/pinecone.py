"""Pinecone: API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import ALNUM, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "pcsk_": rb"[A-Za-z0-9]{4,8}_" + run(ALNUM, 36, 100),
}

_KEY = "pcsk" + "_" + sample("alnum", 6) + "_" + sample("alnum", 63, 3)

DETECTOR = Detector(
    id="pinecone",
    entity="pinecone_api_key",
    kind="secret",
    title="Pinecone API key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(
        f"Api-Key: «{_KEY}»",
        f"=«{_KEY}»&",
    ),
    ignores=("pcsk_abcde_short",),
    reference="https://docs.pinecone.io/guides/projects/manage-api-keys",
)
