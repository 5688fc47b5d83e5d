"""Google: OAuth access tokens, refresh tokens, authorization codes and client secrets."""

from __future__ import annotations

from detectors.catalogue._prefixed import B64URL, DOTTED, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "ya29.": rb"%b{20,4000}+" % DOTTED,
    "GOCSPX-": run(B64URL, 16, 60),
    "1//0": run(B64URL, 30, 400),
    "1%2F%2F0": run(B64URL, 30, 400),
    "4/0A": run(B64URL, 40, 400),
    "4%2F0A": run(B64URL, 40, 400),
}

_TOKEN = "ya29" + ".a0" + sample("b64url", 160)

DETECTOR = Detector(
    id="google_oauth",
    entity="google_oauth_token",
    kind="secret",
    title="Google OAuth token or client secret",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(
        f"access_token=«{_TOKEN}»&x",
        f"Bearer «{_TOKEN}».",
        f"client_secret: '«GOCSPX-{sample('b64url', 28)}»'",
        f"refresh_token=«1//0g{sample('b64url', 100)}»",
        f"?code=«4%2F0A{sample('b64url', 70)}»&scope=email",
    ),
    ignores=(
        "ya29.short",
        "http://10.0.0.1//0/index.html",
        "14/0Adam",
        "GOCSPX-" + "x" * 28,
    ),
    reference="https://developers.google.com/identity/protocols/oauth2",
)
