"""Keys written ``sk_…`` by vendors other than Stripe: ElevenLabs, IEX Cloud, Paystack, Photoroom, and ``pk_…`` where that is secret."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE, placeholder
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

# 16 bytes behind the prefix: Hadoop's task_1445144423722_0020 has 13 digits, then an underscore.
_key = re.compile(
    EDGE
    + rb"""(?:
        sk_(?P<a>(?=[A-Za-z0-9]{0,80}?[0-9])(?=[A-Za-z0-9]{0,80}?[A-Za-z])[A-Za-z0-9]{24,100}+)(?![A-Za-z0-9_])
      | pk_(?P<b>[0-9]{5,9}_[A-Z0-9]{32})(?![A-Za-z0-9_])           # ClickUp
      | pk_(?P<c>[A-Za-z0-9]{8,100}+(?:_[A-Za-z0-9]{16,100}+){1,3})      # Courier
    )""",
    re.VERBOSE,
).match


def _verify(text: bytes, at: int) -> Span | None:
    for back in (19, 8):
        found = _key(text, at - back) if at >= back else None
        if found and not placeholder(found.group(found.lastgroup or 0)):
            return found.span()
    return None


_KEY = "sk" + "_" + sample("hex", 48)

DETECTOR = Detector(
    id="generic_sk_underscore",
    entity="api_key",
    kind="secret",
    title="API key that begins with sk_",
    anchors=(Anchor("sk_[0-9A-Za-z]{16}"), Anchor("pk_[0-9A-Za-z]{5}")),
    verify=_verify,
    finds=(
        f"xi-api-key: «{_KEY}»",
        f"ELEVENLABS_API_KEY=«{_KEY}»&",
        f"token = '«sk_{sample('hex', 32)}»'",
        f"Authorization: «pk_{sample('digits', 8)}_{sample('upper', 32)}»",
        f"courier_key: «pk_{sample('alnum', 28)}_{sample('alnum', 30)}»",
    ),
    ignores=("task_1445144423722_0020_m_000001_0", "disk_" + sample("hex", 48), "sk_" + "x" * 48, "sk_internal_metrics_per_second_total"),
    reference="https://elevenlabs.io/docs/api-reference/authentication",
    score=0.7,
)
