"""What the policy says of a tenant holds wherever its data comes in and goes out: the tenant is what the header says."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import grpc
import httpx
import pytest

from config.policy import Policy
from service.exporters.contract import OTLP_METHODS
from service.redaction.compilation import compile_plan
from service.redaction.plan import Plan
from tests.service.payloads import PROTOBUF
from tests.service.payloads import request as otlp_request
from tests.service.running import TIMEOUT, Running, backend, running

PROMPT = "where did Ida go on Monday"
HEADER = "x-scope-orgid"
MODES = {
    "": f"[REDACTED:prompt;chars={len(PROMPT)}]",
    "other": f"[REDACTED:prompt;chars={len(PROMPT)}]",
    "acme": PROMPT,
    "strict": "[REDACTED:prompt]",
}


@cache
def plan() -> Plan:
    """One tenant's prompts are kept, another's are replaced; nothing but prompts is looked for."""
    tenants = {"acme": {"mode": "keep"}, "strict": {"mode": "replace"}}
    off = ["secret", "contact", "financial", "government"]
    return compile_plan(Policy.model_validate({"prompts": {"tenants": tenants}, "detectors": {"off": off}}))


def served(name: str, exporter: dict[str, object]) -> str:
    """A configuration with one exporter; JSON is YAML."""
    endpoint = {"endpoint": "127.0.0.1:0"}
    receivers: dict[str, object] = {"otlp": {"protocols": {"http": endpoint, "grpc": endpoint}}}
    pipelines = {"traces": {"receivers": ["otlp"], "exporters": [name]}}
    if name == "file":
        receivers["ndjson"] = endpoint
        pipelines["logs"] = {"receivers": ["otlp", "ndjson"], "exporters": [name]}
    return json.dumps({"receivers": receivers, "exporters": {name: exporter}, "service": {"pipelines": pipelines}})


def span() -> bytes:
    message = otlp_request("traces", "x")
    message.resource_spans[0].scope_spans[0].spans[0].attributes.add(key="gen_ai.prompt").value.string_value = PROMPT
    return bytes(message.SerializeToString())


def over_http(service: Running, tenant: str) -> None:
    assert service.post("/v1/traces", span(), PROTOBUF, **({"X_Scope_OrgID": tenant} if tenant else {})).status_code == 200


def over_grpc(service: Running, tenant: str) -> None:
    with grpc.insecure_channel(service.target) as channel:
        export: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(OTLP_METHODS["traces"])
        export(span(), timeout=TIMEOUT, metadata=((HEADER, tenant),) if tenant else ())


def as_lines(service: Running, tenant: str) -> None:
    headers = {HEADER: tenant, "content-type": "application/x-ndjson"} if tenant else {"content-type": "application/x-ndjson"}
    body = json.dumps({"model": "m", "prompt": PROMPT}).encode()
    assert httpx.post(f"{service.url}/ingest", content=body, headers=headers, timeout=TIMEOUT).status_code == 200


@pytest.mark.parametrize("send", [over_http, over_grpc, as_lines])
@pytest.mark.parametrize("tenant", list(MODES))
def test_a_tenants_prompts_are_treated_as_the_policy_says_of_it_also_where_no_header_goes_on(tmp_path: Path, send: object, tenant: str) -> None:
    assert callable(send)
    with running(tmp_path, served("file", {"path": str(tmp_path / "out")}), plan()) as service:
        send(service, tenant)
    written = b"".join(file.read_bytes() for file in (tmp_path / "out").rglob("*.ndjson")).decode()
    assert MODES[tenant] in written
    assert all(other not in written for other in set(MODES.values()) - {MODES[tenant]})


@pytest.mark.parametrize("tenant", ["acme", "other"])
def test_what_another_plan_put_into_the_queue_leaves_as_this_one_says_of_its_tenant(tmp_path: Path, tenant: str) -> None:
    retry = {"initial_interval": "100ms", "max_interval": "100ms"}
    queue: dict[str, object] = {"sending_queue": {"storage": str(tmp_path / "queue")}, "retry_on_failure": retry}
    lenient = compile_plan(Policy.model_validate({"name": "lenient", "prompts": {"mode": "redact_entities"}, "detectors": plan().policy.detectors}))
    with backend() as stub:
        stub.status = 503
        with running(tmp_path, served("otlp_http", {"endpoint": stub.url} | queue), lenient) as service:
            over_http(service, tenant)
            service.service.hurry()
        stub.got.clear()
        stub.status = 200
        with running(tmp_path, served("otlp_http", {"endpoint": stub.url} | queue), plan()):
            pass  # stopping waits until the queue is empty
    assert stub.got
    assert all(MODES[tenant].encode() in got.body for got in stub.got)
