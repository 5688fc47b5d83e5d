"""``scrubjay import`` as a user types it: a policy that loads, and a list of what is not in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.__main__ import run_command

GITLEAKS = "[[rules]]\nid='acme-token'\nregex='acme_([a-z0-9]{9})\\$\\{?'\n[[rules]]\nid='file-only'\npath='p12$'\n"
PRESIDIO = "recognizers:\n  - name: Zip\n    supported_entity: ZIP\n    patterns: [{name: zip, regex: 'zip [0-9]{5}', score: 0.9}]\n"
COLLECTOR = "processors:\n  redaction: {allow_all_keys: true, blocked_values: ['acme-[0-9]{6}']}\n"


@pytest.mark.parametrize(("name", "text"), [("g.toml", GITLEAKS), ("p.yaml", PRESIDIO), ("c.yaml", COLLECTOR)])
def test_what_is_written_loads_and_passes_its_check(name: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / name).write_text(text)
    out = tmp_path / "policy.yaml"
    assert run_command(["import", str(tmp_path / name), "--out", str(out)]) == 0
    assert (
        capsys.readouterr().err.splitlines()[-1].split(": ")[1].startswith(f"{2 if name == 'g.toml' else 1} read, 1 patterns written")
        or name == "c.yaml"
    )
    assert run_command(["policy", "check", str(out)]) == 0
    assert capsys.readouterr().out.endswith("0 tests, 1 pattern\n")


def test_what_cannot_be_expressed_is_on_standard_error_and_in_the_policy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "g.toml").write_text(GITLEAKS)
    assert run_command(["import", str(tmp_path / "g.toml")]) == 0
    said = capsys.readouterr()
    line = "left out: file-only: it is about a file's path alone, and log records have none"
    assert said.err.splitlines() == [line, "gitleaks: 2 read, 1 patterns written, 0 notes on what differs, 1 left out"]
    assert f"# {line}\n" in said.out
    assert "$${" not in said.out
    assert r"\$\{?" in said.out


def test_a_literal_reference_in_a_regex_is_written_so_that_it_stays_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "g.toml").write_text("[[rules]]\nid='acme'\nregex='acme${1}x{3}'\n")
    out = tmp_path / "policy.yaml"
    assert run_command(["import", str(tmp_path / "g.toml"), "--out", str(out)]) == 0
    assert "acme$${1}x{3}" in out.read_text()
    assert run_command(["policy", "check", str(out)]) == 0
    capsys.readouterr()


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("g.toml", "[[rules", "valid TOML"),
        ("x.yaml", "a: 1", "--format gitleaks, presidio or redactionprocessor"),
        ("missing.toml", None, "a file that can be read"),
    ],
)
def test_a_file_that_is_none_of_them_is_one_line_and_exit_code_2(
    name: str, text: str | None, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    assert run_command(["import", str(tmp_path / name)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert says in line
