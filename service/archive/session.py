"""A command over stored logs, from what was asked for to an exit code; see :mod:`service.archive_commands`."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import typer

from config.load import load_policy
from config.policy import Policy
from service.archive import FORMATS, replace
from service.archive.contract import ArchiveError
from service.archive.files import STATE_FOLDER, Globs, Source, sources
from service.archive.manifest import Manifest
from service.archive.pool import Pool
from service.archive.progress import Shown
from service.archive.report import Ran, write_reports
from service.archive.run import OutOfSpace, Run, Settings
from service.archive.summary import counted, has_failed, shown, summarise
from service.archive.told import Told
from service.archive.work import Options, Redactor, Worker
from service.errors import ConfigError, ScrubjayError
from service.machine import limits
from service.moments import time_of
from service.recognition.redaction import check_installed, redacting
from service.redaction.compilation import compile_plan, only
from service.redaction.plan import Plan

FOUND, FAILED, INTERRUPTED = 1, 3, 130

Plans = list[tuple[tuple[str, ...], Plan]]
"""See :class:`service.archive.run.Run`."""


class Wanted(NamedTuple):
    """What both commands take."""

    sources: list[str]
    policy: str
    where: list[str]
    detect: str | None
    form: str | None
    since: str | None
    until: str | None
    globs: Globs
    workers: int | None
    max_ratio: int
    report: Path | None
    as_json: bool
    quiet: bool


class Done(NamedTuple):
    """A run that has ended. ``code``: 0 or ``FAILED``."""

    files: list[Told]
    code: int


def scan(wanted: Wanted) -> int:
    """Looks at files; exit code."""
    plans = _plans(wanted)
    done = _over(wanted, plans, Settings(options=_options(wanted)), None)
    return done.code or (FOUND if any(told.findings for told in done.files) else 0)


def scan_input(wanted: Wanted) -> int:
    """Looks at standard input; exit code."""
    plans = _plans(wanted)
    outcome = _filtered(wanted, plans, lambda data: None).outcome
    found = outcome.report.findings
    summarise([Told("-", "standard input", "redacted" if found else "clean", findings=found)], 0.0, plans[-1][1], as_json=wanted.as_json)
    return FAILED if outcome.failures else FOUND if found else 0


def scrub(wanted: Wanted, settings: Settings, *, dry_run: bool, verify: bool) -> int:
    """Redacts files; exit code. Of a dry run nothing is written."""
    plans = _plans(wanted)
    if dry_run:
        return _over(wanted, plans, Settings(options=settings.options), None).code
    done = _over(wanted, plans, settings, _state(settings.out, wanted.sources))
    return max(done.code, _verify(wanted, plans, done.files, settings)) if verify else done.code


def scrub_input(wanted: Wanted) -> int:
    """Redacts standard input to standard output; exit code."""
    worker = _filtered(wanted, _plans(wanted), sys.stdout.buffer.write)
    return FAILED if worker.outcome.failures else 0


def _options(wanted: Wanted) -> Options:
    return Options(wanted.form, wanted.max_ratio)


def _over(wanted: Wanted, plans: Plans, settings: Settings, state: Path | None) -> Done:
    """A run, with all that is told of it. Raises ``ConfigError``, and ``typer.Exit`` where it is interrupted."""
    found = _chosen(wanted)
    manifest = None if state is None else Manifest(state)
    for folder in {settings.out} if settings.out else {os.path.dirname(source.path) for source in found} if settings.in_place else ():
        replace.remove_parts(folder, below=bool(settings.out))
    key = None if wanted.report is None else os.urandom(32) if manifest is None else manifest.key()
    begun, code = datetime.now(UTC).isoformat(timespec="seconds"), 0
    with _running(wanted, plans, settings, found, manifest, key) as (run, progress):
        try:
            run.over(found)
        except OutOfSpace:
            typer.echo("scrubjay: no space left: make room and run the same again; what is done stays done", err=True)
            code = FAILED
        except KeyboardInterrupt:
            typer.echo("scrubjay: interrupted; run the same again and it goes on from here", err=True)
            raise typer.Exit(INTERRUPTED) from None
    summarise(run.files, progress.seconds, plans[-1][1], as_json=wanted.as_json)
    if wanted.report is not None:
        write_reports(wanted.report, Ran("scan" if state is None else "scrub", begun, progress.seconds, plans[-1][1]), run.files)
    return Done(run.files, FAILED if has_failed(run.files) else code)


@contextmanager
def _running(
    wanted: Wanted, plans: Plans, settings: Settings, found: list[Source], manifest: Manifest | None = None, key: bytes | None = None
) -> Iterator[tuple[Run, Shown]]:
    """A run over ``found`` with its processes and its progress, as long as the block lasts."""
    pool = Pool(tuple(plan for _, plan in plans), wanted.workers or _workers(), key)
    with Shown(len(found), sum(source.size for source in found), quiet=wanted.quiet) as progress:
        try:
            yield Run(settings, plans, pool, manifest, progress), progress
        finally:
            pool.close()
            if manifest is not None:
                manifest.close()


def _workers() -> int:
    cpus = limits().cpus
    return max(1, int(cpus)) if cpus is not None else len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _state(out: str, arguments: list[str]) -> Path:
    """Where the manifest is: with the output; of files in place, in the user's state folder (XDG Base Directory Specification)."""
    if out:
        return Path(out) / STATE_FOLDER
    home = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    name = hashlib.sha256(b"\0".join(os.fsencode(os.path.abspath(path)) for path in sorted(arguments))).hexdigest()[:16]
    return Path(home) / "scrubjay" / name


def _chosen(wanted: Wanted) -> list[Source]:
    """The files. Raises ``ConfigError`` where two would become one."""
    since = time_of(wanted.since, "--since") * 1_000_000 if wanted.since else None
    until = time_of(wanted.until, "--until") * 1_000_000 if wanted.until else None
    chosen, names = [], set()
    for source in sources(wanted.sources, wanted.globs):
        if (since is not None and source.mtime_ns < since) or (until is not None and source.mtime_ns >= until):
            continue
        if source.name in names:
            raise ConfigError(f"SRC: two files would both become {source.name}; run them one after the other, to different places")
        names.add(source.name)
        chosen.append(source)
    return chosen


def _plans(wanted: Wanted) -> Plans:
    if wanted.form is not None and wanted.form not in FORMATS:
        raise ConfigError(f"--format: one of {', '.join(FORMATS)}")
    plans: Plans = []
    for entry in wanted.where:
        glob, equals, policy = entry.partition("=")
        if not equals or not glob:
            raise ConfigError("--where: GLOB=POLICY, such as 'audit/*=strict'")
        plans.append(((glob,), _plan(policy, wanted.detect)))
    return [*plans, ((), _plan(wanted.policy, wanted.detect))]


def _plan(name: str, detect: str | None) -> Plan:
    policy: Policy = load_policy(name, os.environ)
    try:
        if detect is not None:
            policy = only(policy, tuple(filter(None, detect.split(","))))
        plan = compile_plan(policy)
        check_installed(plan)
    except ConfigError as error:
        raise ConfigError(f"{name}: {error}") from None
    plan.warm()
    return plan


def _filtered(wanted: Wanted, plans: Plans, write: Callable[[bytes], object]) -> Worker:
    """Standard input, redacted by the last plan; members that could not be worked are named."""
    with redacting(plans[-1][1]) as redaction:
        worker = Worker(Redactor(redaction), _options(wanted))
        try:
            for data in worker.file(cast("BinaryIO", sys.stdin.buffer), "-"):
                write(data)
        except ArchiveError as error:
            raise ScrubjayError(f"standard input: {error}") from None
        for name, _, text in worker.outcome.failures:
            typer.echo(f"scrubjay: standard input: {shown(name, redaction.plan)}: {text}", err=True)
    return worker


def _verify(wanted: Wanted, plans: Plans, files: list[Told], settings: Settings) -> int:
    """Looks through what was written, as a scan would. Exit code."""
    found = []
    for told in files:
        if told.state in ("redacted", "clean"):
            path = told.path if settings.in_place else os.path.join(settings.out, told.name)
            status = os.stat(path)
            found.append(Source(path, told.name, status.st_size, status.st_mtime_ns))
    typer.echo(f"scrubjay: verifying {counted(len(found))}", err=True)
    with _running(wanted, plans, Settings(options=settings.options), found) as (run, _):
        run.over(found)
    left = [told for told in run.files if told.state != "clean"]
    for told in left:
        typer.echo(f"scrubjay: {shown(told.path, plans[-1][1])}: verify: {told.text or 'something is still found'}", err=True)
    typer.echo(f"scrubjay: verified {len(run.files) - len(left)} of {len(run.files)} files: nothing is found in them", err=True)
    return FAILED if left else 0
