"""A Collector exports to the service and the service to a Collector, over gRPC and HTTP: every item arrives, no secret does, and what
holds none is equal.

A first Collector takes generated traffic and writes it to a file before it sends it on; a second one writes what the service sent it. The
two files are compared: both were written by the same program, so that whatever differs was changed on the way.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.interop.planted import SIGNALS, Traffic, traffic
from tests.interop.processes import RECORDED, Program, Settings, running_collector, running_service
from tests.interop.recorded import Messages, Tally, compare, read, wait_until

pytestmark = pytest.mark.interop

ITEMS = int(os.environ.get("SCRUBJAY_INTEROP_ITEMS", "100000"))
"""Of each signal; fewer make a quick run."""

PATIENCE = 60.0
EXPORTERS = {"http": "otlp_http", "grpc": "otlp_grpc"}
COMBINATIONS = [(arrives, leaves, queued) for queued in (False, True) for arrives in EXPORTERS for leaves in EXPORTERS]


@cache
def made(signal: str) -> Traffic:
    return traffic(signal, ITEMS)


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
    return {EXPORTERS[transport]: settings}


def feed(url: str, signal: str) -> None:
    """Sends a signal's requests as an application does."""
    with httpx.Client(timeout=120.0) as client:
        for request in made(signal).requests:
            answer = client.post(f"{url}/v1/{signal}", content=request, headers={"content-type": "application/x-protobuf"})
            assert answer.status_code == 200


@pytest.mark.parametrize(("arrives", "leaves", "queued"), COMBINATIONS, ids=lambda value: {True: "queued", False: "passthrough"}.get(value, value))
def test_every_item_arrives_and_no_secret_does(tmp_path: Path, collector: Path, arrives: str, leaves: str, queued: bool) -> None:
    expected = ITEMS * len(SIGNALS)
    with (
        running_collector(collector, tmp_path, "last", {"file": records(tmp_path, "after")}) as last,
        running_service(tmp_path, forwards(leaves, last, tmp_path, queued), arrives, drain_timeout="60s") as scrubjay,
        running_collector(collector, tmp_path, "first", {"file": records(tmp_path, "before"), EXPORTERS[arrives]: sends(arrives, scrubjay)}) as first,
    ):
        with ThreadPoolExecutor(len(SIGNALS)) as threads:
            for fed in [threads.submit(feed, first.url("http"), signal) for signal in SIGNALS]:
                fed.result()
        wait_until(Tally(tmp_path / "after.pb"), expected, PATIENCE, lambda: first.logged()[-3000:] + scrubjay.logged()[-3000:])
    before, after = read(Messages(tmp_path / "before.pb")), read(Messages(tmp_path / "after.pb"))
    for signal in SIGNALS:
        sent = made(signal)
        assert compare(sent, before[signal], after[signal]) == [], signal
        print(f"{signal}: {len(after[signal].items)} of {sent.count} items, {len(sent.planted)} planted, {after[signal].duplicates} duplicates")
    for name in ("before", "after"):  # a hundred megabytes each
        (tmp_path / f"{name}.pb").unlink()
