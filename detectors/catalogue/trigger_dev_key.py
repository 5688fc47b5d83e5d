"""Trigger.dev secret key or access token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    tr_(?:dev|prod|stg|preview|pat)_(?=[A-Za-z]{0,30}[0-9])(?!(.)\1{9})[0-9A-Za-z]{16,64}+(?![0-9A-Za-z_])
"""
)
_KEY = "tr_prod_" + sample("alnum", 24)
_SECOND_KEY = "tr_pat_" + sample("lower", 40)

DETECTOR = Detector(
    id="trigger_dev_key",
    entity="trigger_dev_key",
    title="Trigger.dev secret key or access token",
    kind="secret",
    anchors=(
        Anchor("tr_dev_[A-Za-z0-9]"),
        Anchor("tr_prod_"),
        Anchor("tr_stg_[A-Za-z0-9]"),
        Anchor("tr_pat_[A-Za-z0-9]"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"loaded config\\n«{_SECOND_KEY}»",
    ),
    ignores=(
        "tr_prod_" + "x" * 40,
        "export TOKEN=tr_prod_<your-token>",
        "str_dev_total",
        "attr_prod_environment",
    ),
    reference="https://trigger.dev",
)
