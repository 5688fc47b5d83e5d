"""What is planted in payloads and must not come out, and the ways to look at what comes out."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from config.policy import Policy
from detectors.matching import sample
from load.plans import default_plan
from service.redaction.compilation import compile_plan
from service.redaction.pipeline import rewrite
from service.redaction.plan import Plan
from service.redaction.report import Redacted

ADDRESS = "ada.lovelace" + "@" + "example.com"
EMAIL = "[REDACTED:email]"
KEY = "sk-" + "proj-" + sample("b64url", 74)
KEY_MARKER = "[REDACTED:openai_api_key]"
CARD = "4111 " + "1111 " * 2 + "1111"
CARD_MARKER = "[REDACTED:card]"
PASSWORD = sample("alnum", 14)
PASSWORD_MARKER = "[REDACTED:password]"
SLASH = "\\"


def redacted(codec: str, payload: bytes | str, plan: Plan | None = None) -> Redacted:
    """``payload`` rewritten by the default plan, or by the one given."""
    return rewrite(codec, payload.encode() if isinstance(payload, str) else payload, plan or default_plan())


def out(codec: str, payload: bytes | str, plan: Plan | None = None) -> str:
    """What comes out, as text."""
    return redacted(codec, payload, plan).payload.decode("utf-8", "surrogateescape")


@cache
def _plan(policy: str) -> Plan:
    return compile_plan(Policy.model_validate(json.loads(policy)))


def plan_of(**policy: Any) -> Plan:
    """The plan of a policy given by its keys. Only a few detectors are on unless ``detectors`` says otherwise: it compiles faster."""
    few = {
        "off": ["secret", "prompt", "contact", "financial", "government", "network"],
        "on": ["openai", "email", "card", "assigned_password", "url_credentials"],
    }
    return _plan(json.dumps({"detectors": few, **policy}))


def full_plan_of(**policy: Any) -> Plan:
    """The plan of a policy given by its keys, the whole catalogue on."""
    return _plan(json.dumps(policy))
