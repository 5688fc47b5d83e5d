"""``scrubjay scan`` and ``scrub`` over trees of files: what was planted goes, the rest stays, and nothing is ever half."""

from __future__ import annotations

import gzip
import json
import os
import re
import zipfile
from pathlib import Path

import pytest
import zstandard

from load.archive_tree import EMAIL, bytes_of, make, opened
from service.__main__ import run_command
from service.archive import run as archive_run
from service.archive.formats import lines

LOG = f"2026-11-24 INFO login of {EMAIL}\n".encode()
REDACTED = b"2026-11-24 INFO login of [REDACTED:email]\n"


def scrub(*arguments: object) -> int:
    return run_command(["scrub", *map(str, arguments), "--quiet", "--workers", "2"])


def scan(*arguments: object) -> int:
    return run_command(["scan", *map(str, arguments), "--quiet", "--workers", "1"])


def test_what_was_planted_is_gone_and_every_other_byte_stays(tmp_path: Path) -> None:
    ledger = make(tmp_path / "src")
    before = bytes_of(tmp_path / "src")
    assert scrub(tmp_path / "src", "--out", tmp_path / "out", "--verify") == 0
    assert bytes_of(tmp_path / "src") == before
    source, out = opened(tmp_path / "src"), opened(tmp_path / "out")
    assert source.keys() == out.keys()
    assert len(ledger) > 100
    for name, content in source.items():
        for value in ledger:
            content = content.replace(value.encode(), b"[REDACTED:email]")
        assert out[name] == content, name
    after = bytes_of(tmp_path / "out")
    assert {name: entry[1:] for name, entry in after.items()} == {name: entry[1:] for name, entry in before.items()}
    assert all(after[name] == before[name] for name in before if "clean" in name)


def test_the_output_is_the_same_however_many_work_at_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "src", records=400)
    outs = []
    for workers, large in (("1", 1 << 30), ("3", 1 << 30), ("2", 1000)):
        monkeypatch.setattr(archive_run, "LARGE_BYTES", large)
        for name, value in (("PIECE_BYTES", 4000), ("_AHEAD", 2000)):
            monkeypatch.setattr(lines, name, value)
        out = tmp_path / f"out{workers}"
        assert run_command(["scrub", str(tmp_path / "src"), "--out", str(out), "--quiet", "--workers", workers]) == 0
        outs.append(bytes_of(out))
    assert outs[0] == outs[1] == outs[2]


def test_running_again_does_the_rest_and_nothing_twice(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    make(tmp_path / "src")
    assert scrub(tmp_path / "src", "--out", tmp_path / "out", "--exclude", "gz/*") == 0
    inodes = {file: file.stat().st_ino for file in (tmp_path / "out").rglob("*.*") if file.is_file()}
    assert scrub(tmp_path / "src", "--out", tmp_path / "out") == 0
    assert {file: file.stat().st_ino for file in inodes if ".scrubjay" not in str(file)} == {
        file: inode for file, inode in inodes.items() if ".scrubjay" not in str(file)
    }
    assert opened(tmp_path / "out").keys() == opened(tmp_path / "src").keys()
    (tmp_path / "src/plain/app.log").write_bytes(LOG)
    assert scrub(tmp_path / "src", "--out", tmp_path / "out") == 0
    assert (tmp_path / "out/plain/app.log").read_bytes() == REDACTED


def test_another_policy_does_all_of_it_anew(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.log").write_bytes(LOG)
    policy = tmp_path / "policy.yaml"
    policy.write_text("detectors: {off: [email]}\n")
    assert scrub(tmp_path / "src", "--out", tmp_path / "out", "--policy", policy) == 0
    assert (tmp_path / "out/a.log").read_bytes() == LOG
    assert scrub(tmp_path / "src", "--out", tmp_path / "out") == 0
    assert (tmp_path / "out/a.log").read_bytes() == REDACTED


def test_files_are_replaced_in_place_and_kept_where_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    file, clean = tmp_path / "logs/a.log.gz", tmp_path / "logs/clean.log"
    file.parent.mkdir()
    file.write_bytes(gzip.compress(LOG))
    clean.write_bytes(b"all is well\n")
    file.chmod(0o640)
    inode, before = clean.stat().st_ino, file.read_bytes()
    assert scrub(tmp_path / "logs", "--in-place", "--backup", ".orig") == 0
    assert gzip.decompress(file.read_bytes()) == REDACTED
    assert file.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "logs/a.log.gz.orig").read_bytes() == before
    assert clean.stat().st_ino == inode
    assert scrub(tmp_path / "logs", "--in-place", "--backup", ".orig") == 0
    assert (tmp_path / "logs/a.log.gz.orig").read_bytes() == before
    assert sorted(path.name for path in (tmp_path / "logs").iterdir()) == ["a.log.gz", "a.log.gz.orig", "clean.log"]


def damaged(root: Path) -> dict[str, str]:
    """Files that can't be worked, with what is said of each."""
    root.mkdir()
    whole = gzip.compress(LOG * 1000)
    zipped = root / "locked.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("a.log", LOG)
    data = bytearray(zipped.read_bytes())
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + at] |= 1
    zipped.write_bytes(data)
    (root / "cut.gz").write_bytes(whole[:-20])
    (root / "flipped.gz").write_bytes(whole[:40] + b"\x55\x55" + whole[42:])
    (root / "cut.zst").write_bytes(zstandard.compress(os.urandom(50_000))[:-100])
    (root / "bomb.gz").write_bytes(gzip.compress(b"a\n" * (64 << 20), 9))
    (root / "program").write_bytes(b"\x7fELF" + bytes(100))
    os.symlink("/etc/hostname", root / "elsewhere")
    return {
        "cut.gz": "ends in the middle of gz",
        "flipped.gz": "not whole as gz",
        "cut.zst": "ends in the middle of zst",
        "bomb.gz": "over 500 times as large",
        "program": "neither text nor an archive",
        "elsewhere": "a link that leads elsewhere",
        "locked.zip": "encrypted",
    }


def test_each_file_that_cannot_be_worked_is_named_and_the_rest_goes_on(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    expected = damaged(tmp_path / "src")
    (tmp_path / "src" / os.fsdecode(b"caf\xe9.log")).write_bytes(LOG)
    before = bytes_of(tmp_path / "src")
    assert scrub(tmp_path / "src", "--out", tmp_path / "out") == 3
    errors = capfd.readouterr().err
    for name, text in expected.items():
        assert re.search(rf"src/{re.escape(name)}: .*{re.escape(text)}", errors), name
    assert {os.fsencode(file.name) for file in (tmp_path / "out").iterdir()} == {b"caf\xe9.log", b".scrubjay", b"locked.zip"}
    assert (tmp_path / "out" / os.fsdecode(b"caf\xe9.log")).read_bytes() == REDACTED
    assert bytes_of(tmp_path / "src") == before


def test_a_record_too_long_to_be_held_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(lines, "MAX_RECORD_BYTES", 8 << 20)
    (tmp_path / "long.log").write_bytes(b"x" * (20 << 20))
    assert scrub(tmp_path / "long.log", "--out", tmp_path / "out") == 3
    assert "holds a record longer than" in capfd.readouterr().err


def test_scan_finds_changes_nothing_and_says_so_by_its_exit_code(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.log").write_bytes(LOG)
    (tmp_path / "b.log").write_bytes(b"all is well\n")
    assert scan(tmp_path, "--json") == 1
    told = json.loads(capfd.readouterr().out)
    assert (told["findings"], told["files"]) == ({"email": 1}, {"clean": 1, "redacted": 1})
    assert scan(tmp_path / "b.log") == 0
    assert scan(tmp_path, "--detect", "secret") == 0
    assert scan(tmp_path, "--detect", "email") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.log", "b.log"]


def test_a_policy_can_hold_for_some_files(tmp_path: Path) -> None:
    (tmp_path / "src/audit").mkdir(parents=True)
    for name in ("a.log", "audit/b.log"):
        (tmp_path / "src" / name).write_bytes(LOG)
    policy = tmp_path / "keep.yaml"
    policy.write_text("detectors: {off: [email]}\n")
    assert scrub(tmp_path / "src", "--out", tmp_path / "out", "--where", f"audit/*={policy}") == 0
    assert (tmp_path / "out/a.log").read_bytes() == REDACTED
    assert (tmp_path / "out/audit/b.log").read_bytes() == LOG


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["src"], 2, "--out DEST or --in-place"),
        (["src", "--out", "src/inside"], 2, "lie in one another"),
        (["src", "--out", "."], 2, "lie in one another"),
        (["none", "--out", "out"], 2, "none: no such file or folder"),
        (["src", "src2", "--out", "out"], 2, "would both become a.log"),
        (["src", "--out", "out", "--format", "avro"], 2, "--format: one of text, ndjson"),
        (["src", "--out", "out", "--detect", "emial"], 2, "emial is no detector"),
        (["src", "--out", "out", "--where", "x"], 2, "GLOB=POLICY"),
        (["src", "--out", "out", "--since", "soon"], 2, "--since: an age"),
        (["src", "--out", "out", "--backup", ".b"], 2, "goes with --in-place"),
    ],
)
def test_wrong_usage_is_one_line_that_says_what_is_allowed(
    arguments: list[str], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("src", "src2"):
        Path(folder).mkdir()
        Path(folder, "a.log").write_bytes(LOG)
    assert scrub(*arguments) == code
    errors = capfd.readouterr().err
    assert said in errors
    assert errors.count("\n") == 1
    assert sorted(os.listdir()) == ["src", "src2"]


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.log").write_bytes(LOG)
    assert scrub(tmp_path / "src", "--out", tmp_path / "out", "--dry-run") == 0
    assert [path.name for path in tmp_path.iterdir()] == ["src"]


def test_names_of_files_are_printed_without_what_is_found_in_them(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / f"{EMAIL}.gz").write_bytes(gzip.compress(LOG)[:-5])
    assert scan(tmp_path) == 3
    assert EMAIL not in capfd.readouterr().err


def test_two_runs_at_one_output_are_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from service.archive.manifest import Manifest

    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.log").write_bytes(LOG)
    manifest = Manifest(tmp_path / "out/.scrubjay")
    assert scrub(tmp_path / "src", "--out", tmp_path / "out") == 2
    assert "another run is writing there" in capfd.readouterr().err
    manifest.close()
    assert scrub(tmp_path / "src", "--out", tmp_path / "out") == 0


def test_the_same_name_from_elsewhere_is_another_file(tmp_path: Path) -> None:
    for folder, content in (("one", LOG), ("two", LOG.replace(b"login", b"LOGIN"))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.log").write_bytes(content)
        os.utime(tmp_path / folder / "a.log", ns=(10**18, 10**18))
        assert scrub(tmp_path / folder, "--out", tmp_path / "out") == 0
        assert (tmp_path / "out/a.log").read_bytes() == content.replace(EMAIL.encode(), b"[REDACTED:email]")


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.log").write_bytes(LOG)
    (tmp_path / "out/sub").mkdir(parents=True)
    (tmp_path / "out/sub/.a.log.0011aabb.scrubjay-part").write_bytes(b"half")
    assert scrub(tmp_path / "src", "--out", tmp_path / "out") == 0
    assert not list((tmp_path / "out/sub").iterdir())


def test_a_link_that_is_given_itself_is_followed(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.log").write_bytes(LOG)
    os.symlink("src", tmp_path / "current")
    os.symlink("src/a.log", tmp_path / "latest.log")
    assert scrub(tmp_path / "current", tmp_path / "latest.log", "--out", tmp_path / "out") == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").glob("*.log")} == {"a.log": REDACTED, "latest.log": REDACTED}


def test_links_within_a_tree_are_made_again(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.log").write_bytes(LOG)
    os.symlink("a.log", tmp_path / "src/latest")
    assert scrub(tmp_path / "src", "--out", tmp_path / "out") == 0
    assert os.readlink(tmp_path / "out/latest") == "a.log"


def test_a_manifest_that_has_no_room_ends_the_run_and_the_next_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from service.archive.manifest import Manifest

    (tmp_path / "src").mkdir()
    for i in range(60):
        (tmp_path / f"src/{i:03}.log").write_bytes(LOG)
    open_ = Manifest._open

    def with_little_room(manifest: Manifest) -> None:
        open_(manifest)
        manifest._db.execute("pragma max_page_count=5")

    with monkeypatch.context() as patch:
        patch.setattr(Manifest, "_open", with_little_room)
        assert scrub(tmp_path / "src", "--out", tmp_path / "out") == 3
    assert "no space left: make room and run the same again" in capfd.readouterr().err
    assert not list((tmp_path / "out").glob(".*part"))
    assert scrub(tmp_path / "src", "--out", tmp_path / "out") == 0
    assert {path.read_bytes() for path in (tmp_path / "out").glob("*.log")} == {REDACTED}
