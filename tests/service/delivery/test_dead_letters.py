"""What a backend refuses for good is kept with the reason, bounded in bytes and age, and can be sent again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from pathlib import Path

import pytest

from config.exporters import DeadLetters
from service.delivery import removal, survey
from service.delivery.dead_letters import DeadLetters as Letters
from service.delivery.row import to_row
from service.exporters.contract import Answer, Batch
from service.exporters.otlp_http import OtlpHttpExporter
from service.telemetry import Telemetry
from tests.service.delivery.backend import FOLDER, ID, Backend, Reply, files, numbered, on_disk, opened, queued, serving, until

LETTERS = "dead-letters/worker-0.db"


def outcome(telemetry: Telemetry, name: str) -> float:
    return telemetry.registry.get_sample_value("scrubjay_export_total", {"exporter": ID, "outcome": name}) or 0.0


async def refused(path: Path, numbers: range, reply: Reply = Reply(400), letters: DeadLetters | None = None) -> None:  # noqa: B008 - frozen
    """Has batches refused for good."""
    telemetry = Telemetry()
    async with (
        serving(Backend(lambda _request: reply)) as backend,
        opened(queued(path, backend.url, letters=letters, telemetry=telemetry)) as exporter,
    ):
        for number in numbers:
            await exporter.export(numbered(number, tenant=f"team-{number % 2}"))
        await until(lambda: outcome(telemetry, "dead_letter") == len(numbers))


def test_the_reason_is_kept_and_is_in_no_log_line_beyond_its_status(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    message = "field host is not allowed " + "." * 5000
    reply = Reply(400, (("Content-Type", "application/json"),), b'{"code":3,"message":"%s"}' % message.encode())
    with caplog.at_level(logging.WARNING):
        asyncio.run(refused(tmp_path, range(3), reply))
    (part,) = survey.dead_letters(tmp_path / FOLDER)
    ((reason, count),) = part.reasons
    assert count == 3
    assert reason.startswith("HTTP 400: field host is not allowed")
    assert len(reason.encode()) <= 1024
    assert caplog.text.count("is a dead letter now (HTTP 400)") == 1
    assert "host" not in caplog.text


def test_a_dead_letter_has_left_the_queue_and_is_not_sent_again(tmp_path: Path) -> None:
    async def main() -> None:
        await refused(tmp_path, range(3))
        assert files(tmp_path) == []
        async with serving() as backend, opened(queued(tmp_path, backend.url)):
            await asyncio.sleep(0.3)
            assert backend.requests == []

    asyncio.run(main())


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 500, 501])
def test_what_the_protocol_does_not_let_clients_send_again_is_refused_for_good(tmp_path: Path, status: int) -> None:
    asyncio.run(refused(tmp_path, range(1), Reply(status)))


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_the_protocol_lets_clients_send_again_is_tried_again(tmp_path: Path, status: int) -> None:
    async def main() -> None:
        replies = [Reply(status)] * 3
        backend = Backend(lambda _request: replies.pop() if replies else Reply())
        async with serving(backend), opened(queued(tmp_path, backend.url)) as exporter:
            await exporter.export(numbered(1))
            await until(lambda: backend.bodies() == [numbered(1).payload])
        assert len(backend.requests) == 4

    asyncio.run(main())


class Faulty(OtlpHttpExporter):
    """An exporter with a fault of its own, which quotes what it was given."""

    async def export(self, batch: Batch) -> Answer:
        raise RuntimeError(batch.payload)


def test_a_fault_of_ours_is_tried_again_and_then_a_dead_letter_and_quotes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        telemetry = Telemetry()
        async with opened(queued(tmp_path, kind=Faulty, telemetry=telemetry)) as exporter:
            await exporter.export(numbered(77))
            await until(lambda: outcome(telemetry, "dead_letter") == 1)
            assert outcome(telemetry, "retried") == 4

    asyncio.run(main())
    ((reason, _count),) = survey.dead_letters(tmp_path / FOLDER)[0].reasons
    assert reason.startswith("RuntimeError at tests.service.delivery.test_dead_letters:")
    assert "RuntimeError" in caplog.text
    assert "00000077" not in caplog.text


def test_a_backend_that_hangs_is_tried_again(tmp_path: Path) -> None:
    async def main() -> None:
        server = await asyncio.start_server(lambda _reader, _writer: asyncio.sleep(60), "127.0.0.1", 0)
        telemetry = Telemetry()
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with opened(queued(tmp_path, url, timeout=0.1, telemetry=telemetry, drain_timeout=0.0)) as exporter:
            await exporter.export(numbered(1))
            await until(lambda: outcome(telemetry, "retried") >= 2)
        server.close()
        async with serving() as backend, opened(queued(tmp_path, backend.url)):
            await until(lambda: backend.bodies() == [numbered(1).payload])

    asyncio.run(main())


def test_replayed_dead_letters_are_delivered_by_the_running_service(tmp_path: Path) -> None:
    async def main() -> None:
        backend = Backend(lambda _request: Reply(400))
        telemetry = Telemetry()
        async with serving(backend), opened(queued(tmp_path, backend.url, telemetry=telemetry)) as exporter:
            for number in range(5):
                await exporter.export(numbered(number, tenant="team"))
            await until(lambda: outcome(telemetry, "dead_letter") == 5)
            backend.answer = lambda _request: Reply()
            assert await asyncio.to_thread(removal.replay, tmp_path / FOLDER) == 5
            assert await asyncio.to_thread(removal.replay, tmp_path / FOLDER) == 0
            await until(lambda: len(backend.taken) == 5)
            assert sorted(backend.bodies()) == [numbered(number).payload for number in range(5)]
            assert {request.headers["x-scope-orgid"] for request in backend.taken} == {"team"}
            await until(lambda: [path.name for path in (tmp_path / FOLDER).iterdir() if "replay" in path.name] == [])

    asyncio.run(main())


def test_a_replay_that_was_cut_short_loses_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        await refused(tmp_path, range(3))
        half = tmp_path / FOLDER / ".replay-half"
        half.mkdir()
        (half / "000001.db").write_bytes(b"half of it")
        assert removal.replay(tmp_path / FOLDER) == 3
        assert not half.exists()
        async with serving() as backend, opened(queued(tmp_path, backend.url)):
            await until(lambda: len(backend.taken) == 3)

    asyncio.run(main())


def test_those_that_are_too_old_are_removed_and_that_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        await refused(tmp_path, range(3))
        telemetry = Telemetry()
        await asyncio.sleep(0.05)
        async with opened(queued(tmp_path, letters=DeadLetters(max_age=0.01), telemetry=telemetry)):
            assert outcome(telemetry, "expired") == 3
        assert b"0000000" not in on_disk(tmp_path)

    asyncio.run(main())
    assert "3 dead letters were older than is allowed" in caplog.text


def test_a_damaged_file_of_dead_letters_is_kept_and_another_begun(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    asyncio.run(refused(tmp_path, range(3)))
    file = tmp_path / FOLDER / LETTERS
    file.write_bytes(b"no database" * 1000)
    asyncio.run(refused(tmp_path, range(2)))
    assert file.with_name(file.name + ".damaged").read_bytes() == b"no database" * 1000
    assert sum(part.batches for part in survey.dead_letters(tmp_path / FOLDER)) == 2
    assert "worker-0.db is damaged" in caplog.text


def test_the_bound_holds_but_for_one_batch_larger_than_it(tmp_path: Path) -> None:
    letters = Letters(tmp_path / "letters.db", 300_000, 3600.0)
    small, large = (to_row(numbered(1, size=size), "plan", 1)._replace(refused=int(time.time() * 1000)) for size in (100_000, 400_000))
    assert letters.put(large)
    assert not letters.put(small)
    with contextlib.closing(sqlite3.connect(tmp_path / "letters.db")) as other:
        other.execute("DELETE FROM batch")
        other.commit()
    assert [letters.put(small) for _ in range(3)] == [True, True, False]
    assert not letters.put(large)
    letters.close()
