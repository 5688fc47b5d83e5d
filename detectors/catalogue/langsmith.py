"""LangSmith: personal and service keys, in the present and the former format."""

from __future__ import annotations

from detectors.catalogue._prefixed import literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "lsv2_pt_": run(rb"[0-9a-f_]", 25, 60),
    "lsv2_sk_": run(rb"[0-9a-f_]", 25, 60),
    "ls__": run(rb"[0-9a-f]", 32, 32),
}

_KEY = "lsv2" + "_pt_" + sample("hex", 32) + "_" + sample("hex", 10)

DETECTOR = Detector(
    id="langsmith",
    entity="langsmith_api_key",
    kind="secret",
    title="LangSmith API key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(
        f"LANGSMITH_API_KEY=«{_KEY}»",
        f"'«{_KEY}»'",
    ),
    ignores=(
        "lsv2_pt_...",
        "ls__init__",
    ),
    reference="https://docs.smith.langchain.com/administration/how_to_guides/organization_management/create_account_api_key",
)
