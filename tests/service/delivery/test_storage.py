"""What lies on disk: whom it belongs to, how damage stays local, and what another release or another plan left there."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import resource
import shutil
import sqlite3
from pathlib import Path

import pytest

from config.policy import Policy
from service.delivery import database, folder, survey
from service.delivery.segment import Segment
from service.delivery.worker import Worker
from service.errors import BackendError, ConfigError
from service.exporters.contract import Batch
from service.redaction.compilation import compile_plan
from service.telemetry import Telemetry
from tests.service.delivery.backend import FOLDER, ID, Backend, Reply, files, numbered, on_disk, opened, queued, serving, until
from tests.service.payloads import ADDRESS, JSON, MARKER, PROTOBUF, encoded

PAGE = 16 << 10


def stored(path: Path, numbers: range, size: int = 0, worker: Worker = Worker(0, 1), batches: list[Batch] | None = None) -> None:  # noqa: B008 - frozen
    """Leaves batches in a queue nobody delivers from."""

    async def main() -> None:
        async with opened(queued(path, drain_timeout=0.0, worker=worker)) as exporter:
            for batch in batches if batches is not None else [numbered(number, size) for number in numbers]:
                await exporter.export(batch)

    asyncio.run(main())


def delivered(path: Path, count: int, telemetry: Telemetry | None = None, **settings: object) -> list[bytes]:
    """What a service that starts now delivers."""

    async def main() -> list[bytes]:
        async with serving() as backend:
            async with opened(queued(path, backend.url, telemetry=telemetry, **settings)):  # type: ignore[arg-type]  # passed on
                await until(lambda: len(backend.taken) >= count)
            return backend.bodies()

    return asyncio.run(main())


def payloads(numbers: range, size: int = 0) -> list[bytes]:
    return [numbered(number, size).payload for number in numbers]


def damaged(telemetry: Telemetry) -> float:
    return telemetry.registry.get_sample_value("scrubjay_queue_damaged_total", {"exporter": ID}) or 0.0


def test_a_flipped_byte_costs_its_own_batch_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    stored(tmp_path, range(10), size=50_000)
    (file,) = files(tmp_path)
    content = bytearray(file.read_bytes())
    at = content.index(b"00000004") + 1000
    content[at] ^= 1
    file.write_bytes(content)
    telemetry = Telemetry()
    bodies = delivered(tmp_path, 9, telemetry)
    assert sorted(bodies) == payloads(range(4), 50_000) + payloads(range(5, 10), 50_000)
    assert damaged(telemetry) == 1
    assert [path.name for path in files(tmp_path, "worker-0/*")] == [file.name + ".damaged", "lock"]
    assert "damaged, 1 batches are lost" in caplog.text
    assert "00000004" not in caplog.text


def crashed(path: Path, size: int = 50_000) -> Path:
    """A queue of ten batches whose process was killed: they are in the log. Returns the log."""
    stored(path / "alive", range(0))

    async def main() -> None:
        async with opened(queued(path / "alive", drain_timeout=0.0)) as exporter:
            for number in range(10):
                await exporter.export(numbered(number, size=size))
            shutil.copytree(path / "alive", path / "crashed")

    asyncio.run(main())
    (log,) = files(path / "crashed", "worker-0/*.db-wal")
    return log


def test_after_a_crash_nothing_is_damaged(tmp_path: Path) -> None:
    crashed(tmp_path)
    telemetry = Telemetry()
    assert sorted(delivered(tmp_path / "crashed", 10, telemetry)) == payloads(range(10), 50_000)
    assert damaged(telemetry) == 0


@pytest.mark.parametrize("at", ["a batch", "the log's head"])
def test_a_flipped_byte_in_the_log_costs_one_batch_at_most_after_a_crash(tmp_path: Path, at: str, caplog: pytest.LogCaptureFixture) -> None:
    log = crashed(tmp_path)
    content = bytearray(log.read_bytes())
    content[content.index(b"00000004") + 20_000 if at == "a batch" else 20] ^= 1
    log.write_bytes(content)
    shutil.copytree(tmp_path / "crashed", tmp_path / "looked at")
    whole = 9 if at == "a batch" else 10
    bodies = sorted(delivered(tmp_path / "crashed", whole))
    assert len(bodies) == len(set(bodies) & set(payloads(range(10), 50_000))) == whole
    assert "000001.db-wal is damaged" in caplog.text
    (file,) = files(tmp_path / "looked at")
    assert survey.check(file) == survey.Checked(file, whole, 10 - whole)
    assert sorted(delivered(tmp_path / "looked at", whole)) == bodies


def test_a_commit_that_a_crash_cut_off_is_no_damage(tmp_path: Path) -> None:
    log = crashed(tmp_path)
    os.truncate(log, log.stat().st_size - 20_000)
    telemetry = Telemetry()
    assert sorted(delivered(tmp_path / "crashed", 9, telemetry)) == payloads(range(9), 50_000)
    assert damaged(telemetry) == 0


def test_a_page_that_is_lost_costs_what_is_on_it_only(tmp_path: Path) -> None:
    stored(tmp_path, range(400), size=500)
    (file,) = files(tmp_path)
    content = bytearray(file.read_bytes())
    page = content.index(b"00000200") // PAGE
    content[page * PAGE : (page + 1) * PAGE] = os.urandom(PAGE)
    file.write_bytes(content)
    stored(tmp_path, range(400, 420), size=500)
    telemetry = Telemetry()
    bodies = set(delivered(tmp_path, 380, telemetry))
    lost = set(payloads(range(420), 500)) - bodies
    assert 10 <= len(lost) <= 35
    assert damaged(telemetry) == len(lost)


def test_of_a_file_that_was_cut_off_the_rest_is_delivered(tmp_path: Path) -> None:
    stored(tmp_path, range(40), size=50_000)
    (file,) = files(tmp_path)
    os.truncate(file, file.stat().st_size // 2)
    stored(tmp_path, range(40, 45), size=50_000)
    telemetry = Telemetry()
    bodies = delivered(tmp_path, 20, telemetry)
    assert set(bodies) <= set(payloads(range(45), 50_000))
    assert set(payloads(range(40, 45), 50_000)) <= set(bodies)
    assert 20 <= len(bodies) < 45
    assert damaged(telemetry) >= 1


def test_while_nobody_knows_how_much_a_damaged_file_holds_it_is_not_given_up(tmp_path: Path) -> None:
    stored(tmp_path, range(40), size=50_000)
    (file,) = files(tmp_path)
    os.truncate(file, file.stat().st_size // 2)
    segment = Segment.open(file)
    seen = 0
    while rows := segment.fetch(1):
        for number, _row in rows:
            assert not segment.is_drained
            segment.mark(number)
            seen += 1
    assert seen > 10
    assert segment.is_drained
    assert segment.lost
    segment.close()


@pytest.mark.parametrize("junk", [b"no database at all" * 100, b"SQLite format 3\0", b"\0" * 4096])
def test_a_file_that_is_no_database_is_kept_and_all_others_are_delivered(tmp_path: Path, junk: bytes) -> None:
    stored(tmp_path, range(3))
    (file,) = files(tmp_path)
    file.with_name("000000.db").write_bytes(junk)
    telemetry = Telemetry()
    assert delivered(tmp_path, 3, telemetry) == payloads(range(3))
    assert damaged(telemetry) == 1
    assert file.with_name("000000.db.damaged").read_bytes() == junk


def test_a_file_whose_making_was_cut_short_is_no_damage(tmp_path: Path) -> None:
    stored(tmp_path, range(3))
    (file,) = files(tmp_path)
    file.with_name("000009.db").touch()
    file.with_name("000007.db-wal").write_bytes(b"left over")
    telemetry = Telemetry()
    assert delivered(tmp_path, 3, telemetry) == payloads(range(3))
    assert damaged(telemetry) == 0
    assert [path.name for path in files(tmp_path, "worker-0/*")] == ["lock"]


def test_what_a_newer_release_wrote_is_refused_and_not_touched(tmp_path: Path) -> None:
    stored(tmp_path, range(3))
    (file,) = files(tmp_path)
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA user_version = {database.SCHEMA_VERSION + 1}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = file.read_bytes(), sorted(file.parent.iterdir())
    with pytest.raises(ConfigError, match=rf"{re.escape(str(file))}: a queue of schema version 1 or older, this one has 2; let the newer release"):
        asyncio.run(queued(tmp_path).open())
    assert (file.read_bytes(), sorted(file.parent.iterdir())) == before


def test_every_schema_version_up_to_todays_can_be_read() -> None:
    assert sorted(database.READABLE) == list(range(1, database.SCHEMA_VERSION + 1))


def test_a_queue_belongs_to_one_process(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(queued(tmp_path)):
            with pytest.raises(ConfigError, match=r"exporters\.otlp_http/tempo\.sending_queue\.storage: a directory no other service uses"):
                await queued(tmp_path).open()

    asyncio.run(main())


def test_a_folder_that_can_not_be_made_is_refused_at_start(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(ConfigError, match=r"exporters\.otlp_http/tempo\.sending_queue\.storage: a directory that can be written to"):
        asyncio.run(queued(tmp_path / "taken").open())


def test_what_workers_that_no_longer_exist_left_is_delivered_and_their_folders_go(tmp_path: Path) -> None:
    for index in range(3):
        stored(tmp_path, range(10 * index, 10 * index + 5), worker=Worker(index, 3))
    bodies = delivered(tmp_path, 15)
    assert sorted(bodies) == sorted(payloads(range(5)) + payloads(range(10, 15)) + payloads(range(20, 25)))
    assert [path.name for path in folder.queues(tmp_path / FOLDER)] == ["worker-0"]


def test_only_the_first_worker_adopts_and_not_what_another_process_has(tmp_path: Path) -> None:
    stored(tmp_path, range(5), worker=Worker(2, 3))

    async def main() -> None:
        async with serving() as backend:
            async with opened(queued(tmp_path, backend.url, worker=Worker(1, 2))):
                await asyncio.sleep(0.2)
            assert backend.taken == []
            old = queued(tmp_path, worker=Worker(2, 3), drain_timeout=0.0)
            await old.open()
            async with opened(queued(tmp_path, backend.url, worker=Worker(0, 2))):
                await asyncio.sleep(0.2)
                assert backend.taken == []
                await old.close()
                await until(lambda: len(backend.taken) == 5)

    asyncio.run(main())


def test_dead_letters_of_workers_that_no_longer_exist_are_taken_over(tmp_path: Path) -> None:
    async def main() -> None:
        async with serving(Backend(lambda _request: Reply(400))) as backend:
            for index in range(2):
                async with opened(queued(tmp_path, backend.url, worker=Worker(index, 2))) as exporter:
                    await exporter.export(numbered(index))
            telemetry = Telemetry()
            async with opened(queued(tmp_path, backend.url, telemetry=telemetry)):
                pass
        assert telemetry.registry.get_sample_value("scrubjay_dead_letter_batches", {"exporter": ID}) == 2
        assert [path.name for path in folder.dead_letter_files(tmp_path / FOLDER)] == ["worker-0.db"]

    asyncio.run(main())


@pytest.mark.parametrize("form", [PROTOBUF, JSON])
def test_what_another_plan_redacted_is_redacted_again_before_it_leaves(tmp_path: Path, form: str) -> None:
    lenient = compile_plan(Policy(detectors={"off": ["email"]}))  # type: ignore[arg-type]  # as YAML has it
    codec = "otlp_proto:logs" if form == PROTOBUF else "otlp_json:logs"
    payload = encoded("logs", form, f"mail {ADDRESS}", "nothing")
    batches = [Batch("logs", codec, payload, form, "", payload), Batch("logs", codec, payload, form, "gzip", None)]

    async def main() -> list[bytes]:
        async with opened(queued(tmp_path, plan=lenient, drain_timeout=0.0)) as exporter:
            for batch in batches:
                await exporter.export(batch)
        async with serving() as backend:
            async with opened(queued(tmp_path, backend.url)):
                await until(lambda: len(backend.taken) == 2)
            assert {request.headers.get("content-encoding") for request in backend.taken} == {None, "gzip"}
            return backend.bodies()

    plain = next(body for body in asyncio.run(main()) if MARKER.encode() in body)
    assert ADDRESS.encode() not in plain


def test_what_another_plan_redacted_is_redacted_again_before_it_becomes_a_dead_letter(tmp_path: Path) -> None:
    lenient = compile_plan(Policy(detectors={"off": ["email"]}))  # type: ignore[arg-type]  # as YAML has it
    payload = encoded("logs", JSON, f"mail {ADDRESS}")
    batch = Batch("logs", "otlp_json:logs", payload, JSON, "", payload)

    async def main() -> None:
        async with opened(queued(tmp_path, plan=lenient, drain_timeout=0.0)) as exporter:
            await exporter.export(batch)
        assert ADDRESS.encode() in on_disk(tmp_path)
        async with serving(Backend(lambda _request: Reply(400))) as backend, opened(queued(tmp_path, backend.url)):
            await until(lambda: backend.requests)
        assert MARKER.encode() in on_disk(tmp_path)
        assert ADDRESS.encode() not in on_disk(tmp_path)

    asyncio.run(main())


def test_a_write_that_fails_halfway_acknowledges_nothing_and_the_next_one_works(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    async def main() -> None:
        async with opened(queued(tmp_path, drain_timeout=0.0)) as exporter:
            await exporter.export(numbered(1))
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 18, hard))
            try:
                with pytest.raises(BackendError):
                    await exporter.export(numbered(77, size=1 << 20))
                assert not await asyncio.to_thread(lambda: b"00000077" in on_disk(tmp_path / "nowhere"))
                await exporter.export(numbered(2))
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            await exporter.export(numbered(3))

    asyncio.run(main())
    assert delivered(tmp_path, 3) == payloads(range(1, 4))


def test_files_are_rotated_and_deleted_as_they_are_drained(tmp_path: Path) -> None:
    async def main() -> None:
        backend = Backend(lambda _request: Reply(503))
        async with serving(backend), opened(queued(tmp_path, backend.url, max_bytes=4 << 20, num_consumers=1)) as exporter:
            for number in range(20):
                await exporter.export(numbered(number, size=100_000))
            before = len(files(tmp_path))
            assert before >= 5
            backend.answer = lambda _request: Reply()
            await until(lambda: len(files(tmp_path)) < before - 2)

    asyncio.run(main())
    assert files(tmp_path) == []
