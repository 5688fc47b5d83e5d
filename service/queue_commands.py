"""``scrubjay queue …``: what waits on disk, whether it is whole, and what an operator does with it. Works whether the service runs or not.

Exit codes are those of all commands; ``verify`` ends with 3 where something is damaged. Nothing prints a payload.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from config.load import load_config
from config.model import show_size
from config.schema import OtlpExporter
from service.console import console, print_json
from service.delivery import folder, removal, survey
from service.delivery.removal import Filter
from service.delivery.survey import Part
from service.errors import ConfigError
from service.moments import time_of

_DAMAGED = 3

queue_app = typer.Typer(
    help="Look at the queues on disk and at dead letters, replay them, remove from them. Works beside a running service.", no_args_is_help=True
)

ConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="The service's configuration file, which says where the queues are.")
]
StorageOption = Annotated[Path | None, typer.Option("--storage", metavar="DIR", help="The queues' directory, instead of --config.")]
ExporterOption = Annotated[str | None, typer.Option("--exporter", metavar="ID", help="Only this exporter's, such as otlp_http/tempo.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@queue_app.command()
def status(config: ConfigOption = None, storage: StorageOption = None, exporter: ExporterOption = None, as_json: JsonOption = False) -> None:
    """Say what waits, what was refused for good and why, and what is damaged.

    \b
      scrubjay queue status --config scrubjay.yaml
      scrubjay queue status --storage ./queue --json
    """
    found = {name: (survey.queues(path), survey.dead_letters(path)) for name, path in _exporters(config, storage, exporter)}
    if as_json:
        print_json(
            {name: {"queues": list(map(_as_data, queues)), "dead_letters": list(map(_as_data, letters))} for name, (queues, letters) in found.items()}
        )
        return
    table = Table("exporter", "what", "batches", "size", "oldest", "in use", "damaged files", box=None, pad_edge=False, header_style="bold")
    for name, (queues, letters) in found.items():
        for kind, parts in (("queue", queues), ("dead letters", letters)):
            for part in parts:
                cells = (str(part.batches), _size(part.bytes), _age(part.oldest), "yes" if part.in_use else "", ", ".join(part.damaged))
                table.add_row(name, f"{kind} {part.name}", *cells)
    console().print(table if table.row_count else "nothing waits")
    for name, (_, letters) in found.items():
        for reason, count in (row for part in letters for row in part.reasons):
            console().print(f"{name}: {count} refused: {reason}", markup=False, soft_wrap=True)


@queue_app.command()
def verify(config: ConfigOption = None, storage: StorageOption = None, exporter: ExporterOption = None, as_json: JsonOption = False) -> None:
    """Read every waiting batch and compare its checksum.

    \b
    Exit code 3 when something is damaged. The service delivers the rest of a damaged file
    all the same, and keeps the file as *.damaged: look into it, then delete it.
    """
    checked, aside = [], []
    for _, path in _exporters(config, storage, exporter):
        checked += [result for file in survey.files(path) if (result := survey.check(file)) is not None]
        aside += survey.set_aside(path)
    is_damaged = bool(aside) or any(result.damaged for result in checked)
    if as_json:
        rows = [{"file": str(result.file), "whole": result.whole, "damaged": result.damaged} for result in checked]
        print_json({"files": rows, "set_aside": list(map(str, aside))})
    else:
        for result in checked:
            if result.damaged:
                typer.echo(f"{result.file}: damaged: {result.damaged}, whole: {result.whole}")
        for file in aside:
            typer.echo(f"{file}: damaged, set aside by the service")
        typer.echo(f"{sum(result.whole for result in checked)} batches in {len(checked)} files are whole")
    if is_damaged:
        raise typer.Exit(_DAMAGED)


@queue_app.command("replay-dead-letters")
def replay_dead_letters(config: ConfigOption = None, storage: StorageOption = None, exporter: ExporterOption = None) -> None:
    """Send again what a backend refused for good, once its cause is gone.

    \b
    A running service begins within seconds, else the next one does. What another policy
    redacted is redacted again before it leaves.
      scrubjay queue replay-dead-letters --config scrubjay.yaml --exporter otlp_http/tempo
    """
    for name, path in _exporters(config, storage, exporter):
        typer.echo(f"{name}: {removal.replay(path)} dead letters are to be sent again")


@queue_app.command()
def purge(
    config: ConfigOption = None,
    storage: StorageOption = None,
    exporter: ExporterOption = None,
    tenant: Annotated[str | None, typer.Option("--tenant", help="Batches of this tenant (X-Scope-OrgID).")] = None,
    before: Annotated[str | None, typer.Option("--before", metavar="TIME", help="Batches that came before 7d ago, or 2026-11-23T18:00Z.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Remove batches from the queues and the dead letters for good.

    \b
    With both filters, what matches both. Batches on their way at this moment may still be
    delivered. Files set aside as *.damaged are not looked into: delete them yourself.
      scrubjay queue purge --config scrubjay.yaml --tenant acme
      scrubjay queue purge --storage ./queue --before 7d --yes
    """
    if tenant is None and before is None:
        raise ConfigError("purge: --tenant, --before or both")
    wanted = Filter(tenant, None if before is None else time_of(before, "--before"))
    files = [file for _, path in _exporters(config, storage, exporter) for file in survey.files(path)]
    if not yes:
        if not sys.stdin.isatty():
            raise ConfigError("purge: --yes, where there is nobody to ask")
        typer.confirm(f"Remove {sum(removal.count(file, wanted) for file in files)} batches for good?", abort=True)
    typer.echo(f"{sum(removal.purge(file, wanted) for file in files)} batches are removed")


def _exporters(config: Path | None, storage: Path | None, exporter: str | None) -> Iterator[tuple[str, Path]]:
    """Id and folder of each exporter with a queue. From a directory alone, the id is the folder's name."""
    if (config is None) == (storage is None):
        raise ConfigError("queue: --config FILE or --storage DIR")
    places: dict[str, Path] = {}
    if storage is not None:
        if not storage.is_dir():
            raise ConfigError(f"--storage {storage}: a directory that is there")
        places = {path.name: path for path in folder.exporters(storage)}
    elif config is not None:
        for name, settings in load_config(config, os.environ).config.exporters.items():
            if isinstance(settings, OtlpExporter) and settings.sending_queue is not None:
                places[name] = folder.of_exporter(Path(settings.sending_queue.storage), name)
    if exporter is not None:
        wanted = {name: path for name, path in places.items() if exporter in (name, path.name) or exporter.replace("/", "_") == path.name}
        if not wanted:
            raise ConfigError(f"--exporter: one of {', '.join(places) or 'none: no exporter has a queue'}")
        places = wanted
    yield from ((name, path) for name, path in places.items() if path.is_dir())


def _as_data(part: Part) -> dict[str, object]:
    data = {name: value for name, value in part._asdict().items() if name not in ("oldest", "reasons")}
    return {**data, "oldest_seconds": _seconds(part.oldest), "reasons": dict(part.reasons)}


def _seconds(oldest: int | None) -> float | None:
    return None if oldest is None else max(0.0, round(time.time() - oldest / 1000, 3))


def _age(oldest: int | None) -> str:
    seconds = _seconds(oldest)
    if seconds is None:
        return ""
    unit, size = next(((unit, size) for unit, size in (("d", 86400), ("h", 3600), ("m", 60)) if seconds >= 2 * size), ("s", 1))
    return f"{seconds / size:.0f}{unit}"


def _size(count: int) -> str:
    """To be read by people: whole KiB or MiB from where that says enough."""
    unit = 1 << 20 if count >= 10 << 20 else 1 << 10
    return show_size(count // unit * unit) if count >= unit else f"{count}B"
