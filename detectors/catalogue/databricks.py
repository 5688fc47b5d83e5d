"""Databricks: personal access tokens, OAuth secrets and service tokens."""

from __future__ import annotations

from detectors.catalogue._prefixed import literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_BODY = run(rb"[0-9a-f]", 19, 40) + rb"(?:-[0-9]{1,2})?"

_SHAPES = {
    "dapi": _BODY,
    "dose": _BODY,
    "dkea": _BODY,
    "dsapi": _BODY,
}

_KEY = "da" + "pi" + sample("hex", 32)

DETECTOR = Detector(
    id="databricks",
    entity="databricks_token",
    kind="secret",
    title="Databricks token",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(
        f"DATABRICKS_TOKEN=«{_KEY}»",
        f"token: '«{_KEY}-3»'",
        f"«dose{sample('hex', 32)}»",
    ),
    ignores=(
        "dapi-client",
        "dapi" + sample("hex", 12),
    ),
    reference="https://docs.databricks.com/en/dev-tools/auth/pat.html",
    score=0.9,
)
