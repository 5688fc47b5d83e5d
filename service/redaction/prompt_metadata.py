"""Measures of a prompt that was redacted, as attributes beside it: ``redaction.gen_ai.input.messages.chars`` and so on.

They are there for programs, which need not read markers: ``.chars`` (Unicode code points that went), ``.messages``, ``.roles``, ``.parts``
(types of parts and how many) and ``.policy``. A prompt of which nothing goes gets none, so redacting twice adds none twice.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping

from service.redaction.prompt_roles import MESSAGE, OPEN, Speaker

Told = int | str | list[str]

_WORD = re.compile(rb"[a-z_-]{1,32}")
_KINDS_LISTED = 16


class Measures:
    """What is counted while one attribute is gone into."""

    __slots__ = ("chars", "messages", "parts", "roles")

    def __init__(self) -> None:
        self.chars = 0
        self.messages = 0
        self.parts: Counter[str] = Counter()
        self.roles: list[str] = []

    def went(self, value: bytes, role: str) -> None:
        """A piece of content went."""
        self.chars += len(value.decode("utf-8", "replace"))
        if role not in self.roles:
            self.roles.append(role)

    def entered(self, framing: Mapping[bytes, bytes], outer: Speaker, own: Speaker) -> None:
        """An object was gone into: a message, or a part of one. Only words that name a type are told."""
        if outer.level == OPEN and own.level >= MESSAGE and framing.get(b"role"):
            self.messages += 1
        elif (kind := framing.get(b"type") or framing.get(b"part_kind")) and _WORD.fullmatch(kind):
            if len(self.parts) < _KINDS_LISTED or kind.decode() in self.parts:
                self.parts[kind.decode()] += 1

    def told(self, name: str, policy: str) -> dict[str, Told]:
        """The attributes beside ``name``."""
        values: dict[str, Told] = {"chars": self.chars, "roles": self.roles, "policy": policy}
        if self.messages:
            values["messages"] = self.messages
        if self.parts:
            values["parts"] = ",".join(f"{kind}={count}" for kind, count in sorted(self.parts.items()))
        return {f"redaction.{name}.{key}": values[key] for key in sorted(values)}


def as_json(attributes: Mapping[str, Told]) -> list[bytes]:
    """Each attribute as an object of OTLP/JSON."""
    return [json.dumps({"key": name, "value": _any_json(value)}, separators=(",", ":")).encode() for name, value in attributes.items()]


def _any_json(value: Told) -> dict[str, object]:
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, str):
        return {"stringValue": value}
    return {"arrayValue": {"values": [_any_json(one) for one in value]}}
