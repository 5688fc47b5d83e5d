"""Reports say what was found, where, how often and whether it is the same; never what it was."""

from __future__ import annotations

import gzip
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load.archive_tree import EMAIL, make
from service.__main__ import run_command
from service.archive.notes import Notes, Noting
from service.archive.pool import redactor_of
from service.recognition.redaction import Redaction
from service.redaction.pipeline import rewrite
from tests.service.redaction.planted import full_plan_of

KEY = "sk-" + "proj-" + "Ab3dEf6hIj9lMn2pQr5t" * 2


def reported(command: str, *arguments: object) -> int:
    return run_command([command, *map(str, arguments), "--quiet", "--workers", "1"])


def read(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((folder / "report.json").read_bytes())
    return data


def logs(root: Path) -> Path:
    root.mkdir()
    (root / "a.ndjson").write_text(f'{{"ts":"2026-11-23T10:00:00Z","user":"{EMAIL}"}}\n{{"message":"all is well"}}\n{{"message":"used {KEY}"}}\n')
    (root / "b.log.gz").write_bytes(gzip.compress(f"2026-11-24 INFO fine\n2026-11-24 INFO key {KEY}\n".encode()))
    (root / "program").write_bytes(b"\x7fELF" + bytes(100))
    return root


def test_a_report_counts_by_detector_field_day_and_file(tmp_path: Path) -> None:
    assert reported("scrub", logs(tmp_path / "src"), "--out", tmp_path / "out", "--report", tmp_path / "rep") == 0
    data = read(tmp_path / "rep")
    assert data["totals"]["files"] == {"binary": 1, "redacted": 2}
    assert {row["detector"]: (row["findings"], row["files"]) for row in data["detectors"]} == {"email": (1, 1), "openai": (2, 2)}
    assert {(row["field"], row["detector"]): row["findings"] for row in data["fields"]} == {
        ("user", "email"): 1,
        ("message", "openai"): 1,
        ("body", "openai"): 1,
    }
    assert {row["day"]: row["detectors"] for row in data["days"]} == {None: {"openai": 1}, "2026-11-23": {"email": 1}, "2026-11-24": {"openai": 1}}
    assert [(Path(row["file"]).name, row["outcome"], row["container"]) for row in data["files"]] == [
        ("a.ndjson", "redacted", "plain"),
        ("b.log.gz", "redacted", "gz"),
        ("program", "binary", None),
    ]


def test_a_value_is_known_again_in_other_files_by_its_fingerprint(tmp_path: Path) -> None:
    assert reported("scan", logs(tmp_path / "src"), "--report", tmp_path / "rep") == 1
    (row,) = read(tmp_path / "rep")["repeated"]
    assert (row["detectors"], row["findings"], row["files"]) == (["openai"], 2, 2)
    assert re.fullmatch("[0-9a-f]{16}", row["fingerprint"])


def test_fingerprints_of_one_output_stay_and_those_of_another_differ(tmp_path: Path) -> None:
    source = logs(tmp_path / "src")
    for out, rep in (("out", "r1"), ("out", "r2"), ("out3", "r3")):
        assert reported("scrub", source, "--out", tmp_path / out, "--report", tmp_path / rep) == 0
    first, again, other = (read(tmp_path / rep)["repeated"] for rep in ("r1", "r2", "r3"))
    assert first == again
    assert first[0]["fingerprint"] != other[0]["fingerprint"]


def test_no_report_holds_a_value(tmp_path: Path) -> None:
    ledger = make(tmp_path / "src", records=60)
    assert reported("scrub", tmp_path / "src", "--out", tmp_path / "out", "--report", tmp_path / "rep") == 0
    assert reported("scan", tmp_path / "src", "--report", tmp_path / "rep2") == 1
    files = [*(tmp_path / "rep").iterdir(), *(tmp_path / "rep2").iterdir(), *(tmp_path / "out/.scrubjay").iterdir()]
    assert {file.name for file in files} >= {"report.json", "report.html", "report.sarif", "manifest.sqlite"}
    for file in files:
        content = file.read_bytes()
        assert not [value for value in ledger if value.encode() in content], file.name


def test_sarif_names_file_line_and_fingerprint(tmp_path: Path) -> None:
    reported("scan", logs(tmp_path / "src"), "--report", tmp_path / "rep")
    (run,) = json.loads((tmp_path / "rep/report.sarif").read_bytes())["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    places = []
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["partialFingerprints"]
        places.append((Path(place["artifactLocation"]["uri"]).name, place["region"]["startLine"], result["ruleId"]))
    assert places == [("a.ndjson", 1, "email"), ("a.ndjson", 3, "openai"), ("b.log.gz", 2, "openai")]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "data")]


def test_the_page_loads_nothing_and_names_are_escaped(tmp_path: Path) -> None:
    source = logs(tmp_path / "src")
    (source / "<script>alert(1)").write_text(f"{EMAIL}\n")
    reported("scan", source, "--report", tmp_path / "rep")
    page = (tmp_path / "rep/report.html").read_text()
    parser = _Links()
    parser.feed(page)
    assert parser.links == []
    assert "script" not in parser.tags
    assert "url(" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("codec", ["text", "ndjson"])
def test_what_notes_is_redacted_as_without(codec: str) -> None:
    plan = full_plan_of()
    redactor = redactor_of(Redaction(plan), b"k" * 32)
    assert redactor.noting is not None
    for detector in plan.detectors:
        for example in detector.finds:
            payload = example.replace("«", "").replace("»", "").encode()
            line = payload if codec == "text" else json.dumps({"message": payload.decode()}).encode()
            expected = rewrite(codec, line, plan)
            noted = redactor.redaction.rewrite(codec, line)
            assert (noted.payload, noted.report.findings) == (expected.payload, expected.report.findings)
            redactor.noting.take(line)


@given(st.lists(st.sampled_from([f"to {EMAIL}", "all is well", f'{{"m":"{EMAIL} and {EMAIL}"}}', ""]), max_size=12))
def test_lines_are_counted_from_one(lines: list[str]) -> None:
    noting = Noting(full_plan_of(), b"k" * 32)
    piece = "\n".join(lines).encode()
    rewrite("ndjson", piece, noting.plan)
    found = [line for _, line, _, _, _ in noting.take(piece).spots]
    expected = [at for at, line in enumerate(lines, 1) for _ in range(line.count(EMAIL))]
    assert sorted(found) == expected


def test_notes_add_up_and_come_back_from_the_manifest() -> None:
    noting = Noting(full_plan_of(), b"k" * 32)
    total = Notes()
    for piece in (f"to {EMAIL}\nfine\n".encode(), f"x\nto {EMAIL}\n".encode()):
        rewrite("text", piece, noting.plan)
        total.add(noting.take(piece))
    assert [spot[1] for spot in total.spots] == [1, 4]
    back = Notes.of_data(json.loads(json.dumps(total.as_data())))
    assert (back.fields, back.days, back.values, back.spots) == (total.fields, total.days, total.values, total.spots)
