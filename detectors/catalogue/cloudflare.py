"""Cloudflare: API tokens and global keys in the format that knows itself."""

from __future__ import annotations

from detectors.catalogue._prefixed import ALNUM, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_BODY = run(ALNUM, 28, 64)

_SHAPES = {
    "cfut_": _BODY,
    "cfat_": _BODY,
    "cfk_": _BODY,
}

_KEY = "cf" + "ut_" + sample("alnum", 40) + sample("hex", 8)

DETECTOR = Detector(
    id="cloudflare",
    entity="cloudflare_api_token",
    kind="secret",
    title="Cloudflare API token",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(
        f"CLOUDFLARE_API_TOKEN=«{_KEY}»",
        f"Bearer «cfk_{sample('alnum', 40)}{sample('hex', 8)}»,",
    ),
    ignores=(
        "cfk_partition_count",
        "cfut_" + "x" * 48,
    ),
    reference="https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/",
)
