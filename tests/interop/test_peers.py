"""What the interop tests run is built once, whole or not at all, and where it can't be, that is said."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.interop import peers


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return peers.cache_folder()


def test_a_machine_without_the_toolchain_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    for make, missing in (
        (peers.collector, "Go"),
        (peers.telemetrygen, "Go"),
        (peers.node_modules, r"Node\.js with npm"),
        (peers.node, r"Node\.js with npm"),
    ):
        with pytest.raises(peers.Unavailable, match=f"{missing} is not installed"):
            getattr(make, "__wrapped__", make)()


def test_a_thing_is_made_once_even_when_many_ask_at_once() -> None:
    calls: list[Path] = []

    def make(folder: Path, log: Path) -> None:
        calls.append(folder)
        time.sleep(0.2)  # so that the others ask meanwhile
        (folder / "thing").write_text("made")

    with ThreadPoolExecutor(4) as threads:
        paths = {each.result() for each in [threads.submit(peers.cached, "thing", (b"1",), make) for _ in range(4)]}
    (path,) = paths
    assert (path.read_text(), len(calls)) == ("made", 1)


def test_another_version_is_another_thing(cache: Path) -> None:
    def make(folder: Path, log: Path) -> None:
        (folder / "thing").touch()

    one, other = peers.cached("thing", (b"1",), make), peers.cached("thing", (b"2",), make)
    assert one != other
    assert one.exists()
    assert other.exists()
    assert one.is_relative_to(cache)


def test_a_build_that_fails_says_what_to_do_and_leaves_nothing_behind(cache: Path) -> None:
    def make(folder: Path, log: Path) -> None:
        (folder / "thing").touch()
        peers.run_step("building a thing", [sys.executable, "-c", "print('no such module'); raise SystemExit(3)"], folder, log)

    with pytest.raises(peers.BuildError) as failed:
        peers.cached("thing", (b"1",), make)
    said = str(failed.value)
    assert "building a thing failed" in said
    assert "no such module" in said
    assert "python -m tests.interop.peers" in said
    assert [path for path in cache.iterdir() if path.is_dir()] == []


def test_every_version_is_pinned() -> None:
    modules = [line.split("gomod:")[1].split() for line in peers.MANIFEST.read_text().splitlines() if "gomod:" in line]
    assert len(modules) > 5
    assert all(len(module) == 2 and module[1].startswith("v") for module in modules)
    assert "@v" in peers.BUILDER
    assert "@v" in peers.TELEMETRYGEN


def test_the_javascript_lock_names_hashes_and_no_registry() -> None:
    lock = (peers.JAVASCRIPT / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 50
