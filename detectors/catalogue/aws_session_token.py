"""AWS: session tokens of temporary credentials, known by the bytes they begin with."""

from __future__ import annotations

from detectors.catalogue._prefixed import EDGE, literal_anchors, prefixed
from detectors.matching import sample
from detectors.model import Detector

_BODY = rb"(?:[A-Za-z0-9+/_-]|\\/|%2[BbFf]){60,4000}+(?:=|%3[Dd]){0,2}"
_SHAPES = dict.fromkeys(("IQoJb3Jp", "FwoGZXIv", "FQoGZXIv", "AQoDYXdz", "AQoEXAMPLE"), _BODY)
_TOKEN = "IQoJb3Jp" + "Z2luX2Vj" + sample("alnum", 400)

DETECTOR = Detector(
    id="aws_session_token",
    entity="aws_session_token",
    kind="secret",
    title="AWS session token",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES, edge=EDGE),
    finds=(f"AWS_SESSION_TOKEN=«{_TOKEN}»", f"X-Amz-Security-Token=«{_TOKEN}%2B{sample('alnum', 20)}%3D»&X-Amz-Date=1"),
    ignores=("IQoJb3JpZ2lu", "X" + _TOKEN),
    reference="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_use-resources.html",
)
