"""The real programs that the interop tests and the drivers in load/ run beside the service: built or installed once, then cached.

Contract: ``collector()``, ``telemetrygen()``, ``gitleaks()`` and ``node_modules()`` give a path that is ready to be used. They raise
``Unavailable`` with a one-line reason where the machine lacks the toolchain (Go, or Node.js with npm), and ``BuildError``, which says what
to do, where the toolchain is there and the build fails. What they make lies outside the repository, in ``$XDG_CACHE_HOME/scrubjay``
(``~/.cache`` without it), under a hash of everything that goes into it, so that a changed version is a new folder. Several processes may
ask at once.

``python -m tests.interop.peers`` makes them all and shows the progress.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import yaml

HERE = Path(__file__).parent
MANIFEST = HERE / "collector.yaml"
JAVASCRIPT = HERE / "javascript"
BUILDER = "go.opentelemetry.io/collector/cmd/builder@v0.161.0"
TELEMETRYGEN = "github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen@v0.161.0"
GITLEAKS_MODULE = "github.com/zricethezav/gitleaks/v8"
GITLEAKS = f"{GITLEAKS_MODULE}@v8.30.0"
"""The name its go.mod has; 222 rules."""

_STEP_SECONDS = 30 * 60.0
_TELL_SECONDS = 20.0
_LAST_LINES = 15


class Unavailable(Exception):
    """The machine lacks what it takes; the text is one line."""


class BuildError(Exception):
    """The toolchain is there, but the build failed; the text says why and what to do."""


@cache
def collector() -> Path:
    """An OpenTelemetry Collector with the components of ``collector.yaml``."""
    need("Go", "go")
    return cached("collector", (MANIFEST.read_bytes(), BUILDER.encode()), _build_collector)


@cache
def telemetrygen() -> Path:
    """OpenTelemetry's load generator."""
    need("Go", "go")
    return cached("telemetrygen", (TELEMETRYGEN.encode(),), _build_telemetrygen)


@cache
def gitleaks() -> Path:
    """gitleaks, with its own rules beside it in ``gitleaks.toml``."""
    need("Go", "go")
    return cached("gitleaks", (GITLEAKS.encode(),), _build_gitleaks)


@cache
def node_modules() -> Path:
    """A folder with the JavaScript SDK of ``javascript/package-lock.json`` in ``node_modules``, and the scripts that use it."""
    need("Node.js with npm", "node", "npm")
    files = sorted(path for path in JAVASCRIPT.iterdir() if path.suffix in (".json", ".mjs"))
    return cached("javascript", tuple(path.name.encode() + path.read_bytes() for path in files), _install_javascript)


def node() -> str:
    """The command that runs JavaScript."""
    need("Node.js with npm", "node", "npm")
    return shutil.which("node") or "node"


def cache_folder() -> Path:
    """Where everything made here lies."""
    chosen = os.environ.get("XDG_CACHE_HOME")
    return (Path(chosen) if chosen else Path.home() / ".cache") / "scrubjay" / "interop"


def need(what: str, *commands: str) -> None:
    """Raises ``Unavailable`` unless all these commands are there."""
    if any(shutil.which(command) is None for command in commands):
        raise Unavailable(f"{what} is not installed")


def cached(name: str, inputs: Sequence[bytes], make: Callable[[Path, Path], None]) -> Path:
    """``make(folder, log)`` puts ``name`` into the folder, which then becomes the cached one in one step: there is no half of it."""
    key = hashlib.sha256("\0".join((platform.system(), platform.machine())).encode())
    for content in inputs:
        key.update(hashlib.sha256(content).digest())
    final = cache_folder() / f"{name}-{key.hexdigest()[:16]}"
    if not final.exists():
        cache_folder().mkdir(parents=True, exist_ok=True)
        with _alone(final.with_suffix(".lock")):
            if not final.exists():
                log = final.with_suffix(".log")
                log.unlink(missing_ok=True)
                with tempfile.TemporaryDirectory(dir=cache_folder(), prefix=f"{name}-", ignore_cleanup_errors=True) as folder:
                    made = Path(folder, "made")
                    made.mkdir()
                    make(made, log)
                    made.rename(final)
    return final / name


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _build_collector(folder: Path, log: Path) -> None:
    manifest = yaml.safe_load(MANIFEST.read_bytes())
    sources = folder.parent / "sources"
    manifest["dist"]["output_path"] = str(sources)
    rendered = folder.parent / "collector.yaml"
    rendered.write_text(yaml.safe_dump(manifest))
    run_step(
        f"building the OpenTelemetry Collector {manifest['dist']['version']}", ["go", "run", BUILDER, f"--config={rendered}"], folder.parent, log
    )
    shutil.move(sources / "collector", folder / "collector")


def _build_telemetrygen(folder: Path, log: Path) -> None:
    run_step("building telemetrygen", ["go", "install", TELEMETRYGEN], folder.parent, log, GOBIN=str(folder))


def _build_gitleaks(folder: Path, log: Path) -> None:
    run_step("building gitleaks", ["go", "install", GITLEAKS], folder.parent, log, GOBIN=str(folder))
    listed = subprocess.run(["go", "mod", "download", "-json", GITLEAKS], cwd=folder.parent, capture_output=True, check=True)
    shutil.copy(Path(json.loads(listed.stdout)["Dir"], "config", "gitleaks.toml"), folder / "gitleaks.toml")


def _install_javascript(folder: Path, log: Path) -> None:
    made = folder / "javascript"
    shutil.copytree(JAVASCRIPT, made, ignore=shutil.ignore_patterns("node_modules"))
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev"]
    run_step("installing the OpenTelemetry SDK for JavaScript", command, made, log)


def run_step(what: str, command: Sequence[str], folder: Path, log: Path, **environment: str) -> None:
    """Runs a step of a build below everything else in priority, telling every now and then that it still goes on."""
    niced = ["nice", "-n", "10", *command] if shutil.which("nice") else list(command)
    settings = {**os.environ, "CGO_ENABLED": "0", "CI": "true", **environment}
    _tell(f"{what} (once, takes minutes; then it is in {cache_folder()})")
    started = told = time.monotonic()
    with log.open("ab") as output, subprocess.Popen(niced, cwd=folder, env=settings, stdin=subprocess.DEVNULL, stdout=output, stderr=output) as step:
        while step.poll() is None:
            now = time.monotonic()
            if now - started > _STEP_SECONDS:
                step.kill()
            if now - told > _TELL_SECONDS:
                told = now
                _tell(f"{what}: {now - started:.0f} s")
            time.sleep(0.1)
    if step.returncode:
        raise BuildError(_advice(what, log))
    _tell(f"{what}: done in {time.monotonic() - started:.0f} s")


def _advice(what: str, log: Path) -> str:
    last = "\n".join(f"  {line}" for line in log.read_text(errors="replace").splitlines()[-_LAST_LINES:])
    return (
        f"{what} failed. The end of {log}:\n{last}\n"
        "Check that the module proxy that `go env GOPROXY` (for JavaScript: `npm config get registry`) names can be reached and that a few GB "
        "of disk are free, then try again with: .venv/bin/python -m tests.interop.peers"
    )


def _tell(line: str) -> None:
    print(f"interop: {line}", file=sys.stderr, flush=True)


def _make_all() -> int:
    failed = 0
    for make in (collector, telemetrygen, gitleaks, node_modules):
        try:
            _tell(f"{make.__name__}: {make()}")
        except Unavailable as reason:
            _tell(f"{make.__name__}: not here, {reason}; the tests that need it are skipped")
        except BuildError as error:
            failed = 1
            _tell(str(error))
    return failed


if __name__ == "__main__":
    sys.exit(_make_all())
