"""What it takes to run the peers: programs built of load/peers/rust and load/peers/go, and an environment with the packages of requirements.lock.

Each is made once and cached as the programs of the interop tests are (tests/interop/peers.py), under a hash of all that goes into it.
Versions are pinned in Cargo.lock, go.sum and requirements.lock. Where a machine lacks a toolchain, ``PeerError`` says which in one line.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import sys
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from load.peers.harness import PeerError
from tests.interop.peers import BuildError, Unavailable, cached, need, run_step

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
RUST, GO, REQUIREMENTS = HERE / "rust", HERE / "go", HERE / "requirements.lock"

Command = tuple[str, ...]


def rust() -> Command:
    return (_made("Rust", ("cargo",), RUST, _build_rust, "scrubjay-peers"),)


def go() -> Command:
    return (_made("Go", ("go",), GO, _build_go, "peers"),)


def python() -> Command:
    """Our own environment."""
    return (sys.executable, "-m", "load.peers.text_harness")


def locked_python() -> Command:
    """The environment of ``requirements.lock``."""
    made = _made("Python's venv", (), REQUIREMENTS, _make_environment, "environment")
    return (str(Path(made, "bin", "python")), "-m", "load.peers.text_harness")


def environment() -> dict[str, str]:
    """What a harness runs with: one core's worth of Go, this repository's modules, and no package that tells anybody that it is used."""
    return {**os.environ, "GOMAXPROCS": "1", "PYTHONPATH": str(ROOT), "DO_NOT_TRACK": "1", "TLDEXTRACT_CACHE": os.devnull}


def crate(name: str) -> str:
    """A crate's locked version."""
    packages = tomllib.loads((RUST / "Cargo.lock").read_text())["package"]
    return next(str(package["version"]) for package in packages if package["name"] == name)


def module(name: str) -> str:
    """A Go module's version."""
    found = re.search(rf"^\s*(?:require )?{re.escape(name)} v(\S+)", (GO / "go.mod").read_text(), re.MULTILINE)
    if found is None:
        raise PeerError(f"{GO / 'go.mod'} does not name {name}")
    return found[1]


def requirement(name: str) -> str:
    """A package's version in ``requirements.lock``."""
    found = re.search(rf"^{re.escape(name)}==(\S+)", REQUIREMENTS.read_text(), re.MULTILINE)
    if found is None:
        raise PeerError(f"{REQUIREMENTS} does not name {name}")
    return found[1]


def installed(name: str) -> str:
    """A package's version in our own environment."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        raise PeerError(f"{name} is not installed; make setup installs it") from None


@cache
def _made(what: str, commands: tuple[str, ...], sources: Path, make: Callable[[Path, Path], None], product: str) -> str:
    files = [sources] if sources.is_file() else sorted(path for path in sources.rglob("*") if path.is_file())
    inputs = tuple(str(path.relative_to(HERE)).encode() + path.read_bytes() for path in files)
    try:
        need(what, *commands)
        return str(cached(product, inputs, make))
    except Unavailable as reason:
        raise PeerError(str(reason)) from None
    except BuildError as error:
        raise PeerError(" ".join(str(error).split())) from None


def _build_rust(folder: Path, log: Path) -> None:
    target = folder.parent / "target"
    command = ["cargo", "build", "--release", "--locked", f"--manifest-path={RUST / 'Cargo.toml'}"]
    run_step(f"building VRL {crate('vrl')} and a harness around it", command, folder, log, CARGO_TARGET_DIR=str(target))
    shutil.move(target / "release" / "scrubjay-peers", folder / "scrubjay-peers")


def _build_go(folder: Path, log: Path) -> None:
    command = ["go", "build", "-trimpath", "-mod=readonly", f"-o={folder / 'peers'}", "."]
    run_step("building the Collector's processors, gitleaks, and a harness around them", command, GO, log)


def _make_environment(folder: Path, log: Path) -> None:
    made = folder / "environment"
    run_step("making an environment for peers from PyPI", [sys.executable, "-m", "venv", str(made)], folder, log)
    pip = [str(made / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet", "--require-hashes"]
    run_step("installing peers from PyPI", [*pip, "--requirement", str(REQUIREMENTS)], folder, log)
