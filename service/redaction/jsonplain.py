"""The common case of a JSON document with hits: all of them lie in one string that is a value and holds no escape.

What ``jsonedit`` does with such a document, without what only others need. Anything unusual is left to it.
"""

from __future__ import annotations

from service.redaction import jsondoc
from service.redaction.edits import Edit, escape
from service.redaction.jsondoc import BEHIND_STRING
from service.redaction.jsonedit import PAIR_NAMES
from service.redaction.jsonleaf import JSON_STARTS, Hits
from service.redaction.work import Unprocessable, Work

_VALUE_ENDS = b",}]"
_STRING = jsondoc.STRING


def one_string(work: Work, buf: bytes, lo: int, hi: int, hits: Hits) -> list[Edit] | None:
    """Edits for the well-formed document ``buf[lo:hi]``, after which it is well-formed; ``None`` where it is not such a one."""
    plan = work.plan
    if not hits or plan.drops:
        return None
    at = hits[0][0] - 1
    if buf[at] == 34:
        at -= 1
    start = buf.rfind(b'"', lo, at)
    if start < lo + 3 or buf[start + 1] in BEHIND_STRING or buf[start - 2 : start] != b'":':
        return None
    found = _STRING.match(buf, start, hi)
    if found is None:
        return None
    stop = found.end()
    literal = buf[start + 1 : stop - 1]
    if hits[-1][0] > stop or stop >= hi or buf[stop] not in _VALUE_ENDS or b"\\" in literal or not literal.isascii() or literal[:1] in JSON_STARTS:
        return None
    opening = buf.rfind(b'"', lo, start - 2)
    name = buf[opening + 1 : start - 2]
    if opening <= lo or buf[opening - 1] == 92 or b"\\" in name or name in PAIR_NAMES or not name or plan.entity_of(name) is not None:
        return None
    prompts = plan.json_prompt_patterns
    for _, pattern in hits:
        if pattern in prompts:
            return None
    base = start + 1
    try:
        return [Edit(a + base, b + base, escape(text)) for a, b, text in work.hit_edits(literal, hits, name, base)]
    except Unprocessable as error:
        return [Edit(base, stop - 1, work.unprocessable(error.reason))]
