"""What must not come through: made-up secrets, personal data and prompts, all drawn from one seed.

Every value is put together here from pieces, so no scanner takes this repository for a leak. ``kept`` values are the opposite:
they look like something but must come out as they went in.
"""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Iterator
from dataclasses import dataclass, field, fields

ALNUM = string.ascii_letters + string.digits
BASE64URL = ALNUM + "-_"
BASE32 = string.ascii_uppercase + "234567"

FRAGMENT = 14
"""Characters: no piece this long of a planted value may come through either, so a finding that stops short is noticed."""


@dataclass(frozen=True)
class Planted:
    """One run's values, each unique. Field names are the placeholders of ``sample.log.template``."""

    email: str = field(repr=False)
    second_email: str = field(repr=False)
    phone: str = field(repr=False)
    national_phone: str = field(repr=False)
    model_key: str = field(repr=False)
    revoked_key: str = field(repr=False)
    anthropic_key: str = field(repr=False)
    bearer: str = field(repr=False)
    jwt: str = field(repr=False)
    github_token: str = field(repr=False)
    aws_key_id: str = field(repr=False)
    database_password: str = field(repr=False)
    login_password: str = field(repr=False)
    session_cookie: str = field(repr=False)
    private_key: str = field(repr=False)
    card: str = field(repr=False)
    iban: str = field(repr=False)
    ssn: str = field(repr=False)
    system_prompt: str = field(repr=False)
    question: str = field(repr=False)
    answer: str = field(repr=False)
    streamed_question: str = field(repr=False)
    streamed_answer: str = field(repr=False)
    tool_note: str = field(repr=False)
    gateway_prompt: str = field(repr=False)

    def items(self) -> Iterator[tuple[str, str]]:
        for member in fields(self):
            yield member.name, getattr(self, member.name)

    def fragments(self) -> Iterator[tuple[str, bytes]]:
        """Each value's name with the byte strings that show it got through: the value, or any ``FRAGMENT`` characters of it."""
        for name, value in self.items():
            lines = [line for line in value.splitlines() if "-----" not in line]
            for line in lines:
                for start in range(max(1, len(line) - FRAGMENT + 1)):
                    yield name, line[start : start + FRAGMENT].encode()


def draw(rng: random.Random, alphabet: str, count: int) -> str:
    return "".join(rng.choices(alphabet, k=count))


def luhn_digit(digits: str) -> str:
    """The check digit that makes ``digits`` a valid card number (ISO/IEC 7812-1, annex B)."""
    doubled = [int(d) * (2 if at % 2 == 0 else 1) for at, d in enumerate(reversed(digits))]
    return str(-sum(n - 9 if n > 9 else n for n in doubled) % 10)


def make_card(rng: random.Random) -> str:
    digits = "4" + draw(rng, string.digits, 14)
    digits += luhn_digit(digits)
    return " ".join(digits[at : at + 4] for at in range(0, 16, 4))


def make_iban(rng: random.Random) -> str:
    """A German IBAN with right check digits (ISO 13616: 98 minus the remainder by 97, letters as A = 10)."""
    account = draw(rng, string.digits, 18)
    return f"DE{98 - int(account + '131400') % 97:02d}{account}"


def make_jwt(rng: random.Random, subject: str) -> str:
    def encode(part: dict[str, str | int]) -> str:
        return base64.urlsafe_b64encode(json.dumps(part, separators=(",", ":")).encode()).decode().rstrip("=")

    return ".".join((encode({"alg": "HS256", "typ": "JWT"}), encode({"sub": subject, "jti": rng.getrandbits(40)}), draw(rng, BASE64URL, 43)))


def make_private_key(rng: random.Random) -> str:
    """Shaped like a PKCS #8 key in PEM (RFC 7468); the content is noise."""
    body = "\n".join(draw(rng, ALNUM + "+/", 64) for _ in range(6))
    kind = "PRIVATE" + " KEY"
    return f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----"


def make_model_key(rng: random.Random) -> str:
    return "sk-" + "proj-" + draw(rng, BASE64URL, 74) + "T3Blbk" + "FJ" + draw(rng, BASE64URL, 74)


def make_address(rng: random.Random) -> str:
    first = rng.choice(("maria", "tariq", "ingrid", "kofi", "yuki", "pavel"))
    last = rng.choice(("okafor", "lindqvist", "marchetti", "novak", "fernandez", "haddad"))
    return f"{first}.{last}.{draw(rng, string.digits, 4)}@{draw(rng, string.ascii_lowercase, 8)}.example.org"


def make_ssn(rng: random.Random) -> str:
    return f"{rng.randint(100, 665)}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}"


def make_prompts(rng: random.Random) -> dict[str, str]:
    """Text of the kind people give a model: nothing in it has a recognisable form, only the field's name tells."""
    illness = rng.choice(("a torn ligament", "chronic migraine", "a slipped disc", "an irregular heartbeat"))
    case = draw(rng, string.ascii_lowercase, 6)
    return {
        "system_prompt": f"You are the claims desk of Halden Mutual. Internal rule {case}: settle below nine hundred without review.",
        "question": f"My husband was diagnosed with {illness} on holiday in {case.title()}ville; will claim {case} be refused?",
        "answer": f"Claim {case} is covered: {illness} abroad falls under section nine, so ask your clinic for the discharge letter.",
        "streamed_question": f"Write a short apology to the {case.title()} family about the delay in their hospital claim",
        "streamed_answer": f"Dear {case.title()} family, we are sorry that your hospital claim has been waiting since spring",
        "tool_note": f"customer {case.title()} cried on the call and mentioned a divorce",
        "gateway_prompt": f"Summarise the dismissal interview with the {case} team lead in three sentences",
    }


def plant(seed: int) -> Planted:
    """All values of one run; the same seed gives the same values."""
    rng = random.Random(seed)
    email = make_address(rng)
    return Planted(
        email=email,
        second_email=make_address(rng),
        phone=f"+44 20 7946 0{draw(rng, string.digits, 3)}",
        national_phone=f"(202) 555-01{draw(rng, string.digits, 2)}",
        model_key=make_model_key(rng),
        revoked_key=make_model_key(rng),
        anthropic_key="sk-" + "ant-api03-" + draw(rng, BASE64URL, 93) + "AA",
        bearer=draw(rng, BASE64URL, 48),
        jwt=make_jwt(rng, email),
        github_token="gh" + "p_" + draw(rng, ALNUM, 36),
        aws_key_id="AK" + "IA" + draw(rng, BASE32, 16),
        database_password=draw(rng, ALNUM, 20),
        login_password=draw(rng, ALNUM, 12) + "!7",
        session_cookie=draw(rng, "0123456789abcdef", 40),
        private_key=make_private_key(rng),
        card=make_card(rng),
        iban=make_iban(rng),
        ssn=make_ssn(rng),
        **make_prompts(rng),
    )
