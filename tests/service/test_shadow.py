"""A policy in the shadow of the one in force changes nothing, costs no request, and says in numbers what it would change."""

from __future__ import annotations

import json
import time
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from config.load import LoadError, load_config
from config.policy import Policy
from service.__main__ import run_command
from service.redaction.compilation import compile_plan
from service.redaction.plan import Plan
from tests.service.running import TIMEOUT, Running, command, running

FEW = "{off: [secret, government, financial]}"
CONFIG = f"""
receivers: {{ndjson: {{endpoint: "127.0.0.1:0"}}}}
exporters: {{stdout: }}
service:
  pipelines:
    logs:
      receivers: [ndjson]
      exporters: [stdout]
      shadow:
        sample: 1
        policy: {{name: harder, detectors: {FEW}, rules: [{{detectors: [email], action: drop}}, {{detectors: [phone], action: keep}}]}}
policy: {{name: live, detectors: {FEW}}}
"""
RECORDS = [{"user": {"email": f"u{i}@example.com", "phone": "+44 20 7946 0958"}, "msg": "signed in"} for i in range(4)]
BODY = "".join(json.dumps(record) + "\n" for record in RECORDS).encode()


@cache
def live() -> Plan:
    return compile_plan(Policy.model_validate({"name": "live", "detectors": {"off": ["secret", "government", "financial"]}}))


def told(service: Running, compared: int) -> dict[str, Any]:
    """What the service says of the logs, once so many batches were compared."""
    deadline = time.monotonic() + TIMEOUT
    while True:
        answer = service.get("/api/v1/diff")
        assert answer.status_code == 200
        logs: dict[str, Any] = answer.json()["pipelines"]["logs"]
        if logs["sampled"]["compared"] >= compared:
            return logs
        assert time.monotonic() < deadline, logs["sampled"]
        time.sleep(0.02)


def test_live_traffic_is_compared_by_detector_field_and_tenant(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with running(tmp_path, CONFIG, live()) as service:
        assert service.post("/ingest", BODY, X_Scope_OrgID="acme").status_code // 100 == 2
        told(service, 1)
        assert service.post("/ingest", BODY).status_code // 100 == 2
        logs = told(service, 2)
        assert service.metric("scrubjay_shadow_batches_total", outcome="compared") == 2
        everything = service.get("/api/v1/diff").text
    assert (logs["batches"], logs["records"], logs["sample"]) == (2, 8, 1.0)
    assert {row["detector"]: (row["live"], row["shadow"]) for row in logs["detectors"]} == {
        "email": ({"replace": 8}, {"drop": 8}),
        "phone": ({"replace": 8}, {"keep": 8}),
    }
    fields = {row["field"]: row for row in logs["fields"]}
    assert fields["user.phone"]["changed"] == {"live": 8, "shadow": 0}
    assert fields["user.email"]["type_differs"]
    assert fields["user.email"]["distinct"] == {"before": 4, "live": 1, "shadow": 0}
    assert {row["tenant"]: row["records"] for row in logs["tenants"]} == {"(none)": 4, "acme": 4}
    assert logs["policies"]["shadow"]["policy"] == "harder"
    assert not any(value in everything for value in ("example.com", "7946", "signed in"))
    out = capfd.readouterr().out
    assert out.count("[REDACTED:email]") == 8
    assert out.count("[REDACTED:phone]") == 8


def test_a_reset_starts_anew(tmp_path: Path) -> None:
    with running(tmp_path, CONFIG, live()) as service:
        service.post("/ingest", BODY)
        told(service, 1)
        assert httpx.delete(service.url + "/api/v1/diff", timeout=TIMEOUT).status_code == 204
        assert told(service, 0)["records"] == 0
        service.post("/ingest", BODY)
        assert told(service, 1)["records"] == 4
        assert httpx.post(service.url + "/api/v1/diff", timeout=TIMEOUT).status_code == 405


def test_a_large_batch_is_passed_over_and_counted(tmp_path: Path) -> None:
    with running(tmp_path, CONFIG, live()) as service:
        assert service.post("/ingest", b'{"m":"fine"}\n' * 400_000).status_code // 100 == 2
        logs = told(service, 0)
        assert logs["sampled"]["too_large"] == 1
        assert logs["records"] == 0
        assert service.metric("scrubjay_shadow_batches_total", outcome="too_large") == 1


def test_without_a_shadow_there_is_nothing_to_ask(tmp_path: Path) -> None:
    text = CONFIG[: CONFIG.index("      shadow:")] + CONFIG[CONFIG.index("policy: {name: live") :]
    with running(tmp_path, text, live()) as service:
        assert service.get("/api/v1/diff").status_code == 404


def test_a_shadows_policy_is_checked_like_any_other(tmp_path: Path) -> None:
    file = tmp_path / "scrubjay.yaml"
    file.write_text(CONFIG.replace("action: drop", "action: shred"))
    with pytest.raises(LoadError, match=r"logs\.shadow\.policy\.rules\[0\]\.action: one of"):
        load_config(file, {})
    file.write_text(CONFIG.replace("detectors: [email]", "detectors: [emial]"))
    assert run_command(["config", "check", str(file)]) == 2


def test_a_shadows_policy_may_be_a_name_or_a_path(tmp_path: Path) -> None:
    (tmp_path / "harder.yaml").write_text("extends: default\nregions: [NO]\n")
    file = tmp_path / "scrubjay.yaml"
    for written, name in (("./harder.yaml", "harder"), ("default", "default"), ("{extends: ./harder.yaml}", "inline")):
        start, end = CONFIG.index("        policy: "), CONFIG.index("policy: {name: live")
        file.write_text(f"{CONFIG[:start]}        policy: {written}\n{CONFIG[end:]}")
        shadow = load_config(file, {}).config.service.pipelines.logs
        assert shadow is not None
        assert shadow.shadow is not None
        assert shadow.shadow.policy.name == name


def test_each_of_several_workers_answers_for_itself(tmp_path: Path) -> None:
    text = CONFIG.replace("service:\n", "service:\n  workers: 2\n")
    with command(tmp_path, text) as (_, url):
        answer = httpx.get(url + "/api/v1/diff", timeout=TIMEOUT).json()
    assert answer["worker"] in (0, 1)
    assert answer["workers"] == 2
    assert answer["pipelines"]["logs"]["records"] == 0
