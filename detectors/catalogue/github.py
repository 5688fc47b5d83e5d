"""GitHub: personal, OAuth, app and refresh tokens. App installation tokens now hold a JWT, so dots belong to them."""

from __future__ import annotations

from detectors.catalogue._prefixed import ALNUM, ANYWHERE, DOTTED, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "ghp_": run(ALNUM, 22, 255),
    "gho_": run(ALNUM, 22, 255),
    "ghu_": run(ALNUM, 22, 255),
    "ghr_": run(ALNUM, 22, 255),
    "ghv_": run(ALNUM, 22, 255),
    "ghs_": rb"%b{22,2000}+" % DOTTED,
    "github_pat_": run(rb"[A-Za-z0-9_]", 40, 255),
}

_KEY = "gh" + "p_" + sample("alnum", 36)

DETECTOR = Detector(
    id="github",
    entity="github_token",
    kind="secret",
    title="GitHub token",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES, edge=ANYWHERE),
    finds=(
        f"https://x-access-token:«{_KEY}»@github.com/o/r",
        f"GITHUB_TOKEN=«gho_{sample('alnum', 36)}»\\n",
        f"«ghs_{sample('alnum', 12)}_{sample('alnum', 60)}.{sample('b64url', 90)}.{sample('b64url', 80)}».",
        f"token=«github_pat_{sample('alnum', 22)}_{sample('alnum', 59)}»,",
        f"tok«{_KEY[:30]}»",
    ),
    ignores=(
        "ghp_" + "x" * 36,
        "ghp_****",
        "github_pattern_matching_for_everything",
        "eighs_and_ways",
    ),
    reference="https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github",
)
