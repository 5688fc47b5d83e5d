"""What a start finds in the folder of compiled databases changes how long it takes, never what is found."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hyperscan
import pytest

from detectors import compiled
from detectors.compiled import database, folder
from detectors.model import Anchor, CatalogueError

ANCHORS = (Anchor("sk-[a-z]{4}"), Anchor("bearer", caseless=True), Anchor("[a-z]@[a-z]"))
OTHERS = (Anchor("pk-[a-z]{4}"),)
TEXT = b"Bearer sk-abcdef jo@example.com"
HITS = [(0, 14), (1, 6), (2, 21)]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is kept on Windows")


def hits(of: Any, text: bytes = TEXT) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    of.scan(text, match_event_handler=lambda number, _start, end, *_: found.append((number, end)), scratch=hyperscan.Scratch(of))
    return sorted(found)


def kept(place: Path) -> list[Path]:
    return sorted(place.glob("*"))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "kept"


@pytest.fixture
def environ(place: Path) -> dict[str, str]:
    return {"SCRUBJAY_CACHE_DIR": str(place)}


@pytest.fixture
def file(place: Path, environ: dict[str, str]) -> Path:
    """The one file of a folder in which the database of ``ANCHORS`` is kept."""
    database(ANCHORS, "package", environ)
    (only,) = kept(place)
    return only


def test_what_was_compiled_once_is_loaded_and_finds_the_same(file: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_compile", lambda *_: pytest.fail("compiled again"))
    assert hits(database(ANCHORS, "package", environ)) == HITS


def test_other_patterns_and_other_flags_are_other_files(file: Path, place: Path, environ: dict[str, str]) -> None:
    for anchors in (OTHERS, ANCHORS[::-1], (Anchor("sk-[a-z]{4}", caseless=True), *ANCHORS[1:])):
        before = len(kept(place))
        database(anchors, "package", environ)
        assert len(kept(place)) == before + 1


def test_names_to_look_for_are_never_written_down(place: Path, environ: dict[str, str]) -> None:
    assert hits(database(ANCHORS, "private", environ | {"SCRUBJAY_CACHE_PATTERNS": "1"})) == HITS
    assert hits(database(ANCHORS, environ=environ | {"SCRUBJAY_CACHE_PATTERNS": "1"})) == HITS
    assert not place.exists()


def test_the_operator_s_patterns_are_written_down_only_where_that_is_asked_for(place: Path, environ: dict[str, str]) -> None:
    for value in ("", "0", "no"):
        assert hits(database(ANCHORS, "policy", environ | {"SCRUBJAY_CACHE_PATTERNS": value})) == HITS
        assert not place.exists()
    assert hits(database(ANCHORS, "policy", environ | {"SCRUBJAY_CACHE_PATTERNS": "1"})) == HITS
    assert len(kept(place)) == 1


def test_folder_and_files_are_for_their_owner_alone(file: Path, place: Path) -> None:
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def _flipped(at: int) -> Callable[[bytes], bytes]:
    def flip(held: bytes) -> bytes:
        place = at % len(held)
        return held[:place] + bytes([held[place] ^ 1]) + held[place + 1 :]

    return flip


_DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _held: b"",
    "only a head": lambda held: held[:52],
    "half of it": lambda held: held[: len(held) // 2],
    "a byte too few": lambda held: held[:-1],
    "a byte too many": lambda held: held + b"x",
    "another version of ours": lambda held: held.replace(b"database 1", b"database 0", 1),
    "something else": lambda held: b"\0" * len(held),
    **{f"byte {at} flipped": _flipped(at) for at in (0, 19, 20, 51, 52, 60, 64, 68, 72, 76, 80, 84, 500, -2, -1)},
}


@pytest.mark.parametrize("name", _DAMAGE)
def test_a_damaged_file_is_thrown_away_and_compiled_anew(name: str, file: Path, environ: dict[str, str]) -> None:
    sound = file.read_bytes()
    file.write_bytes(_DAMAGE[name](sound))
    assert hits(database(ANCHORS, "package", environ)) == HITS
    assert file.read_bytes()[:52] == sound[:52]
    assert hits(database(ANCHORS, "package", environ)) == HITS


def test_another_set_s_file_under_this_set_s_name_is_not_taken(file: Path, place: Path, environ: dict[str, str]) -> None:
    database(OTHERS, "package", environ)
    (other,) = set(kept(place)) - {file}
    file.write_bytes(other.read_bytes())
    assert hits(database(ANCHORS, "package", environ)) == HITS


@pytest.mark.parametrize("at", [4, 12], ids=["version", "processor"])
def test_a_database_of_another_hyperscan_or_for_another_processor_is_compiled_anew(at: int, file: Path, place: Path, environ: dict[str, str]) -> None:
    """As if two machines shared a key: whole and with the right digest, but not for this one; ``hs_database``'s header says so."""
    content = file.read_bytes()[52:]
    store = compiled._Store(place)
    store.write(file.stem, content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    assert hits(database(ANCHORS, "package", environ)) == HITS
    assert file.read_bytes()[52:] == content


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_not_trusted(mode: int, file: Path, environ: dict[str, str]) -> None:
    file.chmod(mode)
    assert hits(database(ANCHORS, "package", environ)) == HITS
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o1777])
def test_a_folder_that_others_may_write_is_not_used(mode: int, place: Path, environ: dict[str, str]) -> None:
    place.mkdir()
    place.chmod(mode)
    assert hits(database(ANCHORS, "package", environ)) == HITS
    assert kept(place) == []


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() != 0, reason="only root can give a file away")
def test_what_belongs_to_somebody_else_is_not_trusted(file: Path, place: Path, environ: dict[str, str]) -> None:
    os.chown(file, 12345, 12345)
    assert hits(database(ANCHORS, "package", environ)) == HITS
    assert file.stat().st_uid == os.geteuid()
    os.chown(place, 12345, 12345)
    file.unlink()
    assert hits(database(ANCHORS, "package", environ)) == HITS
    assert kept(place) == []


def test_links_are_not_followed(file: Path, place: Path, tmp_path: Path, environ: dict[str, str]) -> None:
    elsewhere = tmp_path / "elsewhere"
    file.replace(elsewhere)
    file.symlink_to(elsewhere)
    assert hits(database(ANCHORS, "package", environ)) == HITS
    assert not file.is_symlink()
    linked = tmp_path / "linked"
    linked.symlink_to(place)
    before = file.stat().st_mtime_ns
    assert hits(database(ANCHORS, "package", {"SCRUBJAY_CACHE_DIR": str(linked)})) == HITS
    assert file.stat().st_mtime_ns == before


def test_a_pipe_under_the_name_does_not_hold_up_the_start(file: Path, environ: dict[str, str]) -> None:
    file.unlink()
    os.mkfifo(file)
    assert hits(database(ANCHORS, "package", environ)) == HITS
    assert file.is_file()


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for where in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/nowhere")):
        assert hits(database(ANCHORS, "package", {"SCRUBJAY_CACHE_DIR": str(where)})) == HITS


def test_the_folder_is_where_it_is_said_to_be() -> None:
    assert folder({"SCRUBJAY_CACHE_DIR": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"}) == Path("/a")
    assert folder({"XDG_CACHE_HOME": "/b", "HOME": "/c"}) == Path("/b/scrubjay/databases")
    assert folder({"HOME": "/c"}) == Path("/c/.cache/scrubjay/databases")
    for nowhere in ({}, {"HOME": ""}, {"XDG_CACHE_HOME": "relative"}, {"SCRUBJAY_CACHE_DIR": "", "HOME": "/c"}):
        assert folder(nowhere) is None


def test_the_files_not_used_for_longest_go_first(place: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "MAX_FILES", 3)
    sets = [(Anchor(f"word{i}"),) for i in range(4)]
    files: list[Path] = []
    for i, anchors in enumerate(sets[:3]):
        database(anchors, "package", environ)
        (new,) = set(kept(place)) - set(files)
        files.append(new)
        os.utime(new, (1000 + i, 1000 + i))
    database(sets[0], "package", environ)  # used again
    database(sets[3], "package", environ)
    assert files[0].exists()
    assert [path.exists() for path in files[1:]] == [False, True]
    assert len(kept(place)) == 3


def test_no_more_bytes_are_kept_than_allowed(file: Path, place: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "MAX_BYTES", file.stat().st_size + 10)
    os.utime(file, (1000, 1000))
    database(OTHERS, "package", environ)
    assert not file.exists()
    assert len(kept(place)) == 1


def test_what_a_killed_process_left_half_written_goes_in_time(file: Path, place: Path, environ: dict[str, str]) -> None:
    old, fresh = place / "a.1.1.part", place / "b.1.1.part"
    for part in (old, fresh):
        part.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    database(OTHERS, "package", environ)
    assert not old.exists()
    assert fresh.exists()


def test_a_pattern_hyperscan_does_not_take_is_an_error_and_no_file(place: Path, environ: dict[str, str]) -> None:
    with pytest.raises(CatalogueError, match="an anchor does not compile"):
        database((Anchor("(?<=a)b"),), "package", environ)
    assert kept(place) == []


def test_processes_that_write_the_same_at_the_same_time_leave_one_whole_file(place: Path, environ: dict[str, str]) -> None:
    code = (
        "from pathlib import Path; from detectors.compiled import database, folder; from detectors.model import Anchor\n"
        "for _ in range(30):\n"
        "    database((Anchor('sk-[a-z]{4}'),), 'package')\n"
        "    for path in Path(folder()).glob('*.hs'): path.unlink(missing_ok=True)\n"
        "database((Anchor('sk-[a-z]{4}'),), 'package')"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code], env={**os.environ, **environ}) for _ in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    (only,) = kept(place)
    assert compiled._Store(place).read(only.stem) is not None


def test_a_plan_with_patterns_of_the_operator_s_own_leaves_nothing_behind(tmp_path: Path) -> None:
    """The literal is in no file below the home of the process that compiles it; the plan without it does leave files."""
    home = tmp_path / "home"
    home.mkdir()
    literal = "blue" + "bird" + "-launch"
    code = (
        "import sys; from config.policy import Policy; from service.redaction.compilation import compile_plan\n"
        "policy = Policy.model_validate({'name': 'p', 'detectors': {'off': ['secret', 'contact', 'financial', 'government', 'network', 'prompt']},"
        " 'patterns': [{'name': 'project', 'regex': sys.argv[1]}] if len(sys.argv) > 1 else []})\n"
        "compile_plan(policy).json.warm()"
    )
    ours = ("SCRUBJAY_CACHE_DIR", "SCRUBJAY_CACHE_PATTERNS", "XDG_CACHE_HOME")
    environ = {key: value for key, value in os.environ.items() if key not in ours} | {"HOME": str(home)}
    subprocess.run([sys.executable, "-c", code, literal], env=environ, check=True, timeout=120)
    assert not [path for path in home.rglob("*") if path.is_file()]
    subprocess.run([sys.executable, "-c", code], env=environ, check=True, timeout=120)
    assert [path.suffix for path in home.rglob("*") if path.is_file()] == [".hs"]
