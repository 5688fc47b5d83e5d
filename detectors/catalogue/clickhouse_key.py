"""ClickHouse Cloud API secret."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    4b1d
    (?=[0-9a-f]{0,37}[A-Zg-z])     # not merely a hexadecimal digest
    [0-9A-Za-z]{38}(?![0-9A-Za-z])
"""
)
_KEY = "4b1d" + sample("alnum", 38)

DETECTOR = Detector(
    id="clickhouse_key",
    entity="clickhouse_key",
    title="ClickHouse Cloud API secret",
    kind="secret",
    anchors=(Anchor("4b1d[A-Za-z0-9]{29}"),),  # longer than a trace id
    verify=token(_FORMAT, back=33, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "export TOKEN=4b1d<your-token>",
        "commit " + "4b1d" + sample("hex", 38),
    ),
    reference="gitleaks rule clickhouse-cloud-api-secret-key",
)
