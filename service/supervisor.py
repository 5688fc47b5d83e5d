"""Runs a configuration in as many processes as it asks for.

Contract: ``run`` returns when the service has ended, on SIGINT or SIGTERM after draining. With one worker that is this process. With
more, this process is their parent: it reserves the ports, compiles the plan once for all (they share the memory), forks them, starts one
again that has ended by itself, and stops them all when it is told to, or when one can't start. Workers listen on the same ports
(``SO_REUSEPORT``); the kernel spreads connections over them. A worker whose parent has gone ends at once: nothing it acknowledged is lost.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

from config.schema import Config
from service.app import Listening, Place
from service.errors import ConfigError, ScrubjayError
from service.machine import Limits, limits
from service.redaction.plan import Plan
from service.serving import Ports, listeners_of, run_worker, urls
from service.telemetry import described, forget_worker, share_metrics

_FAILED = 3
_SETTLED_SECONDS = 5.0
_MAX_PAUSE_SECONDS = 10.0
_LOOK_SECONDS = 1.0
_STOPS = (signal.SIGINT, signal.SIGTERM)

_log = logging.getLogger("scrubjay")

Announce = Callable[[list[str]], None]


def run(config: Config, plan: Plan, announce: Announce, machine: Limits | None = None) -> None:
    """See the module. ``announce`` is told the URLs once, when requests can be taken. Raises ``ConfigError``."""
    machine = machine or limits()
    count = config.service.workers or machine.workers()
    _raise_file_limit()
    if count == 1:
        run_worker(config, plan, Place(machine=machine), announce)
        return
    if sys.platform == "win32":
        raise ConfigError("service.workers: 1 on Windows, where processes can't share a port")
    with ExitStack() as held:
        ports = held.enter_context(_reserved(config))
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="scrubjay-metrics-")))
        plan.warm()
        _Family(config, plan, [Place(index, count, machine, ports, folder) for index in range(count)]).run(lambda: announce(urls(config, ports)))


def _raise_file_limit() -> None:
    """As many connections as the system lets this process have."""
    if sys.platform != "win32":
        import resource  # does not exist on Windows

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextmanager
def _reserved(config: Config) -> Iterator[Ports]:
    """The port for each address, for as long as workers come and go: bound here, and listened on by them only. Raises ``ConfigError``."""
    with ExitStack() as held:
        ports: dict[Listening, int] = {}
        for spoken, address in listeners_of(config):
            try:
                family, kind, proto, _, target = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
                with socket.socket(family, kind, proto) as probe:  # without SO_REUSEPORT, so that a port in use is noticed
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(target)
                    probe.listen(1)
                holder = held.enter_context(socket.socket(family, kind, proto))
                holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                holder.bind(target)
            except OSError as error:
                raise ConfigError(f"endpoint {address.host}:{address.port}: an address that is free to listen on ({error.strerror})") from None
            ports[spoken, address] = holder.getsockname()[1]
        yield ports


class _Child:
    """A worker that runs."""

    def __init__(self, place: Place, pid: int) -> None:
        self.place = place
        self.pid = pid
        self.started = time.monotonic()
        self.is_ready = False


class _Family:
    """The parent of the workers. It runs no event loop and no thread, so that it may fork at any time."""

    def __init__(self, config: Config, plan: Plan, places: list[Place]) -> None:
        self._config = config
        self._plan = plan
        self._places = places
        self._children: dict[int, _Child] = {}
        self._due: dict[int, float] = {}  # index of a worker that is to be started again → when
        self._pauses = dict.fromkeys(range(len(places)), 0.0)
        self._stopping = False
        self._error = ""
        self._words, self._say = os.pipe()  # what workers say: "ready" and their index, or "error" and a text, one a line
        self._lifeline, self._life = os.pipe()  # its end tells a worker that the parent has gone
        self._woken, self._wake = os.pipe()

    def run(self, announce: Callable[[], None]) -> None:
        """Until all workers have ended for good. Raises ``ConfigError`` when one can't start."""
        for end in (self._woken, self._wake, self._words):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        for number in (*_STOPS, signal.SIGCHLD):
            signal.signal(number, self._on_signal)
        for place in self._places:
            self._start(place)
        announced = False
        while self._children or self._due:
            select.select([self._woken, self._words], [], [], _LOOK_SECONDS)
            self._listen()
            self._reap()
            if not announced and len(self._children) == len(self._places) and all(child.is_ready for child in self._children.values()):
                announced = True
                announce()
            if self._stopping:
                self._due.clear()
            for index in [index for index, due in self._due.items() if due <= time.monotonic()]:
                del self._due[index]
                self._start(self._places[index])
        if self._error:
            raise ConfigError(self._error)

    def _on_signal(self, number: int, _frame: object) -> None:
        if number in _STOPS:
            self._stop()

    def _stop(self) -> None:
        """The second time, workers are told not to wait for open requests; see ``serving`` for what the signals mean to them."""
        number = signal.SIGQUIT if self._stopping else signal.SIGTERM
        self._stopping = True
        for pid in self._children:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def _listen(self) -> None:
        for end in (self._woken, self._words):
            try:
                said = os.read(end, 64 << 10)
            except BlockingIOError:
                continue
            for line in said.decode("utf-8", "replace").splitlines() if end == self._words else ():
                word, _, rest = line.partition(" ")
                if word == "ready":
                    for child in self._children.values():
                        child.is_ready = child.is_ready or child.place.index == int(rest)
                elif word == "error" and not self._error:
                    self._error = rest
                    self._stop()

    def _reap(self) -> None:
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            child = self._children.pop(pid, None)
            if child is None:
                continue
            if child.place.metrics is not None:
                forget_worker(child.place.metrics, pid)
            if self._stopping:
                continue
            index = child.place.index
            settled = time.monotonic() - child.started > _SETTLED_SECONDS
            pause = self._pauses[index] = 0.0 if settled else min(_MAX_PAUSE_SECONDS, self._pauses[index] * 2 + 0.25)
            code = os.waitstatus_to_exitcode(status)
            _log.error("worker %d ended (%s); it is started again in %.2f s", index, f"signal {-code}" if code < 0 else f"exit code {code}", pause)
            self._due[index] = time.monotonic() + pause

    def _start(self, place: Place) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            self._work(place)
        self._children[pid] = _Child(place, pid)

    def _work(self, place: Place) -> NoReturn:
        """The life of a worker, which never comes back from here."""
        code = _FAILED
        try:
            signal.set_wakeup_fd(-1)
            for number in (*_STOPS, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            for end in (self._life, self._woken, self._wake, self._words):
                os.close(end)
            if place.metrics is not None:
                share_metrics(place.metrics)
            run_worker(self._config, self._plan, place, lambda _urls: self._tell(f"ready {place.index}"), self._lifeline)
            code = 0
        except ScrubjayError as error:
            self._tell(f"error {' '.join(str(error).split())}")
        except BaseException as error:
            _log.error("worker %d failed: %s", place.index, described(error))
        finally:
            try:
                sys.stdout.flush()
                sys.stderr.flush()
            finally:
                os._exit(code)

    def _tell(self, words: str) -> None:
        os.write(self._say, words.encode()[:4000] + b"\n")  # below PIPE_BUF, so never mixed with another's
