"""Serves what the composition root built, in this process, until it is told to stop.

Contract: ``run_worker`` serves until SIGINT or SIGTERM, then stops listening, finishes open requests, flushes the exporters and returns. A
second signal does not wait for open requests.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import uvicorn
from fastapi import FastAPI

from config.schema import Address, Config, OtlpReceiver
from service.app import Listening, Place, Service
from service.errors import ConfigError
from service.receivers.http_protocol import PatientProtocol
from service.receivers.quiet import quieten_loop, quieten_process
from service.redaction.plan import Plan

_BACKLOG = 2048
_KEEP_ALIVE_SECONDS = 75
_SWITCH_SECONDS = 0.0005
"""How long the thread that works on large payloads may hold the interpreter while the loop waits; Python's 5 ms add up over a request."""


Ports = Mapping[Listening, int]
"""The port that each configured address has become."""


def listeners_of(config: Config) -> list[Listening]:
    """Everything the configuration listens on."""
    every: dict[Listening, None] = {}
    for receiver in config.receivers.values():
        if receiver.server is not None:
            every["HTTP", receiver.server.address] = None
        if isinstance(receiver, OtlpReceiver) and receiver.protocols.grpc is not None:
            every["gRPC", receiver.protocols.grpc.address] = None
    return list(every)


def urls(config: Config, ports: Ports) -> list[str]:
    """Where everything is reached, for people."""
    return [f"{url_of(address.host, ports[spoken, address])} ({spoken})" for spoken, address in listeners_of(config)]


class _Server(uvicorn.Server):
    """Leaves signals to ``serve``, which stops all servers of the process together."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(address: Address, *, shared: bool = False) -> socket.socket:
    """A socket that is to listen at ``address``, ``shared`` with other workers. Raises ``ConfigError``."""
    try:
        family, kind, proto, _, target = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, proto)
        if sys.platform != "win32":  # there it would let another process take the port over
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if shared:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(target)
    except OSError as error:
        raise _taken(address, error) from None
    listener.setblocking(False)
    return listener


def _listen(listener: socket.socket, address: Address) -> None:
    try:
        listener.listen(_BACKLOG)
    except OSError as error:  # somebody else, who bound it as we did, listens already
        raise _taken(address, error) from None


def _taken(address: Address, error: OSError) -> ConfigError:
    return ConfigError(f"endpoint {address.host}:{address.port}: an address that is free to listen on ({error.strerror})")


class Stop(NamedTuple):
    """How a service is told to end: ``drain`` finishes open requests, ``force`` does not wait for them any longer."""

    drain: asyncio.Event
    force: asyncio.Event


async def serve(service: Service, listeners: Mapping[Address, socket.socket], stop: Stop, announce: Callable[[Ports], None]) -> None:
    """Opens the exporters, tells ``announce`` the ports, serves until told to stop, drains and closes. Raises ``ConfigError``."""
    await service.open()
    hurrying = asyncio.create_task(_hurry(service, stop))
    try:
        ports: dict[Listening, int] = {("HTTP", address): listener.getsockname()[1] for address, listener in listeners.items()}
        for address, server in service.grpc.items():
            ports["gRPC", address] = await server.start(reuse_port=service.place.count > 1)
        for address, listener in listeners.items():
            _listen(listener, address)  # not earlier: who comes before is to be told at once, and try elsewhere or again
        announce(ports)
        await asyncio.gather(_serve_http(service, listeners, stop), _serve_grpc(service, stop))
    finally:
        await service.close()
        hurrying.cancel()


async def _hurry(service: Service, stop: Stop) -> None:
    await stop.force.wait()
    service.hurry()


async def _serve_http(service: Service, listeners: Mapping[Address, socket.socket], stop: Stop) -> None:
    servers = [_Server(_uvicorn_config(app, service.config.service.drain_timeout)) for app in service.apps.values()]
    running = [asyncio.create_task(server.serve(sockets=[listeners[address]])) for address, server in zip(service.apps, servers, strict=True)]

    async def relay(event: asyncio.Event, attribute: str) -> None:
        await event.wait()
        for server in servers:
            setattr(server, attribute, True)

    relays = [asyncio.create_task(relay(stop.drain, "should_exit")), asyncio.create_task(relay(stop.force, "force_exit"))]
    try:
        await asyncio.gather(*running)
    finally:
        for task in relays:
            task.cancel()


async def _serve_grpc(service: Service, stop: Stop) -> None:
    """The servers have been started; they are stopped with the grace that open requests have, or without."""
    await stop.drain.wait()

    async def end(grace: float) -> None:
        await asyncio.gather(*(server.stop(grace) for server in service.grpc.values()))

    async def force() -> None:
        await stop.force.wait()
        await end(0)

    forcing = asyncio.create_task(force())
    await end(service.config.service.drain_timeout)
    forcing.cancel()


def _uvicorn_config(app: FastAPI, drain_timeout: float) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=PatientProtocol,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=max(1, round(drain_timeout)),
    )


def run_worker(config: Config, plan: Plan, place: Place, announce: Callable[[list[str]], None], lifeline: int | None = None) -> None:
    """Serves in this thread until a signal. ``announce`` is told the URLs once, when requests can be taken. Raises ``ConfigError``.

    ``lifeline`` is the reading end of a pipe that a parent process holds open. A process that has a parent leaves Ctrl-C to it, drains on
    SIGTERM however often it comes (a service manager may send it to parent and workers alike), and stops waiting on SIGQUIT.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    quieten_process()
    service = Service(config, plan, place)
    listeners = {
        address: bind(address._replace(port=place.ports.get(("HTTP", address), address.port)), shared=place.count > 1) for address in service.apps
    }

    async def main() -> None:
        quieten_loop(asyncio.get_running_loop())
        stop = Stop(asyncio.Event(), asyncio.Event())
        if lifeline is None:
            _stop_on_signals(stop)
        else:
            _stop_with_parent(stop, lifeline)
        await serve(service, listeners, stop, lambda ports: announce(urls(config, ports)))

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(main())


def _stop_on_signals(stop: Stop) -> None:
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        (stop.force if stop.drain.is_set() else stop.drain).set()

    for number in (signal.SIGINT, signal.SIGTERM):
        if sys.platform == "win32":
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(on_signal))
        else:
            loop.add_signal_handler(number, on_signal)


def _stop_with_parent(stop: Stop, lifeline: int) -> None:
    loop = asyncio.get_running_loop()

    def end() -> None:
        loop.remove_reader(lifeline)
        force()

    def force() -> None:
        stop.drain.set()
        stop.force.set()

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    loop.add_signal_handler(signal.SIGTERM, stop.drain.set)
    loop.add_signal_handler(signal.SIGQUIT, force)
    loop.add_reader(lifeline, end)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop  # there are no wheels for Windows

    return uvloop.new_event_loop


def url_of(host: str, port: int) -> str:
    """The base URL of an address."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
