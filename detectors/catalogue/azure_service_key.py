"""Azure key with the service's mark near its end (Event Hubs, Service Bus, Event Grid, IoT, Cache)."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    [0-9A-Za-z+/]{33}
    (?:\+AEh|\+ASb|\+ARm|AZEG|AIoT|\+AMC|AzCa)    # Event Hubs, Service Bus, Relay, Event Grid, IoT, Machine Learning, Cache
    [A-P][0-9A-Za-z+/]{5}=?(?![0-9A-Za-z+/])
"""
)
_KEY = sample("alnum", 33) + "+AEhA" + sample("alnum", 5) + "="

DETECTOR = Detector(
    id="azure_service_key",
    entity="azure_service_key",
    title="Azure key with the service's mark near its end (Event Hubs, Service Bus, Event Grid, IoT, Cache)",
    kind="secret",
    anchors=(
        Anchor("\\+AEh[A-P]"),
        Anchor("\\+ASb[A-P]"),
        Anchor("\\+ARm[A-P]"),
        Anchor("AZEG[A-P]"),
        Anchor("AIoT[A-P]"),
        Anchor("\\+AMC[A-P]"),
        Anchor("AzCa[A-P]"),
    ),
    verify=token(_FORMAT, back=38, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=("mark +AEhB alone",),
    reference="https://github.com/microsoft/security-utilities",
)
