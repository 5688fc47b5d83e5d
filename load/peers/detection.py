"""The one list of what is to be taken out of this traffic, as patterns that a careful user would write. Every peer is given all of them.

They are of the kinds that load/values.py plants, and no others: each pattern more would cost a peer time. The dialect is what RE2, Go, Rust
and Python have in common.
"""

from __future__ import annotations

from typing import NamedTuple

from load.peers.planted import PROMPT

MARK = "[REDACTED]"


class Pattern(NamedTuple):
    """``before``: what has to stand before the match and stays, the name of a prompt; ``words``: one of these (lower case) is in every match."""

    kind: str
    value: str
    words: tuple[str, ...] = ()
    before: str = ""

    @property
    def regex(self) -> str:
        """What stays is the first group, where there is any."""
        return f"({self.before}){self.value}" if self.before else self.value


VALUES = (
    Pattern("bearer token", r"(?i)\bbearer +[\w.~+/=-]{16,}", ("bearer",)),
    Pattern("sk- key", r"\bsk-[\w-]{20,}", ("sk-",)),
    Pattern("e-mail", r"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b", ("@",)),
    Pattern("phone", r"\+\d[\d ().-]{7,}\d|\(?\b\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b"),
    Pattern("password", r'(?i)\b(?:password|passwd|pwd)=[^\s"&]+', ("password", "passwd", "pwd")),
    Pattern("URL password", r'://[^/\s:@"]+:[^/\s@"]+@', ("://",)),
)
_NAMES = ("prompt", "completion", "content", "input")
PROMPTS = (
    # A member of a JSON object, and one of an object that is itself in a string, where each quote is escaped.
    Pattern(PROMPT, r'(?:[^"\\]|\\.)+', tuple(f'{name}"' for name in _NAMES), rf'"(?:{"|".join(_NAMES)})"\s*:\s*"'),
    Pattern(PROMPT, r'(?:[^"\\]|\\\\.)+', tuple(f'{name}\\"' for name in _NAMES), rf'\\"(?:{"|".join(_NAMES)})\\"\s*:\s*\\"'),
)
PROMPT_ATTRIBUTES = ("gen_ai.prompt", "gen_ai.completion", "gen_ai.input.messages", "gen_ai.output.messages")
SECRET_ATTRIBUTES = ("http.request.header.authorization",)

PATTERNS = {"ndjson": (*VALUES, PROMPTS[0]), "gateway": (*VALUES, *PROMPTS), "otlp": VALUES}
"""By kind of work; spans have their prompts in attributes, which peers are told by name."""
