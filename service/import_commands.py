"""``scrubjay import``: another tool's rules as a policy.

Exit code 0 also where something could not be expressed: it is listed on standard error, and as comments in the policy. 2 where the file
can't be read as what it is said to be.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from service.errors import ConfigError
from service.imports import gitleaks, presidio, redactionprocessor
from service.imports.model import Imported, ImportFailed, written


class Source(StrEnum):
    """Whose rules they are."""

    auto = "auto"
    gitleaks = "gitleaks"
    presidio = "presidio"
    redactionprocessor = "redactionprocessor"


def import_rules(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="gitleaks.toml, a Presidio recognizer file, or a Collector's configuration.")],
    format: Annotated[Source, typer.Option("--format", help="Whose rules they are; auto looks at the file.")] = Source.auto,
    out: Annotated[Path | None, typer.Option("--out", metavar="POLICY.yaml", help="Where the policy goes; without it, standard output.")] = None,
) -> None:
    """Make a policy of another tool's rules, and list what can't be expressed.

    \b
      scrubjay import gitleaks.toml --out policy.yaml
      scrubjay import collector.yaml --format redactionprocessor > policy.yaml
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        raise ConfigError(f"{file}: a file that can be read, in UTF-8") from None
    source = _guessed(file, text) if format is Source.auto else format
    try:
        imported = _read(source, text, file.parent)
    except ImportFailed as error:
        raise ConfigError(f"{file}: {error}") from None
    policy = written(imported, f"Made of {file.name} ({source.value}) by scrubjay import.")
    if out is None:
        sys.stdout.write(policy)
    else:
        try:
            out.write_text(policy, encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"{out}: a file that can be written ({error.strerror})") from None
    _report(imported)


def _read(source: Source, text: str, folder: Path) -> Imported:
    if source is Source.gitleaks:
        return gitleaks.read(text, folder)
    return presidio.read(text) if source is Source.presidio else redactionprocessor.read(text)


def _guessed(file: Path, text: str) -> Source:
    if file.suffix == ".toml":
        return Source.gitleaks
    if any(line.startswith(("recognizers:", "- name:", "  - name:")) for line in text.splitlines()) and "supported_" in text:
        return Source.presidio
    if "redaction" in text or "blocked_values" in text or "blocked_key_patterns" in text:
        return Source.redactionprocessor
    raise ConfigError(f"{file}: --format gitleaks, presidio or redactionprocessor, as the file itself does not tell")


def _report(imported: Imported) -> None:
    for note in imported.notes:
        typer.echo(f"{note.kind}: {note.what}: {' '.join(note.why.split())}", err=True)
    kinds = [note.kind for note in imported.notes]
    patterns = len(imported.policy.get("patterns", ()))
    typer.echo(
        f"{imported.source}: {imported.rules} read, {patterns} patterns written, {kinds.count('adapted')} notes on what differs, "
        f"{kinds.count('left out')} left out",
        err=True,
    )
