"""The demo from end to end; see the package's own text for what it promises."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

from load.demo import checks, log_file, records
from load.demo.errors import DemoError
from load.demo.planted import Planted, plant
from load.demo.running_service import RunningService, pipe, running_service
from load.demo.screen import Screen
from load.demo.stub_model import Outside, outside

SIGNALS = ("traces", "logs", "metrics")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make demo", description="Run a chat application and a log file through Scrubjay.")
    parser.add_argument("--seed", type=int, default=20260203, help="of all made-up values (default: %(default)s)")
    seed: int = parser.parse_args().seed
    signal.signal(signal.SIGTERM, on_terminate)
    clean_environment()
    try:
        with tempfile.TemporaryDirectory(prefix="scrubjay-demo-") as folder:
            run(Path(folder), seed)
    except DemoError as error:
        print(f"demo failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def on_terminate(number: int, frame: FrameType | None) -> None:
    """Leave through the context managers, which stop the service and remove the files."""
    raise SystemExit(128 + number)


def clean_environment() -> None:
    """The run depends on no setting of the caller's shell, reaches nothing but loopback, and captures message content."""
    for name in [name for name in os.environ if name.startswith(("OTEL_", "OPENAI_", "TRACELOOP_", "SCRUBJAY_"))]:
        del os.environ[name]
    os.environ |= {"NO_PROXY": "*", "no_proxy": "*", "TRACELOOP_TELEMETRY": "false", "TRACELOOP_TRACE_CONTENT": "true"}


def run(folder: Path, seed: int) -> None:
    started = time.monotonic()
    planted = plant(seed)
    screen = Screen(planted)
    log = log_file.fill(planted)
    screen.say("Scrubjay: a chat application and a log file, before and after", "bold")
    screen.say(f"Every name, number, key and prompt below is made up (seed {seed}).")
    with outside(planted) as world:
        with running_service(folder) as service:
            run_chat(planted, world, service, seed)
            ingested = [service.ingest(log.content, "text/plain"), service.ingest(log.json_lines, "application/x-ndjson")]
            metrics = service.get("/metrics")
        piped, said = pipe(log.content)
        before = {name: b"\n".join(bodies) for name, bodies in world.received.items()} | {"the log file": log.content}
        checks.everything_was_sent(before, planted)
        pairs = compare_telemetry(world, service)
    show_telemetry(screen, pairs)
    printed = show_log(screen, log, piped)
    screen.metrics(metrics.decode())

    places = service.written() | {"/metrics": metrics, "the answers of /ingest": b"\n".join(ingested)}
    checks.nothing_came_through(places | {"scrubjay pipe": piped, "scrubjay pipe's messages": said}, planted)
    kept = checks.the_rest_was_kept(pairs)
    checks.clean_lines_arrived(service.written(), log)
    same = checks.clean_lines_are_the_same(log.entries, printed, log.clean)

    screen.heading("Checked")
    secrets, size = len(list(planted.items())), sum(map(len, service.written().values()))
    screen.say(f"  {secrets} secrets, personal data and prompts went in. No piece of any is in the {size:,} bytes that the")
    screen.say("  service wrote, in its log, its metrics, its answers or the output of scrubjay pipe.")
    screen.say(f"  {len(pairs)} spans, log records and metrics went in and came out. {kept} ids, times, models and token")
    screen.say(f"  counts and {same} log lines with nothing to hide are as they were.")
    screen.say(f"  Done in {time.monotonic() - started:.1f} s.")


def run_chat(planted: Planted, world: Outside, service: RunningService, seed: int) -> None:
    # Imported late: the instrumentation reads its settings from the environment when it is imported.
    from load.demo.chat import ChatApplication
    from load.demo.instrumentation import telemetry

    with telemetry((world.url, service.url), seed) as signals:
        ChatApplication(signals, world.url, planted).serve_all()


def compare_telemetry(world: Outside, service: RunningService) -> list[records.Pair]:
    files = service.written().values()
    pairs = []
    for name in SIGNALS:
        pairs += records.pair(name, records.sent(name, world.received[name]), records.written(name, files))
    return pairs


def show_telemetry(screen: Screen, pairs: list[records.Pair]) -> None:
    for name in SIGNALS:
        chosen = [pair for pair in pairs if pair.signal == name]
        screen.heading(f"OTLP {name}: {len(chosen)} records, the fields that changed")
        screen.records(chosen)


def show_log(screen: Screen, log: log_file.LogFile, piped: bytes) -> list[str]:
    """Shows the entries that changed; returns all that were printed."""
    printed = piped.decode(errors="replace").splitlines()
    screen.heading("A log file through `scrubjay pipe`: the entries that changed")
    numbered = enumerate(zip(log.entries, printed, strict=False), 1)
    screen.comparison("entry", [(str(number), old, new) for number, (old, new) in numbered if old != new])
    return printed


if __name__ == "__main__":
    sys.exit(main())
