"""Stripe: secret, restricted and ephemeral keys, webhook signing secrets, client secrets of payments, setups and sessions."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import ANYWHERE, literal_anchors, placeholder, prefixed, run_before
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

_BODY = rb"(?=[A-Za-z_-]{0,40}[0-9]|[A-Za-z0-9]{20})[A-Za-z0-9_-]{10,250}+"
_SHAPES = {
    **{f"{kind}_{mode}_": _BODY for kind in ("sk", "rk", "ek") for mode in ("live", "test", "prod")},
    "whsec_": rb"[A-Za-z0-9+/_-]{20,120}+={0,2}",
}
_by_prefix = prefixed(_SHAPES, edge=ANYWHERE)

# pi_…_secret_…, seti_…_secret_…, cs_test_…_secret_…
_SECRET = b"_secret_"
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
_OBJECT = re.compile(rb"(?:pi|seti|src|cs|cuss|ca|fca|sub|in|vs|acss|as)_(?:(?:live|test)_)?[A-Za-z0-9]{10,}_secret_$").search
_tail = re.compile(rb"[A-Za-z0-9]{10,200}+").match


def _verify(text: bytes, at: int) -> Span | None:
    if text[at - len(_SECRET) : at] != _SECRET:
        return _by_prefix(text, at)
    tail = _tail(text, at)
    start = run_before(text, at, _ALPHABET, 160)
    head = _OBJECT(text[start:at])
    if not tail or not head or placeholder(tail.group()):
        return None
    return start + head.start(), tail.end()


_KEY = "sk" + "_live_" + sample("alnum", 24)

DETECTOR = Detector(
    id="stripe",
    entity="stripe_key",
    kind="secret",
    title="Stripe secret",
    anchors=(*literal_anchors(_SHAPES), Anchor(_SECRET.decode())),
    verify=_verify,
    finds=(
        f'stripe("«{_KEY}»")',
        f"curl -u «rk_test_{sample('alnum', 99)}»:",
        f"secret=«whsec_{sample('alnum', 32)}»",
        f"client_secret=«pi_{sample('alnum', 24)}_secret_{sample('alnum', 25, 3)}»&x",
    ),
    ignores=("pk_live_" + sample("alnum", 24), "sk_live_" + "x" * 24, "sk_test_your_key", "client_secret_basic", "my_secret_santa"),
    reference="https://docs.stripe.com/keys",
)
