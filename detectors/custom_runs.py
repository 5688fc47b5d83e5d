"""Runs of byte sets, how rare they are in ordinary logs, and the anchors made of them.

A **run** is a sequence of byte sets; a **factor** is a set of runs, of which every match contains one. The frequencies are rough, and need
not be more: a bad guess costs speed, never a match. Characters of a broad class come in company (digits, hexadecimal ids), so that a long
run of one class is not rare.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import Final

from detectors.model import Anchor

Bytes = frozenset[int]
Run = tuple[Bytes, ...]
Factor = tuple[Run, ...]

RUN_BYTES: Final = 60
"""No anchor may be wider than the overlap of two scan windows (64 bytes)."""
RUNS: Final = 48
"""Alternatives of one factor."""
NOTHING: Final[Factor] = ((),)
DIGIT, LOWER, UPPER = frozenset(b"0123456789"), frozenset(range(97, 123)), frozenset(range(65, 91))

_LETTERS = b"etaoinsrdlcumphgfybwvkxzjq"
_PER_MILLE = (60, 45, 45, 40, 40, 40, 35, 35, 25, 22, 20, 18, 18, 18, 15, 12, 10, 10, 10, 8, 6, 6, 3, 2, 2, 1)
_FREQUENT = dict(zip(_LETTERS, _PER_MILLE, strict=True)) | dict.fromkeys(DIGIT, 18) | dict.fromkeys(UPPER, 4)
_FREQUENT |= {32: 60, 34: 80, 44: 25, 45: 40, 46: 20, 58: 30, 95: 10}
_BROAD, _GOES_ON = 10, 0.8
_RARE_ENOUGH = 1e-6
_SPELLED = 4


def chance(factor: Factor) -> float:
    """Roughly how often the factor stands at a place of an ordinary log."""
    return sum(map(_rarest, factor))


@lru_cache(maxsize=4096)
def _rarest(run: Run) -> float:
    return _chance(trimmed(run))


def _chance(run: Run) -> float:
    total, broad = 1.0, False
    for step in run:
        one = sum(_FREQUENT.get(byte, 3) for byte in step) / 1000
        wide = len(step) >= _BROAD
        total *= max(one, _GOES_ON) if wide and broad else min(one, 0.9)
        broad = wide
    return total


def trimmed(run: Run) -> Run:
    """The part of a run that is rare enough and short: 8 bytes where these do."""
    best = run
    for size in (8, 16, 32, RUN_BYTES):
        best = min((run[at : at + size] for at in range(max(1, len(run) - size + 1))), key=_chance)
        if _chance(best) < _RARE_ENOUGH or size >= len(run):
            break
    return best


def rarer(one: Factor | None, other: Factor | None) -> Factor | None:
    """The factor that is met less often; one with an empty run says nothing."""
    if other is None or len(other) > RUNS or () in other:
        return one
    return other if one is None or chance(other) < chance(one) else one


def product(one: Factor, other: Factor) -> Factor | None:
    """Every run of one followed by every run of the other; ``None`` where these get too many or too long."""
    if len(one) * len(other) > RUNS or max(map(len, one)) + max(map(len, other)) > RUN_BYTES:
        return None
    return tuple(dict.fromkeys(a + b for a in one for b in other))


def spelled(step: Bytes) -> list[Bytes]:
    """A small class one by one, each letter with its other case: Hyperscan is faster with several patterns than with ``[-_.]``."""
    letters = {byte for byte in step if byte in UPPER and byte + 32 in step}
    apart = [frozenset({byte, byte + 32}) if byte in letters else frozenset({byte}) for byte in sorted(step) if byte - 32 not in letters]
    return apart if len(apart) <= _SPELLED else [step]


def holds(factor: Factor, words: tuple[bytes, ...]) -> bool:
    """Whether each run contains one of the words, which are in lower case."""
    return bool(words) and all(any(word in text for word in words) for text in map(_lower, factor))


def _lower(run: Run) -> bytes:
    """A run as lower-case text; what is no single letter becomes a byte that no word has."""
    return b"".join(bytes((max(step),)).lower() if len(step) == 1 or _is_letter(step) else b"\0" for step in run)


def anchors(factor: Factor) -> tuple[Anchor, ...]:
    """Hyperscan patterns of which one hits within every match."""
    return tuple(dict.fromkeys(_anchor(trimmed(run)) for run in factor))


def _anchor(run: Run) -> Anchor:
    """A literal, caseless where one of its letters is, or a sequence of classes."""
    if all(len(step) == 1 or _is_letter(step) for step in run):
        return Anchor("".join(_byte(max(step)) for step in run), any(map(_is_letter, run)))
    steps = [(_class(step), len(list(same))) for step, same in groupby(run)]
    return Anchor("".join(step if times == 1 else f"{step}{{{times}}}" for step, times in steps))


def _is_letter(step: Bytes) -> bool:
    """A letter in either case."""
    return len(step) == 2 and min(step) in UPPER and max(step) == min(step) + 32


def _byte(byte: int) -> str:
    return chr(byte) if byte in DIGIT or byte in LOWER or byte in UPPER or byte == 95 else f"\\x{byte:02x}"


def _class(step: Bytes) -> str:
    """One byte of a set; ranges are written as such."""
    if len(step) == 1:
        return _byte(min(step))
    parts, codes = [], sorted(step)
    first = last = codes[0]
    for code in [*codes[1:], -1]:
        if code == last + 1:
            last = code
            continue
        parts.append(_byte(first) if first == last else f"{_byte(first)}-{_byte(last)}")
        first = last = code
    return f"[{''.join(parts)}]"
