"""``scrubjay queue``: what it says about what is on disk, and what it does to it, with and without a service that runs."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer

from service.errors import ConfigError, ScrubjayError
from service.queue_commands import queue_app
from tests.service.delivery.backend import FOLDER, ID, Backend, Reply, files, numbered, on_disk, opened, queued, serving, until

CONFIG = """
receivers: {otlp: {protocols: {http: }}}
exporters:
  otlp_http/tempo: {endpoint: "http://127.0.0.1:9", sending_queue: {storage: %s}}
  otlp_http/plain: {endpoint: "http://127.0.0.1:9"}
service: {pipelines: {logs: {receivers: [otlp], exporters: [otlp_http/tempo]}}}
"""


def command(*arguments: str) -> int:
    """Runs ``scrubjay queue …``; its exit code. Errors are raised."""
    code = typer.main.get_command(queue_app).main(list(arguments), standalone_mode=False)
    return code if isinstance(code, int) else 0


async def left(path: Path, waiting: range = range(4), letters: range = range(90, 93)) -> None:
    """Leaves dead letters and a queue."""
    backend = Backend(lambda _request: Reply(400))
    async with serving(backend), opened(queued(path, backend.url)) as exporter:
        for number in letters:
            await exporter.export(numbered(number, tenant="team-a"))
        await until(lambda: len(backend.requests) == len(letters))
    async with opened(queued(path, drain_timeout=0.0)) as exporter:
        for number in waiting:
            await exporter.export(numbered(number, tenant=f"team-{'ab'[number % 2]}"))


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    asyncio.run(left(tmp_path))
    return tmp_path


def state(storage: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, list[dict[str, object]]]]:
    capsys.readouterr()
    assert command("status", "--storage", str(storage), "--json") == 0
    said: dict[str, dict[str, list[dict[str, object]]]] = json.loads(capsys.readouterr().out)
    return said


def test_status_says_what_waits_and_what_was_refused_and_why(
    storage: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")  # a narrow terminal folds the cells
    said = state(storage, capsys)[FOLDER]
    (queue,) = said["queues"]
    (letters,) = said["dead_letters"]
    assert (queue["name"], queue["batches"], queue["in_use"], queue["damaged"]) == ("worker-0", 4, False, [])
    assert (letters["batches"], letters["reasons"]) == (3, {"HTTP 400": 3})
    assert command("status", "--storage", str(storage)) == 0
    text = capsys.readouterr().out
    assert "dead letters worker-0" in text
    assert "3 refused: HTTP 400" in text


def test_a_configuration_file_says_where_the_queues_are(storage: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (storage / "c.yaml").write_text(CONFIG % storage)
    assert command("status", "--config", str(storage / "c.yaml"), "--json") == 0
    assert list(json.loads(capsys.readouterr().out)) == [ID]


def test_status_of_nothing_is_that_nothing_waits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("status", "--storage", str(tmp_path)) == 0
    assert capsys.readouterr().out == "nothing waits\n"


def test_status_changes_nothing_and_works_beside_a_service(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def main() -> None:
        async with opened(queued(tmp_path, drain_timeout=0.0)) as exporter:
            for number in range(3):
                await exporter.export(numbered(number))
            (queue,) = (await asyncio.to_thread(state, tmp_path, capsys))[FOLDER]["queues"]
            assert (queue["batches"], queue["in_use"]) == (3, True)
            await exporter.export(numbered(3))
        async with serving() as backend, opened(queued(tmp_path, backend.url)):
            await until(lambda: len(backend.taken) == 4)

    asyncio.run(main())


def test_verify_finds_a_flipped_byte_and_ends_with_3(storage: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("verify", "--storage", str(storage)) == 0
    assert capsys.readouterr().out == "7 batches in 2 files are whole\n"
    (file,) = files(storage)
    content = bytearray(file.read_bytes())
    content[content.index(b"00000002")] ^= 1
    file.write_bytes(content)
    assert command("verify", "--storage", str(storage)) == 3
    text = capsys.readouterr().out
    assert text == f"{file}: damaged: 1, whole: 3\n6 batches in 2 files are whole\n"
    assert command("verify", "--storage", str(storage), "--json") == 3
    assert {"file": str(file), "whole": 3, "damaged": 1} in json.loads(capsys.readouterr().out)["files"]


def test_verify_names_files_that_were_set_aside(storage: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = storage / FOLDER / "worker-0" / "000000.db.damaged"
    file.write_bytes(b"")
    assert command("verify", "--storage", str(storage)) == 3
    assert f"{file}: damaged, set aside" in capsys.readouterr().out


def test_dead_letters_are_replayed_by_the_next_service(storage: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("replay-dead-letters", "--storage", str(storage), "--exporter", ID) == 0
    assert capsys.readouterr().out == f"{FOLDER}: 3 dead letters are to be sent again\n"

    async def main() -> None:
        async with serving() as backend:
            async with opened(queued(storage, backend.url)):
                await until(lambda: len(backend.taken) == 7)
            wanted = [numbered(number).payload for number in (0, 1, 2, 3, 90, 91, 92)]
            assert sorted(backend.bodies()) == wanted

    asyncio.run(main())
    assert state(storage, capsys)[FOLDER]["dead_letters"][0]["batches"] == 0


def test_purge_removes_a_tenants_batches_and_leaves_no_byte_of_them(storage: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("purge", "--storage", str(storage), "--tenant", "team-a", "--yes") == 0
    assert capsys.readouterr().out == "5 batches are removed\n"
    assert b"team-a" not in on_disk(storage)
    assert b"0000009" not in on_disk(storage)
    assert state(storage, capsys)[FOLDER]["queues"][0]["batches"] == 2


def test_purge_goes_by_time(storage: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hour_ago, soon = (datetime.now(UTC) + timedelta(hours=hours) for hours in (-1, 1))
    for before, removed in (("1h", 0), (hour_ago.isoformat(), 0), (soon.strftime("%Y-%m-%dT%H:%M:%S"), 7)):
        assert command("purge", "--storage", str(storage), "--before", before, "--yes") == 0
        assert capsys.readouterr().out == f"{removed} batches are removed\n"


def test_what_is_purged_beside_a_service_is_not_delivered_and_gives_its_room_back(tmp_path: Path) -> None:
    async def main() -> None:
        backend = Backend(lambda _request: Reply(503))
        async with serving(backend), opened(queued(tmp_path, backend.url, num_consumers=1, max_bytes=40 << 20)) as exporter:
            for number in range(60):
                await exporter.export(numbered(number, size=500_000, tenant=f"team-{'ab'[number % 2]}"))
            assert await asyncio.to_thread(command, "purge", "--storage", str(tmp_path), "--tenant", "team-a", "--yes") == 0
            await until(lambda: exporter._disk.stats.waiting < 60)
            backend.answer = lambda _request: Reply()
            await until(lambda: exporter._disk.stats.waiting == 0)
            tenants = [request.headers["x-scope-orgid"] for request in backend.taken]
            assert tenants.count("team-b") == 30
            assert tenants.count("team-a") < 20

    asyncio.run(main())


REFUSED = [
    (["status"], "queue: --config FILE or --storage DIR"),
    (["status", "--storage", "nosuch"], "--storage nosuch: a directory that is there"),
    (["purge", "--storage", "."], "purge: --tenant, --before or both"),
    (["purge", "--storage", ".", "--before", "soon"], "--before: an age such as 12h or 7d"),
    (["purge", "--storage", ".", "--tenant", "a"], "purge: --yes, where there is nobody to ask"),
    (["status", "--storage", ".", "--exporter", "nosuch"], "--exporter: one of"),
]


@pytest.mark.parametrize(("arguments", "expected"), REFUSED)
def test_wrong_usage_says_what_is_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], expected: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as refusal:
        command(*arguments)
    assert str(refusal.value).startswith(expected)


def test_a_queue_of_a_newer_release_is_refused(storage: Path) -> None:
    (file,) = files(storage)
    content = bytearray(file.read_bytes())
    content[60:64] = (99).to_bytes(4, "big")
    file.write_bytes(content)
    for arguments in (["status"], ["verify"], ["purge", "--tenant", "a", "--yes"]):
        with pytest.raises(ScrubjayError, match="this one has 99"):
            command(*arguments, "--storage", str(storage))
    assert file.read_bytes() == content


@pytest.mark.parametrize("name", ["status", "verify", "replay-dead-letters", "purge"])
def test_each_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(name, "--help") == 0
    text = capsys.readouterr().out
    assert "--storage" in text
    assert "--config" in text
