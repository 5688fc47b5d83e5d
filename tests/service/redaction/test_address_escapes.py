"""An address is found however deep it is escaped: anchors are of raw bytes, and what escapes put between them must not hide it."""

from __future__ import annotations

import json

import pytest

from load.plans import default_plan
from service.redaction.pipeline import rewrite

ADDRESSES = (
    "jo@example.com",
    "JO@EXAMPLE.COM",
    "jo@3m.example",
    "a@b.co",
    "jo+tag@b.co",
    "jo-@b.co",
    "o'hara@example.ie",
    '"jo march"@example.com',
    "jo@[192.0.2.7]",
    "jo@xn--e1afmkfd.xn--p1ai",
    "jo@bücher.example",
)
GUISES = {
    "plain": lambda text: json.dumps({"m": text}, ensure_ascii=False),
    "ASCII": lambda text: json.dumps({"m": text}),
    "nested": lambda text: json.dumps({"m": json.dumps({"k": text}, ensure_ascii=False)}, ensure_ascii=False),
    "nested, ASCII": lambda text: json.dumps({"m": json.dumps({"k": text})}),
    "nested twice": lambda text: json.dumps({"m": json.dumps({"k": json.dumps({"k": text})})}),
    "sign escaped": lambda text: json.dumps({"m": text}).replace("@", "\\u0040"),
    "domain escaped": lambda text: json.dumps({"m": text}).replace("@e", "@\\u0065"),
}


@pytest.mark.parametrize("guise", GUISES)
@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_gone_in_every_guise(address: str, guise: str) -> None:
    line = GUISES[guise](f"mail {address} today").encode()
    redacted = rewrite("ndjson", line, default_plan())
    assert redacted.payload.count(b"[REDACTED:email]") == 1
    assert redacted.report.touched == 1
