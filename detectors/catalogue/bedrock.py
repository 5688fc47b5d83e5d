"""Amazon Bedrock: long-term and short-term API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "ABSK": rb"(?=Qm|[A-Za-z0-9+/]{100})" + run(rb"[A-Za-z0-9+/=]", 60),
    "bedrock-api-key-": run(rb"[A-Za-z0-9+/=_-]", 30),
}

_KEY = "ABSK" + "QmVkcm9ja0FQSUtleS" + sample("alnum", 110)

DETECTOR = Detector(
    id="bedrock",
    entity="bedrock_api_key",
    kind="secret",
    title="Amazon Bedrock API key",
    anchors=literal_anchors(_SHAPES, width=16),
    verify=prefixed(_SHAPES, width=16),
    finds=(
        f"AWS_BEARER_TOKEN_BEDROCK=«{_KEY}=»",
        f"«bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t{sample('alnum', 90)}»",
    ),
    ignores=(
        "bedrock-api-key-...",
        "ABSK",
    ),
    reference="https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html",
)
