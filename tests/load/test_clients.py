"""The load's clients judge answers as OTLP says, and its backend and ledger agree on what was acknowledged and what arrived."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from load.chaos_clients import Ledger, senders
from load.clients import client
from load.identified import HIT_EVERY, RAW, number, numbers_in, request
from load.processes import Companion

SIGNALS = ("traces", "logs", "metrics")
TRANSPORTS = ("http", "grpc")


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Companion, dict[str, int]]]:
    with Companion("load.backend_recording", tmp_path_factory.mktemp("backend") / "log") as companion:
        yield companion, companion.hear()


@pytest.mark.parametrize("signal", SIGNALS)
def test_items_are_told_apart_in_what_arrives(signal: str) -> None:
    numbers = [number(3, serial) for serial in (1, 2, 700_000)]
    body = request(signal, numbers)
    assert list(numbers_in(signal, body)) == numbers
    assert (RAW in body) == any(each % HIT_EVERY == 0 for each in numbers)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize(
    ("mode", "ok", "retryable", "waits"),
    [
        ("ok", True, False, None),
        ("503", False, True, None),
        ("429", False, True, 1.0),
        ("refuse", False, False, None),
        ("mute", False, True, None),
        ("down", False, True, None),
    ],
)
def test_clients_retry_what_otlp_lets_them_retry(
    backend: tuple[Companion, dict[str, int]], transport: str, mode: str, ok: bool, retryable: bool, waits: float | None
) -> None:
    companion, ports = backend
    companion.ask(f"mode {mode}")

    async def send() -> tuple[bool, bool, float | None]:
        sender = client(transport, ports[transport], "logs")
        reply = await sender.send(request("logs", [1]), timeout=10.0)
        await sender.close()
        return reply.ok, reply.retryable, reply.retry_after

    assert asyncio.run(send()) == (ok, retryable, waits)


def test_what_is_acknowledged_under_faults_is_what_arrived(tmp_path: Path) -> None:
    async def run(companion: Companion, ports: dict[str, int]) -> Ledger:
        ledger, stop = Ledger(), asyncio.Event()
        running = [asyncio.create_task(sender.run(sender.connect(ports["http"], ports["grpc"]), ledger, stop, 30.0)) for sender in senders(5, 0.02)]
        for mode in ("503", "mute", "down", "429"):
            await asyncio.to_thread(companion.ask, f"mode {mode}")
            before = ledger.retried
            while ledger.retried < before + 12:
                await asyncio.sleep(0.05)
            await asyncio.to_thread(companion.ask, "mode ok")
            acknowledged = ledger.items
            while ledger.items <= acknowledged:
                await asyncio.sleep(0.05)
        stop.set()
        await asyncio.gather(*running)
        return ledger

    with Companion("load.backend_recording", tmp_path / "log") as companion:
        ledger = asyncio.run(run(companion, companion.hear()))
        report = companion.ask("report")
    assert ledger.dropped == []
    assert ledger.given_up == 0
    assert sum(report["arrived"].values()) == ledger.items
    assert sum(report["duplicates"].values()) > 0
    assert report["raw"] > 0
    assert report["unreadable"] == 0


def test_the_backend_says_how_many_acknowledged_items_are_missing(tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.note("logs", number(0, 1), 3)
    ledger.note("metrics", number(1, 1), 2)
    ledger.write(tmp_path / "acknowledged")
    with Companion("load.backend_recording", tmp_path / "log") as companion:
        companion.hear()
        assert companion.ask(f"missing {tmp_path / 'acknowledged'}") == {"missing": 3 + 2 * 2}
    assert ledger.expected() == {"http": 2, "grpc": 5}
