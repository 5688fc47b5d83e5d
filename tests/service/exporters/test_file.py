"""The ``file`` exporter loses nothing it acknowledged and leaves no torn line."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config import schema
from service.errors import BackendError, ConfigError, FramingError
from service.exporters.contract import Exporter
from service.exporters.file import FileExporter
from tests.service.exporters.contract import UNTOUCHED, ExporterContract, batch, run


def exporter(folder: Path, rotate_bytes: int = 1 << 20) -> FileExporter:
    return FileExporter("file", schema.FileExporter(path=str(folder), rotate_bytes=rotate_bytes))


class TestContract(ExporterContract):
    @contextmanager
    def working(self, folder: Path) -> Iterator[tuple[Exporter, Callable[[], bytes]]]:
        yield exporter(folder / "out"), (folder / "out" / "logs.ndjson").read_bytes

    @contextmanager
    def failing(self, folder: Path) -> Iterator[Exporter]:
        (folder / "logs.ndjson").symlink_to("/dev/full")
        yield exporter(folder)


def test_concurrent_requests_share_an_fsync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    fsync = os.fsync

    def counted(descriptor: int) -> None:
        synced.append(descriptor)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", counted)

    async def work(exporter: Exporter) -> None:
        await asyncio.gather(*(exporter.export(batch(number)) for number in range(100)))

    run(exporter(tmp_path), work)
    assert len(synced) < 10


def test_a_write_that_fails_halfway_is_undone_and_the_next_one_works(tmp_path: Path) -> None:
    large = batch()._replace(payload=b'{"pad":"' + b"x" * (1 << 20) + b'"}')
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    async def work(exporter: Exporter) -> None:
        await exporter.export(batch(1))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, hard))
        try:
            with pytest.raises(BackendError):
                await exporter.export(large)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        await exporter.export(batch(2))

    run(exporter(tmp_path), work)
    assert (tmp_path / "logs.ndjson").read_bytes() == UNTOUCHED % 1 + b"\n" + UNTOUCHED % 2 + b"\n"


def test_a_line_torn_by_a_crash_is_ended_and_what_was_there_stays(tmp_path: Path) -> None:
    (tmp_path / "logs.ndjson").write_bytes(b'{"a":1}\n{"torn')
    run(exporter(tmp_path), lambda exporter: exporter.export(batch(1)))
    assert (tmp_path / "logs.ndjson").read_bytes() == b'{"a":1}\n{"torn\n' + UNTOUCHED % 1 + b"\n"


def test_a_full_file_is_set_aside_and_none_is_lost(tmp_path: Path) -> None:
    async def work(exporter: Exporter) -> None:
        for number in range(40):
            await exporter.export(batch(number))

    run(exporter(tmp_path, rotate_bytes=1024), work)
    run(exporter(tmp_path, rotate_bytes=1024), lambda exporter: exporter.export(batch(40)))
    files = sorted(tmp_path.glob("logs*.ndjson"))
    assert [file.name for file in files[:3]] == ["logs.000001.ndjson", "logs.000002.ndjson", "logs.000003.ndjson"]
    written = sorted(line for file in files for line in file.read_bytes().splitlines())
    assert written == sorted(UNTOUCHED % number for number in range(41))


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    run(exporter(tmp_path / "new"), lambda exporter: exporter.export(batch(1)))
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "new" / "logs.ndjson").stat().st_mode) == 0o600


def test_text_has_a_file_of_its_own(tmp_path: Path) -> None:
    run(exporter(tmp_path), lambda exporter: exporter.export(batch()._replace(codec="text", payload=b"plain")))
    assert (tmp_path / "logs.log").read_bytes() == b"plain\n"


def test_a_batch_that_can_not_be_written_is_refused_and_its_neighbours_are_written(tmp_path: Path) -> None:
    bad = batch()._replace(codec="otlp_proto:logs", payload=b"\xff\xff")

    async def work(exporter: Exporter) -> list[object]:
        return list(await asyncio.gather(*(exporter.export(one) for one in (batch(1), bad, batch(2))), return_exceptions=True))

    outcome = run(exporter(tmp_path), work)
    assert outcome[0] is None
    assert isinstance(outcome[1], FramingError)
    assert outcome[2] is None
    assert (tmp_path / "logs.ndjson").read_bytes().count(b"\n") == 2


def test_a_directory_belongs_to_one_process(tmp_path: Path) -> None:
    async def work(_exporter: Exporter) -> None:
        with pytest.raises(ConfigError, match=r"exporters\.file\.path: a directory no other process writes to"):
            await exporter(tmp_path).open()

    run(exporter(tmp_path), work)


def test_a_path_that_is_no_directory_is_refused_at_start(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(ConfigError, match=r"exporters\.file\.path: a directory that can be written to"):
        asyncio.run(exporter(tmp_path / "taken").open())


def _nothing(folder: Path) -> None:
    """Leaves all as it is."""


def _file_deleted(folder: Path) -> None:
    (folder / "logs.ndjson").unlink()


def _file_replaced(folder: Path) -> None:
    (folder / "other").write_bytes(b"other\n")
    (folder / "other").rename(folder / "logs.ndjson")


def _file_renamed(folder: Path) -> None:
    (folder / "logs.ndjson").rename(folder / "logs.ndjson.1")


def _file_emptied(folder: Path) -> None:
    os.truncate(folder / "logs.ndjson", 0)


def _lock_deleted(folder: Path) -> None:
    (folder / ".lock").unlink()


def _folder_deleted(folder: Path) -> None:
    shutil.rmtree(folder.parent)


def _folder_renamed(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


def _folder_replaced(folder: Path) -> None:
    _folder_renamed(folder)
    folder.mkdir()


@pytest.mark.parametrize(
    "happens",
    [_nothing, _file_deleted, _file_replaced, _file_renamed, _file_emptied, _lock_deleted, _folder_deleted, _folder_renamed, _folder_replaced],
)
def test_what_is_acknowledged_after_somebody_interfered_is_in_the_file_by_its_name(tmp_path: Path, happens: Callable[[Path], None]) -> None:
    folder = tmp_path / "data" / "out"

    async def work(one: Exporter) -> None:
        await one.export(batch(1))
        happens(folder)
        await one.export(batch(2))
        assert (folder / "logs.ndjson").read_bytes().endswith(UNTOUCHED % 2 + b"\n")
        assert await one.is_ready()
        with pytest.raises(ConfigError, match="no other process"):
            await exporter(folder).open()
        await one.export(batch(3))

    run(exporter(folder), work)
    assert (folder / "logs.ndjson").read_bytes().endswith(UNTOUCHED % 2 + b"\n" + UNTOUCHED % 3 + b"\n")
    assert b"\0" not in (folder / "logs.ndjson").read_bytes()


def test_a_file_that_is_deleted_while_it_is_written_acknowledges_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fsync = os.fsync

    def deleted_meanwhile(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            (tmp_path / "logs.ndjson").unlink()
        fsync(descriptor)

    async def work(one: Exporter) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", deleted_meanwhile)
            with pytest.raises(BackendError):
                await one.export(batch(1))
        await one.export(batch(2))

    run(exporter(tmp_path), work)
    assert (tmp_path / "logs.ndjson").read_bytes() == UNTOUCHED % 2 + b"\n"


def test_a_directory_that_another_process_took_meanwhile_is_left_to_it(tmp_path: Path) -> None:
    async def work(one: Exporter) -> None:
        await one.export(batch(1))
        (tmp_path / ".lock").unlink()
        other = exporter(tmp_path)
        await other.open()
        with pytest.raises(BackendError):
            await one.export(batch(2))
        assert not await one.is_ready()
        await other.close()
        await one.export(batch(3))

    run(exporter(tmp_path), work)
    assert (tmp_path / "logs.ndjson").read_bytes() == UNTOUCHED % 1 + b"\n" + UNTOUCHED % 3 + b"\n"


def test_a_directory_that_went_away_and_cannot_be_made_anew_is_not_ready(tmp_path: Path) -> None:
    async def work(one: Exporter) -> bool:
        shutil.rmtree(tmp_path / "data")
        (tmp_path / "data").write_text("taken")
        with pytest.raises(BackendError):
            await one.export(batch(1))
        return await one.is_ready()

    assert not run(exporter(tmp_path / "data" / "out"), work)


def test_workers_share_a_directory_and_each_has_its_own_files(tmp_path: Path) -> None:
    settings = schema.FileExporter.model_validate({"path": str(tmp_path), "rotate_bytes": 1024})

    async def work(first: Exporter) -> None:
        second = FileExporter("file", settings, worker=2)
        await second.open()
        with pytest.raises(ConfigError):
            await FileExporter("file", settings, worker=2).open()
        for number in range(20):
            await asyncio.gather(first.export(batch(number)), second.export(batch(number)))
        await second.export(batch()._replace(codec="text", payload=b"plain"))
        assert await first.is_ready()
        assert await second.is_ready()
        await second.close()

    run(FileExporter("file", settings), work)
    names = {file.name for file in tmp_path.glob("*.*")}
    assert {"logs.ndjson", "logs.000001.ndjson", "logs.w2.ndjson", "logs.w2.000001.ndjson", "logs.w2.log"} <= names
    for is_second in (False, True):
        files = [file for file in tmp_path.glob("logs*.ndjson") if (".w2." in file.name) == is_second]
        written = sorted(line for file in files for line in file.read_bytes().splitlines())
        assert written == sorted(UNTOUCHED % number for number in range(20))
