"""The file for Locust drives a real service."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from load.processes import free_ports, started, wait_until
from load.setups import is_ready, scrubjay_command

_LOCUSTFILE = Path(__file__).parents[2] / "load" / "locustfile.py"


@pytest.mark.interop
def test_locust_sends_traces_and_lines_and_all_are_taken(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    endpoint = {"endpoint": f"127.0.0.1:{port}"}
    pipelines = {"traces": {"receivers": ["otlp"], "exporters": ["file"]}, "logs": {"receivers": ["ndjson"], "exporters": ["file"]}}
    config = {
        "receivers": {"otlp": {"protocols": {"http": endpoint}}, "ndjson": endpoint},
        "exporters": {"file": {"path": str(tmp_path / "out")}},
        "service": {"pipelines": pipelines},
    }
    file = tmp_path / "config.yaml"
    file.write_text(json.dumps(config))
    with started("scrubjay", scrubjay_command(file), tmp_path / "log") as process:
        wait_until(lambda: is_ready(port), process)
        command = [sys.executable, "-m", "locust", "-f", str(_LOCUSTFILE), "--headless", "--users", "2", "--run-time", "5s", "--only-summary"]
        command += ["--host", f"http://127.0.0.1:{port}", "--csv", str(tmp_path / "stats")]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=_LOCUSTFILE.parents[1])
        assert ended.returncode == 0, ended.stderr[-2000:]
    with (tmp_path / "stats_stats.csv").open() as rows:
        by_name = {row["Name"]: row for row in csv.DictReader(rows)}
    for name in ("otlp", "ndjson"):
        assert int(by_name[name]["Request Count"]) > 3
        assert by_name[name]["Failure Count"] == "0"
