"""What OpenTelemetry's conventions say of messages holds after redaction, too: consumers go on parsing them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.service.redaction.genai_schemas import DOCUMENTS, LETTERS, SCHEMAS, kept
from tests.service.redaction.otlp_requests import REQUESTS, as_json, spans, wire
from tests.service.redaction.planted import redacted
from tests.service.redaction.prompt_shapes import modes

RUN = re.compile(f"[{LETTERS}]{{4}}")
MODES = ("summarize", "replace")


def plain(value: dict[str, Any]) -> Any:
    """An ``AnyValue`` as the JSON it stands for."""
    if not value:
        return None
    (kind, inner), *_ = value.items()
    match kind:
        case "arrayValue":
            return [plain(one) for one in inner.get("values", [])]
        case "kvlistValue":
            return {one["key"]: plain(one.get("value", {})) for one in inner.get("values", [])}
        case "intValue":
            return int(inner)
    return inner


def attribute_of(codec: str, payload: bytes) -> Any:
    request = json.loads(payload) if codec.startswith("otlp_json") else MessageToDict(REQUESTS["traces"].FromString(payload))
    attributes = request["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"]
    return plain(attributes[0].get("value", {}))


def forms(name: str, document: Any) -> Iterator[tuple[str, bytes, bool]]:
    """The document as an attribute: ``(codec, payload, whether it is in a string)``."""
    for inside in (True, False):
        request = spans({name: json.dumps(document) if inside else document})
        yield "otlp_proto:traces", wire(request), inside
        yield "otlp_json:traces", as_json(request), inside


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", SCHEMAS)
@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_redacted_documents_fulfil_the_conventions_and_hold_no_content(name: str, mode: str, data: st.DataObject) -> None:
    document = data.draw(DOCUMENTS[name])
    check = Draft202012Validator(SCHEMAS[name])
    check.validate(document)
    plan = modes().for_tenant(mode)
    for codec, payload, inside in forms(name, document):
        once = redacted(codec, payload, plan).payload
        after = attribute_of(codec, once)
        after = json.loads(after) if inside else after
        check.validate(after)
        assert kept(after) == kept(document)
        assert RUN.search(json.dumps(after)) is None
        assert redacted(codec, once, plan).payload == once


@pytest.mark.parametrize("name", SCHEMAS)
@given(data=st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_documents_of_which_only_entities_go_fulfil_the_conventions(name: str, data: st.DataObject) -> None:
    document = data.draw(DOCUMENTS[name])
    plan = modes().for_tenant("redact_entities")
    for codec, payload, inside in forms(name, document):
        after = attribute_of(codec, redacted(codec, payload, plan).payload)
        Draft202012Validator(SCHEMAS[name]).validate(json.loads(after) if inside else after)
