"""``python -m load.drivers COMMAND``: load for a whole service, and what it does to it. ``COMMAND --help`` says more about each."""

from __future__ import annotations

import argparse
import inspect
import signal
import sys
from collections.abc import Callable, Sequence

from load.drivers import compare, loops, scale, soak
from load.drivers.reporting import add_outputs
from load.processes import LoadError

_EXAMPLES = """examples:
  python -m load.drivers open --service --rate 200 --duration 20 --plot open.svg
  python -m load.drivers open --url http://127.0.0.1:4318 --kind ndjson --rate 50 --poisson
  python -m load.drivers closed --service --protocol grpc --connections 4

Exit code 0 if everything was acknowledged (and goals, where there are any, are met), 1 if not, 2 for wrong usage, 130 when interrupted."""


COMMANDS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "open": loops.add_open,
    "closed": loops.add_closed,
    "compare": compare.add_to,
    "scale": scale.add_to,
    "soak": soak.add_to,
}
"""What adds a command's arguments says in its docstring what the command does."""


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m load.drivers", description=__doc__, epilog=_EXAMPLES, formatter_class=raw)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, add_to in COMMANDS.items():
        said = inspect.cleandoc(add_to.__doc__ or "")
        command = commands.add_parser(name, help=said.partition("\n")[0], description=said, formatter_class=raw)
        add_to(command)
        add_outputs(command)
    return parser


def _end(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _end)  # as an exception, so that what was started is ended
    try:
        code: int = chosen.run(chosen)
    except LoadError as error:
        print(f"{chosen.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{chosen.command}: interrupted", file=sys.stderr)
        return 128 + signal.SIGINT
    return code


if __name__ == "__main__":
    sys.exit(main())
