"""The reference is generated from the models and cannot drift from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import reference
from config.schema import Config

DEFINITIONS = sorted(Config.model_json_schema(mode="serialization")["$defs"])


def test_the_schema_file_is_current() -> None:
    stored = Path(reference.__file__ or "").with_name("schema.json").read_text(encoding="utf-8")
    assert stored == reference.schema_text(), "run: python -m config.reference schema > config/schema.json"


def test_every_setting_has_a_description() -> None:
    schema = reference.json_schema()
    for name, model in {"Config": schema, **schema["$defs"]}.items():
        assert model.get("description"), name
        for key, field in model["properties"].items():
            assert field.get("description"), f"{name}.{key}"


@pytest.mark.parametrize("name", [name for name in DEFINITIONS if name not in ("OtlpReceiver", "OtlpProtocols")])
def test_the_tables_have_every_model_with_every_setting(name: str) -> None:
    text = reference.markdown()
    model = reference.json_schema()["$defs"][name]
    assert model["description"] in text
    for key in model["properties"]:
        assert f"| `{key}` |" in text
