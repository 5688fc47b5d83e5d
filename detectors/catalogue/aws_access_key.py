"""AWS: access key ids, long-lived and temporary, and those of bearer tokens and contexts."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE, placeholder
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

# 16 behind the prefix; a cut id must hold a digit, for ASIA also begins words.
_id = re.compile(EDGE + rb"(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])([A-Z0-9]{16}|(?=[A-Z]{0,15}[0-9])[A-Z0-9]{10,15}+)(?![A-Za-z0-9])").match


def _verify(text: bytes, at: int) -> Span | None:
    found = _id(text, at - 8) if at >= 8 else None
    return found.span() if found and not placeholder(found.group(1)) else None


_ID = "AK" + "IA" + sample("base32", 16)

DETECTOR = Detector(
    id="aws_access_key",
    entity="aws_access_key_id",
    kind="secret",
    title="AWS access key id",
    anchors=(*(Anchor(prefix + "[A-Z0-9]{4}") for prefix in ("AKIA", "ASIA", "ABIA", "ACCA")), Anchor("A3T[A-Z0-9]{5}")),
    verify=_verify,
    finds=(
        f"AWS_ACCESS_KEY_ID=«{_ID}»",
        f"X-Amz-Credential=«{_ID}»%2F20260101",
        f"\\n«ASIA{sample('base32', 16)}»\\n",
        f"key_«{_ID[:15]}»",
    ),
    ignores=("TODAYINASIAANDALLOVERTHEWORLD", "ASIAPACIFICREGION", "AKIA" + "X" * 16, _ID + "A"),
    reference="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html",
)
