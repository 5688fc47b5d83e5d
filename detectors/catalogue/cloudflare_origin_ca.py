"""Cloudflare: origin CA keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import HEX, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "v1.0-": rb"[0-9a-fA-F]{24}-" + run(HEX, 88, 160),
}

_KEY = "v1.0" + "-" + sample("hex", 24) + "-" + sample("hex", 146)

DETECTOR = Detector(
    id="cloudflare_origin_ca",
    entity="cloudflare_origin_ca_key",
    kind="secret",
    title="Cloudflare origin CA key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(f"X-Auth-User-Service-Key: «{_KEY}»",),
    ignores=(
        "v1.0-" + sample("hex", 24),
        "release v1.0-rc1",
    ),
    reference="https://developers.cloudflare.com/fundamentals/api/get-started/ca-keys/",
)
