"""``scrubjay scan`` and ``scrubjay scrub``: logs that are already stored.

Exit codes: 0 done, 1 something was found (``scan``), 2 wrong usage or configuration, 3 a file could not be worked (each is named; the others
are done), 130 interrupted. What they print holds no value: of names of files what detectors find in them is left out.
"""

from __future__ import annotations

import glob
import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO, NamedTuple, cast

import typer

from config.load import load_policy
from config.policy import Policy
from service.archive import replace
from service.archive.contract import ArchiveError
from service.archive.files import STATE_FOLDER, Globs, Source, check_places, sources
from service.archive.formats import FORMATS
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

SourcesArgument = Annotated[list[str], typer.Argument(metavar="SRC...", help="Files, folders, globs; - is standard input.", show_default=False)]
PolicyOption = Annotated[str, typer.Option("--policy", metavar="NAME|PATH", help="A policy's name, or the path of a policy file.")]
WhereOption = Annotated[
    list[str] | None, typer.Option("--where", metavar="GLOB=POLICY", help="Another policy for files whose names fit; the first that fits holds.")
]
DetectOption = Annotated[str | None, typer.Option("--detect", metavar="NAME,...", help="Look for these detectors, entities or kinds alone.")]
FormatOption = Annotated[str | None, typer.Option("--format", metavar="|".join(FORMATS), help="What the content is, instead of looking at it.")]
SinceOption = Annotated[str | None, typer.Option("--since", metavar="TIME", help="Files modified since then: 7d ago, or 2026-11-23T18:00Z.")]
UntilOption = Annotated[str | None, typer.Option("--until", metavar="TIME", help="Files modified before then.")]
IncludeOption = Annotated[list[str] | None, typer.Option("--include", metavar="GLOB", help="Only files whose names fit.")]
ExcludeOption = Annotated[list[str] | None, typer.Option("--exclude", metavar="GLOB", help="No files whose names fit.")]
WorkersOption = Annotated[int | None, typer.Option("--workers", min=1, help="Processes; without it, one for each CPU there is.")]
RatioOption = Annotated[int, typer.Option("--max-ratio", min=2, help="Refuse files this many times as large when decompressed.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]
ReportOption = Annotated[Path | None, typer.Option("--report", metavar="DIR", help="Write report.json and report.html (scan: report.sarif, too).")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="No progress.")]


class _Wanted(NamedTuple):
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


def scan(
    source: SourcesArgument,
    policy: PolicyOption = "default",
    where: WhereOption = None,
    detect: DetectOption = None,
    form: FormatOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    include: IncludeOption = None,
    exclude: ExcludeOption = None,
    workers: WorkersOption = None,
    max_ratio: RatioOption = 500,
    report: ReportOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Look for what is to go in stored logs, and change nothing.

    \b
    Exit code 1 when anything was found, 0 when nothing was, 3 when a file could not be
    looked at. Compressed files and archives are looked into; formats are known by content.
      scrubjay scan /var/log/app
      scrubjay scan 'logs/**/*.gz' --detect secret --report report/
      zcat app.log.gz | scrubjay scan -
    """
    globs = Globs(tuple(include or ()), tuple(exclude or ()))
    wanted = _Wanted(source, policy, where or [], detect, form, since, until, globs, workers, max_ratio, report, as_json, quiet)
    if source == ["-"]:
        found = _filter(wanted, None).outcome.report.findings
        files = [Told("-", "standard input", "redacted" if found else "clean", findings=found)]
        summarise(files, 0.0, _plans(wanted)[-1][1], as_json=wanted.as_json)
        raise typer.Exit(FOUND if found else 0)
    files = _over(wanted, Settings(options=Options(form, max_ratio)), None)
    raise typer.Exit(FAILED if has_failed(files) else FOUND if any(told.findings for told in files) else 0)


def scrub(
    source: SourcesArgument,
    out: Annotated[str | None, typer.Option("--out", metavar="DEST", help="The folder in which the redacted tree is made.")] = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="Replace the files themselves.")] = False,
    backup: Annotated[str, typer.Option("--backup", metavar="SUFFIX", help="With --in-place, keep each old file under its name and this.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what would be done.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Look through the output afterwards; exit code 3 unless nothing is found.")] = False,
    policy: PolicyOption = "default",
    where: WhereOption = None,
    detect: DetectOption = None,
    form: FormatOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    include: IncludeOption = None,
    exclude: ExcludeOption = None,
    workers: WorkersOption = None,
    max_ratio: RatioOption = 500,
    report: ReportOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Redact stored logs: into a tree of their own, or in place.

    \b
    Files keep their container (gz, zst, bz2, xz, lz4, tar, zip), their modes and times; where
    nothing is found they stay byte for byte. Run it again after an interruption and it goes on
    where it was: what is done is in DEST/.scrubjay/manifest.sqlite. Binary files are reported
    and copied nowhere. Exit code 3 when a file could not be worked; the others are done.
      scrubjay scrub /var/log/app --out /archive/clean --verify
      scrubjay scrub 'logs/**/*.json.gz' --in-place --backup .orig
      scrubjay scrub logs --out clean --where 'audit/*=strict' --since 30d
      zcat app.log.gz | scrubjay scrub - > clean.log
    """
    globs = Globs(tuple(include or ()), tuple(exclude or ()))
    wanted = _Wanted(source, policy, where or [], detect, form, since, until, globs, workers, max_ratio, report, as_json, quiet)
    if source == ["-"] and out is None and not in_place:
        _filter(wanted, sys.stdout.buffer)
        return
    if (out is None) == (not in_place):
        raise ConfigError("scrub: --out DEST or --in-place")
    if backup and not in_place:
        raise ConfigError("--backup: goes with --in-place; with --out the sources stay as they are")
    if "-" in source:
        raise ConfigError("-: standard input goes to standard output, alone and without --out")
    if backup:
        wanted = wanted._replace(globs=globs._replace(exclude=(*globs.exclude, f"*{glob.escape(backup)}")))
    if out is not None:
        check_places(source, out)
    settings = Settings("" if dry_run or out is None else out, in_place and not dry_run, backup, Options(form, max_ratio))
    files = _over(wanted, settings, None if dry_run else _state(out, source))
    code = FAILED if has_failed(files) else 0
    if verify and not dry_run:
        code = max(code, _verify(wanted, files, settings))
    raise typer.Exit(code)


def _over(wanted: _Wanted, settings: Settings, state: Path | None) -> list[Told]:
    """A run, with all that is told of it. Raises ``ConfigError`` and ``typer.Exit``."""
    plans = _plans(wanted)
    found = _chosen(wanted)
    manifest = None if state is None else Manifest(state)
    for folder in {settings.out} if settings.out else {os.path.dirname(source.path) for source in found} if settings.in_place else ():
        replace.remove_parts(folder, below=bool(settings.out))
    key = None if wanted.report is None else os.urandom(32) if manifest is None else manifest.key()
    pool = Pool(tuple(plan for _, plan in plans), wanted.workers or _workers(), key)
    begun = datetime.now(UTC).isoformat(timespec="seconds")
    total = sum(source.size for source in found)
    with Shown(len(found), total, quiet=wanted.quiet) as progress:
        run = Run(settings, plans, pool, manifest, progress)
        try:
            with _interruptible(pool, manifest):
                run.over(found)
        except OutOfSpace:
            typer.echo("scrubjay: no space left: make room and run the same again; what is done stays done", err=True)
        except KeyboardInterrupt:
            typer.echo("scrubjay: interrupted; run the same again and it goes on from here", err=True)
            raise typer.Exit(INTERRUPTED) from None
    summarise(run.files, progress.seconds, plans[-1][1], as_json=wanted.as_json)
    if wanted.report is not None:
        written = settings.writes or state is not None
        write_reports(wanted.report, Ran("scrub" if written else "scan", begun, progress.seconds, plans[-1][1]), run.files)
    return run.files


@contextmanager
def _interruptible(pool: Pool, manifest: Manifest | None) -> Iterator[None]:
    try:
        yield
    finally:
        pool.close()
        if manifest is not None:
            manifest.close()


def _workers() -> int:
    cpus = limits().cpus
    return max(1, int(cpus)) if cpus is not None else len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _state(out: str | None, arguments: list[str]) -> Path:
    """Where the manifest is: with the output; of files in place, in the user's state folder (XDG Base Directory Specification)."""
    if out is not None:
        return Path(out) / STATE_FOLDER
    home = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    name = hashlib.sha256(b"\0".join(os.fsencode(os.path.abspath(path)) for path in sorted(arguments))).hexdigest()[:16]
    return Path(home) / "scrubjay" / name


def _chosen(wanted: _Wanted) -> list[Source]:
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


def _plans(wanted: _Wanted) -> list[tuple[tuple[str, ...], Plan]]:
    if wanted.form is not None and wanted.form not in FORMATS:
        raise ConfigError(f"--format: one of {', '.join(FORMATS)}")
    plans = []
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


def _filter(wanted: _Wanted, sink: BinaryIO | None) -> Worker:
    """Standard input, to ``sink`` if there is one."""
    options = Options(wanted.form, wanted.max_ratio)
    with redacting(_plans(wanted)[-1][1]) as redaction:
        worker = Worker(Redactor(redaction), options)
        try:
            for data in worker.file(cast("BinaryIO", sys.stdin.buffer), "-"):
                if sink is not None:
                    sink.write(data)
        except ArchiveError as error:
            raise ScrubjayError(f"standard input: {error}") from None
        for name, _, text in worker.outcome.failures:
            typer.echo(f"scrubjay: standard input: {shown(name, redaction.plan)}: {text}", err=True)
    if worker.outcome.failures:
        raise typer.Exit(FAILED)
    return worker


def _verify(wanted: _Wanted, files: list[Told], settings: Settings) -> int:
    """Looks through what was written, as a scan would. Exit code."""
    written = [told.path if settings.in_place else os.path.join(settings.out, told.name) for told in files if told.state in ("redacted", "clean")]
    typer.echo(f"scrubjay: verifying {counted(len(written))}", err=True)
    plans = _plans(wanted)
    pool = Pool(tuple(plan for _, plan in plans), wanted.workers or _workers())
    found = []
    for path, told in zip(written, (told for told in files if told.state in ("redacted", "clean")), strict=True):
        status = os.stat(path)
        found.append(Source(path, told.name, status.st_size, status.st_mtime_ns))
    with Shown(len(found), sum(source.size for source in found), quiet=wanted.quiet) as progress:
        run = Run(Settings(options=settings.options), plans, pool, None, progress)
        with _interruptible(pool, None):
            run.over(found)
    left = [told for told in run.files if told.state != "clean"]
    for told in left:
        typer.echo(f"scrubjay: {shown(told.path, plans[-1][1])}: verify: {told.text or 'something is still found'}", err=True)
    typer.echo(f"scrubjay: verified {len(run.files) - len(left)} of {len(run.files)} files: nothing is found in them", err=True)
    return FAILED if left else 0
