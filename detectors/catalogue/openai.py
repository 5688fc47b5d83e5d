"""OpenAI: user, project, service-account and admin keys."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import ANYWHERE, B64URL, literal_anchors, placeholder, prefixed, run, run_before
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

_SHAPES = {
    "sk-proj-": run(B64URL, 20),
    "sk-svcacct-": run(B64URL, 20),
    "sk-admin-": run(B64URL, 20),
    "sk-service-": run(rb"[A-Za-z0-9_-]", 40),
    "sk-None-": run(B64URL, 20),
    "sess-": run(rb"[A-Za-z0-9]", 36, 48),
}

# Every key since 2021 holds base64("OpenAI") in its middle; a key cut at its head has nothing else left to know it by.
_INFIX = b"T3BlbkFJ"
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

_by_prefix = prefixed(_SHAPES, edge=ANYWHERE)
_rest = re.compile(rb"[A-Za-z0-9_-]{0,200}+").match


def _verify(text: bytes, at: int) -> Span | None:
    if text[at - len(_INFIX) : at] != _INFIX:
        return _by_prefix(text, at)
    start = run_before(text, at - len(_INFIX), _ALPHABET, 200)
    prefix = text.find(b"sk-", start, at)
    start = prefix if prefix >= 0 else start
    rest = _rest(text, at)
    end = rest.end() if rest else at
    return (start, end) if end - start >= 28 and not placeholder(text[start : at - len(_INFIX)]) else None


_LEGACY = "sk-" + sample("alnum", 20) + "T3Blbk" + "FJ" + sample("alnum", 20, 3)
_PROJECT = "sk-" + "proj-" + sample("b64url", 74) + "T3Blbk" + "FJ" + sample("b64url", 74, 3)

DETECTOR = Detector(
    id="openai",
    entity="openai_api_key",
    kind="secret",
    title="OpenAI API key",
    anchors=(*literal_anchors(_SHAPES), Anchor(_INFIX.decode())),
    verify=_verify,
    finds=(
        f"OPENAI_API_KEY=«{_LEGACY}»",
        f'{{"api_key":"«{_PROJECT}»"}}',
        f"Bearer%20«{_PROJECT}»&x=1",
        f"line\\n«sk-svcacct-{sample('b64url', 80)}», cut off",
        f"my_key_«sk-admin-{sample('b64url', 60)}»",
        f"…«{_LEGACY[9:]}»",
    ),
    ignores=("sk-proj-********************", "Incorrect API key provided: sk-proj-...abcd", "task-service-ai", "sk-proj-" + "x" * 40),
    reference="https://platform.openai.com/docs/api-reference/authentication",
)
