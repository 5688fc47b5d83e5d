"""A Collector exports to the service and the service to a Collector, over gRPC and HTTP: every item arrives, no secret does, and what
holds none is equal.

A first Collector takes generated traffic and writes it to a file before it sends it on; a second one writes what the service sent it. The
two files are compared: both were written by the same program, so that whatever differs was changed on the way.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.interop.planted import SIGNALS, Traffic, traffic
from tests.interop.processes import RECORDED, Program, Settings, running_collector, running_service
from tests.interop.recorded import Messages, Tally, compare, read, wait_until
from tests.service.exporters.certificates import certificates

pytestmark = pytest.mark.interop

ITEMS = int(os.environ.get("SCRUBJAY_INTEROP_ITEMS", "100000"))
"""Of each signal; fewer make a quick run."""

FEWER = min(ITEMS, 20_000)
PATIENCE = 60.0
PROTOBUF = {"content-type": "application/x-protobuf"}
EXPORTERS = {"http": "otlp_http", "grpc": "otlp_grpc"}
COMBINATIONS = [(arrives, leaves, queued) for queued in (False, True) for arrives in EXPORTERS for leaves in EXPORTERS]


def sends(transport: str, to: Program) -> Settings:
    """A Collector's exporter to this program that loses nothing while it runs: it waits where its queue is full, and retries for ever."""
    address = to.url(transport)
    settings: dict[str, Any] = {
        "endpoint": address,
        "sending_queue": {"block_on_overflow": True, "queue_size": 200, "num_consumers": 4},
        "retry_on_failure": {"initial_interval": "200ms", "max_interval": "1s", "max_elapsed_time": "0s"},
    }
    if transport == "grpc":
        settings["tls"] = {"insecure": True}
    return settings


def records(folder: Path, name: str) -> Settings:
    return {**RECORDED, "path": str(folder / f"{name}.pb")}


def forwards(transport: str, to: Program, folder: Path, queued: bool) -> dict[str, Any]:
    """The service's exporter to this program."""
    settings: dict[str, Any] = {"endpoint": to.url(transport)}
    if queued:
        settings["sending_queue"] = {"storage": str(folder / "queue"), "max_bytes": "1GiB"}
        settings["retry_on_failure"] = {"initial_interval": "200ms", "max_interval": "1s"}
    return settings


@cache
def made(signal: str, count: int) -> Traffic:
    return traffic(signal, count)


def feed(url: str, signal: str, count: int) -> None:
    """Sends a signal's requests as an application does."""
    with httpx.Client(timeout=120.0) as client:
        for request in made(signal, count).requests:
            answer = client.post(f"{url}/v1/{signal}", content=request, headers=PROTOBUF)
            assert answer.status_code == 200


@contextmanager
def feeding(collector: Path, folder: Path, arrives: str, scrubjay: Program, count: int) -> Iterator[Program]:
    """A Collector that has taken all the traffic, and exports it to the service for as long as the block lasts."""
    out = {"file": records(folder, "before"), EXPORTERS[arrives]: sends(arrives, scrubjay)}
    with running_collector(collector, folder, "first", out) as first:
        with ThreadPoolExecutor(len(SIGNALS)) as threads:
            for fed in [threads.submit(feed, first.url("http"), signal, count) for signal in SIGNALS]:
                fed.result()
        yield first


def wait_for_all(folder: Path, name: str, count: int, *programs: Program) -> None:
    logs = lambda: "".join(program.logged()[-3000:] for program in programs)  # noqa: E731 - only said when it fails
    wait_until(Tally(folder / f"{name}.pb"), count * len(SIGNALS), PATIENCE, logs)


def judge(folder: Path, name: str, count: int) -> None:
    """What the last Collector wrote beside what the first one did; both have ended."""
    before, after = read(Messages(folder / "before.pb")), read(Messages(folder / f"{name}.pb"))
    for signal in SIGNALS:
        sent = made(signal, count)
        assert compare(sent, before[signal], after[signal]) == [], signal
        print(f"{signal}: {len(after[signal].items)} of {count} items, {len(sent.planted)} planted, {after[signal].duplicates} duplicates")
    (folder / f"{name}.pb").unlink()  # a hundred megabytes


@pytest.mark.parametrize(("arrives", "leaves", "queued"), COMBINATIONS, ids=lambda value: {True: "queued", False: "passthrough"}.get(value, value))
def test_every_item_arrives_and_no_secret_does(tmp_path: Path, collector: Path, arrives: str, leaves: str, queued: bool) -> None:
    with (
        running_collector(collector, tmp_path, "last", {"file": records(tmp_path, "after")}) as last,
        running_service(tmp_path, {EXPORTERS[leaves]: forwards(leaves, last, tmp_path, queued)}, {arrives: {}}, drain_timeout="60s") as scrubjay,
        feeding(collector, tmp_path, arrives, scrubjay, ITEMS) as first,
    ):
        wait_for_all(tmp_path, "after", ITEMS, first, scrubjay)
    judge(tmp_path, "after", ITEMS)


def test_two_backends_get_everything_each_over_its_transport_from_two_workers(tmp_path: Path, collector: Path) -> None:
    with (
        running_collector(collector, tmp_path, "one", {"file": records(tmp_path, "one")}) as one,
        running_collector(collector, tmp_path, "other", {"file": records(tmp_path, "other")}) as other,
    ):
        out = {"otlp_http": forwards("http", one, tmp_path, True), "otlp_grpc": forwards("grpc", other, tmp_path, True)}
        with (
            running_service(tmp_path, out, {"http": {}}, workers=2, drain_timeout="60s") as scrubjay,
            feeding(collector, tmp_path, "http", scrubjay, FEWER) as first,
        ):
            wait_for_all(tmp_path, "one", FEWER, first, scrubjay)
            wait_for_all(tmp_path, "other", FEWER, first, scrubjay)
            shown = httpx.get(f"{scrubjay.url('http')}/metrics", timeout=PATIENCE).text
            counted = re.findall(r"^scrubjay_records_total\{.*\} ([0-9.e+]+)$", shown, re.MULTILINE)
            assert sum(map(float, counted)) == FEWER * len(SIGNALS)  # over both workers, whichever answers
    judge(tmp_path, "one", FEWER)
    judge(tmp_path, "other", FEWER)


def test_connections_closed_for_their_age_lose_nothing(tmp_path: Path, collector: Path) -> None:
    with (
        running_collector(collector, tmp_path, "last", {"file": records(tmp_path, "after")}) as last,
        running_service(tmp_path, {"otlp_grpc": forwards("grpc", last, tmp_path, False)}, {"grpc": {"max_connection_age": "500ms"}}) as scrubjay,
        feeding(collector, tmp_path, "grpc", scrubjay, FEWER) as first,
    ):
        wait_for_all(tmp_path, "after", FEWER, first, scrubjay)
        assert "Exporting failed" not in first.logged()
    judge(tmp_path, "after", FEWER)


@pytest.mark.parametrize("transport", EXPORTERS)
def test_a_collector_behind_mutual_tls_is_reached_only_with_all_its_certificates(tmp_path: Path, collector: Path, transport: str) -> None:
    issued = certificates(tmp_path)
    demands = {"cert_file": issued.server.certificate, "key_file": issued.server.key, "client_ca_file": issued.authority.certificate}
    offers = {"ca_file": issued.authority.certificate, "server_name_override": "backend.test"}
    proof = {"cert_file": issued.client.certificate, "key_file": issued.client.key}
    recorded = {"file": records(tmp_path, "after")}
    with running_collector(collector, tmp_path, "last", recorded, {name: str(path) for name, path in demands.items()}) as last:
        settings = forwards(transport, last, tmp_path, False) | {"endpoint": last.url(transport).replace("http://", "https://")}
        for accepted, tls in ((False, offers), (True, offers | proof)):
            secured = {EXPORTERS[transport]: settings | {"tls": {name: str(value) for name, value in tls.items()}}}
            with running_service(tmp_path, secured, {"http": {}}, f"with_proof_{accepted}") as scrubjay:
                if accepted:
                    with feeding(collector, tmp_path, "http", scrubjay, FEWER) as first:
                        wait_for_all(tmp_path, "after", FEWER, first, scrubjay)
                else:
                    body = made("logs", FEWER).requests[0]
                    answer = httpx.post(f"{scrubjay.url('http')}/v1/logs", content=body, headers=PROTOBUF, timeout=PATIENCE)
                    assert answer.status_code == 503
    judge(tmp_path, "after", FEWER)
