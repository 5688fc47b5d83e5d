"""What a content is, by its first bytes; its name only breaks ties.

Unknown binary is ``None``: it is reported and copied nowhere. So is UTF-16, in which no detector would see anything.
"""

from __future__ import annotations

from service.archive.contract import HEAD_BYTES, Format
from service.archive.formats.delimited import Delimited, delimiter_of
from service.archive.formats.document import Document
from service.archive.formats.lines import Lines
from service.archive.formats.otlp import OtlpLines, signal_of
from service.archive.formats.partial import Cri, DockerJson
from service.redaction.pipeline import detect_format

_FORMATS: tuple[Format, ...] = (
    Lines("text"),
    Lines("ndjson"),
    Document(),
    OtlpLines(),
    DockerJson(),
    Cri(),
    Delimited("csv", b","),
    Delimited("tsv", b"\t"),
    Delimited("csv;", b";"),
    Delimited("csv|", b"|"),
)
_TEXT: dict[str, Format] = {form.name: form for form in _FORMATS}
_BY_DELIMITER = {b",": _TEXT["csv"], b"\t": _TEXT["tsv"], b";": _TEXT["csv;"], b"|": _TEXT["csv|"]}
_CONTROL = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\b\x1b")
_MOST_CONTROL = 0.02


def by_name(name: str) -> Format:
    """The format that is called so (one of :data:`service.archive.FORMATS`, or what :func:`detect` named)."""
    return _TEXT[name]


def detect(head: bytes, name: str) -> Format | None:
    """The format of a content that begins with ``head`` (of up to ``HEAD_BYTES``) in a file called ``name``; ``None``: binary."""
    head = head[:HEAD_BYTES]
    if is_binary(head):
        return None
    form = detect_format(head)
    if form == "text":
        if Cri.is_of(head):
            return _TEXT["cri"]
        delimiter = delimiter_of(head, name)
        return _TEXT["text"] if delimiter is None else _BY_DELIMITER[delimiter]
    if DockerJson.is_of(head):
        return _TEXT["docker"]
    if signal_of(head) and form == "ndjson":
        return _TEXT["otlp"]
    return _TEXT[form]


def is_binary(head: bytes) -> bool:
    """Whether it is no text: zero bytes, or many control characters."""
    if not head:
        return False
    return b"\0" in head or len(head) - len(head.translate(None, _CONTROL)) > _MOST_CONTROL * len(head)
