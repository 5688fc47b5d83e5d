"""Langfuse: secret keys, and the public keys that make a pair with them."""

from __future__ import annotations

from detectors.catalogue._prefixed import ANYWHERE, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_UUID = run(rb"[0-9a-fA-F-]", 22)

_SHAPES = {
    "sk-lf-": _UUID,
    "pk-lf-": _UUID,
}

_UUID_TEXT = f"{sample('hex', 8)}-{sample('hex', 4)}-4{sample('hex', 3)}-a{sample('hex', 3)}-{sample('hex', 12)}"

DETECTOR = Detector(
    id="langfuse",
    entity="langfuse_key",
    kind="secret",
    title="Langfuse key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES, edge=ANYWHERE),
    finds=(
        f"LANGFUSE_SECRET_KEY=«sk-lf-{_UUID_TEXT}»",
        f'{{"public": "«pk-lf-{_UUID_TEXT}»"}}',
    ),
    ignores=(
        "sk-lf-invalid",
        "sk-lf-...",
    ),
    reference="https://langfuse.com/docs/api-and-data-platform/features/public-api",
)
