"""Extended private key of a cryptocurrency wallet (BIP 32)."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    [xyzt]prv(?!(.)\1{9})[0-9A-Za-z]{64,112}+           # base58, 107 characters
"""
)
_KEY = "xprv" + sample("base32", 107)

DETECTOR = Detector(
    id="extended_private_key",
    entity="extended_private_key",
    title="Extended private key of a cryptocurrency wallet (BIP 32)",
    kind="secret",
    anchors=(Anchor("[xyzt]prv[A-Za-z0-9]{4}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "xprv" + "x" * 40,
        "export TOKEN=xprv<your-token>",
        "xprv9",
    ),
    reference="https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki",
)
