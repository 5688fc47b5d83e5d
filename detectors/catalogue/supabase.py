"""Supabase: secret API keys and management tokens."""

from __future__ import annotations

from detectors.catalogue._prefixed import B64URL, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "sb_secret_": run(B64URL, 16, 80),
    "sbp_": rb"(?:oauth_|v0_)?" + run(rb"[0-9a-z]", 24, 60),
}

_KEY = "sb" + "_secret_" + sample("b64url", 31)

DETECTOR = Detector(
    id="supabase",
    entity="supabase_key",
    kind="secret",
    title="Supabase secret key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(
        f"apikey: «{_KEY}»",
        f"SUPABASE_ACCESS_TOKEN=«sbp_{sample('lower', 40)}»",
    ),
    ignores=(
        "sb_secret_...",
        "sbp_" + "x" * 40,
    ),
    reference="https://supabase.com/docs/guides/api/api-keys",
)
