"""HashiCorp Vault token (service, batch, recovery)."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    hv[sbr]\.
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{24,512}+
"""
_KEY = "hvs." + sample("b64url", 95)
_SECOND_KEY = "hvb." + sample("b64url", 150)

DETECTOR = Detector(
    id="vault_token",
    entity="vault_token",
    title="HashiCorp Vault token (service, batch, recovery)",
    kind="secret",
    anchors=(Anchor("hv[sbr]\\.[A-Za-z0-9_-]"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f'\\"token\\":\\"«{_SECOND_KEY}»\\"',
    ),
    ignores=(
        "hvs." + "x" * 40,
        "export TOKEN=hvs.<your-token>",
        "loaded hvs.conf",
    ),
    reference="gitleaks rule vault-service-token, vault-batch-token; https://developer.hashicorp.com",
)
