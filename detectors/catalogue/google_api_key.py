"""Google: API keys (Maps, Firebase, Gemini), and the newer keys bound to a service account."""

from __future__ import annotations

from detectors.catalogue._prefixed import B64URL, holding, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "AIza": run(B64URL, 20, 60),
    "AQ.Ab": holding(rb"[0-9]", within=B64URL) + run(B64URL, 30, 120),
}

_KEY = "AI" + "za" + "Sy" + sample("b64url", 33)

DETECTOR = Detector(
    id="google_api_key",
    entity="google_api_key",
    kind="secret",
    title="Google API key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(
        f"https://maps.googleapis.com/maps/api/js?key=«{_KEY}»&v=3",
        f'GEMINI_API_KEY="«{_KEY}»"',
        f"\\u0022«{_KEY}»\\u0022",
        f"«AQ.Ab{sample('b64url', 48)}»",
    ),
    ignores=(
        "AIza" + "a" * 35,
        "PIAIza" + sample("alnum", 36),
    ),
    reference="https://cloud.google.com/docs/authentication/api-keys",
)
