"""Parquet: what is found in any column goes, types and compression stay, and what is not touched is as it was."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest

from load.archive_tree import EMAIL
from service.__main__ import run_command

pa = pytest.importorskip("pyarrow", reason="Parquet needs the extra parquet")
pq = pytest.importorskip("pyarrow.parquet")

MARK = "[REDACTED:email]"
CARD = int("4111" + "1111" * 3)


def scrubbed(tmp_path: Path, table: Any, **written: Any) -> Any:
    (tmp_path / "src").mkdir()
    pq.write_table(table, tmp_path / "src/a.parquet", **written)
    assert run_command(["scrub", str(tmp_path / "src"), "--out", str(tmp_path / "out"), "--quiet", "--workers", "1", "--verify"]) == 0
    return pq.ParquetFile(tmp_path / "out/a.parquet")


CASES: list[tuple[str, Any, list[Any], list[Any]]] = [
    ("string", pa.string(), [f"to {EMAIL}", "fine", None], [f"to {MARK}", "fine", None]),
    ("large string", pa.large_string(), [EMAIL, "fine"], [MARK, "fine"]),
    ("dictionary", pa.dictionary(pa.int32(), pa.string()), [EMAIL, "a", EMAIL], [MARK, "a", MARK]),
    ("binary", pa.binary(), [EMAIL.encode(), b"\xff\xfe"], [MARK.encode(), b"\xff\xfe"]),
    ("list", pa.list_(pa.string()), [["a", EMAIL], [], None], [["a", MARK], [], None]),
    (
        "struct",
        pa.struct([("password", pa.string()), ("count", pa.int64()), ("ratio", pa.float64())]),
        [{"password": "hunter2-x9", "count": 3, "ratio": 0.5}],
        [{"password": "[REDACTED:password]", "count": 3, "ratio": 0.5}],
    ),
    ("map", pa.map_(pa.string(), pa.string()), [[("api_key", "k8dkw93kd02kd8x"), ("b", "c")]], [[("api_key", "[REDACTED:api_key]"), ("b", "c")]]),
    (
        "nested",
        pa.list_(pa.struct([("to", pa.list_(pa.string())), ("at", pa.timestamp("us"))])),
        [[{"to": [EMAIL], "at": None}]],
        [[{"to": [MARK], "at": None}]],
    ),
    ("integer", pa.int64(), [CARD, 7, None], [None, 7, None]),
    ("JSON in a string", pa.string(), [f'{{"user":"{EMAIL}"}}'], [f'{{"user":"{MARK}"}}']),
]


@pytest.mark.parametrize(("kind", "values", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_found_goes_in_columns_of_any_type(kind: Any, values: list[Any], expected: list[Any], tmp_path: Path) -> None:
    table = pa.table({"id": pa.array(range(len(values)), pa.int32()), "field": pa.array(values, kind)})
    out = scrubbed(tmp_path, table)
    assert out.schema_arrow == table.schema
    assert out.read().column("field").to_pylist() == expected
    assert out.read().column("id").equals(table.column("id"))


def test_a_columns_name_counts(tmp_path: Path) -> None:
    out = scrubbed(tmp_path, pa.table({"password": ["hunter2-x9"], "note": ["hunter"]}))
    assert out.read().to_pylist() == [{"password": "[REDACTED:password]", "note": "hunter"}]


def test_row_groups_compression_and_metadata_stay_but_for_what_is_found(tmp_path: Path) -> None:
    table = pa.table({"mail": [EMAIL] * 100, "n": range(100)}).replace_schema_metadata({"owner": EMAIL, "team": "logs"})
    out = scrubbed(tmp_path, table, row_group_size=30, compression={"mail": "zstd", "n": "gzip"})
    assert [out.metadata.row_group(at).num_rows for at in range(out.num_row_groups)] == [30, 30, 30, 10]
    assert [out.metadata.row_group(0).column(at).compression for at in range(2)] == ["ZSTD", "GZIP"]
    assert out.schema_arrow.metadata == {b"owner": MARK.encode(), b"team": b"logs"}
    assert EMAIL.encode() not in (tmp_path / "out/a.parquet").read_bytes()


def test_where_nothing_is_found_the_file_stays_byte_for_byte(tmp_path: Path) -> None:
    scrubbed(tmp_path, pa.table({"message": ["all is well"] * 1000}))
    assert (tmp_path / "out/a.parquet").read_bytes() == (tmp_path / "src/a.parquet").read_bytes()


@pytest.mark.parametrize("damage", ["footer", "cut", "pages"])
def test_a_damaged_file_is_named_and_not_written(damage: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"mail": [os.urandom(30).hex() for _ in range(5000)]}), buffer)
    data = bytearray(buffer.getvalue())
    if damage == "cut":
        del data[-100:]
    else:
        at = len(data) - 60 if damage == "footer" else 2000
        data[at : at + 40] = b"\xaa" * 40
    (tmp_path / "a.parquet").write_bytes(data)
    assert run_command(["scrub", str(tmp_path / "a.parquet"), "--out", str(tmp_path / "out"), "--quiet"]) == 3
    assert "a.parquet: not whole as Parquet" in capfd.readouterr().err
    assert not (tmp_path / "out/a.parquet").exists()
