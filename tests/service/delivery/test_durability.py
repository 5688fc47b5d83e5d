"""Acknowledged means on the disk, whatever happens next: seen in system calls, and by killing the process and filling the disk."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from service.errors import BackendError
from tests.service.delivery.backend import FOLDER, TIMEOUT, Backend, Reply, files, numbered, opened, queued, serving, until

ROOT = Path(__file__).parents[3]
DRIVER = [sys.executable, "-m", "tests.service.delivery.driver"]
NOWHERE = "http://127.0.0.1:9"
SYNCED = re.compile(r"(?:f(?:data)?sync\(\d+<[^>]*-wal>\)|<\.\.\. f(?:data)?sync resumed>\))\s+= 0")
ANSWERED = re.compile(r'\bwrite\(1<[^>]*>, "\d+\\n"')


def driver_environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
@pytest.mark.parametrize(("clients", "shared"), [(1, 1), (8, 8)])
def test_the_disk_has_it_before_each_answer(tmp_path: Path, clients: int, shared: int) -> None:
    trace = tmp_path / "trace"
    traced = ["strace", "-f", "-y", "-e", "trace=fsync,fdatasync,write", "-o", str(trace), *DRIVER]
    run = subprocess.run(
        [*traced, str(tmp_path / "queue"), NOWHERE, "0", "40", str(clients)],
        cwd=ROOT,
        env=driver_environment(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    if b"PTRACE" in run.stderr or b"ptrace" in run.stderr:
        pytest.skip("strace may not trace here")
    assert run.returncode == 0, run.stderr[-500:]
    answers = since = 0
    for line in trace.read_text(errors="replace").splitlines():
        if SYNCED.search(line):
            since = 0
        elif ANSWERED.search(line):
            answers += 1
            since += 1
            assert since <= shared, "more answers than one commit can stand for"
    assert answers == 40


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_after_a_sync_that_failed_a_new_file_is_begun_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    faulty = ["strace", "-f", "-o", os.devnull, "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=30+40", *DRIVER]
    run = subprocess.run(
        [*faulty, str(tmp_path / "queue"), NOWHERE, "0", "40", "1"], cwd=ROOT, env=driver_environment(), capture_output=True, timeout=120, check=False
    )
    if b"PTRACE" in run.stderr or b"ptrace" in run.stderr:
        pytest.skip("strace may not trace here")
    assert run.stdout.split() == [b"%d" % number for number in range(40)]
    assert len(files(tmp_path / "queue")) >= 2

    async def main() -> None:
        wanted = {numbered(number, size=2000).payload for number in range(40)}
        async with serving() as backend, opened(queued(tmp_path / "queue", backend.url)):
            await until(lambda: wanted <= set(backend.bodies()))

    asyncio.run(main())


def test_what_was_acknowledged_before_a_kill_is_delivered_after_it(tmp_path: Path) -> None:
    acknowledged: set[int] = set()

    async def main() -> None:
        backend = Backend()
        async with serving(backend):
            for round_ in range(3):
                backend.answer = [lambda _request: Reply(), lambda _request: Reply(503), lambda _request: Reply()][round_]
                await killed_at_work(backend.url, round_ * 100_000)
            backend.answer = lambda _request: Reply()
            wanted = {numbered(number, size=2000).payload for number in acknowledged}
            async with opened(queued(tmp_path, backend.url, num_consumers=16)):
                await until(lambda: wanted <= set(backend.bodies()))

    async def killed_at_work(url: str, first: int) -> None:
        process = await asyncio.create_subprocess_exec(
            *DRIVER, str(tmp_path), url, str(first), "100000", "16", cwd=ROOT, env=driver_environment(), stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        for _ in range(300):
            acknowledged.add(int(await process.stdout.readline()))
        process.send_signal(signal.SIGKILL)
        rest = await process.stdout.read()
        acknowledged.update(map(int, rest[: rest.rfind(b"\n") + 1].split()))
        await process.wait()

    asyncio.run(main())
    assert len(acknowledged) >= 900


@pytest.mark.parametrize("replaced", [False, True], ids=["removed", "replaced"])
def test_what_is_acknowledged_after_the_folder_was_taken_away_is_there_after_a_restart(tmp_path: Path, replaced: bool) -> None:
    """Into a file without a name a commit would succeed, and be lost with the process."""

    async def main() -> None:
        queue, acknowledged = tmp_path / "queue", []
        away = queued(queue, drain_timeout=0.0)
        async with opened(away):
            await away.export(numbered(0))
            shutil.rmtree(queue)
            if replaced:
                queue.mkdir()
            for number in range(1, 20):
                try:
                    await away.export(numbered(number))
                    acknowledged.append(number)
                except BackendError:
                    pass
        assert len(acknowledged) >= 18, "it goes on with a new folder"
        async with serving() as backend, opened(queued(queue, backend.url)):
            await until(lambda: {numbered(number).payload for number in acknowledged} <= set(backend.bodies()))

    asyncio.run(main())


def test_a_dead_letter_stays_in_the_queue_until_there_is_a_file_for_it(tmp_path: Path) -> None:
    async def main() -> None:
        async with serving(Backend(lambda _request: Reply(400))) as backend, opened(exporter := queued(tmp_path, backend.url)):
            for number in range(3):
                await exporter.export(numbered(number))
                await until(lambda: (found := files(tmp_path, "dead-letters/*.db")) and b"%08d" % number in found[0].read_bytes())  # noqa: B023 - used at once
                shutil.rmtree(tmp_path / FOLDER / "dead-letters")

    asyncio.run(main())


def test_draining_can_be_cut_short(tmp_path: Path) -> None:
    async def main() -> None:
        exporter = queued(tmp_path, drain_timeout=TIMEOUT * 10)
        await exporter.open()
        await exporter.export(numbered(1))
        closing = asyncio.create_task(exporter.close())
        await asyncio.sleep(0.2)
        assert not closing.done()
        exporter.hurry()
        async with asyncio.timeout(TIMEOUT):
            await closing

    asyncio.run(main())


FULL_DISK = """
import asyncio, sys
from pathlib import Path
from service.errors import BackendError
from tests.service.delivery.backend import files, numbered, opened, queued

async def main():
    folder = Path(sys.argv[1])
    async with opened(queued(folder, drain_timeout=0.0)) as exporter:
        taken = []
        for number in range(200):
            try:
                await exporter.export(numbered(number, size=100_000))
                taken.append(number)
            except BackendError:
                break
        assert 10 < len(taken) < 200, len(taken)
        assert not await exporter.is_ready()
        for number in range(3):
            try:
                await exporter.export(numbered(900 + number, size=100_000))
                raise AssertionError("acknowledged on a full disk")
            except BackendError:
                pass
        (folder / "ballast").unlink()
        await exporter.export(numbered(800, size=100_000))
        taken.append(800)
        assert await exporter.is_ready()
    from tests.service.delivery.backend import serving, until
    async with serving() as backend, opened(queued(folder, backend.url)):
        await until(lambda: len(backend.taken) >= len(taken))
    assert sorted(backend.bodies()) == [numbered(number, size=100_000).payload for number in taken]
    print("all", len(taken))

asyncio.run(main())
"""


def test_on_a_full_disk_nothing_is_acknowledged_and_nothing_is_lost(tmp_path: Path) -> None:
    mount = 'mount -t tmpfs -o size=8m none $0 && head -c 2000000 /dev/zero > $0/ballast && exec $1 -c "$2" $0'
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs unshare -rm for a small disk of its own")
    run = subprocess.run(
        ["unshare", "-rm", "sh", "-c", mount, str(tmp_path), sys.executable, FULL_DISK],
        cwd=ROOT,
        env=driver_environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-1500:]
    assert run.stdout.startswith("all ")
