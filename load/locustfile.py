"""A page in the browser for who wants one: Locust's, over OTLP/HTTP and ``POST /ingest``, against a service that runs.

    scrubjay serve &
    .venv/bin/locust -f load/locustfile.py --host http://127.0.0.1:4318

Locust's users wait for their answer before they send again, and its latencies count from when a request left: while a service stalls, few
requests are sent, and few are slow. For what a service's users see at a given load, take ``python -m load.drivers open``.
"""

from __future__ import annotations

import itertools

from locust import FastHttpUser, constant_throughput, task

from load.corpus import MIB
from load.drivers.kinds import KINDS

_REQUESTS = {name: itertools.cycle(list(KINDS[name].make(200, 0.05, 8 * MIB))) for name in ("otlp", "ndjson")}


class Application(FastHttpUser):
    """Five requests a second, two of three of them traces, the others log lines."""

    wait_time = constant_throughput(5)

    @task(2)
    def traces(self) -> None:
        self._send("otlp")

    @task(1)
    def log_lines(self) -> None:
        self._send("ndjson")

    def _send(self, name: str) -> None:
        kind = KINDS[name]
        body = next(_REQUESTS[name])
        self.client.post(kind.path, data=body, headers={"Content-Type": kind.content_type}, name=name)  # type: ignore[arg-type]  # takes bytes, too
