"""Last resort for ``sk-`` keys: DeepSeek, Moonshot, Braintrust, LiteLLM virtual keys, every gateway that copied OpenAI's prefix."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE, placeholder, said_before
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

_ANCHOR = "sk-[A-Za-z0-9_-]{9}"
_key = re.compile(EDGE + rb"sk-([A-Za-z0-9_-]{9,4000}+)").match

# Locales (sk-SK), packages, SSH key types and hosts are words joined by hyphens; a key holds one long random piece, or says so beside it.
_WORDS = re.compile(rb"(?:learn|SK|CZ|sk|cs|ssh|ecdsa)(?:[-_]|$)").match
_UUID = re.compile(rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$").match
# One piece between hyphens that is long enough, however many shorter ones stand before it.
_LONG = re.compile(rb"[_-]*+(?:[A-Za-z0-9]{1,15}+[_-]++)*+[A-Za-z0-9]{16}").match
_LONGER = re.compile(rb"[_-]*+(?:[A-Za-z0-9]{1,23}+[_-]++)*+[A-Za-z0-9]{24}").match
_DIGIT, _UPPER, _LOWER = re.compile(rb"[0-9]"), re.compile(rb"[A-Z]"), re.compile(rb"[a-z]")
_NAMES = (
    b"key",
    b"token",
    b"bearer",
    b"secret",
    b"auth",
    b"credential",
    b"passw",
    b"openai",
    b"deepseek",
    b"litellm",
    b"moonshot",
    b"braintrust",
)


def _random(body: bytes) -> bool:
    """Whether a body is random by its shape alone."""
    digits = _DIGIT.search(body) is not None
    if (digits and _LONG(body)) or _LONGER(body) or _UUID(body):
        return True
    return digits and len(body) >= 20 and _UPPER.search(body) is not None and _LOWER.search(body) is not None


def _verify(text: bytes, at: int) -> Span | None:
    start = at - 12
    found = _key(text, start) if start >= 0 else None
    if not found:
        return None
    body = found.group(1)
    if _WORDS(body) or placeholder(body):
        return None
    named = len(body) >= 12 and _DIGIT.search(body) is not None
    return found.span() if _random(body) or (named and said_before(text, start, _NAMES)) else None


_KEY = "sk" + "-" + sample("lower", 32)

DETECTOR = Detector(
    id="generic_sk",
    entity="api_key",
    kind="secret",
    title="API key that begins with sk-",
    anchors=(Anchor(_ANCHOR),),
    verify=_verify,
    finds=(
        f"DEEPSEEK_API_KEY=«{_KEY}»",
        f"api_key_«{_KEY}»",
        f"?key%3D«{_KEY}»",
        f"master_key: «sk-{sample('b64url', 22)}»",
        f"Authorization: Bearer «sk-{sample('alnum', 48)}».",
        "api_key=«sk-" + "test-key-12345678»",
    ),
    ignores=(
        "task-management-toolsets-2024-01-01",
        "disk-usage-percentage-0123456789",
        "sk-learn-contrib-1234567890",
        "Accepted key sk-ecdsa-sha2-nistp256@openssh.com",
        "lang=sk-SK-u-nu-latn-1234",
        "sk-your-api-key-goes-here",
        "pod/sk-frontend-7b7bb568cc-grflq",
        "sk-...abcd",
        "sk-" + "A" * 48,
    ),
    reference="https://api-docs.deepseek.com/",
    score=0.7,
)
