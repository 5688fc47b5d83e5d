"""Keys whose prefix says what they are, whoever issued them: ``…_live_…``, ``secret-…``, ``key-…``; vendors not listed by name."""

from __future__ import annotations

import re

from detectors.catalogue._escapes import behind_escape
from detectors.catalogue._prefixed import placeholder, run_before
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

# What issuers write before the random part: the environment (Lob, GoCardless, Mollie, Column, Checkout.com) or the kind of key.
_LABELS = (
    "live",
    "test",
    "prod",
    "sandbox",
    "secret",
    "token",
    "apikey",
    "private",
    "access",
    "pat",
    "key",
    "api",
)
_PROOF = frozenset(
    (
        b"live",
        b"test",
        b"prod",
        b"sandbox",
        b"secret",
        b"token",
        b"apikey",
        b"private",
        b"pat",
    )
)
"""Labels behind which a hexadecimal run is a key; behind the others it is as often a digest or an id."""

_HEAD = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
_label = re.compile(rb"(?:%b)(?=[_-][A-Za-z0-9=_-]{16}\Z)" % b"|".join(name.encode() for name in _LABELS))
_run = re.compile(rb"[A-Za-z0-9]{20,256}+(?![A-Za-z0-9_])").match
_loose_run = re.compile(rb"[A-Za-z0-9_=-]{35,48}+(?![A-Za-z0-9_=-])").match
_uuid = re.compile(rb"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}(?![A-Za-z0-9-])").match
_word = re.compile(rb"(?:^|[_=-])[A-Za-z]{3,}(?=[_=-]|$)")


def _random(body: bytes, label: bytes) -> bool:
    """Whether ``body`` looks drawn by lot: much of both cases (CamelCase has few capitals), or digits throughout a long run."""
    digits = sum(48 <= byte <= 57 for byte in body)
    capitals = sum(65 <= byte <= 90 for byte in body)
    if not 0 < digits < len(body) or placeholder(body):
        return False
    if capitals and capitals + digits < len(body):
        return 5 * capitals >= len(body) and 5 * (len(body) - capitals - digits) >= len(body)
    return label in _PROOF and len(body) >= 24 and digits >= 4


def _verify(text: bytes, at: int) -> Span | None:
    window = text[max(0, at - 32) : at]
    label = next((m for m in _label.finditer(window)), None)
    if label is None:
        return None
    body = at - len(window) + label.end() + 1
    name = label.group()
    if found := _uuid(text, body):
        accepted = name in _PROOF
    elif name == b"live" and (found := _loose_run(text, body)):
        accepted = _random(found.group(), name) and len(_word.findall(found.group())) < 3
    elif found := _run(text, body):
        accepted = _random(found.group(), name)
    else:
        return None
    start = min(behind_escape(text, run_before(text, body, _HEAD, 40)), body - 1 - len(name))
    return (start, found.end()) if accepted else None


# All anchors end 16 bytes behind the separator, which is how the label is found again.
_anchors = (
    Anchor("live[_-][A-Za-z0-9=_-]{16}"),
    *(Anchor(f"{name}[_-][A-Za-z0-9]{{16}}") for name in _LABELS if name != "live"),
    *(Anchor(f"{name.decode()}[_-][0-9a-f]{{8}}-[0-9a-f]{{4}}-[0-9a-f]{{2}}") for name in sorted(_PROOF) if name != b"live"),
)

DETECTOR = Detector(
    id="labelled_key",
    entity="api_key",
    kind="secret",
    title="Key whose prefix names its kind or environment",
    anchors=_anchors,
    verify=_verify,
    finds=(
        f"LOB_KEY=«test_{sample('hex', 35)}»",
        f"token «acme_live_{sample('alnum', 32, 5)}», retrying",
        f"gc: «live_{sample('b64url', 40)}»",
        f"x-api-key: «secret-{'-'.join(sample('hex', n) for n in (8, 4, 4, 4, 12))}»",
        f"a\\n«live_{sample('hex', 35)}»",
        f"q=%22«sk_test_{sample('hex', 40)}»%22",
        f"salesblink=«key-{sample('alnum', 64, 5)}»",
    ),
    ignores=(
        "FAILED tests/test_api.py::test_redaction_of_2024_export_rows_in_s3",
        "cache_key_" + sample("hex", 64),
        "live_" + "x" * 40,
        "pod secret-operator-79f8d7c9b4-x2x1z",
        "test_configuration1234567_total",
        "token_count_1234567890123456789012",
    ),
    reference="gitleaks rules lob-api-key, gocardless-api-token; https://docs.github.com/code-security/reference/secret-security",
    score=0.5,
    loose=True,
)
