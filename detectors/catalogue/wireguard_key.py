"""WireGuard: private and preshared keys in a configuration."""

from __future__ import annotations

from detectors.catalogue._prefixed import named
from detectors.matching import sample
from detectors.model import Anchor, Detector

_KEY = sample("alnum", 43) + "="

DETECTOR = Detector(
    id="wireguard_key",
    entity="wireguard_key",
    kind="secret",
    title="WireGuard private or preshared key",
    anchors=(
        Anchor("ivateKey"),
        Anchor("haredKey"),
        Anchor("vate_key"),
        Anchor("ared_key"),
    ),
    verify=named(rb"[A-Za-z0-9+/]{43}=(?![A-Za-z0-9+/=])"),
    finds=(
        f"PrivateKey = «{_KEY}»",
        f"PresharedKey=«{_KEY}»",
        f'"private_key":"«{_KEY}»"',
    ),
    ignores=(
        "PrivateKey = (hidden)",
        "loading PrivateKey from /etc/wireguard/privatekey",
    ),
    reference="noseyparker rules np.wireguard.1 and 2; https://www.wireguard.com/quickstart/",
    score=0.9,
)
