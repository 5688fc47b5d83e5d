"""What every match of a regular expression must contain, read off its text: the ground that anchors stand on.

Contract: ``facts(regex)`` takes RE2 syntax that RE2 has accepted (https://github.com/google/re2/wiki/Syntax). A **run** is a sequence of
byte sets; a **factor** is a set of runs of which every match contains one, contiguous, *as it stands on the wire*: JSON may escape
``"``, ``\\``, ``/``, control and non-ASCII characters, so these end a run, or widen it where it repeats one class. What is not understood
is taken to match anything. Letters are folded in ASCII only: ``(?i)k`` is also matched by the Kelvin sign, but no anchor looks for it.
Linear in the regular expression, save for small products, which are capped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from detectors.custom_runs import DIGIT, LOWER, NOTHING, RUN_BYTES, RUNS, UPPER, Bytes, Factor, holds, product, rarer, spelled

_DEPTH: Final = 200
_ESCAPING: Final[Bytes] = frozenset(b"\\nrtbfu0123456789abcdefABCDEF")
_UNSAFE: Final[Bytes] = frozenset(b'"\\/') | frozenset(range(0x20)) | {0x7F}
_HIGH: Final[Bytes] = frozenset(range(0x80, 0x100))
_ASCII: Final[Bytes] = frozenset(range(0x80))
_SPACE: Final = frozenset(b"\t\n\f\r ")
_ALNUM: Final = DIGIT | LOWER | UPPER
_GRAPH: Final = frozenset(range(0x21, 0x7F))
_PERL = {"d": DIGIT, "s": _SPACE, "w": _ALNUM | {95}}
_POSIX = {
    "alnum": _ALNUM,
    "alpha": LOWER | UPPER,
    "ascii": _ASCII,
    "blank": frozenset(b"\t "),
    "cntrl": frozenset(range(0x20)) | {0x7F},
    "digit": DIGIT,
    "graph": _GRAPH,
    "lower": LOWER,
    "print": _GRAPH | {32},
    "punct": _GRAPH - _ALNUM,
    "space": _SPACE | {11},
    "upper": UPPER,
    "word": _ALNUM | {95},
    "xdigit": frozenset(b"0123456789abcdefABCDEF"),
}
_CONTROLS = {"a": 7, "f": 12, "t": 9, "n": 10, "r": 13, "v": 11}


@dataclass(frozen=True, slots=True)
class Facts:
    """About one part of a regular expression. ``longest`` is in bytes, ``None`` without a bound.

    ``exact``: the runs it can match, where these are all and few. ``prefix`` and ``suffix``: how every match begins and ends.
    ``keyed``: every match contains one of the keywords. ``wire``: for a single character, the bytes it may be on the wire.
    """

    shortest: int
    longest: int | None
    exact: Factor | None = None
    prefix: Factor = NOTHING
    suffix: Factor = NOTHING
    factor: Factor | None = None
    keyed: bool = False
    wire: Bytes | None = None


_EMPTY = Facts(0, 0, NOTHING)
_ANYTHING = Facts(0, None)


def facts(regex: str, keywords: tuple[str, ...] = ()) -> Facts:
    """What holds for every match of ``regex``; ``factor`` is the rarest one known."""
    words = tuple(word.lower().encode() for word in keywords)
    try:
        found = _Reader(regex, words).alternation(0)
    except (IndexError, ValueError, RecursionError):  # syntax that is not known here: nothing is
        return _ANYTHING
    return _concat([found], words)


def _concat(parts: list[Facts], words: tuple[bytes, ...]) -> Facts:
    shortest, longest = sum(part.shortest for part in parts), _sum([part.longest for part in parts])
    run, prefix, best, keyed = NOTHING, None, None, any(part.keyed for part in parts)
    for part in parts:
        joined = product(run, part.exact) if part.exact is not None else None
        if joined is not None:
            run = joined
            continue
        begun = product(run, part.prefix if part.exact is None else part.exact)
        for factor in (begun or run, part.exact, part.factor):
            best = rarer(best, factor)
            keyed = keyed or (factor is not None and holds(factor, words))
        prefix = (begun or run) if prefix is None else prefix
        run = part.suffix if part.exact is None else part.exact
    keyed = keyed or holds(run, words)
    exact = run if prefix is None else None
    return Facts(shortest, longest, exact, run if prefix is None else prefix, run, rarer(best, run), keyed)


def _alternatives(parts: list[Facts], words: tuple[bytes, ...]) -> Facts:
    if len(parts) == 1:
        return parts[0]
    lengths = [part.longest for part in parts]
    known = [length for length in lengths if length is not None]
    longest = max(known) if len(known) == len(lengths) else None
    keyed = all(part.keyed or (part.exact is not None and holds(part.exact, words)) for part in parts)
    exact: Factor | None = tuple(dict.fromkeys(run for part in parts for run in part.exact or ()))
    if any(part.exact is None for part in parts) or exact is None or len(exact) > RUNS:
        exact = None
    factors = [rarer(part.factor, part.exact) for part in parts]
    together = None if None in factors else tuple(dict.fromkeys(run for factor in factors for run in factor or ()))
    return Facts(min(part.shortest for part in parts), longest, exact, exact or NOTHING, exact or NOTHING, rarer(None, together), keyed)


def _repeated(part: Facts, least: int, most: int | None) -> Facts:
    longest = None if most is None or part.longest is None else part.longest * most
    if most == 0:
        return _EMPTY
    result = Facts(part.shortest * least, 0 if part.longest == 0 else longest, keyed=part.keyed and least > 0)
    if least > 0:
        wire = None if part.wire is None else ((part.wire,) * min(least, RUN_BYTES),)
        result = replace(result, factor=rarer(part.factor, wire))
    if part.exact is None:
        return replace(result, exact=NOTHING) if part.longest == 0 else result
    powers = [NOTHING]
    while len(powers) <= (least if most is None else most):
        power = product(powers[-1], part.exact)
        if power is None:
            break
        powers.append(power)
    whole = powers[min(least, len(powers) - 1)]
    if most is not None and len(powers) > most and sum(map(len, powers[least:])) <= RUNS:
        exact = tuple(dict.fromkeys(run for power in powers[least:] for run in power))
        return replace(result, exact=exact, prefix=exact, suffix=exact, factor=rarer(result.factor, exact))
    return replace(result, prefix=whole, suffix=whole, factor=rarer(result.factor, whole))


def _sum(lengths: list[int | None]) -> int | None:
    known = [length for length in lengths if length is not None]
    return sum(known) if len(known) == len(lengths) else None


def _one_of(ascii_: Bytes, others: bool) -> Facts:
    """One character: of these, or (``others``) any that is not ASCII."""
    wire = ascii_ | (_HIGH if others else frozenset()) | (_ESCAPING if others or ascii_ & _UNSAFE else frozenset())
    safe = not others and not ascii_ & _UNSAFE and bool(ascii_)
    exact: Factor | None = tuple((step,) for step in spelled(ascii_)) if safe else None
    return Facts(1, 4 if others else 1, exact, exact or NOTHING, exact or NOTHING, ((wire,),), wire=wire)


class _Reader:
    """Reads RE2 syntax. ``fold`` is whether letters match in either case here."""

    def __init__(self, regex: str, words: tuple[bytes, ...]) -> None:
        self.text, self.at, self.fold, self.words = regex, 0, False, words

    def alternation(self, depth: int) -> Facts:
        if depth > _DEPTH:
            raise ValueError
        branches: list[Facts] = []
        parts: list[Facts] = []
        while self.at < len(self.text) and self.text[self.at] != ")":
            if self.text[self.at] == "|":
                self.at += 1
                branches.append(_concat(parts, self.words))
                parts = []
            else:
                parts += self._repetition(self._atom(depth))
        return _alternatives([*branches, _concat(parts, self.words)], self.words)

    def _repetition(self, parts: list[Facts]) -> list[Facts]:
        while parts:
            bounds = self._bounds()
            if bounds is None:
                break
            parts = [*parts[:-1], _repeated(parts[-1], *bounds)]
        return parts

    def _bounds(self) -> tuple[int, int | None] | None:
        sign = self.text[self.at : self.at + 1]
        bounds: tuple[int, int | None] | None = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(sign)
        end = self.at + 1
        if sign == "{":
            close = self.text.find("}", self.at)
            first, comma, last = self.text[self.at + 1 : max(close, self.at + 1)].partition(",")
            if first.isdecimal() and (not last or last.isdecimal()):
                bounds, end = (int(first), int(last) if last else None if comma else int(first)), close + 1
        if bounds is None:
            return None
        self.at = end + (self.text[end : end + 1] == "?")
        return bounds

    def _atom(self, depth: int) -> list[Facts]:
        sign = self.text[self.at]
        self.at += 1
        if sign == "(":
            return self._group(depth)
        if sign == "[":
            return [self._class()]
        if sign == "\\":
            return self._escape()
        if sign == ".":
            return [_one_of(_ASCII, True)]
        return [_EMPTY] if sign in "^$" else [self._literal(ord(sign))]

    def _group(self, depth: int) -> list[Facts]:
        fold = self.fold
        if self.text.startswith("?", self.at):
            if self.text.startswith(("?P<", "?<"), self.at):
                self.at = self.text.index(">", self.at) + 1
            else:
                end = min(at for at in (self.text.find(":", self.at), self.text.find(")", self.at)) if at >= 0)
                on, _, off = self.text[self.at + 1 : end].partition("-")
                self.fold = (self.fold or "i" in on) and "i" not in off
                self.at = end + 1
                if self.text[end] == ")":
                    return []
        inside = self.alternation(depth + 1)
        self.at += 1
        self.fold = fold
        return [inside]

    def _literal(self, code: int) -> Facts:
        if code >= 0x80:
            size = len(chr(code).encode("utf-8", "surrogatepass"))
            return replace(_one_of(frozenset(), True), shortest=size, longest=4)
        return _one_of(self._folded(frozenset({code})), False)

    def _folded(self, codes: Bytes) -> Bytes:
        return codes | {code ^ 32 for code in codes if code in LOWER or code in UPPER} if self.fold else codes

    def _escape(self) -> list[Facts]:
        sign = self.text[self.at]
        if sign == "Q":
            end = self.text.find("\\E", self.at)
            quoted = self.text[self.at + 1 : end if end >= 0 else None]
            self.at = end + 2 if end >= 0 else len(self.text)
            return [self._literal(ord(char)) for char in quoted]
        if sign in "AbBzE":
            self.at += 1
            return [_EMPTY]
        codes, others = self._escaped()
        if others and not codes:
            return [_one_of(_ASCII, True)]
        if len(codes) == 1 and not others:
            return [self._literal(next(iter(codes)))]
        return [_one_of(self._folded(codes), others)]

    def _escaped(self) -> tuple[frozenset[int], bool]:
        """``(ASCII codes, whether characters beyond ASCII too)`` of the escape whose letter is next."""
        sign = self.text[self.at]
        self.at += 1
        if sign.lower() in _PERL:
            codes = _PERL[sign.lower()]
            return (codes, False) if sign.islower() else (_ASCII - codes, True)
        if sign in "pP":
            self.at = self.text.index("}", self.at) + 1 if self.text[self.at] == "{" else self.at + 1
            return _ASCII, True
        if sign == "x":
            end = self.text.index("}", self.at) if self.text[self.at] == "{" else self.at + 2
            code = int(self.text[self.at : end].lstrip("{"), 16)
            self.at = end + (self.text[end : end + 1] == "}" and self.text[self.at] == "{")
        elif sign in "01234567":
            digits = sign
            while len(digits) < 3 and self.text[self.at : self.at + 1] in tuple("01234567"):
                digits += self.text[self.at]
                self.at += 1
            code = int(digits, 8)
        elif sign == "C":
            return _ASCII, True
        else:
            code = _CONTROLS.get(sign, ord(sign))
        return (frozenset({code}), False) if code < 0x80 else (frozenset(), True)

    def _class(self) -> Facts:
        negated = self.text[self.at] == "^"
        self.at += negated
        codes: set[int] = set()
        others, first = False, True
        while first or self.text[self.at] != "]":
            first = False
            low, more = self._class_item()
            others = others or more
            if self.text[self.at] == "-" and self.text[self.at + 1] != "]" and (len(low) == 1 or more):
                self.at += 1
                high, more = self._class_item()
                others = others or more
                codes |= set(range(min(low, default=0x80), max(high, default=0x7F) + 1))
            codes |= low
        self.at += 1
        folded = self._folded(frozenset(codes))
        return _one_of(_ASCII - folded, True) if negated else _one_of(folded, others)

    def _class_item(self) -> tuple[frozenset[int], bool]:
        if self.text.startswith("[:", self.at) and (end := self.text.find(":]", self.at)) > 0:
            name = self.text[self.at + 2 : end]
            self.at = end + 2
            return (_ASCII - _POSIX[name[1:]], True) if name.startswith("^") else (_POSIX[name], False)
        sign = self.text[self.at]
        self.at += 1
        if sign == "\\":
            return self._escaped()
        return (frozenset({ord(sign)}), False) if ord(sign) < 0x80 else (frozenset(), True)
