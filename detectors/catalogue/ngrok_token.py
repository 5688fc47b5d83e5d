"""ngrok: auth tokens and API keys, beside the name."""

from __future__ import annotations

from detectors.catalogue._prefixed import named
from detectors.matching import sample
from detectors.model import Anchor, Detector

_KEY = "2" + sample("alnum", 26) + "_" + "5" + sample("alnum", 20)

DETECTOR = Detector(
    id="ngrok_token",
    entity="ngrok_token",
    kind="secret",
    title="ngrok token",
    anchors=(Anchor("ngrok", caseless=True),),
    verify=named(rb"[123][A-Za-z0-9]{26}_[0-9A-Za-z]{14,24}+(?![A-Za-z0-9])"),
    finds=(
        f"NGROK_AUTHTOKEN=«{_KEY}»",
        f"ngrok config add-authtoken «{_KEY}»",
        f'"ngrok_api_key": "«{_KEY}»"',
    ),
    ignores=(
        "ngrok tunnel up at 2024_11_23",
        "2" + sample("alnum", 26) + "_5" + sample("alnum", 20),
    ),
    reference="trufflehog detector ngrok; https://ngrok.com/docs/agent/",
    score=0.9,
)
