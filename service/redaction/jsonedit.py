"""Edits for a JSON document whose hits are looked at where they lie, without parsing what is before or after."""

from __future__ import annotations

from detectors.field_names import plausible
from detectors.model import Span
from detectors.secret_shape import secret_like
from service.redaction import jsondoc, jsonleaf
from service.redaction.edits import Edit, escape
from service.redaction.jsondoc import BEHIND_STRING
from service.redaction.jsonparts import drop_member, inside, unique_name, value_beside
from service.redaction.plan import SENSITIVE_FIELD
from service.redaction.work import Unprocessable, Work

PAIR_NAMES = frozenset((b"name", b"key", b"Name", b"Key", b"header", b"k"))
_ABOUT_A_SECRET = frozenset(
    b"type name namespace kind expires expires_in expires_at expiresIn expiresAt expiry ttl issued_at created created_at createdAt updated_at"
    b" version alg algorithm scope scopes id key_id kid status enabled provider issuer audience description".split()
)
"""Members of an object under ``token`` or ``secret`` that say something about it; they stay unless their value looks generated."""
_VALUE_ENDS = frozenset((b",", b"}", b"]"))
STRONG = frozenset(("authorization", "cookie", "password", "api_key", "private_key", "secret", "token"))
"""Entities whose name makes everything below it sensitive; an object under ``auth`` or ``session`` is looked at member by member."""


class LocalEdits:
    """Looks at each hit where it lies."""

    def __init__(self, work: Work, buf: bytes, lo: int, hi: int) -> None:
        self.work = work
        self.buf = buf
        self._cursor = jsondoc.Cursor(buf, lo, hi)
        self._taken: dict[bytes, int] = {}
        self.move(lo, hi)

    def move(self, lo: int, hi: int) -> None:
        """Go on with another document of the same buffer."""
        self.lo = lo
        self.hi = hi
        self.edits: list[Edit] = []
        self._cursor.move(lo, hi)
        self._done = lo
        self._hits: jsonleaf.Hits = []
        self._at = 0

    def run(self, hits: jsonleaf.Hits) -> list[Edit]:
        buf, lo = self.buf, self.lo
        self._hits = hits
        done = lo
        string_at, match = self._cursor.string_at, jsondoc.STRING.match
        for index, (end, _) in enumerate(hits):
            at = end - 1
            if buf[at] == 34:
                at -= 1
            if at < done:
                continue
            self._at = index
            # Most hits lie in a string that no look at what is before it can be wrong about; Cursor sees to the others.
            start = buf.rfind(b'"', lo, at)
            found = match(buf, start, self.hi) if start >= 0 and buf[start - 1] != 92 and buf[start + 1] not in BEHIND_STRING else None
            if found is not None and found.end() > at:
                stop = found.end()
            else:
                span = string_at(at)
                if span is None:
                    self._done = done
                    self.number(jsondoc.scalar_at(buf, at, lo, self.hi))
                    done = self._done
                    continue
                start, stop = span
            self._done = stop
            value = -1 if buf[stop : stop + 1] in _VALUE_ENDS else jsondoc.value_start(buf, stop, self.hi)
            if value >= 0:
                self._done = self.member((start, stop), value)
            else:
                self.element((start, stop))
            done = self._done
        return self.edits

    def element(self, span: Span) -> None:
        """A string that is a value: a hit lies in it, not in its name."""
        buf, start = self.buf, span[0]
        name_span: Span | None
        if buf[start - 2 : start] == b'":' and (opening := buf.rfind(b'"', self.lo, start - 2)) >= 0 and buf[opening - 1] != 92:
            name_span = opening, start - 1
            name = buf[opening + 1 : start - 2]
            if b"\\" in name:
                name = inside(buf, name_span)
        else:
            name_span = jsondoc.name_before(buf, start, self.lo)
            name = inside(buf, name_span) if name_span else b""
        entity = self.work.plan.entity_of(name) if name else None
        if entity is not None and name_span is not None and self.value(name_span, name, entity, start, span[1]):
            return
        if name in PAIR_NAMES or not name:
            self._pair(span, name_span)
        self.leaf(name_span, name, span, with_name=False)

    def _pair(self, span: Span, name_span: Span | None) -> None:
        """``{"name":"Authorization","value":"…"}`` and ``["Authorization","…"]``: a name that stands as a value, and its value beside it."""
        text = inside(self.buf, span)
        entity = self.work.plan.entity_of(text) if len(text) <= 128 else None
        if entity is None:
            return
        value = value_beside(self.buf, span, name_span, self.lo, self.hi)
        if value is not None:
            if self.value((value[0], value[0]), text, entity, *value) and value[0] > span[1]:
                self._done = max(self._done, value[1])

    def member(self, name_span: Span, start: int) -> int:
        """A member whose name was hit; returns up to where it has been looked at."""
        name = inside(self.buf, name_span)
        self.name(name_span, name)
        end = jsondoc.value_end(self.buf, start, self.hi)
        entity = self.work.plan.entity_of(name)
        if entity is not None and self.value(name_span, name, entity, start, end):
            return end
        first = self.buf[start]
        if first == 34:
            self.leaf(name_span, name, (start, end), with_name=True)
            return end
        if first in b"-0123456789":
            self.number((start, end), name, name_span)
            return end
        return start

    def name(self, span: Span, name: bytes) -> None:
        """Redacts a member's name that is itself a finding: the whole name becomes a valid, unique one."""
        work, place = self.work, self.work.place
        work.place = "key"
        try:
            found = work.text_edits(name)
        except Unprocessable as error:
            work.unprocessable(error.reason)
            found = [Edit(0, len(name), b"")]
        finally:
            work.place = place
        if found:
            work.drop_field = False
            self.edits.append(Edit(span[0] + 1, span[1] - 1, unique_name(found[0].text, self.buf, self.lo, self.hi, self._taken)))

    def value(self, name_span: Span, name: bytes, entity: str, start: int, end: int) -> bool:
        """Redacts a value that its name makes sensitive; ``False`` if it is to be looked at like any other."""
        work, buf = self.work, self.buf
        first = buf[start]
        if first in b"[{":
            if first == 123 and entity not in STRONG:
                return False
            node = jsondoc.tree(buf, start, end, work.plan.max_depth)
            self._below(node, name_span, name, entity)
            return True
        if first == 34:
            text = inside(buf, (start, end))
            if not plausible(text, entity):
                return False
            replaced = work.whole(text, SENSITIVE_FIELD, entity, name)
            if replaced is None:
                return False
            self.put(name_span, start, end, Edit(start + 1, end - 1, escape(replaced)))
            return True
        if first in b"-0123456789" and plausible(buf[start:end], entity):
            if work.whole(buf[start:end], SENSITIVE_FIELD, entity, name) is not None:
                self.put(name_span, start, end, Edit(start, end, b"null"))
                return True
        return False

    def _below(self, node: jsondoc.Node, name_span: Span, name: bytes, entity: str) -> None:
        names = [inside(self.buf, inner) for inner in node.names]
        for inner_span, inner in zip(node.names, names, strict=True):
            self.name(inner_span, inner)
        for i, child in enumerate(node.children):
            if entity != "password" and names and names[i] in _ABOUT_A_SECRET and not secret_like(inside(self.buf, (child.start, child.end))):
                if child.kind == '"':
                    self.leaf(None, names[i], (child.start, child.end), with_name=False)
            elif child.kind in "[{":
                self._below(child, name_span, name, entity)
            elif child.kind == "!":
                self.edits.append(Edit(child.start, child.end, b'"' + self.work.unprocessable("depth") + b'"'))
            elif not self.value((child.start, child.start), name, entity, child.start, child.end) and child.kind == '"':
                self.leaf(None, name, (child.start, child.end), with_name=False)

    def leaf(self, name_span: Span | None, name: bytes, span: Span, *, with_name: bool) -> None:
        edits = jsonleaf.string_edits(self.work, self.buf, span, name, with_name=with_name, hits=None if with_name else self._hits_in(span))
        if self.work.drop_field:
            self.put(name_span, span[0], span[1], Edit(*span, b""))
        else:
            self.edits.extend(edits)

    def _hits_in(self, span: Span) -> jsonleaf.Hits | None:
        """The hits inside ``span``, from the one at hand on."""
        hits, at = self._hits, self._at
        end = at
        while end < len(hits) and hits[end][0] <= span[1]:
            end += 1
        return hits[at:end] or None

    def number(self, span: Span | None, name: bytes = b"", name_span: Span | None = None) -> None:
        if span is None:
            return
        self._done = max(self._done, span[1])
        if name_span is None:
            name_span = jsondoc.name_before(self.buf, span[0], self.lo)
            name = inside(self.buf, name_span) if name_span else b""
        try:
            found = bool(self.work.value_edits(name, self.buf[span[0] : span[1]]))
        except Unprocessable as error:
            self.work.unprocessable(error.reason)
            found = True
        if found:
            self.put(name_span or span, span[0], span[1], Edit(span[0], span[1], b"null"))

    def put(self, name_span: Span | None, start: int, end: int, edit: Edit) -> None:
        """Makes ``edit``, or where a rule drops the field, drops the member; an element without a name (empty span) becomes ``null``."""
        if not self.work.drop_field:
            self.edits.append(edit)
            return
        self.work.drop_field = False
        if name_span is None or name_span[1] <= name_span[0] or name_span[0] >= start:
            self.edits.append(Edit(start, end, b"null"))
        else:
            self.edits.append(drop_member(self.buf, name_span[0], end, self.lo))
