"""``policy check`` and ``config check`` run a policy's tests and name the patterns that slow everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.__main__ import run_command

QUIET = "patterns:\n  - {name: acme_token, regex: 'acme_[a-z0-9]{9}'}\n"
CHATTY = "patterns:\n  - {name: level_word, regex: 'info|warn'}\n  - {name: acme_token, regex: 'acme_[a-z0-9]{9}'}\n"


def check(tmp_path: Path, policy: str) -> int:
    (tmp_path / "p.yaml").write_text(policy)
    return run_command(["policy", "check", str(tmp_path / "p.yaml")])


def test_tests_that_hold_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tests = (
        "tests:\n  - {text: 'a acme_123456789', becomes: 'a [REDACTED:acme_token]'}\n  - {text: '{\"a\": 1}', becomes: '{\"a\": 1}', format: json}\n"
    )
    assert check(tmp_path, QUIET + tests) == 0
    said = capsys.readouterr()
    assert said.out.endswith("2 tests, 1 pattern\n")
    assert said.err == ""


def test_a_test_that_fails_names_itself_and_shows_what_came_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tests = "tests:\n  - {text: x, becomes: x}\n  - {text: 'a acme_123456789', becomes: 'a acme'}\n"
    assert check(tmp_path, QUIET + tests) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("p.yaml: tests.1: 'a acme' was expected, but 'a [REDACTED:acme_token]' came out")


def test_a_pattern_that_fires_all_the_time_is_named_and_the_others_are_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, CHATTY) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert "warning: level_word is looked for" in line
    assert "acme_token" not in line


def test_the_configurations_own_policy_is_checked_with_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipes = "receivers: {ndjson: {}}\nexporters: {stdout: {}}\nservice: {pipelines: {logs: {receivers: [ndjson], exporters: [stdout]}}}\n"
    (tmp_path / "c.yaml").write_text(pipes + "policy:\n  tests:\n    - {text: jo@example.com, becomes: nothing}\n")
    assert run_command(["config", "check", str(tmp_path / "c.yaml")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("c.yaml: policy.tests.0: 'nothing' was expected, but '[REDACTED:email]' came out")
