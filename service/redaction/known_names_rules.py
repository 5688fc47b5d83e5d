"""What the policy says of known names, compiled: which fields hold names, which values are names, and what is looked for of one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from config.recognition import Names
from detectors.characters import byte_spans, decoded
from detectors.markers import is_marker, is_masked
from detectors.model import Anchor
from detectors.name_words import ACCOUNTS, STOP
from detectors.scanner import AnchorSet, TooManyHitsError
from service.redaction.leaves_fields import Fields
from service.redaction.leaves_model import Leaf

_LONGEST = 120
_NAMES_KEPT = 4096
_NAME_CHARS = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"\w+")
_PART = re.compile(r"[^\s,;()\"]+")
_LITERALS = re.compile(rb"[^*?\[\]]+")
_ESCAPED_LETTER = re.compile(rb"\\u00(?:2[deDE]|3[0-9]|[46][1-9a-fA-F]|[57][0-9aA]|5[fF])")
_ENUM_LIKE = re.compile(rb"\s*+[A-Za-z][A-Za-z_-]*+\s*+")
_STRUCTURAL = re.compile(
    rb"(?:.*[._-])?(?:severity|severity_text|level|lvl|logger|thread|host|hostname|id|ids|uuid|guid|type|kind|status|code|method|scheme|version|schema_url"
    rb"|event_name|trace_state|unit|port|ip|address|namespace|env|environment|region|zone|format|locale|language|sdk|protocol|traceparent)"
    rb"|(?:.*\.)?(?:service|k8s|container|telemetry|process|cloud|deployment|os|host|server|net|network|code|faas)\..*"
    rb"|.*(?:Id|Type|Code|Status|Version)",
    re.DOTALL,
)
"""Fields whose values are no free text."""


class KnownNames:
    """What the policy says of known names, compiled."""

    def __init__(self, names: Names) -> None:
        self.fields = Fields(names.fields)
        self._min = names.min_length
        self._own_stop = frozenset(word.casefold() for word in names.stop)
        self._by_trace = names.within == "trace"
        self._forms = tuple(_forms(glob) for glob in names.fields)
        self._begun = AnchorSet((Anchor(pattern), None) for pattern in sorted(set(_beginnings(self._forms))))
        plain = [re.escape(glob) for glob in names.fields if not re.search(r"[*?\[]", glob)]
        self._pair = (
            re.compile(rf"(?<![\w.])(?:{'|'.join(plain)})\\?\"?\s?[=:]\s?(?:\\?\"(?P<quoted>[^\"\\\n]{{1,200}})|(?P<word>[^\s\"',;&]{{1,100}}))")
            if plain
            else None
        )
        self._is_structural: dict[bytes, bool] = {}

    def possible(self, payload: bytes) -> bool:
        """Whether a name field can stand in ``payload``, or a record of it; said from its raw bytes. A scan, and where that hits a closer look."""
        try:
            self._begun.hits(payload, 0, len(payload), 0)
            return False
        except TooManyHitsError:
            pass
        for literals, segments in self._forms:
            if all(literal in payload for literal in literals) or all(any(form in payload for form in forms) for forms in segments):
                return True
        return b"\\u00" in payload and _ESCAPED_LETTER.search(payload) is not None

    def is_free_text(self, leaf: Leaf) -> bool:
        """Whether names are looked for in ``leaf``: it holds no structure and is no single plain word, which may be one of a fixed set."""
        structural = self._is_structural.get(leaf.name)
        if structural is None:
            structural = _STRUCTURAL.fullmatch(leaf.name) is not None
            if len(self._is_structural) < _NAMES_KEPT:
                self._is_structural[leaf.name] = structural
        return not structural and _ENUM_LIKE.fullmatch(leaf.text) is None

    def values(self, leaf: Leaf) -> list[tuple[int, int, str]]:
        """``(start, end, name)`` of what stands in name fields: the leaf itself, or what a line of text says in pairs."""
        if leaf.kind != "string":
            return []
        if leaf.name in self.fields:
            return self._value(leaf.text, 0, len(leaf.text))
        if not leaf.plain or self._pair is None:
            return []
        text = decoded(leaf.text)
        found = [(match, "quoted" if match["quoted"] is not None else "word") for match in self._pair.finditer(text)]
        spans = byte_spans(text, [match.span(group) for match, group in found])
        return [value for start, end in spans for value in self._value(leaf.text, start, end)]

    def _value(self, text: bytes, start: int, end: int) -> list[tuple[int, int, str]]:
        value = text[start:end]
        name = decoded(value).strip()
        plain = name.casefold()
        if not name or is_marker(value) or is_masked(value) or plain in ACCOUNTS or plain in self._own_stop or _NAME_CHARS.search(name) is None:
            return []
        return [(start, end, name)]

    def group(self, leaf: Leaf) -> tuple[object, ...]:
        """What shares its names: the trace, the record, or all records of a resource."""
        if leaf.record < 0:
            return "resource", leaf.resource
        return ("trace", leaf.trace) if self._by_trace and leaf.trace else ("record", leaf.record)

    def sought(self, name: str) -> Iterator[str]:
        """What is looked for in free text when ``name`` is somebody's name."""
        if len(name) > _LONGEST:
            return
        for form in {unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)}:
            if self._counts(form):
                yield from {form, form.upper(), form.lower()}
            parts = _PART.findall(form)
            parts += [piece for part in parts if "-" in part for piece in part.split("-")]
            for part in parts:
                part = part.strip(".'’")
                if part != form and self._counts(part) and not any(char.isdigit() or char in "_@/" for char in part):
                    yield part

    def _counts(self, word: str) -> bool:
        plain = word.casefold()
        return (
            len(word) >= self._min
            and plain not in STOP
            and plain not in self._own_stop
            and _WORD.search(word) is not None
            and _NAME_CHARS.search(word) is not None
            and not set(plain.split()) <= STOP
        )


def _forms(glob: str) -> tuple[list[bytes], list[list[bytes]]]:
    """What must stand in a payload for a field to fit ``glob``: its literal parts; or each of its segments, as a JSON or protobuf name."""
    raw = glob.encode()
    segments = []
    for segment in raw.split(b"."):
        literals = _LITERALS.findall(segment)
        if literals == [segment]:
            segments.append([b'"' + segment, b"\x0a" + bytes((len(segment) & 127,)) + segment])
        else:
            segments.append([max(literals, key=len, default=b"")])
    return [] if re.search(rb"\[", raw) else _LITERALS.findall(raw), segments


def _beginnings(forms: tuple[tuple[list[bytes], list[list[bytes]]], ...]) -> Iterator[str]:
    """Patterns of which one is in every payload in which a field can stand: a literal part, the first segment, an escape of a letter."""
    yield r"\\u00"
    for literals, segments in forms:
        for literal in [max(literals, key=len, default=b""), *segments[0]]:
            yield "".join(f"\\x{byte:02x}" for byte in literal[:32]) or r"[\x00-\xff]"
