"""The log: a line that comes again and again is counted."""

from __future__ import annotations

import logging
import time

from service.log import Repeats


class Written(logging.Handler):
    """Notes what would be written."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.addFilter(Repeats(seconds))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def logger(handler: logging.Handler) -> logging.Logger:
    made = logging.Logger("scrubjay")
    made.addHandler(handler)
    return made


def test_a_line_that_comes_again_is_counted_and_others_are_written() -> None:
    written = Written(60.0)
    log = logger(written)
    for _ in range(1000):
        log.warning("not acknowledged: %s", "backend down")
    log.warning("not acknowledged: %s", "queue full")
    assert written.lines == ["not acknowledged: backend down", "not acknowledged: queue full"]


def test_after_a_while_it_is_written_with_how_often_it_came() -> None:
    written = Written(0.05)
    log = logger(written)
    for _ in range(3):
        log.warning("again")
    time.sleep(0.1)
    log.warning("again")
    assert written.lines[0] == "again"
    assert written.lines[-1].startswith("again (and ")


def test_it_remembers_a_bounded_number_of_lines() -> None:
    written = Written(60.0)
    log = logger(written)
    for number in range(5000):
        log.warning("line %d", number)
    assert len(written.lines) == 5000
    (repeats,) = (one for one in written.filters if isinstance(one, Repeats))
    assert len(repeats._written) <= 1000
