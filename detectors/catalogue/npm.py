"""npm: access tokens, and the older tokens (a UUID) that only ``_authToken=`` gives away."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE, placeholder
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

_token = re.compile(EDGE + rb"npm_([A-Za-z0-9]{22,60}+)(?![A-Za-z0-9_])").match
_setting = re.compile(rb"oken[\"' ]{0,2}[=:][\"' ]{0,2}([0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[A-Za-z0-9+/=_-]{20,200}+)").match


def _verify(text: bytes, at: int) -> Span | None:
    found = _token(text, at - 8) if at >= 8 else None
    if found:
        return None if placeholder(found.group(1)) else found.span()
    setting = _setting(text, at)
    return setting.span(1) if setting and not placeholder(setting.group(1)) else None


_KEY = "npm" + "_" + sample("alnum", 36)
_UUID = f"{sample('hex', 8)}-{sample('hex', 4)}-4{sample('hex', 3)}-a{sample('hex', 3)}-{sample('hex', 12)}"

DETECTOR = Detector(
    id="npm",
    entity="npm_token",
    kind="secret",
    title="npm access token",
    anchors=(Anchor("npm_[A-Za-z0-9]{4}"), Anchor("_authT")),
    verify=_verify,
    finds=(f"NPM_TOKEN=«{_KEY}»", f"//registry.npmjs.org/:_authToken=«{_UUID}»", f"_authToken=«{_KEY}»\\n"),
    ignores=("npm_config_registry", "npm_lifecycleeventshandlerregistry_x", "_authToken=${NPM_TOKEN}", "npm_" + "x" * 36),
    reference="https://docs.npmjs.com/about-access-tokens",
)
