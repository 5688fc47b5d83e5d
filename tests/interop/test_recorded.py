"""What compares the round trips sees what it is there to see: the same traffic, redacted without any program in between, is fine; each way
of spoiling it is told. These run everywhere: they need no Collector.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from service.redaction.pipeline import rewrite
from tests.interop.places import CONTEXTS, PLACES
from tests.interop.planted import SIGNALS, Traffic, traffic
from tests.interop.recorded import Item, Messages, Recorded, compare, read
from tests.service.running import default_plan

COUNT = 14_000  # as many requests as it takes for a secret in every kind of context


@cache
def made(signal: str) -> Traffic:
    return traffic(signal, COUNT)


@cache
def redacted(signal: str) -> list[bytes]:
    return [rewrite(f"otlp_proto:{signal}", request, default_plan()).payload for request in made(signal).requests]


def compared(signal: str, spoil: Callable[[Traffic, Recorded], None] = lambda traffic, after: None) -> list[str]:
    after = read(redacted(signal))[signal]
    spoil(made(signal), after)
    return compare(made(signal), read(made(signal).requests)[signal], after)


@pytest.mark.parametrize("signal", SIGNALS)
def test_redaction_takes_every_secret_from_every_place_and_nothing_else(signal: str) -> None:
    assert {planted.place for planted in made(signal).planted.values()} == PLACES[signal].keys()
    assert {planted.place for planted in made(signal).contexts} == CONTEXTS.keys()
    assert compared(signal) == []


def first_planted(sent: Traffic, place: str) -> int:
    return next(key for key, planted in sent.planted.items() if planted.place == place)


def first_untouched(sent: Traffic) -> int:
    return next(key for key in range(1, sent.count + 1) if key not in sent.planted)


def lose_one(sent: Traffic, after: Recorded) -> None:
    del after.items[first_untouched(sent)]


def invent_one(sent: Traffic, after: Recorded) -> None:
    after.items[sent.count + 1] = after.items[1]


def change_a_number(sent: Traffic, after: Recorded) -> None:
    after.items[first_untouched(sent)].message.attributes[2].value.int_value += 1


def keep_a_secret(sent: Traffic, after: Recorded) -> None:
    key = first_planted(sent, "body")
    after.items[key] = Item(read(sent.requests)["logs"].items[key].message, after.items[key].context)


def keep_a_tail(sent: Traffic, after: Recorded) -> None:
    key = first_planted(sent, "body")
    after.items[key].message.body.string_value += sent.planted[key].needle[-8:]


def empty_it_silently(sent: Traffic, after: Recorded) -> None:
    after.items[first_planted(sent, "body")].message.body.string_value = ""


def change_a_neighbour(sent: Traffic, after: Recorded) -> None:
    after.items[first_planted(sent, "body")].message.attributes[0].value.string_value = "PATCH"


def drop_a_neighbour(sent: Traffic, after: Recorded) -> None:
    del after.items[first_planted(sent, "body")].message.attributes[0]


def change_a_context(sent: Traffic, after: Recorded) -> None:
    after.items.update({key: Item(item.message, item.context.replace(b"checkout", b"checkin")) for key, item in after.items.items()})


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lose_one, "1 × lost: untouched"),
        (invent_one, f"1 × came from nowhere, such as {COUNT + 1}"),
        (change_a_number, "1 × changed: untouched items"),
        (keep_a_secret, "1 × SURVIVED: body"),
        (keep_a_tail, "1 × SURVIVED: body"),
        (empty_it_silently, "1 × gone without a word: body"),
        (change_a_neighbour, "1 × changed beside the secret: body"),
        (drop_a_neighbour, "1 × another number of attributes: body"),
        (change_a_context, "× changed: untouched contexts"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_whatever_is_wrong_is_told(spoil: Callable[[Traffic, Recorded], None], told: str) -> None:
    assert any(told in line for line in compared("logs", spoil))


def test_a_file_that_grows_is_read_once_and_only_whole_messages_are(tmp_path: Path) -> None:
    file, requests = tmp_path / "some.pb", made("logs").requests[:3]
    framed = b"".join(struct.pack(">i", len(request)) + request for request in requests)
    messages, cut = Messages(file), len(framed) - 10
    assert list(messages) == []
    file.write_bytes(framed[:cut])
    assert list(messages) == requests[:2]
    file.write_bytes(framed)
    assert list(messages) == requests[2:]


def test_items_that_came_twice_are_counted() -> None:
    requests = made("logs").requests
    assert read([requests[0], requests[1], requests[0]])["logs"].duplicates == 200
