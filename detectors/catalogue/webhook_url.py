"""Webhook addresses that need no other credential: whoever knows the URL may post (Teams, Zapier, Tines, Make, IFTTT, Google Chat, …)."""

from __future__ import annotations

import re

from detectors.catalogue._escapes import behind_escape
from detectors.catalogue._prefixed import run_before
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

_url = re.compile(
    rb"""
    (?:https?(?::|%3A|\\u003a)(?:\\?/|%2F){2})?
    (?:
      [0-9A-Za-z-]{1,63}\.webhook\.office\.com(?:\\?/|%2F)webhookb2          # Teams: /<group>@<tenant>/IncomingWebhook/<id>/<user>
     | outlook\.office(?:365)?\.com(?:\\?/|%2F)webhook
     | hooks\.zapier\.com(?:\\?/|%2F)hooks
     | hook\.[0-9a-z.]{0,12}(?:make|integromat)\.com
     | [0-9A-Za-z-]{1,63}\.tines\.(?:com|io)(?:\\?/|%2F)webhook
     | [0-9A-Za-z.-]{1,80}\.environment\.api\.powerplatform\.com(?::[0-9]{1,5})?(?:\\?/|%2F)(?=[^\s"'<>]{0,200}workflows)
     | [0-9A-Za-z.-]{1,80}\.logic\.azure\.com(?::[0-9]{1,5})?(?:\\?/|%2F)workflows
     | maker\.ifttt\.com(?:\\?/|%2F)trigger
     | chat\.googleapis\.com(?:\\?/|%2F)v1(?:\\?/|%2F)spaces(?=[^\s"'<>]{0,200}(?:key|token)(?:=|%3D|\\u003d))
     | [0-9a-z.-]{0,40}\.m\.pipedream\.net
     | qyapi\.weixin\.qq\.com(?:\\?/|%2F)cgi-bin(?:\\?/|%2F)webhook
     | open\.(?:feishu\.cn|larksuite\.com)(?:\\?/|%2F)open-apis(?:\\?/|%2F)bot
     | oapi\.dingtalk\.com(?:\\?/|%2F)robot
    )
    (?:\\?/|%2F)(?=[^\s"'<>]{0,300}?[0-9A-Za-z_-]{7})
    (?:[^\s"'<>\\`|]|\\/|\\u[0-9A-Fa-f]{4}){12,1500}+
    """,
    re.VERBOSE,
).match

_HOST = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"


def _verify(text: bytes, at: int) -> Span | None:
    """The whole address: from its scheme or, where there is none, from its host's first byte."""
    first = max(0, at - 120)
    for start in (text.rfind(b"http", first, at), behind_escape(text, run_before(text, at, _HOST, 120))):
        found = _url(text, start) if start >= 0 else None
        if found and found.end() > at:
            return None if b"xxxxxxxx" in found.group().lower() else found.span()
    return None


_UUID = "-".join(sample("hex", n) for n in (8, 4, 4, 4, 12))

DETECTOR = Detector(
    id="webhook_url",
    entity="webhook_url",
    kind="secret",
    title="Webhook address that is itself the credential",
    anchors=tuple(
        Anchor(part)
        for part in (
            "webhook\\.o",
            "ook\\.offi",
            "s\\.zapier",
            "make\\.com",
            "gromat\\.c",
            "\\.tines\\.",
            "werplatf",
            "logic\\.az",
            "maker\\.if",
            "hat\\.goog",
            "m\\.pipedr",
            "i\\.weixin",
            "feishu\\.c",
            "larksuit",
            "i\\.dingta",
        )
    ),
    verify=_verify,
    finds=(
        f"POST «https://acme.webhook.office.com/webhookb2/{_UUID}@{_UUID}/IncomingWebhook/{sample('hex', 32)}/{_UUID}» 200",
        f'"hook":"«https://hooks.zapier.com/hooks/catch/1234567/{sample("lower", 7)}»"',
        f"«https://north.tines.com/webhook/{sample('hex', 32)}/{sample('hex', 32)}»",
        f"posted to\\n«north.tines.com/webhook/{sample('hex', 32)}/{sample('hex', 32)}»",
        f"url=«https%3A%2F%2Fhook.eu1.make.com%2F{sample('lower', 32)}»",
        f"«https://maker.ifttt.com/trigger/door/with/key/{sample('b64url', 43)}»",
    ),
    ignores=(
        "see https://hooks.zapier.com/ for more",
        "https://learn.webhook.office.com/docs",
        "https://www.make.com/en/help",
        "chat.googleapis.com:443",
    ),
    reference="gitleaks rule microsoft-teams-webhook; trufflehog detectors zapierwebhook, tineswebhook, microsoftteamswebhook",
)
