"""Runs that are killed and disks that fill up leave the old file or the new one, and are finished by running again."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from load.archive_tree import bytes_of, make

SCRUB = (sys.executable, "-m", "service", "scrub")


def run(*arguments: object) -> int:
    return subprocess.run((*SCRUB, *map(str, arguments), "--quiet", "--workers", "2"), capture_output=True, check=False).returncode


def wait_until_gone(group: int) -> None:
    """Its processes end with the one that was killed."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    raise AssertionError("processes outlive the run that began them")


@pytest.mark.chaos
@pytest.mark.parametrize("in_place", [False, True], ids=["out", "in place"])
def test_twenty_kills_and_the_output_is_as_if_undisturbed(tmp_path: Path, in_place: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    make(tmp_path / "src", records=4000)
    originals = bytes_of(tmp_path / "src")
    begun = time.monotonic()
    assert run(tmp_path / "src", "--out", tmp_path / "expected") == 0
    lasted, random_ = time.monotonic() - begun, random.Random(7)
    target = tmp_path / ("work" if in_place else "out")
    if in_place:
        shutil.copytree(tmp_path / "src", target)
    expected = bytes_of(tmp_path / "expected")
    arguments = [str(target), "--in-place"] if in_place else [str(tmp_path / "src"), "--out", str(target)]
    for alone in (True, False) * 10:
        process = subprocess.Popen((*SCRUB, *arguments, "--quiet", "--workers", "2"), stderr=subprocess.DEVNULL, start_new_session=True)
        time.sleep(random_.uniform(0.2, lasted))
        (os.kill if alone else os.killpg)(process.pid, signal.SIGKILL)
        process.wait()
        wait_until_gone(process.pid)
        for name, (content, _, _) in bytes_of(target).items():
            if not name.endswith(".scrubjay-part"):
                assert content in (expected[name][0], originals[name][0] if in_place else b"")
    assert run(*arguments) == 0
    assert bytes_of(target) == expected


@pytest.mark.chaos
@pytest.mark.parametrize("kib", [40, 150, 300, 600, 700, 900])
def test_a_full_disk_ends_the_run_and_room_lets_it_go_on(tmp_path: Path, kib: int) -> None:
    make(tmp_path / "src", records=3000)
    script = f"""
        mount -t tmpfs -o size={kib}k tmpfs {tmp_path}/small || exit 77
        {sys.executable} -m service scrub {tmp_path}/src --out {tmp_path}/small --quiet --workers 2; echo first $?
        find {tmp_path}/small -name '*.scrubjay-part' | wc -l
        mount -o remount,size=64m {tmp_path}/small
        {sys.executable} -m service scrub {tmp_path}/src --out {tmp_path}/small --quiet --workers 2; echo second $?
        cp -a {tmp_path}/small {tmp_path}/copy
    """
    (tmp_path / "small").mkdir()
    ended = subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, check=False)
    if ended.returncode == 77 or "unshare" in ended.stderr:
        pytest.skip("a mount namespace of one's own is not to be had here")
    assert ended.stdout.split("\n")[:3] == ["first 3", "0", "second 0"], ended.stdout + ended.stderr
    assert "no space left" in ended.stderr
    assert run(tmp_path / "src", "--out", tmp_path / "expected") == 0
    assert bytes_of(tmp_path / "copy") == bytes_of(tmp_path / "expected")


@pytest.mark.chaos
def test_an_interrupt_says_how_to_go_on(tmp_path: Path) -> None:
    make(tmp_path / "src", records=4000)
    process = subprocess.Popen(
        (*SCRUB, str(tmp_path / "src"), "--out", str(tmp_path / "out")), stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while not (tmp_path / "out/plain").exists():
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    assert "run the same again" in process.communicate()[1]
    assert process.returncode == 130
    assert not list((tmp_path / "out").rglob("*.scrubjay-part"))
    assert run(tmp_path / "src", "--out", tmp_path / "out") == 0
