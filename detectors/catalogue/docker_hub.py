"""Docker Hub: personal and organization access tokens."""

from __future__ import annotations

from detectors.catalogue._prefixed import ANYWHERE, B64URL, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "dckr_pat_": run(B64URL, 15, 60),
    "dckr_oat_": run(B64URL, 18, 60),
}

_KEY = "dckr" + "_pat_" + sample("b64url", 27)

DETECTOR = Detector(
    id="docker_hub",
    entity="docker_hub_token",
    kind="secret",
    title="Docker Hub access token",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES, edge=ANYWHERE),
    finds=(
        f"docker login -u me -p «{_KEY}»",
        f"=«dckr_oat_{sample('b64url', 32)}»",
    ),
    ignores=(
        "dckr_pat_...",
        "dckr_pat_" + "x" * 27,
    ),
    reference="https://docs.docker.com/security/access-tokens/",
)
