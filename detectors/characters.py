"""From characters to bytes: all coordinates of findings are byte offsets, while what knows words and letters works on characters."""

from __future__ import annotations


def decoded(text: bytes) -> str:
    """``text`` with a way back: bytes that are no UTF-8 are kept as surrogates."""
    return text.decode("utf-8", "surrogateescape")


def byte_spans(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ascending, disjoint character spans of ``text``, which came from :func:`decoded`, as byte offsets."""
    if not spans or text.isascii():
        return spans
    out, at, done = [], 0, 0
    for start, end in spans:
        first = at + len(text[done:start].encode("utf-8", "surrogateescape"))
        at = first + len(text[start:end].encode("utf-8", "surrogateescape"))
        out.append((first, at))
        done = end
    return out
