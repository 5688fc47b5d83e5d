"""The command line as a user types it: real processes, real pipes, exit codes and one-line errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from detectors.catalogue import CATALOGUE
from service.__main__ import run_command
from tests.service.payloads import ADDRESS, MARKER

ROOT = Path(__file__).parents[2]


def scrubjay(*arguments: str, feed: bytes = b"", folder: Path = ROOT) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        input=feed,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_pipe_is_a_filter() -> None:
    done = scrubjay("pipe", feed=f"user={ADDRESS}\nlast line".encode())
    assert (done.returncode, done.stdout, done.stderr) == (0, f"user={MARKER}\nlast line".encode(), b"")


def test_pipe_takes_a_policy_from_a_path(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("detectors: {off: [email]}\n")
    done = scrubjay("pipe", "--policy", "./p.yaml", feed=ADDRESS.encode(), folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, ADDRESS.encode())


def test_pipe_says_nothing_when_its_reader_has_enough() -> None:
    line = f"user={ADDRESS}\n".encode() * 200_000
    pipe = subprocess.Popen(
        [sys.executable, "-m", "service", "pipe"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert pipe.stdin is not None
    assert pipe.stdout is not None
    assert pipe.stderr is not None
    pipe.stdin.write(line[:65536])
    assert pipe.stdout.readline() == f"user={MARKER}\n".encode()
    pipe.stdout.close()
    with suppress(BrokenPipeError):
        pipe.stdin.write(line)
    assert pipe.wait(30) == 0
    assert pipe.stderr.read() == b""


def test_explain_says_what_is_found_and_what_it_becomes_and_not_what_it_was() -> None:
    done = scrubjay("explain", "-", "--json", feed=f"mail {ADDRESS}".encode())
    said = json.loads(done.stdout)
    (finding,) = said["findings"]
    assert (finding["start"], finding["end"], finding["detector"], finding["becomes"]) == (5, 5 + len(ADDRESS), "email", MARKER)
    assert finding["reference"]
    assert said["result"] == f"mail {MARKER}"
    assert ADDRESS.encode() not in done.stdout


def test_explain_prints_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["explain", f"mail {ADDRESS}"]) == 0
    text = capsys.readouterr().out
    assert "email" in text
    assert text.rstrip().endswith(f"mail {MARKER}")
    assert "\x1b[" not in text
    assert run_command(["explain", "nothing here"]) == 0
    assert capsys.readouterr().out == "nothing found\n"


def test_detectors_lists_every_detector_with_its_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["detectors"]) == 0
    text = capsys.readouterr().out
    assert run_command(["detectors", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["id"] for row in rows} == {detector.id for detector in CATALOGUE}
    assert all(row["finds"] and row["ignores"] and row["reference"] for row in rows)
    assert all(f"\n{row['id']} " in text for row in rows)


def test_config_check_says_ok_and_the_plans_hash(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["config", "check"]) == 0
    line = capsys.readouterr().out
    assert line.count("\n") == 1
    assert ": ok, policy default, plan " in line


def test_config_show_prints_what_is_in_force(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["config", "show"]) == 0
    text = capsys.readouterr().out
    assert "path: ./scrubjay-data" in text
    assert "mode: summarize" in text


POLICIES = [
    ("policy: {rules: [{detectors: [nosuch], action: replace}]}", "c.yaml: policy.rules.0.detectors: "),
    ("policy: {detectors: {on: [nosuch]}}", "c.yaml: policy.detectors.on: "),
    ("policy: {rules: [{detectors: [secret], action: mask}]}", "c.yaml: policy.rules.0.action: mask is refused"),
    ("policy: {rules: [{detectors: [email], action: hash}]}", "c.yaml: policy: a key under hash.keys, because a rule hashes"),
    ("policy: {rules: [{detectors: [email], action: nosuch}]}", "c.yaml: policy.rules[0].action: one of 'replace'"),
    ("policy: {allow: [{detectors: [email], matches: '('}]}", "c.yaml: policy.allow[0].matches: a regular expression"),
    ("policy: nosuch", "c.yaml: policy: one of default"),
    ("policy: ./p.yaml", "p.yaml: rules.0.detectors: "),
]


@pytest.mark.parametrize(("policy", "expected"), POLICIES)
def test_a_policy_that_is_not_understood_is_one_line_and_exit_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], policy: str, expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.yaml").write_text("rules: [{detectors: [nosuch], action: replace}]\n")
    Path("c.yaml").write_text(
        "receivers: {otlp: }\nexporters: {stdout: }\nservice: {pipelines: {logs: {receivers: [otlp], exporters: [stdout]}}}\n" + policy
    )
    assert run_command(["config", "check", "c.yaml"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"scrubjay: {expected}")
    assert err.count("\n") == 1


USAGE = [
    (["nosuch"], "No such command"),
    (["pipe", "--format", "xml"], "is not one of 'auto', 'text', 'ndjson', 'json'"),
    (["pipe", "--policy", "nosuch"], "--policy: one of default, gdpr, llm, pci, secrets, strict, or the path of a policy file"),
    (["pipe", "--policy", "./nosuch.yaml"], "nosuch.yaml: a file that can be read (No such file or directory)"),
    (["serve", "--config", "nosuch.yaml"], "nosuch.yaml: a file that can be read (No such file or directory)"),
    (["serve", "--nosuch"], "No such option"),
    (["config", "check", "nosuch.yaml"], "nosuch.yaml: a file that can be read"),
]


@pytest.mark.parametrize(("arguments", "expected"), USAGE)
def test_wrong_usage_is_one_line_and_exit_code_2(capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str) -> None:
    assert run_command(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("scrubjay: ")
    assert expected in err
    assert err.count("\n") == 1


def test_without_a_command_it_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command([]) == 2
    err = capsys.readouterr().err
    assert all(word in err for word in ("serve", "pipe", "explain", "detectors", "config", "--install-completion"))


@pytest.mark.parametrize("command", [["serve"], ["pipe"], ["explain"], ["detectors"], ["config", "check"], ["config", "show"], []])
def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    assert run_command([*command, "--help"]) == 0
    assert "Usage: scrubjay" in capsys.readouterr().out


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["--version"]) == 0
    assert capsys.readouterr().out.startswith("scrubjay ")


def test_an_unexpected_error_is_one_line_without_its_text(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError(f"about {ADDRESS}")

    monkeypatch.setattr("service.__main__.explain_text", fails)
    assert run_command(["explain", "x"]) == 3
    err = capsys.readouterr().err
    assert err.startswith("scrubjay: RuntimeError at ")
    assert ADDRESS not in err
    assert err.count("\n") == 1


def test_there_is_no_colour_where_there_is_no_terminal() -> None:
    assert b"\x1b[" not in scrubjay("explain", ADDRESS).stdout
