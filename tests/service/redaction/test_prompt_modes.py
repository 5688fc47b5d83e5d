"""What becomes of prompts, by whose words they are and by tenant."""

from __future__ import annotations

import pytest

from tests.service.redaction.planted import redacted
from tests.service.redaction.prompt_shapes import PAYLOADS, ROLES, SAYS, modes


def said(payload: bytes) -> dict[str, set[str]]:
    """What each role says in ``payload``."""
    out: dict[str, set[str]] = {role: set() for role in ROLES}
    for found in SAYS.finditer(payload.decode("utf-8", "replace")):
        out[found.group(1)].add(found.group())
    return out


@pytest.mark.parametrize("mode", ["replace", "drop"])
@pytest.mark.parametrize("name", PAYLOADS)
def test_what_one_role_says_goes_and_what_the_others_say_stays(name: str, mode: str) -> None:
    codec, payload = PAYLOADS[name]
    before = said(payload)
    for role in ROLES:
        after = said(redacted(codec, payload, modes().for_tenant(f"{mode}-{role}")).payload)
        assert after == {**before, role: set()}, role
