"""The clients of ``load.chaos``: they send what can be told apart, retry as OTLP says, and keep a ledger of what was acknowledged to them.

Contract of the ledger: a request is in it once it was acknowledged, and an acknowledged item may never be missing at the backend. An answer
that makes an OTLP client drop data is noted as ``dropped``: with a queue in front of the backend there must be none.
"""

from __future__ import annotations

import asyncio
import gzip
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import grpc

from load.clients import Client, GrpcClient, HttpClient
from load.identified import number, request

DESTINATIONS = {"traces": ("http",), "logs": ("grpc",), "metrics": ("http", "grpc")}
"""Over which transport each signal goes to the backend; metrics go over both, through two queues."""
_TIMEOUT = 20.0
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 1.5


@dataclass
class Ledger:
    """What clients were told. ``acknowledged`` are (signal, first number, count)."""

    acknowledged: list[tuple[str, int, int]] = field(default_factory=list)
    retried: int = 0
    given_up: int = 0
    dropped: list[str] = field(default_factory=list)
    last_acknowledged: float = 0.0
    longest_gap: float = 0.0

    @property
    def items(self) -> int:
        return sum(count for _, _, count in self.acknowledged)

    def expected(self) -> dict[str, int]:
        """How many items must have arrived over each transport."""
        sums = {"http": 0, "grpc": 0}
        for signal, _, count in self.acknowledged:
            for transport in DESTINATIONS[signal]:
                sums[transport] += count
        return sums

    def write(self, file: Path) -> None:
        """As the recording backend reads it."""
        lines = (f"{to} {first} {count}\n" for signal, first, count in self.acknowledged for to in DESTINATIONS[signal])
        file.write_text("".join(lines))

    def note(self, signal: str, first: int, count: int) -> None:
        now = time.monotonic()
        if self.last_acknowledged:
            self.longest_gap = max(self.longest_gap, now - self.last_acknowledged)
        self.last_acknowledged = now
        self.acknowledged.append((signal, first, count))


@dataclass(frozen=True, slots=True)
class Sender:
    """One client: its number, what it sends, how, and how fast."""

    number: int
    signal: str
    transport: str
    compressed: bool
    items: int
    pause: float

    def connect(self, http: int, grpc_port: int) -> Client:
        if self.transport == "http":
            return HttpClient(http, self.signal, "gzip" if self.compressed else "")
        return GrpcClient(grpc_port, self.signal, grpc.Compression.Gzip if self.compressed else grpc.Compression.NoCompression)

    async def run(self, client: Client, ledger: Ledger, stop: asyncio.Event, patience: float) -> None:
        """Sends until told to stop; the request that is then under way may take ``patience`` seconds more."""
        jitter, serial = random.Random(self.number), 1
        while not stop.is_set():
            first = number(self.number, serial)
            body = request(self.signal, range(first, first + self.items))
            if self.compressed and self.transport == "http":
                body = gzip.compress(body, 1)
            await self._deliver(client, body, first, ledger, stop, patience, jitter)
            serial += self.items
            await asyncio.sleep(self.pause * jitter.uniform(0.5, 1.5))
        await client.close()

    async def _deliver(
        self, client: Client, body: bytes, first: int, ledger: Ledger, stop: asyncio.Event, patience: float, jitter: random.Random
    ) -> None:
        wait, until = _FIRST_WAIT, 0.0
        while True:
            reply = await client.send(body, timeout=_TIMEOUT)
            if reply.ok:
                ledger.note(self.signal, first, self.items)
                return
            if not reply.retryable:
                ledger.dropped.append(f"{self.transport} {self.signal}: {reply.status} {reply.text}")
                return
            ledger.retried += 1
            if stop.is_set():
                until = until or time.monotonic() + patience
                if time.monotonic() > until:
                    ledger.given_up += self.items
                    return
            await asyncio.sleep(min(max(reply.retry_after or 0.0, wait * jitter.uniform(0.7, 1.3)), _LONGEST_WAIT))
            wait = min(wait * 1.6, _LONGEST_WAIT)


def senders(items: int, pause: float, first: int = 0) -> list[Sender]:
    """Two clients for each signal and transport, one of which compresses."""
    kinds = [(signal, transport, compressed) for signal in DESTINATIONS for transport in ("http", "grpc") for compressed in (False, True)]
    return [Sender(first + index, *kind, items, pause) for index, kind in enumerate(kinds)]
