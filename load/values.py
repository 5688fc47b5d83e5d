"""Where generated traffic takes its values from: seeded, realistic, and never the same twice.

A value that repeats flatters every cache between us and the memory (design, section 3), so every id, address, token and number is
drawn anew. Secrets are put together here, at run time, from a prefix and random characters: no scanner finds one in this repository.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import count

HEX = "0123456789abcdef"
BASE62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
BASE64URL = BASE62 + "-_"

_GIVEN = (
    "amara",
    "bruno",
    "chen",
    "dalia",
    "emil",
    "farah",
    "goran",
    "hana",
    "ivo",
    "jun",
    "kofi",
    "lena",
    "marek",
    "noor",
    "olga",
    "pavel",
)
_FAMILY = (
    "abbot",
    "brandt",
    "costa",
    "dietz",
    "eriksen",
    "fontaine",
    "greco",
    "horvat",
    "iversen",
    "jansen",
    "kaplan",
    "lindqvist",
    "moreau",
)
_MAIL_HOSTS = ("mail.example.com", "example.org", "post.example.net", "corp.example.io")
_PROSE = (
    "please summarise the attached contract and tell me which clauses expose us to penalties when the delivery is late because the "
    "supplier refused to confirm the schedule and our customer has already announced the launch to the press with a fixed date in it"
)
_WORK = (
    "order accepted by warehouse and queued for picking while stock level stays above threshold so replenishment waits until next cycle "
    "cache entry refreshed after upstream answered in time and stale copy removed from the index with no retry needed for this shard "
    "batch committed to ledger after both replicas confirmed and consumer group moved on to the following partition without lag"
)
_PROSE_WORDS, _WORK_WORDS = _PROSE.split(), _WORK.split()
_US_AREAS = (212, 303, 312, 415, 512, 617, 702, 808)
_AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.{build}.{patch} Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{major}.{patch} Safari/605.1.15",
    "okhttp/4.{major}.{patch}",
    "python-requests/2.{major}.{patch}",
    "Go-http-client/1.{patch} (build {build})",
)


class Values:
    """A seeded source of field values. Two with the same seed give the same values in the same order."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._serial = count(self.random.randrange(100_000))

    def serial(self) -> int:
        """A number that this source has not given before."""
        return next(self._serial)

    def of(self, alphabet: str, length: int) -> str:
        return "".join(self.random.choices(alphabet, k=length))

    def hex(self, length: int) -> str:
        return f"{self.random.getrandbits(4 * length):0{length}x}"

    def uuid(self) -> str:
        digits = self.hex(32)
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def address(self) -> str:
        bits = self.random.getrandbits(24)
        return f"10.{bits >> 16}.{bits >> 8 & 255}.{bits & 255}"

    def agent(self) -> str:
        draw = self.random.getrandbits(32)
        return _AGENTS[draw % len(_AGENTS)].format(major=90 + draw % 40, build=draw % 9000, patch=draw % 97)

    def work(self, words: int) -> str:
        """What an application says about its work; nothing in it is sensitive."""
        return _run_of(_WORK_WORDS, self.random.randrange(len(_WORK_WORDS)), words)

    def prose(self, words: int) -> str:
        """What a person writes to a model; ``serial`` makes it unlike every other."""
        return f"{_run_of(_PROSE_WORDS, self.random.randrange(len(_PROSE_WORDS)), words)}, case {self.serial()}"

    def email(self) -> str:
        draw = self.random.getrandbits(24)
        name = f"{_GIVEN[draw % len(_GIVEN)]}.{_FAMILY[draw // 16 % len(_FAMILY)]}{self.serial()}"
        return f"{name}@{_MAIL_HOSTS[draw % len(_MAIL_HOSTS)]}"

    def phone(self) -> str:
        """US and British numbers that libphonenumber calls valid, with a country code or in the national format."""
        serial = self.serial()
        line = serial * 7919 % 8_000_000 + 2_000_000  # exchanges start with 2 to 9; 7919 has no factor of 8,000,000, so no line comes twice
        area, exchange, last = _US_AREAS[serial % len(_US_AREAS)], line // 10_000, line % 10_000
        forms = (
            f"+1{area}{line}",
            f"({area}) {exchange}-{last:04}",
            f"+1 {area}-{exchange}-{last:04}",
            f"+44 7{700 + serial // 1_000_000 % 200} {serial % 1_000_000:06}",
        )
        return forms[serial // len(_US_AREAS) % len(forms)]

    def bearer(self) -> str:
        return f"Bearer {self.of(BASE62, 43)}"

    def sk_key(self) -> str:
        return "sk-" + "proj-" + self.of(BASE64URL, 47) + self.of(BASE62, 1)

    def password(self) -> str:
        return self.of(BASE62, 14)

    def userinfo(self) -> str:
        return f"app_{self.serial()}:{self.of(BASE62, 16)}"


def _run_of(words: list[str], start: int, length: int) -> str:
    doubled = words + words
    while len(doubled) < start + length:
        doubled += words
    return " ".join(doubled[start : start + length])


def _bearer(values: Values) -> str:
    return f"upstream call failed, header Authorization: {values.bearer()}"


def _sk_key(values: Values) -> str:
    return f"model client started with {values.sk_key()}"


def _email(values: Values) -> str:
    return f"receipt sent to {values.email()}"


def _phone(values: Values) -> str:
    return f"code texted to {values.phone()}"


def _password(values: Values) -> str:
    return f"cannot connect: host=db-3 user=app password={values.password()}"


def _url(values: Values) -> str:
    return f"pool opened on postgres://{values.userinfo()}@db-3:5432/orders"


MESSAGE_HITS: tuple[Callable[[Values], str], ...] = (_bearer, _sk_key, _email, _phone, _password, _url)
"""What makes a record sensitive when it stands in its message; taken in turn, so that each kind has the same share."""


def hit_positions(random_: random.Random, share: float) -> Callable[[int], bool]:
    """``hit(n)``, to be asked for n = 0, 1, 2, … in turn: exactly ``share`` of each hundred records, at random places among them."""
    per_hundred = round(share * 100)
    chosen: set[int] = set()

    def hit(position: int) -> bool:
        if position % 100 == 0:
            chosen.clear()
            chosen.update(random_.sample(range(100), per_hundred))
        return position % 100 in chosen

    return hit
