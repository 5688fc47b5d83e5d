"""What libphonenumber's metadata says about phone numbers, in the forms a detector needs: patterns, templates, anchors.

Everything here is derived from the ``phonenumbers`` package and cached; nothing looks at a text. Digits are ASCII ``bytes``.

* ``is_international(digits)``: a calling code and a national number that is valid under it.
* ``region("GB")``: its validity (``has``), the ways it prints numbers (``templates``), and ``anchors`` for these.

An anchor is made from a group of digits that stands between two separators or behind the trunk prefix, with those digits written out:
``-234-`` a thousand times over. Hyperscan looks for thousands of literals at once as fast as for ten; one pattern with classes in
these places (``\\d-\\d{3}-\\d``) costs it a quarter of its speed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Final

import phonenumbers
from phonenumbers import PhoneMetadata

_TYPES: Final = ("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "pager", "uan", "voicemail")
_NANP: Final = 1
_SLASHED: Final = frozenset((32, 36, 41, 43, 48, 49, 352, 381, 385, 386, 387, 420, 421))
"""Calling codes of countries where people write a slash behind the area code (`0123/456789`), though libphonenumber prints none."""
_FORMATTED_LEAST: Final = 8
"""A national number of fewer digits, spaces apart, is any pair of numbers (`211 2345`): it needs a word beside it."""
_NARROW: Final = ((2, 2), (3, 3))
_MORE: Final = r"(?:[0-9 .()\x80-\xff-]{5}|[0-9 .()\x80-\xff-]{0,4}[%\\])"
"""What goes on behind an exit code, be it escaped; ``001-`` alone ends a group of many a UUID, ``001 `` a decimal."""
_SEPARATORS: Final = {" ": "[ -]", "-": "[ -]", ")": r"\)[ -]?"}


def _valid(metadata: PhoneMetadata) -> str:
    patterns = {getattr(metadata, name).national_number_pattern for name in _TYPES if getattr(metadata, name) is not None}
    return "|".join(f"(?:{pattern})" for pattern in sorted(filter(None, patterns)))


@lru_cache(maxsize=512)
def _code_pattern(code: int) -> re.Pattern[bytes]:
    """Matches every valid national number of every region under a calling code."""
    parts = []
    for name in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]:
        is_nowhere = name == "001"  # satellites, freephone and other codes of no country
        metadata = PhoneMetadata.metadata_for_nongeo_region(code) if is_nowhere else PhoneMetadata.metadata_for_region(name)
        if metadata is not None:
            parts.append(_valid(metadata))
    return re.compile("|".join(filter(None, parts)).encode())


def is_international(digits: bytes) -> bool:
    """Whether ``digits``, without ``+`` or exit code, are a calling code and a national number valid under it."""
    if not 7 <= len(digits) <= 17 or digits[:1] == b"0":
        return False
    for width in (1, 2, 3):
        code = int(digits[:width])
        if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            national = digits[width:]
            return _code_pattern(code).fullmatch(national) is not None or _is_parsed(digits)
    return False


def _is_parsed(digits: bytes) -> bool:
    """libphonenumber's own, slow answer: knows trunk prefixes kept behind a calling code, and old mobile prefixes."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse("+" + digits.decode("ascii")))
    except phonenumbers.NumberParseException:
        return False


def exit_code_anchors() -> list[str]:
    """Hyperscan patterns for an exit code before a calling code, set off from what follows: bare ``00…`` is any padded number."""
    codes = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
    return [
        *(f"{code}{gap}{_MORE}" for code in (f"00{calling}" for calling in codes) for gap in (" ", "-")),
        *(f"{code}{gap}{digit}\\d" for code in ("0011", "011", "010") for gap in (" ", "-") for digit in range(1, 10)),
    ]


@dataclass(frozen=True, slots=True)
class Shape:
    """One way of printing: ``before[i]`` stands before group ``i``, which has ``widths[i]`` digits (least, most)."""

    before: tuple[str, ...]
    widths: tuple[tuple[int, int], ...]
    leading: str

    def template(self) -> str:
        """The shape as a regular expression; spaces and dashes stand for each other."""
        parts = []
        for index, (text, (least, most)) in enumerate(zip(self.before, self.widths, strict=True)):
            parts.append("".join(_SEPARATORS.get(char) or re.escape(char) for char in text.replace(") ", ")")))
            if index == 0 and least > 3 and _numbers(4, self.leading):
                parts.append(f"(?={self.leading})")
            parts.append(rf"\d{{{least},{most}}}")
        return "".join(parts)

    def anchors(self, code: int) -> Iterator[str]:
        """Hyperscan patterns, of which at least one matches in every number of this shape."""
        cells = "".join(text + "D" * least for text, (least, _) in zip(self.before, self.widths, strict=True))
        if code == _NANP and cells.startswith("(DDD)"):
            yield from (_classes(f"({digits})") for digits in _numbers(3, "[2-9]"))
        elif "(" in cells:
            yield from (_classes(cells[cells.index("(") :][:8].replace(") ", gap)) for gap in (") ", ")"))
        elif len(self.widths) > 2 and not cells[0].isdigit() and self.before[1] and self.before[2] and self.widths[1] in _NARROW:
            for separator in ("-", " ", ".") if code == _NANP else (self.before[1],):
                ending = separator + "D" * min(4, self.widths[2][0])
                # A status and a size in an access log look alike, `" 200 5112`: before a space there must be a digit.
                before = "D" if separator == " " else ""
                for digits in _numbers(self.widths[1][0], "[2-9]" if code == _NANP else ""):
                    yield _classes(before + separator + digits + ending)
        else:
            prefix = self.before[0]
            width = min(max(4 - len(prefix), 1), self.widths[0][0])
            starts = {number[:width] for number in _numbers(min(self.widths[0][0], 4), self.leading)}
            for digits in sorted(starts or _numbers(width, "")):
                yield _classes((prefix + digits + cells[len(prefix) + width :])[:9])


def _numbers(width: int, leading: str) -> list[str]:
    """All numbers of ``width`` digits that begin as ``leading`` (a regular expression) demands."""
    begins = re.compile(leading).match
    return [number for number in map("".join, product("0123456789", repeat=width)) if begins(number)]


def _classes(cells: str) -> str:
    """``-234-DD`` as a pattern."""
    return "".join(r"\d" if cell == "D" else re.escape(cell) for cell in cells)


@dataclass(frozen=True, slots=True)
class Region:
    """What one region's numbers look like."""

    name: str
    code: int
    valid: re.Pattern[bytes] = field(repr=False)
    trunk: re.Pattern[bytes] = field(repr=False)
    shapes: tuple[Shape, ...] = field(repr=False)

    def has(self, digits: bytes) -> bool:
        """Whether ``digits`` are a valid national number, with or without the trunk prefix (``0``, in North America ``1``)."""
        if self.valid.fullmatch(digits):
            return True
        trunk = self.trunk.match(digits)
        return trunk is not None and self.valid.fullmatch(digits, trunk.end()) is not None

    def templates(self) -> list[str]:
        """Regular expressions for the ways this region prints its numbers, longest first."""
        if self.code == _NANP:
            return [r"(?:1[-. ])?(?:\(\d{3}\)[-. ]?|\d{3}(?P<gap>[-. ]))\d{3}(?(gap)(?P=gap)|[-. ])\d{4}"]
        longest = sorted(self.shapes, key=lambda shape: -sum(least for least, _ in shape.widths))
        slashed = [r"0\d{2,4}/\d{5,8}"] if self.code in _SLASHED else []
        return [*dict.fromkeys(shape.template() for shape in longest), *slashed]

    def anchors(self) -> list[str]:
        """Hyperscan patterns for the ways this region prints its numbers."""
        found = [anchor for shape in self.shapes for anchor in shape.anchors(self.code)]
        slashed = [f"0{number}{more}/\\d\\d\\d" for number in range(10, 100) for more in ("", r"\d", r"\d\d")]
        return [*dict.fromkeys(found + (slashed if self.code in _SLASHED else []))]


@lru_cache(maxsize=512)
def region(name: str) -> Region:
    """The region with this ISO 3166-1 code; ``ValueError`` for one that libphonenumber doesn't know."""
    metadata = PhoneMetadata.metadata_for_region(name)
    if metadata is None or metadata.country_code is None:
        raise ValueError(f"phone region {name!r} is unknown; it must be a two-letter ISO 3166-1 code")
    # Formats stand in the entry of the calling code's main region alone: the United States' for Canada, Russia's for Kazakhstan.
    shared = PhoneMetadata.metadata_for_region(phonenumbers.region_code_for_country_code(metadata.country_code)) or metadata
    prefix = metadata.national_prefix_for_parsing or metadata.national_prefix or "0"
    return Region(
        name=name,
        code=metadata.country_code,
        valid=_code_pattern(_NANP) if metadata.country_code == _NANP else re.compile(_valid(metadata).encode()),
        trunk=re.compile(f"(?:{prefix}|0)".encode()),
        shapes=tuple(dict.fromkeys(_shapes(shared))),
    )


def _shapes(metadata: PhoneMetadata) -> Iterator[Shape]:
    """The formats of one region, as NATIONAL prints them, and without the trunk prefix where it may be left out."""
    formats = [*metadata.number_format, *metadata.intl_number_format] if metadata.country_code == _NANP else metadata.number_format
    for form in formats:
        plain, rule, pattern = form.format, form.national_prefix_formatting_rule, form.pattern
        if plain is None or pattern is None:
            continue
        printed = [plain.replace(r"\1", rule, 1)] if rule else [plain]
        if rule and form.national_prefix_optional_when_formatting:
            printed.append(plain)
        for text in printed:
            shape = _shape(text, pattern, next(iter(form.leading_digits_pattern), ""))
            if shape is not None:
                yield shape


def _shape(printed: str, pattern: str, leading: str) -> Shape | None:
    """``None`` where the shape has fewer than eight digits or nothing between them: that needs a word beside it to be a number."""
    pieces = re.split(r"\\(\d)", printed)
    groups = re.findall(r"\(\\d(?:\{(\d+)(?:,(\d+))?\})?\)", pattern)
    widths = [(int(least or 1), int(most or least or 1)) for least, most in (groups[int(number) - 1] for number in pieces[1::2])]
    before = tuple(pieces[0:-1:2])
    digits = sum(fewest for fewest, _ in widths) + sum(char.isdigit() for char in "".join(before))
    least, most = widths[-1]
    widths[-1] = (max(least, min(most, least + _FORMATTED_LEAST - digits)), most)
    if digits - least + widths[-1][0] < _FORMATTED_LEAST or not any(char in " -.()" for char in "".join(before)):
        return None
    return Shape(before, tuple(widths), leading)
