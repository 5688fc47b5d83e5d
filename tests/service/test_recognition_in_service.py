"""Names in free text are found wherever a policy asks for it: in the service, in what waits in a queue, in a pipe."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from config.policy import Policy
from service.redaction.compilation import compile_plan
from service.redaction.plan import Plan
from tests.service.payloads import PROTOBUF, encoded
from tests.service.running import TIMEOUT, backend, running

NAME = "Margaret " + "Thornton"
TEXT = f"Yesterday {NAME} called about her invoice and was upset"
GONE = "Yesterday [REDACTED:person] called about her invoice and was upset"
POLICY = {"ner": {"budget": "60s"}, "detectors": {"off": ["secret", "financial", "government", "prompt"]}}


@cache
def plan() -> Plan:
    return compile_plan(Policy.model_validate(POLICY))


def served(exporter: dict[str, object]) -> str:
    """A configuration with one exporter; JSON is YAML."""
    name = "file" if "path" in exporter else "otlp_http"
    receivers = {"otlp": {"protocols": {"http": {"endpoint": "127.0.0.1:0"}}}}
    return json.dumps(
        {"receivers": receivers, "exporters": {name: exporter}, "service": {"pipelines": {"logs": {"receivers": ["otlp"], "exporters": [name]}}}}
    )


@pytest.fixture
def written(tmp_path: Path) -> bytes:
    with running(tmp_path, served({"path": str(tmp_path / "out")}), plan()) as service:
        assert service.post("/v1/logs", encoded("logs", PROTOBUF, TEXT), PROTOBUF).status_code == 200
        assert service.metric("scrubjay_findings_total", detector="ner_person", action="replace", signal="logs") == 1
        assert service.metric("scrubjay_records_total", receiver="otlp", signal="logs", outcome="redacted") == 1
    return b"".join(file.read_bytes() for file in (tmp_path / "out").rglob("*.ndjson"))


def test_a_name_in_a_log_body_goes_before_it_is_written(written: bytes) -> None:
    assert NAME.encode() not in written
    assert GONE.encode() in written


def test_a_name_that_another_plan_let_into_the_queue_does_not_leave_it(tmp_path: Path) -> None:
    unaware = compile_plan(Policy.model_validate({"detectors": POLICY["detectors"]}))
    retry = {"initial_interval": "100ms", "max_interval": "100ms"}
    queue: dict[str, object] = {"sending_queue": {"storage": str(tmp_path / "queue")}, "retry_on_failure": retry}
    with backend() as stub:
        stub.status = 503
        with running(tmp_path, served({"endpoint": stub.url} | queue), unaware) as service:
            assert service.post("/v1/logs", encoded("logs", PROTOBUF, TEXT), PROTOBUF).status_code == 200
            service.service.hurry()
        stub.got.clear()
        stub.status = 200
        with running(tmp_path, served({"endpoint": stub.url} | queue), plan()):
            pass  # stopping waits until the queue is empty
    assert stub.got
    assert all(GONE.encode() in got.body for got in stub.got)


def pipe(folder: Path, policy: object) -> subprocess.CompletedProcess[str]:
    (folder / "policy.yaml").write_text(json.dumps(policy))
    arguments = [sys.executable, "-m", "service", "pipe", "--policy", str(folder / "policy.yaml")]
    return subprocess.run(arguments, input=TEXT, capture_output=True, text=True, timeout=TIMEOUT * 2, check=False, cwd=Path(__file__).parents[2])


def test_a_pipe_takes_names_out(tmp_path: Path) -> None:
    done = pipe(tmp_path, POLICY)
    assert (done.stdout, done.returncode) == (GONE, 0), done.stderr


def test_a_model_that_is_not_installed_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    done = pipe(tmp_path, {"ner": {"model": "xx_no_such_model"}})
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "ner.model" in done.stderr
