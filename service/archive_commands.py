"""``scrubjay scan`` and ``scrubjay scrub``: logs that are already stored.

Exit codes: 0 done, 1 something was found (``scan``), 2 wrong usage or configuration, 3 a file could not be worked (each is named; the others
are done), 130 interrupted. What they print holds no value: of names of files what detectors find in them is left out.
"""

from __future__ import annotations

import glob
from pathlib import Path
from typing import Annotated

import typer

from service.archive import FORMATS
from service.archive.files import Globs, check_places
from service.errors import ConfigError

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
    from service.archive import session  # takes a moment, which the other commands need not wait for

    globs = Globs(tuple(include or ()), tuple(exclude or ()))
    wanted = session.Wanted(source, policy, where or [], detect, form, since, until, globs, workers, max_ratio, report, as_json, quiet)
    raise typer.Exit(session.scan_input(wanted) if source == ["-"] else session.scan(wanted))


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
    from service.archive import session  # as above
    from service.archive.run import Settings
    from service.archive.work import Options

    globs = Globs(tuple(include or ()), tuple(exclude or ()))
    wanted = session.Wanted(source, policy, where or [], detect, form, since, until, globs, workers, max_ratio, report, as_json, quiet)
    if source == ["-"] and out is None and not in_place:
        raise typer.Exit(session.scrub_input(wanted))
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
    settings = Settings(out or "", in_place, backup, Options(form, max_ratio))
    raise typer.Exit(session.scrub(wanted, settings, dry_run=dry_run, verify=verify))
