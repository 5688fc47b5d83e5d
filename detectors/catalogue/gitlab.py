"""GitLab: personal, project, group, deploy, runner, trigger, feed, agent and CI tokens, plain and routable."""

from __future__ import annotations

from detectors.catalogue._prefixed import ANYWHERE, B64URL, DOTTED, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_BODY = rb"%b{12,400}+" % DOTTED

_SHAPES = {
    "glpat-": _BODY,
    "glptt-": _BODY,
    "gldt-": _BODY,
    "glrt-": _BODY,
    "glft-": _BODY,
    "glsoat-": _BODY,
    "glffct-": _BODY,
    "glimt-": _BODY,
    "glagent-": _BODY,
    "gloas-": _BODY,
    "glcbt-": _BODY,
    "glwt-": _BODY,
    "GR1348941": run(B64URL, 12),
}

_KEY = "gl" + "pat-" + sample("b64url", 20)

DETECTOR = Detector(
    id="gitlab",
    entity="gitlab_token",
    kind="secret",
    title="GitLab token",
    anchors=literal_anchors(_SHAPES, width=9),
    verify=prefixed(_SHAPES, edge=ANYWHERE, width=9),
    finds=(
        f"PRIVATE-TOKEN: «{_KEY}»",
        f"https://oauth2:«{_KEY}»@gitlab.com/g/p.git",
        f"«glpat-{sample('b64url', 27)}.01.{sample('lower', 9)}».",
        f"«glrt-t1_{sample('b64url', 20)}»",
        f"«GR1348941{sample('b64url', 20)}»)",
    ),
    ignores=(
        "glpat-...",
        "glptt-" + "x" * 40,
        "glrt-tx_" + "x" * 27 + "." + "x" * 9,
        "gldt-short",
    ),
    reference="https://docs.gitlab.com/security/tokens/#token-prefixes",
)
