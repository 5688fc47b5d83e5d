"""``summarize``: a prompt becomes its measures."""

from __future__ import annotations

import re

from service.redaction.actions.match import Match
from service.redaction.actions.replace import marker

_ROLE = re.compile(rb"""["']?role\\{0,15}["']?\s{0,4}[:=]\s{0,4}\\{0,15}["']([a-z]{1,16})\\{0,15}["']""")
_ROLES_LISTED = 8


class Summarize:
    """``[REDACTED:prompt;chars=1234;messages=3;roles=system+user]``.

    ``chars`` counts Unicode code points. ``messages`` and ``roles`` are there where the text shows them (a list of messages in a log
    line that need not parse). What is not a prompt is replaced.
    """

    name = "summarize"
    strictness = 50

    def render(self, match: Match) -> bytes:
        if match.kind != "prompt" or match.syntax != "text":
            return marker(match.entity, match.syntax)
        value = match.value
        parts = [b"[REDACTED:prompt;chars=%d" % len(value.decode("utf-8", "replace"))]
        if value[:1] in (b"[", b"{") and (roles := _ROLE.findall(value)):
            parts.append(b"messages=%d" % len(roles))
            parts.append(b"roles=" + b"+".join(list(dict.fromkeys(roles))[:_ROLES_LISTED]))
        return b";".join(parts) + b"]"
