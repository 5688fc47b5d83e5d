"""What the service logs: to standard error, one line each, warnings and worse.

Contract: an exception is reported by its type and place, since its text may quote what it is about. A line that comes again within
``REPEAT_SECONDS`` is counted instead of written; the next one that is written says how many there were. A backend that is down would
otherwise fill the disk with one line per request.
"""

from __future__ import annotations

import logging
import os
import time

from service.telemetry import described

REPEAT_SECONDS = 5.0
_MOST_REMEMBERED = 1000


class _QuietFormatter(logging.Formatter):
    """Reports an exception by its type and place."""

    def formatException(self, ei: object) -> str:  # noqa: N802 - the name is logging's
        error = ei[1] if isinstance(ei, tuple) else None
        return described(error) if isinstance(error, BaseException) else ""


class Repeats(logging.Filter):
    """Lets a line through once in a while; see the module. ``seconds`` is how long a while is."""

    def __init__(self, seconds: float = REPEAT_SECONDS) -> None:
        super().__init__()
        self._seconds = seconds
        self._written: dict[tuple[str, str], tuple[float, int]] = {}  # logger and line → when it was written, how often it came since

    def filter(self, record: logging.LogRecord) -> bool:
        line, now = record.getMessage(), time.monotonic()
        last, held_back = self._written.get((record.name, line), (-self._seconds, 0))
        if now - last < self._seconds:
            self._written[record.name, line] = last, held_back + 1
            return False
        if len(self._written) >= _MOST_REMEMBERED:
            self._written.clear()
        self._written[record.name, line] = now, 0
        if held_back:
            record.msg, record.args = f"{line} (and {held_back} times more in the last {now - last:.0f} s)", ()
        return True


def set_up() -> None:
    """For the whole process."""
    handler = logging.StreamHandler()
    handler.setFormatter(_QuietFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(Repeats())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # grpc's own log quotes what peers say
