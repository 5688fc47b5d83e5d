"""Prompts under names that nobody knows, on records known to be about a language model: next month's convention.

``messages`` (the default): what has the shape of messages, a list of objects with a ``role`` and a ``content``, ``parts`` or ``text``, in JSON
inside a string or structured. Objects and print-outs (a Python ``repr``) are gone into by the names inside them anyway. ``strict``: any
text of 256 characters or more besides, stack traces and SQL too. Names on the keep list, of ids and of secrets stay as they are.
"""

from __future__ import annotations

import re

from detectors.model import Finding
from detectors.scanner import is_id_name
from service.redaction.plan import UNKNOWN_KEY, Plan

UNKNOWN = Finding(0, 0, UNKNOWN_KEY, "prompt", 0.8)
LONG = 256
"""Characters from which ``strict`` takes a text for content."""

_OF_ANYBODY = (b"db.", b"exception.", b"error.", b"http.", b"url.", b"code.")
_ROLE = re.compile(rb"""["']role\\{0,15}["']\s{0,4}[:,]|\x0a\x04role\x12""")
_SAID = re.compile(rb"""["'](?:content|parts|text)\\{0,15}["']\s{0,4}[:,]|\x0a(?:\x07content|\x05parts|\x04text)\x12""")
_LIST = re.compile(rb"\s{0,64}\[\s{0,64}\{")


def may_be(plan: Plan, buf: bytes, lo: int, hi: int) -> bool:
    """Whether an attribute of a record about a language model is worth a look although nothing hit it."""
    return (plan.unknown == "strict" and hi - lo >= LONG) or (plan.unknown != "off" and buf.find(b"role", lo, hi) >= 0)


def is_content(plan: Plan, name: bytes, text: bytes | None, raw: bytes) -> bool:
    """Whether a value under ``name`` is content. ``text``: the value, where it is a string; ``raw``: as it stands on the wire."""
    if plan.unknown == "off" or plan.prompt_scope(name) is not None or not _is_unknown(plan, name):
        return False
    if plan.unknown == "strict" and text is not None and len(text) >= LONG and len(text.decode("utf-8", "ignore")) >= LONG:
        return True
    if name.startswith(_OF_ANYBODY) or (text is not None and _LIST.match(text) is None):
        return False
    value = raw if text is None else text
    return _ROLE.search(value) is not None and _SAID.search(value) is not None


def _is_unknown(plan: Plan, name: bytes) -> bool:
    return bool(name) and not plan.prompt_keys.keeps(name) and not is_id_name(name) and plan.entity_of(name) is None
