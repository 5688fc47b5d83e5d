"""A text written anew in another syntax, with the way back: where in the original each of its bytes stands."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from detectors.model import Span


class Mapped:
    """Put pieces in one after the other; ``text`` joins them. Offsets into the original ascend.

    A piece as long as what it stands for is mapped byte by byte, any other as a whole.
    """

    __slots__ = ("_ends", "_origins", "_parts", "_places", "_size", "_text")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._places: list[int] = []
        self._origins: list[int] = []
        self._ends: list[int] = []
        self._size = 0
        self._text: bytes | None = None

    def put(self, piece: bytes, start: int, end: int) -> None:
        """``piece`` stands for the original's ``[start, end)``."""
        if not piece:
            return
        ends = self._ends
        if not ends or len(piece) != end - start or ends[-1] != start or self._size - self._places[-1] != start - self._origins[-1]:
            self._places.append(self._size)
            self._origins.append(start)
            ends.append(end)
        else:
            ends[-1] = end
        self._parts.append(piece)
        self._size += len(piece)

    def amend(self, index: int, piece: bytes) -> None:
        """Another piece of the same length in the place of the ``index``-th."""
        self._parts[index] = piece

    @property
    def pieces(self) -> int:
        """How many pieces there are."""
        return len(self._parts)

    @property
    def text(self) -> bytes:
        """All pieces; ask for it when they are complete."""
        if self._text is None:
            self._text = b"".join(self._parts)
        return self._text

    def raw(self, start: int, end: int) -> Span:
        """Where ``text[start:end]`` stands in the original. An empty span is a place: nothing of a piece that is mapped as a whole."""
        if not self._places:
            return 0, 0
        first = self._raw(max(bisect_right(self._places, start) - 1, 0), start, after=False)
        if end <= start:
            return first, first
        return first, max(first, self._raw(max(bisect_left(self._places, end) - 1, 0), end, after=True))

    def _raw(self, i: int, offset: int, *, after: bool) -> int:
        place, origin, end = self._places[i], self._origins[i], self._ends[i]
        width = (self._places[i + 1] if i + 1 < len(self._places) else self._size) - place
        if width == end - origin:
            return origin + min(offset - place, width)
        return end if after else origin
