"""dbt Cloud token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    dbt[ucs]_(?=[A-Za-z_-]{0,40}[0-9])(?!(.)\1{9})[0-9A-Za-z_=-]{28,120}+
"""
)
_KEY = "dbtc_" + sample("b64url", 45)

DETECTOR = Detector(
    id="dbt_token",
    entity="dbt_token",
    title="dbt Cloud token",
    kind="secret",
    anchors=(Anchor("dbt[ucs]_[A-Za-z0-9]{3}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "dbtc_" + "x" * 40,
        "export TOKEN=dbtc_<your-token>",
        "dbtc_model_run_results_by_node_total",
    ),
    reference="https://docs.getdbt.com",
)
