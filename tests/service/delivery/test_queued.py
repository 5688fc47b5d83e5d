"""A queue acknowledges what is durable, delivers what it acknowledged, and says no when it can't."""

from __future__ import annotations

import asyncio
import gzip
import logging
import resource
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.exporters import DeadLetters, RetryOnFailure
from service.delivery import removal
from service.delivery.removal import Filter
from service.errors import BackendError, FramingError
from service.exporters.contract import Batch, Exporter
from service.telemetry import Telemetry
from tests.service.delivery.backend import (
    FOLDER,
    ID,
    Backend,
    Received,
    Reply,
    files,
    numbered,
    on_disk,
    opened,
    queued,
    serving,
    size_on_disk,
    until,
)
from tests.service.exporters.contract import ExporterContract


class TestContract(ExporterContract):
    """Acknowledged means on disk: the backend can't be reached."""

    @contextmanager
    def working(self, folder: Path) -> Iterator[tuple[Exporter, Callable[[], bytes]]]:
        yield queued(folder, drain_timeout=0.0), lambda: on_disk(folder)

    @contextmanager
    def failing(self, folder: Path) -> Iterator[Exporter]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 10, hard))
        try:
            yield queued(folder, drain_timeout=0.0)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_what_is_acknowledged_is_delivered_once_and_its_files_go(tmp_path: Path) -> None:
    async def main() -> None:
        async with serving() as backend:
            async with opened(queued(tmp_path, backend.url)) as exporter:
                await asyncio.gather(*(exporter.export(numbered(number)) for number in range(200)))
            assert sorted(backend.bodies()) == [numbered(number).payload for number in range(200)]
        assert files(tmp_path) == []

    asyncio.run(main())


def test_a_backend_that_is_down_is_no_reason_not_to_acknowledge_and_gets_all_when_it_is_back(tmp_path: Path) -> None:
    async def main() -> None:
        async with serving() as backend:
            url = backend.url
        async with opened(queued(tmp_path, url)) as exporter:
            for number in range(20):
                await exporter.export(numbered(number))
            assert await exporter.is_ready()
            async with serving(port=int(url.rpartition(":")[2])) as backend:
                await until(lambda: len(backend.taken) == 20)

    asyncio.run(main())


def test_what_waits_is_delivered_oldest_first_after_a_restart(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(queued(tmp_path, drain_timeout=0.0)) as exporter:
            for number in range(50):
                await exporter.export(numbered(number))
        async with serving() as backend, opened(queued(tmp_path, backend.url, num_consumers=1)):
            await until(lambda: len(backend.taken) == 50)
            assert backend.bodies() == [numbered(number).payload for number in range(50)]

    asyncio.run(main())


def test_a_backlog_larger_than_memory_is_read_from_disk_and_delivered(tmp_path: Path) -> None:
    async def main() -> None:
        backend = Backend(lambda _request: Reply(503))
        async with serving(backend), opened(queued(tmp_path, backend.url, num_consumers=8, drain_timeout=30.0)) as exporter:
            for number in range(60):
                await exporter.export(numbered(number, size=700_000))
            backend.answer = lambda _request: Reply()
            await until(lambda: len(backend.taken) == 60)
        assert sorted(backend.bodies()) == [numbered(number, size=700_000).payload for number in range(60)]

    asyncio.run(main())


def test_bodies_go_on_as_they_came_and_rewritten_ones_compressed_as_the_client_had_them(tmp_path: Path) -> None:
    payload = numbered(1).payload
    sent = gzip.compress(payload)
    clean = Batch("logs", "otlp_json:logs", payload, "application/json", "gzip", sent)
    changed = clean._replace(as_sent=None)

    async def main() -> None:
        async with opened(queued(tmp_path, drain_timeout=0.0)) as exporter:
            await exporter.export(clean)
            await exporter.export(changed)
        async with serving() as backend, opened(queued(tmp_path, backend.url, num_consumers=1)):
            await until(lambda: len(backend.taken) == 2)
            first, second = backend.taken
            assert first.body == sent
            assert second.body != sent
            assert gzip.decompress(second.body) == payload
            assert {request.headers["content-encoding"] for request in backend.taken} == {"gzip"}
            assert {request.headers["content-type"] for request in backend.taken} == {"application/json"}

    asyncio.run(main())


def test_of_the_clients_headers_only_the_tenant_is_kept_and_no_credential_reaches_the_disk(tmp_path: Path) -> None:
    async def main() -> None:
        async with serving() as backend:
            async with opened(queued(tmp_path, drain_timeout=0.0)) as exporter:
                await exporter.export(numbered(1, tenant="team-a"))
            assert b"team-a" in on_disk(tmp_path)
            assert b"of-the-client" not in on_disk(tmp_path)
            async with opened(queued(tmp_path, backend.url)) as exporter:
                await exporter.export(numbered(2, tenant="team-a"))
                await until(lambda: len(backend.taken) == 2)
        for request in backend.taken:
            assert request.headers["x-scope-orgid"] == "team-a"
            assert "authorization" not in request.headers

    asyncio.run(main())


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(queued(tmp_path / "new" / "er", drain_timeout=0.0)) as exporter:
            await exporter.export(numbered(1))
            paths = [tmp_path / "new", *(tmp_path / "new").rglob("*")]
            assert len(paths) > 4
            for path in paths:
                assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path

    asyncio.run(main())


async def taken(exporter: Exporter, batch: Batch) -> bool:
    """Whether the queue had room for it."""
    try:
        await exporter.export(batch)
    except BackendError:
        return False
    return True


def test_a_full_queue_refuses_and_takes_again_once_something_is_delivered(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        backend = Backend(lambda _request: Reply(503))
        async with serving(backend), opened(queued(tmp_path, backend.url, max_bytes=1 << 20)) as exporter:
            accepted = 0
            while await taken(exporter, numbered(accepted, size=100_000)):
                accepted += 1
            assert 5 <= accepted <= 10
            assert not await taken(exporter, numbered(accepted, size=100_000))
            backend.answer = lambda _request: Reply()
            async with asyncio.timeout(30):
                for number in range(accepted, 50):
                    while not await taken(exporter, numbered(number, size=100_000)):
                        await asyncio.sleep(0.01)
        assert sorted(backend.bodies()) == [numbered(number, size=100_000).payload for number in range(50)]

    with caplog.at_level(logging.WARNING):
        asyncio.run(main())
    assert 1 <= caplog.text.count(f"{ID}: the queue is full") <= 5


def test_a_batch_larger_than_the_queue_is_refused_for_good(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(queued(tmp_path, max_bytes=1 << 20, drain_timeout=0.0)) as exporter:
            with pytest.raises(FramingError, match="larger than the whole queue"):
                await exporter.export(numbered(1, size=2 << 20))

    asyncio.run(main())


def test_the_bound_on_disk_holds_while_single_batches_are_stuck(tmp_path: Path) -> None:
    def picky(request: Received) -> Reply:
        return Reply(503 if b'"0000000' in request.body else 200)

    async def main() -> None:
        async with serving(Backend(picky)) as backend:
            async with opened(queued(tmp_path, backend.url, max_bytes=8 << 20, drain_timeout=0.0)) as exporter:
                for number in range(300):
                    try:
                        await exporter.export(numbered(number % 100, size=100_000))
                    except BackendError:
                        await asyncio.sleep(0.005)
                    assert size_on_disk(tmp_path) <= 11 << 20
            assert len(backend.taken) > 50

    asyncio.run(main())


def test_a_batch_that_keeps_failing_holds_up_no_other(tmp_path: Path) -> None:
    def picky(request: Received) -> Reply:
        return Reply(503 if b'"0000000' in request.body else 200)

    async def main() -> None:
        async with serving(Backend(picky)) as backend, opened(queued(tmp_path, backend.url, num_consumers=2, drain_timeout=0.0)) as exporter:
            for number in range(60):
                await exporter.export(numbered(number))
            await until(lambda: len(backend.taken) == 50)

    asyncio.run(main())


def test_the_wait_a_backend_asks_for_is_kept_by_all(tmp_path: Path) -> None:
    async def main() -> None:
        replies = [Reply(429, (("Retry-After", "1"),))]
        backend = Backend(lambda _request: replies.pop() if replies else Reply())
        async with serving(backend), opened(queued(tmp_path, backend.url, num_consumers=1)) as exporter:
            for number in range(10):
                await exporter.export(numbered(number))
            await until(lambda: len(backend.taken) == 10)
            assert backend.times[1] - backend.times[0] >= 1.0

    asyncio.run(main())


def test_draining_ends_at_its_deadline_and_what_is_left_stays(tmp_path: Path) -> None:
    async def main() -> None:
        backend = Backend(lambda _request: Reply(503))
        async with serving(backend):
            async with opened(queued(tmp_path, backend.url, drain_timeout=0.5)) as exporter:
                await exporter.export(numbered(1))
                started = time.monotonic()
            assert 0.5 <= time.monotonic() - started < 5.0
            assert files(tmp_path) != []
            with pytest.raises(BackendError):
                await exporter.export(numbered(2))
            assert not await exporter.is_ready()
            backend.answer = lambda _request: Reply()
            async with opened(queued(tmp_path, backend.url)):
                await until(lambda: backend.bodies() == [numbered(1).payload])

    asyncio.run(main())


def test_closing_delivers_what_waits_first(tmp_path: Path) -> None:
    async def main() -> None:
        replies = [Reply(503)] * 20
        backend = Backend(lambda _request: replies.pop() if replies else Reply())
        async with serving(backend):
            async with opened(queued(tmp_path, backend.url, drain_timeout=20.0)) as exporter:
                for number in range(30):
                    await exporter.export(numbered(number))
            assert len(backend.taken) == 30

    asyncio.run(main())


def test_metrics_say_what_waits_and_what_became_of_it(tmp_path: Path) -> None:
    telemetry = Telemetry()

    def value(name: str, **labels: str) -> float:
        return telemetry.registry.get_sample_value(name, {"exporter": ID, **labels}) or 0.0

    async def main() -> None:
        backend = Backend(lambda _request: Reply(503))
        async with serving(backend), opened(queued(tmp_path, backend.url, telemetry=telemetry)) as exporter:
            for number in range(5):
                await exporter.export(numbered(number))
            await until(lambda: value("scrubjay_queue_batches") == 5 and value("scrubjay_queue_oldest_seconds") > 0.5)
            assert value("scrubjay_queue_bytes") > 500
            assert value("scrubjay_export_total", outcome="retried") >= 1
            body = b'{"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"too old"}}'
            backend.answer = lambda _request: Reply(200, (("Content-Type", "application/json"),), body)
        assert value("scrubjay_export_total", outcome="delivered") == 5
        assert value("scrubjay_rejected_items_total") == 15
        assert value("scrubjay_queue_batches") == 0

    asyncio.run(main())


def test_an_empty_request_needs_no_room(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(queued(tmp_path, drain_timeout=0.0)) as exporter:
            await exporter.export(numbered(1)._replace(payload=b"", as_sent=b""))
        assert files(tmp_path) == []

    asyncio.run(main())


def test_a_backlog_does_not_stay_in_memory(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(queued(tmp_path, drain_timeout=0.0)) as exporter:
            for number in range(40):
                await exporter.export(numbered(number, size=1 << 20))
            assert exporter._consumers.memory <= 17 << 20

    asyncio.run(main())


def test_idle_queues_keep_no_delivered_data(tmp_path: Path) -> None:
    async def main() -> None:
        async with serving() as backend, opened(queued(tmp_path, backend.url)) as exporter:
            await exporter.export(numbered(1))
            await until(lambda: files(tmp_path) == [])
            await exporter.export(numbered(2))
            await until(lambda: len(backend.taken) == 2)

    asyncio.run(main())


def test_retries_end_when_they_are_to_end(tmp_path: Path) -> None:
    cases = [RetryOnFailure(enabled=False), RetryOnFailure(initial_interval=0.02, max_interval=0.02, max_elapsed_time=0.3)]

    async def main() -> None:
        for at, retry in enumerate(cases):
            backend = Backend(lambda _request: Reply(503))
            telemetry = Telemetry()
            async with serving(backend), opened(queued(tmp_path / str(at), backend.url, retry=retry, telemetry=telemetry)) as exporter:
                await exporter.export(numbered(1))
                letters = tmp_path / str(at) / FOLDER / "dead-letters" / "worker-0.db"
                await until(lambda: telemetry.registry.get_sample_value("scrubjay_export_total", {"exporter": ID, "outcome": "dead_letter"}))  # noqa: B023 - awaited within the loop
                assert letters.exists()
            assert (len(backend.requests) == 1) is not retry.enabled

    asyncio.run(main())


def test_full_dead_letters_end_acknowledging_and_room_among_them_lets_it_go_on(tmp_path: Path) -> None:
    async def main() -> None:
        backend = Backend(lambda _request: Reply(400))
        letters = DeadLetters(max_bytes=500_000)
        async with serving(backend), opened(queued(tmp_path, backend.url, letters=letters)) as exporter:
            for number in range(5):
                await exporter.export(numbered(number, size=100_000))
                await until(lambda: len(backend.requests) > number)  # noqa: B023 - awaited within the loop
            await until(lambda: exporter._consumers.letters_full)
            assert not await exporter.is_ready()
            with pytest.raises(BackendError, match="dead letters are full"):
                await exporter.export(numbered(9))
            assert removal.purge(tmp_path / FOLDER / "dead-letters" / "worker-0.db", Filter(before=int(time.time() * 1000))) == 4
            await until(lambda: not exporter._consumers.letters_full)
            await exporter.export(numbered(9))
            backend.answer = lambda _request: Reply()
            await until(lambda: numbered(9).payload in backend.bodies())

    asyncio.run(main())
