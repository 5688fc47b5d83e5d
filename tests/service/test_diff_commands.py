"""``scrubjay explain --diff`` says what another policy would change on a file, and shows no value of it."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

A = "name: a\ndetectors: {off: [secret, government]}\n"
B = "extends: ./a.yaml\nname: b\ndetectors: {on: [ip]}\nrules: [{detectors: [email], action: drop}]\n"
RECORDS = [{"user": {"email": f"user{i}@example.com", "ip": f"10.1.2.{i}"}, "msg": "signed in"} for i in range(1, 6)]
SPANS = {
    "resourceSpans": [
        {
            "scopeSpans": [
                {"spans": [{"spanId": "eee19b7ec3c1b174", "name": "GET", "attributes": [{"key": "to", "value": {"stringValue": "jo@example.com"}}]}]}
            ]
        }
    ]
}


def diff(folder: Path, *arguments: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    (folder / "a.yaml").write_text(A)
    (folder / "b.yaml").write_text(B)
    command = [sys.executable, "-m", "service", "explain", "--diff", str(folder / "a.yaml"), str(folder / "b.yaml"), *arguments]
    return subprocess.run(command, input=given, capture_output=True, cwd=Path(__file__).parents[2], timeout=120, check=False)


def data(done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]  # what JSON gives


def test_a_file_is_compared_by_detector_field_and_type(tmp_path: Path) -> None:
    payload = "".join(json.dumps(record) + "\n" for record in RECORDS).encode()
    (tmp_path / "app.log.gz").write_bytes(gzip.compress(payload[:100]) + gzip.compress(payload[100:]))
    done = diff(tmp_path, str(tmp_path / "app.log.gz"), "--json")
    told = data(done)
    assert told["records"] == 5
    assert told["detectors"] == [{"detector": "email", "a": {"replace": 5}, "b": {"drop": 5}}, {"detector": "ip", "a": {}, "b": {"replace": 5}}]
    assert {row["field"]: row["changed"] for row in told["fields"]} == {"user.ip": {"a": 0, "b": 5}, "user.email": {"a": 5, "b": 5}}
    assert b"example.com" not in done.stdout
    table = diff(tmp_path, "-", given=payload)
    assert table.returncode == 0
    assert b"5 replace" in table.stdout
    assert b"string \xe2\x86\x92 none" in table.stdout
    assert b"example.com" not in table.stdout


@pytest.mark.parametrize("layout", ["lines", "document"])
def test_otlp_json_is_known_by_its_beginning(tmp_path: Path, layout: str) -> None:
    text = json.dumps(SPANS, indent=2) if layout == "document" else json.dumps(SPANS) + "\n" + json.dumps(SPANS) + "\n"
    told = data(diff(tmp_path, "-", "--json", given=text.encode()))
    assert told["records"] == (1 if layout == "document" else 2)
    assert told["fields"][0]["field"] == "to"
    assert told["fields"][0]["type_differs"]


def test_text_is_one_field(tmp_path: Path) -> None:
    told = data(diff(tmp_path, "-", "--json", given=b"mail jo@example.com from 10.1.2.3\nfine\n"))
    assert [row["field"] for row in told["fields"]] == ["body"]


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [("none.log", None, 3, "No such file"), ("cut.gz", gzip.compress(b"x" * 500, mtime=0)[:-9], 3, "gzip that is whole")],
)
def test_what_cannot_be_read_is_an_error_of_one_line(tmp_path: Path, name: str, content: bytes | None, code: int, said: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = diff(tmp_path, str(tmp_path / name))
    assert done.returncode == code
    assert said in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1
