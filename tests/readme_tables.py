"""The README's tables, made from the code: ``python -m tests.readme_tables`` writes them anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import typer

import config.load
from config import reference
from config.model import Model
from config.policy import Drop, Hash, Keep, Mask, Place, Replace, Summarize
from service.__main__ import app
from service.redaction.codecs.otlp_schema import REQUESTS as SCHEMAS
from service.redaction.codecs.otlp_schema import Schema
from service.redaction.pipeline import rewrite
from service.telemetry import Telemetry
from tests.service.redaction.otlp_requests import REQUESTS as MESSAGES
from tests.service.running import default_plan

README = Path(__file__).parents[1] / "README.md"
ADDRESS = "jo@example.com"
MODELS: tuple[type[Model], ...] = (Replace, Mask, Hash, Summarize, Drop, Keep)


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |" for cells in lines) + "\n"


def _texts(schema: Schema, descriptor: Any, place: str) -> Iterator[tuple[str, str]]:
    """Place and name of every text in a message, as the schema table has them."""
    for number, field in schema.fields.items():
        wire = descriptor.fields_by_number[number]
        here = field.place or place
        if field.kind in ("text", "attribute", "value"):
            yield here, f"`{descriptor.full_name.rpartition('.v1.')[2]}.{wire.name}`"
        elif field.schema is not None:
            yield from _texts(field.schema, wire.message_type, here)


def places() -> str:
    messages: dict[str, Any] = dict(MESSAGES)
    found = [pair for signal, schema in SCHEMAS.items() for pair in _texts(schema, messages[signal].DESCRIPTOR, "")]
    texts = {place: ", ".join(dict.fromkeys(text for at, text in found if at == place)) for place in get_args(Place)}
    texts["key"] = "names of attributes, of entries in maps, and of members in JSON"
    head = ("place", "texts of OTLP", f"what becomes of `{ADDRESS}` there, by default")
    return table(head, ((f"`{place}`", text, _becomes(place)) for place, text in texts.items() if text))


def _becomes(place: str) -> str:
    """What the default policy makes of an address in that place, in protobuf and in JSON: looked up by doing it."""
    signal = {"body": "logs", "exemplar": "metrics", "metric_name": "metrics"}.get(place, "traces")
    request = dict(MESSAGES)[signal]()
    container = getattr(request, f"resource_{'spans' if signal == 'traces' else signal}").add()
    scope = getattr(container, f"scope_{'spans' if signal == 'traces' else signal}").add()
    record = getattr(scope, {"traces": "spans", "logs": "log_records", "metrics": "metrics"}[signal]).add()
    match place:
        case "body":
            record.body.string_value = ADDRESS
        case "attribute":
            record.attributes.add(key="to").value.string_value = ADDRESS
        case "key":
            record.attributes.add(key=ADDRESS).value.bool_value = True
        case "status":
            record.status.message = ADDRESS
        case "resource":
            container.resource.attributes.add(key="to").value.string_value = ADDRESS
        case "scope":
            scope.scope.name = ADDRESS
        case "exemplar":
            record.gauge.data_points.add().exemplars.add().filtered_attributes.add(key="to").value.string_value = ADDRESS
        case "trace_state":
            record.trace_state = f"v={ADDRESS}"
        case _:
            record.name = ADDRESS
    redacted = rewrite(f"otlp_proto:{signal}", request.SerializeToString(), default_plan()).payload
    if ADDRESS.encode() in redacted:
        return "only counted"
    marker = re.search(rb"\[?(?:REDACTED|redacted)[:_-]email\]?", redacted)
    assert marker is not None
    return f"`{marker[0].decode()}`"


def actions() -> str:
    rows = ((f"`{model.model_fields['type'].default}`", " ".join((model.__doc__ or "").split())) for model in MODELS)
    return table(("action", "what becomes of a match"), rows)


def _commands(group: typer.Typer, prefix: str) -> Iterator[tuple[str, ...]]:
    for command in group.registered_commands:
        if command.callback is not None:
            yield f"`{prefix} {command.name or command.callback.__name__}`", (command.callback.__doc__ or "").partition("\n")[0]
    for inner in group.registered_groups:
        if inner.typer_instance is not None:
            yield from _commands(inner.typer_instance, f"{prefix} {inner.name}")


def commands() -> str:
    return table(("command", ""), _commands(app, "scrubjay"))


def metrics() -> str:
    telemetry = Telemetry()
    telemetry.describe_plan("", "", "")
    rows = []
    for metric in telemetry.registry._collector_to_names:
        name, kind, labels, text = (getattr(metric, key) for key in ("_name", "_type", "_labelnames", "_documentation"))
        rows.append((f"`{name}{'_total' if kind == 'counter' else ''}`", kind, ", ".join(f"`{label}`" for label in labels), text))
    return table(("metric", "type", "labels", ""), iter(rows))


def default() -> str:
    return f"```yaml default.yaml\n{config.load.DEFAULT.read_text(encoding='utf-8')}```\n"


GENERATED: dict[str, Callable[[], str]] = {
    "places": places,
    "actions": actions,
    "commands": commands,
    "metrics": metrics,
    "default": default,
    "reference": reference.markdown,
}


def regenerated(text: str) -> str:
    """The README with every generated part made anew."""
    for name, generate in GENERATED.items():
        start, end = f"<!-- {name}:start -->\n", f"<!-- {name}:end -->\n"
        before, middle, rest = text.partition(start)
        _, middle_end, after = rest.partition(end)
        if not middle or not middle_end:
            raise ValueError(f"the README has no place for {name}")
        text = before + start + "\n" + generate() + "\n" + end + after
    return text


if __name__ == "__main__":
    README.write_text(regenerated(README.read_text(encoding="utf-8")), encoding="utf-8")
