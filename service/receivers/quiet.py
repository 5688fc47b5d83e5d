"""What libraries log or print of their own accord may quote a request: paths, metadata, the texts of exceptions. Here it is made safe.

Contract: after ``quieten``, a log record that is not of this service's own logger says where it was made, how grave it is, and by type
and place what went wrong; it holds no other text. ``quieten_loop`` does the same for errors in an event loop that nobody takes care of,
``quieten_process`` for those in threads and finalisers as well. Each may be called again, which changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Callable
from typing import Any

from grpc._cython import cygrpc  # type: ignore[attr-defined]  # the stubs describe the public interface only

from service.telemetry import described

_OURS = "scrubjay"
_log = logging.getLogger(_OURS)


class _PlainRecords:
    """Makes log records. ``make`` is what made them before."""

    def __init__(self, make: Callable[..., logging.LogRecord]) -> None:
        self._make = make

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self._make(*args, **kwargs)
        if record.name.partition(".")[0] == _OURS:
            return record
        given = record.args if isinstance(record.args, tuple) else ()
        errors = [record.exc_info[1] if record.exc_info else None, record.msg, *given]
        error = next((one for one in errors if isinstance(one, BaseException)), None)
        record.msg = f"in {record.module}, line {record.lineno}" + (f": {described(error)}" if error is not None else "")
        record.args = ()
        record.exc_info = record.exc_text = record.stack_info = None
        return record


class _NoTraceback:
    """Stands where grpcio's compiled part looks for ``traceback``, with which it prints past its logger."""

    @staticmethod
    def print_exc() -> None:
        """Prints nothing: the same is logged."""

    @staticmethod
    def format_exception(*_: object) -> list[str]:
        return []


def quieten() -> None:
    """Libraries log no text."""
    make = logging.getLogRecordFactory()
    if not isinstance(make, _PlainRecords):
        logging.setLogRecordFactory(_PlainRecords(make))
        cygrpc.traceback = _NoTraceback


def quieten_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Neither does the event loop."""

    def handle(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        _unexpected("the event loop", context.get("exception"))

    loop.set_exception_handler(handle)


def quieten_process() -> None:
    """Nor does anything else in this process."""
    quieten()
    sys.unraisablehook = lambda raised: _unexpected("a finaliser", raised.exc_value)
    threading.excepthook = lambda raised: _unexpected("a thread", raised.exc_value)


def _unexpected(where: str, error: BaseException | None) -> None:
    _log.error("unexpected in %s: %s", where, described(error) if error is not None else "no exception")
