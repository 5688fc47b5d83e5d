"""The conformance kit of ``Exporter``: subclass ``ExporterContract``, say how to make one and what has arrived, and it is tested.

Every promise of ``service/exporters/contract.py`` is a test here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from service.errors import BackendError
from service.exporters.contract import Answer, Batch, Exporter, GrpcAnswer

T = TypeVar("T")

UNTOUCHED = b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"%d"}}]}]}]}'


def batch(number: int = 1) -> Batch:
    """An OTLP/JSON batch that redaction left alone; the number tells it from others."""
    payload = UNTOUCHED % number
    return Batch("logs", "otlp_json:logs", payload, "application/json", "", payload)


def run(exporter: Exporter, work: Callable[[Exporter], Awaitable[T]]) -> T:
    """Opens, works, closes."""

    async def main() -> T:
        await exporter.open()
        try:
            return await work(exporter)
        finally:
            await exporter.close()

    return asyncio.run(main())


class ExporterContract:
    """The kit."""

    @contextmanager
    def working(self, folder: Path) -> Iterator[tuple[Exporter, Callable[[], bytes]]]:
        """An exporter that works, and a function that says what has arrived at its far end."""
        raise NotImplementedError

    @contextmanager
    def failing(self, folder: Path) -> Iterator[Exporter]:
        """An exporter whose far end takes nothing."""
        raise NotImplementedError

    def test_acknowledged_means_it_has_arrived(self, tmp_path: Path) -> None:
        with self.working(tmp_path) as (exporter, arrived):

            async def work(exporter: Exporter) -> None:
                for number in range(3):
                    answer = await exporter.export(batch(number))
                    assert answer is None or isinstance(answer, (Answer, GrpcAnswer))
                    assert UNTOUCHED % number in arrived()

            run(exporter, work)

    def test_batches_may_come_concurrently_and_all_arrive_once(self, tmp_path: Path) -> None:
        with self.working(tmp_path) as (exporter, arrived):

            async def work(exporter: Exporter) -> None:
                await asyncio.gather(*(exporter.export(batch(number)) for number in range(50)))

            run(exporter, work)
            assert all(arrived().count(UNTOUCHED % number) == 1 for number in range(50))

    def test_it_is_ready_when_it_works(self, tmp_path: Path) -> None:
        with self.working(tmp_path) as (exporter, _arrived):
            assert run(exporter, lambda exporter: exporter.is_ready())

    def test_what_does_not_arrive_is_not_acknowledged_and_the_error_holds_none_of_it(self, tmp_path: Path) -> None:
        with self.failing(tmp_path) as exporter:

            async def work(exporter: Exporter) -> None:
                with pytest.raises(BackendError) as refusal:
                    await exporter.export(batch(77))
                assert "77" not in str(refusal.value)
                assert refusal.value.__cause__ is None

            run(exporter, work)

    def test_an_abandoned_export_does_not_disturb_the_others(self, tmp_path: Path) -> None:
        with self.working(tmp_path) as (exporter, arrived):

            async def work(exporter: Exporter) -> None:
                abandoned = asyncio.create_task(exporter.export(batch(1)))
                await asyncio.sleep(0)
                abandoned.cancel()
                await exporter.export(batch(2))

            run(exporter, work)
            assert UNTOUCHED % 2 in arrived()
