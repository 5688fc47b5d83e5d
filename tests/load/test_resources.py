"""What the service takes is measured on the service itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from load.corpus import MIB
from load.plans import plan_with
from load.resources import main
from service.redaction.pipeline import rewrite


def test_patterns_that_are_measured_find_what_they_say() -> None:
    plan = plan_with([f"acme{number:04d}_[a-z0-9]{{16}}" for number in range(3)])
    assert rewrite("text", b"key acme0002_" + b"a1" * 8 + b" set", plan).payload == b"key [REDACTED:own_2] set"


@pytest.mark.interop
def test_every_figure_is_there_and_stands_to_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "resources.json"
    assert main(["--rounds", "1", "--requests", "2", "--json", str(file)]) == 0
    figures = json.loads(file.read_bytes())
    (first,), (later,) = figures["start"]["first"], figures["start"]["later"]
    assert first[1] > later[1] > 0  # compiled patterns were kept
    assert 30 * MIB < figures["memory"]["resident"] <= figures["memory"]["peak"]
    assert len(figures["rules"]) == 4
    assert "1,000 that begin with a literal" in capsys.readouterr().out
