"""gitleaks' own rules, as its release has them, are all imported, and find what gitleaks finds with them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from config.policy import Policy
from detectors.scanner import Scanner
from load.gitleaks import compare, imported_scanner
from service.imports import gitleaks
from service.imports.model import Imported
from service.redaction.compilation import compile_plan
from tests.interop import peers

pytestmark = pytest.mark.interop

RULES = 222


@cache
def program() -> Path:
    return peers.gitleaks()


@cache
def imported() -> Imported:
    rules = program().with_name("gitleaks.toml")
    return gitleaks.read(rules.read_text(encoding="utf-8"), rules.parent)


@cache
def scanner() -> tuple[Scanner, dict[str, str]]:
    return imported_scanner(program().with_name("gitleaks.toml"))


def test_every_rule_with_a_regex_compiles_and_the_one_without_is_listed() -> None:
    assert imported().rules == RULES
    assert len(imported().policy["patterns"]) == RULES - 1
    assert [note.what for note in imported().notes if note.kind == "left out"] == ["pkcs12-file"]


def test_what_is_adapted_is_what_is_about_paths() -> None:
    adapted = {note.what for note in imported().notes if note.kind == "adapted"}
    by_path = {"freemius-secret-key", "hashicorp-tf-password", "kubernetes-secret-yaml", "nuget-config-password"}
    spared_by_path = {"the file's allowlist", "generic-api-key", "github-app-token", "github-pat"}
    assert adapted == by_path | spared_by_path


def test_the_policy_compiles_beside_the_catalogue() -> None:
    plan = compile_plan(Policy.model_validate(imported().policy))
    assert len({detector.id for detector in plan.detectors} & {pattern["name"] for pattern in imported().policy["patterns"]}) == RULES - 1


def test_gitleaks_finds_nothing_that_the_imported_rules_do_not_find() -> None:
    """Secrets of many rules, put together here, among lines that only look like them."""
    texts = {f"{i}.txt": text.encode() for i, text in enumerate(samples())}
    compared = compare("samples", texts, program(), *scanner())
    assert compared.theirs == set()
    assert len(compared.both) >= 8
    assert {rule for _, rule in compared.ours} <= {"hashicorp-tf-password", "kubernetes-secret-yaml"}


def samples() -> list[str]:
    body = "x7Kp2Qv9Zt4Wm8Rb3Ny6Hc1Jd5Lf0Gs7Aq2Ue9Yo4Ti8Ep3X"
    hexes = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    return [
        "token: gh" + "p_" + body[:36],
        f'adafruit_key = "{body[:32].lower()}"',
        "gl" + "pat-" + body[:20],
        f"Authorization for datadog: {hexes[:40]}",
        'discord_token="' + hexes + '"',
        "key=dap" + "i" + hexes[:32] + " next",
        "npm" + "_" + body[:36].lower(),
        "sk" + "_live_" + body[:24],
        "curl -H 'Authorization: Bearer " + body[:30] + "' https://x.test",
        "xox" + "b-1234567890-1234567890-" + body[:24],
        f"https://user:{body[:12]}@host.test/",
        f'password = "{body[:14]}"',
        "dp" + ".pt." + body[:43].lower(),
        "the key to the api is in the access log of the auth service",
        'trace_id="' + hexes[:32] + '"',
        "hf" + "_" + "AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh",
        "PMA" + "K-" + hexes[:24] + "-" + hexes[:34],
    ]
