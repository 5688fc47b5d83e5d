"""Twilio: auth tokens and API key secrets, 32 characters that only the vendor's name beside them gives away."""

from __future__ import annotations

from detectors.catalogue._prefixed import ALNUM, MIXED, named
from detectors.matching import sample
from detectors.model import Anchor, Detector

DETECTOR = Detector(
    id="twilio_auth",
    entity="twilio_auth_token",
    kind="secret",
    title="Twilio auth token or API key secret",
    anchors=(Anchor("twilio", caseless=True),),
    verify=named(rb"(?:[0-9a-fA-F]{32}|%b[A-Za-z0-9]{32})(?!%b)" % (MIXED, ALNUM)),
    finds=(f"TWILIO_AUTH_TOKEN=«{sample('hex', 32)}»", f"const twilioApiKeySecret = '«{sample('alnum', 32)}»'"),
    ignores=("twilio_auth_token=${TOKEN}", sample("hex", 32), "TWILIO_AUTH_TOKEN=" + "x" * 32, "api.twilio.com/2010-04-01/Accounts"),
    reference="https://www.twilio.com/docs/iam/api/authtoken",
    score=0.6,
    loose=True,
)
