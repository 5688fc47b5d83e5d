"""``open`` and ``closed``: one run of either loop against a service that runs, or against one that is started for it."""

from __future__ import annotations

import argparse
import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from load.corpus import MIB
from load.drive import Job, write_requests
from load.drivers.kinds import KINDS, Kind
from load.drivers.measuring import companions, measure, tell
from load.drivers.reporting import write_outputs
from load.processes import LoadError
from load.setups import Serving, passthrough, scrubjay, scrubjay_of_lines

PORTS = {"http": 4318, "grpc": 4317}
_WARM_SECONDS = 1.0
_STREAMS = 8


@dataclass(frozen=True, slots=True)
class Target:
    """Where the load goes; ``serving`` is None where the service isn't ours."""

    name: str
    host: str
    port: int
    serving: Serving | None = None


def add_open(parser: argparse.ArgumentParser) -> None:
    """Requests leave when they are due, whatever the service does, and their latency counts from then: what users of a service see.

    The rate is given; look at what the service bears first (closed). Beyond that, latency grows for as long as the run lasts: that is
    no fault of the measurement. "waited": found every connection busy; "late": left over 1 ms late through the driver's own fault
    (the machine is too busy: believe such a run less); "unsent": never left, counted as having taken the timeout, as what got no answer.
    """
    _add(parser, is_open=True)


def add_closed(parser: argparse.ArgumentParser) -> None:
    """So many senders, each of which waits for its answer before it sends again: the most a service can bear.

    Its latencies are those of a load that waits for the service. For what users see at a given load, take the open loop.
    """
    _add(parser, is_open=False)


def _add(parser: argparse.ArgumentParser, *, is_open: bool) -> None:
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--url", metavar="URL", help="a service that runs: http://HOST:PORT, without TLS (default ports: 4318, gRPC 4317)")
    where.add_argument("--service", action="store_true", help="start one, default policy, that passes on to a backend which only counts")
    parser.add_argument("--workers", type=int, default=1, help="of the service that is started (default: %(default)s)")
    parser.add_argument("--protocol", choices=tuple(PORTS), default="http", help="default: %(default)s")
    parser.add_argument("--kind", choices=tuple(KINDS), default="otlp", help="what is sent: traces, log records, log lines … (default: %(default)s)")
    parser.add_argument("--items", type=int, default=200, help="records of a request (default: %(default)s)")
    parser.add_argument("--share", type=float, default=0.05, help="share of records with something to redact (default: %(default)s)")
    parser.add_argument("--duration", type=float, default=10.0, metavar="S", help="seconds (default: %(default)s)")
    parser.add_argument("--connections", type=int, default=32 if is_open else 8, metavar="N", help="default: %(default)s")
    parser.add_argument("--streams", type=int, default=_STREAMS, metavar="N", help="gRPC: requests at once on a connection (default: %(default)s)")
    parser.add_argument("--timeout", type=float, default=10.0, metavar="S", help="longest wait for an answer (default: %(default)s)")
    parser.add_argument("--pool-mib", type=int, default=16, metavar="N", help="distinct requests before any comes again (default: %(default)s MiB)")
    if is_open:
        parser.add_argument("--rate", type=float, required=True, metavar="R", help="requests due a second")
        parser.add_argument("--poisson", action="store_true", help="due at random, as from independent users, instead of evenly")
    else:
        parser.set_defaults(rate=0.0, poisson=False)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    kind = KINDS[chosen.kind]
    if chosen.protocol == "grpc" and not kind.grpc:
        raise LoadError(f"--kind {kind.name}: over HTTP only; over gRPC {', '.join(each.name for each in KINDS.values() if each.grpc)}")
    with tempfile.TemporaryDirectory(prefix="scrubjay-load-") as name:
        folder = Path(name)
        tell("making requests")
        write_requests(folder / "requests", kind.make(chosen.items, chosen.share, chosen.pool_mib * MIB))
        with _target(folder, chosen, kind) as target, companions(folder, "load.drive") as (client,):
            job = job_of(chosen, kind, target, folder / "requests")
            if target.serving is not None:
                measure(client, warm(job), "warming up", chosen.items)
            tell(f"{target.name}: {_words(chosen, kind)}")
            measured = measure(client, job, target.name, chosen.items, target.serving)
    title = f"{'Open' if chosen.rate else 'Closed'} loop: {_words(chosen, kind)}"
    write_outputs([measured], title, chosen, kind.item)
    return int(not measured.is_clean)


def job_of(chosen: argparse.Namespace, kind: Kind, target: Target, file: Path) -> Job:
    inflight = chosen.connections * (chosen.streams if chosen.protocol == "grpc" else 1)
    return Job(
        chosen.protocol,
        target.port,
        str(file),
        inflight=inflight,
        seconds=chosen.duration,
        signal=kind.signal,
        timeout=chosen.timeout,
        connections=chosen.connections,
        rate=chosen.rate,
        poisson=chosen.poisson,
        host=target.host,
        path=kind.path,
        content_type=kind.content_type,
    )


def warm(job: Job) -> Job:
    """The same, briefly, as a closed loop of few."""
    fields = {name: getattr(job, name) for name in ("transport", "port", "file", "signal", "timeout", "host", "path", "content_type")}
    return Job(**fields, seconds=_WARM_SECONDS)


@contextlib.contextmanager
def _target(folder: Path, chosen: argparse.Namespace, kind: Kind) -> Iterator[Target]:
    if chosen.url:
        yield target_of(chosen.url, chosen.protocol)
        return
    with contextlib.ExitStack() as stack:
        tell("starting the service")
        if kind.takes_lines:
            serving = stack.enter_context(scrubjay_of_lines(folder, workers=chosen.workers))
        else:
            (backend,) = stack.enter_context(companions(folder, "load.backend"))
            ports = backend.hear()
            serving = stack.enter_context(scrubjay(folder, passthrough(chosen.protocol, ports[chosen.protocol]), workers=chosen.workers))
        yield Target("scrubjay", "127.0.0.1", serving.port(chosen.protocol), serving)


def target_of(url: str, protocol: str) -> Target:
    """Raises ``LoadError`` unless it is ``http://HOST:PORT`` or ``HOST:PORT``."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme != "http" or not parts.hostname or parts.path.strip("/"):
            raise ValueError
        return Target(parts.netloc, parts.hostname, parts.port or PORTS[protocol])
    except ValueError:
        raise LoadError("--url: http://HOST:PORT, without TLS and without a path") from None


def _words(chosen: argparse.Namespace, kind: Kind) -> str:
    pace = f"{chosen.rate:g} requests a second{', Poisson' if chosen.poisson else ''}" if chosen.rate else "as fast as they are answered"
    return f"{chosen.items} {kind.item} a request ({kind.name}), {chosen.share:.0%} hit, over {chosen.protocol}, {pace}, {chosen.duration:g} s"
