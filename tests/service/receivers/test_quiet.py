"""Neither a library's log nor an event loop quotes a request."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.receivers.quiet import quieten, quieten_loop
from tests.service.payloads import ADDRESS, PROTOBUF, encoded
from tests.service.receivers.grpc_client import files
from tests.service.receivers.raw_http2 import Headers, Http2Client, message
from tests.service.running import running


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """What is quietened is so for the test alone."""
    before = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(before)


@pytest.mark.parametrize("name", ["grpc._cython.cygrpc", "grpc.aio", "uvicorn.error", "asyncio", "aiohttp.client", "any.other"])
def test_a_library_says_where_and_of_what_type_and_no_more(caplog: pytest.LogCaptureFixture, name: str) -> None:
    quieten()
    quieten()
    logger = logging.getLogger(name)
    with caplog.at_level(logging.DEBUG):
        logger.warning("Invalid encoding on %s", ADDRESS)
        logger.warning("%(key)s", {"key": ADDRESS})
        logger.error(ValueError(ADDRESS))
        try:
            raise KeyError(ADDRESS)
        except KeyError:
            logger.exception("failed on %s", ADDRESS)
    assert ADDRESS not in caplog.text
    assert caplog.text.count("in test_quiet, line ") == 4
    assert "ValueError" in caplog.text
    assert "KeyError at tests.service.receivers.test_quiet:" in caplog.text


def test_what_the_service_says_itself_stays(caplog: pytest.LogCaptureFixture) -> None:
    quieten()
    logging.getLogger("scrubjay").warning("worker %d", 7)
    assert "worker 7" in caplog.text


def test_an_error_that_nobody_takes_care_of_is_told_by_type_and_place(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError(ADDRESS)

    async def main() -> None:
        quieten_loop(asyncio.get_running_loop())
        task = asyncio.ensure_future(fail())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task

    asyncio.run(main())
    assert "unexpected in the event loop: ValueError at tests.service.receivers.test_quiet:" in caplog.text
    assert ADDRESS not in caplog.text


def test_neither_threads_nor_finalisers_print_what_an_error_says() -> None:
    program = (
        "import sys, threading\n"
        "from service.receivers.quiet import quieten_process\n"
        "class Odd:\n"
        "    def __del__(self): raise ValueError(sys.argv[1])\n"
        "def fail(): raise KeyError(sys.argv[1])\n"
        "quieten_process()\n"
        "thread = threading.Thread(target=fail); thread.start(); thread.join()\n"
        "Odd()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, ADDRESS], cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr.splitlines() == ["unexpected in a thread: KeyError at __main__:5", "unexpected in a finaliser: ValueError at __main__:4"]


ODD: dict[str, Headers] = {
    "a value": ((b"x-note", b"\xff" + ADDRESS.encode()),),
    "the user agent": ((b"user-agent", b"\xff" + ADDRESS.encode()),),
    "a credential": ((b"authorization", b"\xc3\x28" + ADDRESS.encode()),),
    "a binary value": ((b"x-note-bin", b"!!!" + ADDRESS.encode()),),
    "a timeout": ((b"grpc-timeout", ADDRESS.encode()),),
    "an encoding": ((b"grpc-encoding", ADDRESS.encode()),),
}


@pytest.mark.parametrize("headers", ODD.values(), ids=ODD.keys())
def test_metadata_that_grpc_does_not_like_is_in_no_log(
    tmp_path: Path, headers: Headers, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG), running(tmp_path, files(tmp_path)) as service, Http2Client(service.target) as client:
        client.call(message(encoded("logs", PROTOBUF, "x")), headers)
        client.status()
    out, err = capfd.readouterr()
    assert ADDRESS not in caplog.text + out + err
