"""What the configuration models say about themselves: a JSON schema for editors, and tables for the README.

``python -m config.reference schema`` prints what stands in ``config/schema.json``; ``python -m config.reference markdown`` the tables.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from config.schema import Config

Schema = dict[str, Any]

_SECTIONS = (
    ("Configuration", "Config"),
    ("Receiver `otlp`, under `protocols.http`", "HttpServer"),
    ("`cors`", "Cors"),
    ("Receiver `otlp`, under `protocols.grpc`", "GrpcServer"),
    ("Receiver `ndjson`", "NdjsonReceiver"),
    ("Exporter `otlp_http`", "OtlpHttpExporter"),
    ("Exporter `otlp_grpc`", "OtlpGrpcExporter"),
    ("`tls`", "Tls"),
    ("`sending_queue`", "SendingQueue"),
    ("`dead_letters`", "DeadLetters"),
    ("`retry_on_failure`", "RetryOnFailure"),
    ("Exporter `file`", "FileExporter"),
    ("Exporter `stdout`", "StdoutExporter"),
    ("`service`", "Service"),
    ("`service.pipelines`", "Pipelines"),
    ("A pipeline", "Pipeline"),
    ("`shadow`", "Shadow"),
    ("Policy", "Policy"),
    ("`detectors`", "DetectorSwitches"),
    ("A rule, under `rules`", "Rule"),
    ("`where`", "Where"),
    ("Action `replace`", "Replace"),
    ("Action `mask`", "Mask"),
    ("Action `hash`", "Hash"),
    ("Action `summarize`", "Summarize"),
    ("Action `drop`", "Drop"),
    ("Action `keep`", "Keep"),
    ("`prompts`", "Prompts"),
    ("`prompts.roles`", "PromptRoles"),
    ("A tenant, under `prompts.tenants`", "TenantPrompts"),
    ("An entry of `allow`", "Allow"),
    ("`hash`", "HashKeys"),
    ("A key, under `hash.keys`", "HashKey"),
    ("`limits`", "Limits"),
    ("An entry of `patterns`", "Pattern"),
    ("An entry of `except_matching`", "ExceptMatching"),
    ("`names`", "Names"),
    ("`ner`", "Ner"),
    ("An entry of `tests`", "PolicyTest"),
)


def json_schema() -> Schema:
    """The JSON schema of a configuration file as it is written: component types stand in ids, short forms are allowed."""
    schema = Config.model_json_schema(mode="serialization")  # where sizes and durations have their units
    properties, definitions = schema["properties"], schema["$defs"]
    for section in ("receivers", "exporters"):
        (components,) = properties[section]["patternProperties"].values()
        kinds = components["discriminator"]["mapping"]
        properties[section]["additionalProperties"] = False
        properties[section]["patternProperties"] = {
            f"^{kind}(/[A-Za-z0-9._-]{{1,64}})?$": {"anyOf": [{"$ref": reference}, {"type": "null"}]} for kind, reference in kinds.items()
        }
        for reference in kinds.values():
            definitions[reference.rpartition("/")[2]]["properties"].pop("type", None)
    description = properties["policy"].pop("description")
    properties["policy"] = {"anyOf": [{"type": "string"}, properties["policy"]], "default": "default", "description": description}
    schema["required"].remove("policy")
    shadow = definitions["Shadow"]["properties"]["policy"]
    shadow["anyOf"] = [{"type": "string"}, {"$ref": shadow.pop("$ref")}]
    spared = definitions["Pattern"]["properties"]["except_matching"]
    spared["items"] = {"anyOf": [{"type": "string", "minLength": 1}, spared["items"]]}
    action = definitions["Rule"]["properties"]["action"]
    kinds = action["discriminator"]["mapping"]
    action["anyOf"] = [{"enum": list(kinds)}, *action.pop("oneOf")]
    for reference in kinds.values():
        definitions[reference.rpartition("/")[2]]["required"] = ["type"]
    del action["discriminator"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Scrubjay configuration"}


def schema_text() -> str:
    """``config/schema.json``."""
    return json.dumps(json_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def markdown() -> str:
    """A heading and a table for every model."""
    schema = json_schema()
    parts = []
    for title, name in _SECTIONS:
        model = schema if name == "Config" else schema["$defs"][name]
        text = "" if name == "Config" else f"{model['description']}\n\n"
        rows = "\n".join(_rows(model))
        table = f"| key | value | default | |\n|---|---|---|---|\n{rows}\n" if rows else "No settings.\n"
        parts.append(f"#### {title}\n\n{text}{table}")
    return "\n".join(parts)


def _rows(model: Schema) -> Iterator[str]:
    required = model.get("required", ())
    for key, field in model["properties"].items():
        default = "required" if key in required else _default(field)
        cells = (f"`{key}`", _type(field), default, field.get("description", ""))
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(field: Schema) -> str:
    value = field.get("default")
    if value in (None, [], {}) or isinstance(value, dict):
        return ""
    return "`" + (", ".join(map(str, value)) if isinstance(value, list) else json.dumps(value).strip('"')) + "`"


def _type(field: Schema) -> str:
    if "enum" in field:
        return ", ".join(f"`{word}`" for word in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    if "anyOf" in field:
        kinds = [_type(option) for option in field["anyOf"] if option.get("type") != "null"]
        return ", ".join(dict.fromkeys(kinds))
    if "$ref" in field:
        return "a mapping"
    if field.get("title") in ("size", "duration"):
        return f"a {field['title']}"
    if field.get("type") == "array":
        return f"a list of: {_type(field['items'])}"
    words = {"string": "text", "integer": "a number", "number": "a number", "boolean": "`true`, `false`", "object": "a mapping"}
    return words.get(str(field.get("type")), "text")


def main(wanted: str) -> None:
    """Prints the schema or the tables."""
    sys.stdout.write(schema_text() if wanted == "schema" else markdown())


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "markdown")
