"""MongoDB Atlas service account secret."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    mdb_sa_sk_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{24,80}+      # 40 characters
"""
_KEY = "mdb_sa_sk_" + sample("b64url", 40)

DETECTOR = Detector(
    id="mongodb_atlas_secret",
    entity="mongodb_atlas_secret",
    title="MongoDB Atlas service account secret",
    kind="secret",
    anchors=(Anchor("mdb_sa_s"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "mdb_sa_sk_" + "x" * 40,
        "export TOKEN=mdb_sa_sk_<your-token>",
        "mdb_sa_sk_count",
    ),
    reference="kingfisher rule kingfisher.mongodb.4; https://www.mongodb.com",
)
