"""The evaluation, on a tiny folder of cases of our own."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from detectors.matching import sample
from load.evaluate import evaluate, main
from load.scoring import Case

KEY = "sk-" + "proj-" + sample("b64url", 74)
QUESTION = "Which clause of the lease lets us end it early?"
LOG_LINE = "2026-03-14 09:26:53,589 INFO [pool-3] stored block 4827716 of 17 in 12.5 ms"


def write(folder: Path, name: str, rows: Iterable[object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.jsonl.gz").write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    """Two e-mail rows, two phone rows and so on: one that is found, and one that no detector could find."""
    mail, phone = "write to ana.berg@example.org, please", "ring +44 20 7946 0958 at noon"
    write(
        tmp_path,
        "emails",
        [
            {"text": mail, "spans": [[9, 29]], "tier": "common"},
            {"text": "the tail of this line is labelled", "spans": [[4, 16]], "tier": "common"},
            {"text": "pip install foo@1.2.3", "spans": [], "tier": "negative"},
        ],
    )
    write(tmp_path, "phones", [{"text": phone, "spans": [[5, 21]], "region": "GB", "tier": "intl_plus"}])
    write(tmp_path, "phones_neg", [{"text": "took 1773480413589 ticks", "kind": "epoch_ms"}])
    secret = {"text": f"started with {KEY}", "secret": KEY, "type": "openai", "family": "openai-sk", "weak": False}
    write(tmp_path, "secrets_pos", [secret, {**secret, "text": "it was a fine day", "secret": "fine day", "type": "weather"}])
    write(tmp_path, "secrets_neg", [{"text": "commit 7900fbae499ec837d6c44dc51b232c462ebb5d22", "tier": "benign", "type": "git-sha"}])
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": QUESTION}]}
    prompts = [{"role": "user", "text": QUESTION}]
    write(
        tmp_path,
        "llm_request_bodies",
        [{"text": json.dumps(body), "uri": "https://llm.example.org/v1/chat/completions", "model": "gpt-4o-mini", "prompts": prompts}],
    )
    attributes = {
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": 17,
        "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": QUESTION}]}],
    }
    span = {"name": "chat", "attributes": attributes, "events": [], "content_keys_by_name": ["gen_ai.input.messages"]}
    write(tmp_path, "spans", [span])
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "Store.log.gz").write_bytes(gzip.compress(f"{LOG_LINE}\nmail from {mail[9:29]}\n".encode()))
    return tmp_path


def shares(cases: Iterable[Case], file: str) -> dict[tuple[str, str], float]:
    return {(case.name, case.sent_as): case.share for case in cases if case.file.startswith(file)}


@pytest.mark.parametrize("guise", ["text", "ndjson"])
def test_recall_and_false_positives_are_counted_by_tier(corpora: Path, guise: str) -> None:
    cases = list(evaluate(corpora))
    assert shares(cases, "emails")["common", guise] == 0.5
    assert shares(cases, "emails")["negative", guise] == 0.0
    assert shares(cases, "phones.")["intl_plus", guise] == 1.0
    assert shares(cases, "phones_neg")["as phones", guise] == 0.0
    assert shares(cases, "secrets_pos")["with a prefix", guise] == 0.5
    assert shares(cases, "secrets_neg")["benign, as secrets", guise] == 0.0


def test_prompts_are_gone_from_bodies_in_every_guise_and_models_are_kept(corpora: Path) -> None:
    assert set(shares(evaluate(corpora, ["llm_request_bodies"]), "llm").values()) == {1.0}


def test_prompts_are_gone_from_spans_in_both_encodings_and_counts_are_kept(corpora: Path) -> None:
    found = shares(evaluate(corpora, ["spans"]), "spans")
    assert len(found) == 16
    assert {share for (name, _), share in found.items() if name != "no copies"} == {1.0}
    assert {share for (name, _), share in found.items() if name == "no copies"} == {0.0}


def test_touched_log_lines_are_counted_with_their_detectors(corpora: Path) -> None:
    one_file, together = evaluate(corpora, ["logs"])
    assert one_file.share == together.share == 0.5
    assert one_file.note == "email 1"
    assert [(miss.row, miss.where) for miss in one_file.misses] == [(1, "email")]


def test_files_that_are_missing_are_left_out(corpora: Path) -> None:
    for path in corpora.glob("[!e]*.gz"):
        path.unlink()
    (corpora / "logs" / "Store.log.gz").unlink()
    assert {case.file for case in evaluate(corpora)} == {"emails.jsonl.gz"}


def test_a_missed_bar_fails_only_a_strict_run(corpora: Path) -> None:
    assert main([str(corpora), "--only", "emails"]) == 0
    assert main([str(corpora), "--only", "emails", "--strict"]) == 1
    assert main([str(corpora), "--only", "phones", "--strict"]) == 0


def test_nothing_labelled_is_ever_printed(corpora: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(corpora), "--misses", "5", "--show", "--json", str(tmp_path / "cases.json")])
    printed = capsys.readouterr().out + (tmp_path / "cases.json").read_text()
    assert "row 1: weather" in printed
    assert "mail from [REDACTED:email]" in printed
    for value in (KEY, "fine day", "ana.berg", "7946", QUESTION, "tail of this"):
        assert value not in printed


def test_a_folder_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([str(tmp_path / "nowhere")])
    assert stopped.value.code == 2
