"""What a Collector's file exporter wrote: read back, counted while it grows, and compared item by item.

Contract: ``compare`` says everything that is wrong as lines of text, and nothing when all is well: each item that went in came out; what
had no secret came out equal, byte for byte once both are serialised by the same library; of what had one, exactly the place that held it
differs, says that it is redacted, and holds no eight characters in a row of the needle. Duplicates are counted apart. Lines name ids and
places, never values.
"""

from __future__ import annotations

import struct
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tests.interop.planted import REQUESTS, SIGNALS, Planted, Traffic, groups_of, id_of

_LENGTH = struct.Struct(">i")  # fileexporter, "format: proto": each message behind its length, big endian
_WINDOW = 8


class Item(NamedTuple):
    """One item, and the context it came in."""

    message: Any
    context: bytes


class Messages:
    """Reads on where it stopped, so that a file that grows is read once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._rest = b""
        self._offset = 0

    def __iter__(self) -> Iterator[bytes]:
        if not self._file.exists():
            return
        with self._file.open("rb") as stream:
            stream.seek(self._offset)
            new = stream.read()
        self._offset += len(new)
        buffer, position = self._rest + new, 0
        while position + 4 <= len(buffer):
            (size,) = _LENGTH.unpack_from(buffer, position)
            if position + 4 + size > len(buffer):
                break
            yield buffer[position + 4 : position + 4 + size]
            position += 4 + size
        self._rest = buffer[position:]


def parsed(payload: bytes) -> tuple[str, Any]:
    """A request of whichever signal: the three differ in the field numbers of their items, so only one reads back as it was with items in it."""
    for signal in SIGNALS:
        message = REQUESTS[signal]()
        try:
            message.ParseFromString(payload)
        except Exception:  # protobuf's DecodeError: another signal's
            continue
        if _is_whole(message):
            return signal, message
    raise AssertionError("a recorded request of no signal")


def _is_whole(message: Any) -> bool:
    """Whether every field is known to the message type."""
    before = message.ByteSize()
    copy = type(message)()
    copy.CopyFrom(message)
    copy.DiscardUnknownFields()
    return bool(copy.ByteSize() == before)


@dataclass
class Recorded:
    """A signal's items in one file, by id."""

    items: dict[int, Item] = field(default_factory=dict)
    duplicates: int = 0


def read(payloads: Iterable[bytes]) -> dict[str, Recorded]:
    """All items of all requests."""
    found = {signal: Recorded() for signal in SIGNALS}
    for payload in payloads:
        signal, message = parsed(payload)
        recorded = found[signal]
        for group, scoped, items in groups_of(signal, message):
            context = _context(group, scoped)
            for item in items:
                key = id_of(signal, item)
                recorded.duplicates += key in recorded.items
                recorded.items[key] = Item(item, context)
    return found


def _context(group: Any, scoped: Any) -> bytes:
    """A request of the same kind without its items, serialised."""
    outer, inner = type(group)(), type(scoped)()
    outer.resource.CopyFrom(group.resource)
    inner.scope.CopyFrom(scoped.scope)
    outer.schema_url, inner.schema_url = group.schema_url, scoped.schema_url
    return bytes(outer.SerializeToString(deterministic=True) + b"\0scope\0" + inner.SerializeToString(deterministic=True))


def wait_until(count: Callable[[], int], expected: int, seconds: float, state: Callable[[], str]) -> None:
    """Until ``count`` has reached ``expected``; ``seconds`` is how long nothing new may come."""
    last, changed = -1, time.monotonic()
    while (now := count()) < expected:
        if now != last:
            last, changed = now, time.monotonic()
        assert time.monotonic() - changed < seconds, f"{now} of {expected} arrived, then nothing more for {seconds:.0f} s\n{state()}"
        time.sleep(0.1)


class Tally:
    """How many items a growing file holds."""

    def __init__(self, file: Path) -> None:
        self._messages = Messages(file)
        self._count = 0

    def __call__(self) -> int:
        for payload in self._messages:
            signal, message = parsed(payload)
            self._count += sum(len(items) for _, _, items in groups_of(signal, message))
        return self._count


def compare(traffic: Traffic, before: Recorded, after: Recorded) -> list[str]:
    """See the module."""
    wrong: Counter[str] = Counter()
    if len(before.items) != traffic.count:
        wrong[f"{len(before.items)} of {traffic.count} items were recorded before"] += 1
    for key in before.items.keys() - after.items.keys():
        wrong[f"lost: {_place(traffic, key)}"] += 1
    for key in after.items.keys() - before.items.keys():
        wrong[f"came from nowhere, such as {key}"] += 1
    contexts: dict[bytes, bytes] = {}
    for key in before.items.keys() & after.items.keys():
        one, other = before.items[key], after.items[key]
        planted = traffic.planted.get(key)
        if planted is not None:
            wrong.update(_differences(one.message, other.message, planted))
        elif one.message.SerializeToString(deterministic=True) != other.message.SerializeToString(deterministic=True):
            wrong["changed: untouched items"] += 1
        if contexts.setdefault(one.context, other.context) != other.context:
            wrong["items of one request came out with different contexts"] += 1
    wrong.update(_compare_contexts(traffic, contexts))
    return [f"{count} × {what}" for what, count in sorted(wrong.items())]


def _place(traffic: Traffic, key: int) -> str:
    planted = traffic.planted.get(key)
    return f"planted in {planted.place}" if planted else "untouched"


def _compare_contexts(traffic: Traffic, contexts: dict[bytes, bytes]) -> Iterator[str]:
    """``contexts``: as they went in → as they came out."""
    planted = {bytes(hidden.needle, "utf-8"): hidden for hidden in traffic.contexts}
    found: set[bytes] = set()
    for before, after in contexts.items():
        needle = next((needle for needle in planted if needle in before), None)
        if needle is None:
            if before != after:
                yield "changed: untouched contexts"
            continue
        found.add(needle)
        yield from _leftovers(after, planted[needle])
        if before == after or not _says_so(after):
            yield f"not redacted: {planted[needle].place}"
    if found != planted.keys():
        yield "a planted context was recorded nowhere"


def _differences(before: Any, after: Any, planted: Planted) -> Iterator[str]:
    yield from _leftovers(after.SerializeToString(), planted)
    if before == after:
        yield f"not redacted: {planted.place}"
    else:
        yield from _walk(before, after, planted)


def _leftovers(after: bytes, planted: Planted) -> Iterator[str]:
    needle = planted.needle.encode()
    if any(needle[start : start + _WINDOW] in after for start in range(len(needle) - _WINDOW + 1)):
        yield f"SURVIVED: {planted.place}"


def _says_so(content: bytes) -> bool:
    return b"redacted" in content.lower()


def _walk(before: Any, after: Any, planted: Planted) -> Iterator[str]:
    """Down to the attribute or text that held the needle; everything beside that path is equal."""
    for one in before.DESCRIPTOR.fields:
        old, new = getattr(before, one.name), getattr(after, one.name)
        if old == new:
            continue
        repeated = not isinstance(old, (str, bytes, int, float, bool)) and hasattr(old, "__len__")
        if repeated and len(old) != len(new):
            yield f"another number of {one.name}: {planted.place}"
            continue
        for was, became in zip(old, new, strict=True) if repeated else ((old, new),):
            if was != became:
                yield from _leaf(was, became, planted)


def _leaf(was: Any, became: Any, planted: Planted) -> Iterator[str]:
    old, new = _content(was), _content(became)
    if planted.needle.encode() not in old:
        yield f"changed beside the secret: {planted.place}"
    elif hasattr(was, "DESCRIPTOR") and was.DESCRIPTOR.name != "KeyValue":
        yield from _walk(was, became, planted)
    elif not _says_so(new):
        yield f"gone without a word: {planted.place}"


def _content(value: Any) -> bytes:
    if hasattr(value, "DESCRIPTOR"):
        return bytes(value.SerializeToString())
    return value if isinstance(value, bytes) else str(value).encode()
