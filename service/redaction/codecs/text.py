"""Plain text: log lines of any kind, with or without JSON in them. A record is a line.

Line endings, a missing last newline and bytes that are not UTF-8 stay as they are.
"""

from __future__ import annotations

from service.redaction.codecs.ndjson import Ndjson


class Text(Ndjson):
    """Codec for text. A line that is JSON is dealt with as NDJSON does: there is one way to read a line."""

    name = "text"
