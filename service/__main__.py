"""The command line: ``scrubjay serve | pipe | explain | detectors | config … | queue …``.

Exit codes: 0 done, 2 wrong usage or configuration, 3 failed (1 is for findings, where a command looks for them). An error is one line on
standard error. No error shows a payload: an unexpected one is reported by its type and place alone.
"""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from config.load import Loaded, LoadError, load_config, load_policy
from config.load import show as show_config
from config.schema import Policy
from service import log
from service.archive_commands import scan, scrub
from service.errors import ConfigError, ScrubjayError
from service.import_commands import import_rules
from service.queue_commands import queue_app
from service.redaction.compilation import compile_plan
from service.redaction.pipeline import detect_format
from service.redaction.pipeline import explain as explain_text
from service.redaction.plan import Plan
from service.telemetry import described, release

DONE, WRONG_USAGE, FAILED, INTERRUPTED = 0, 2, 3, 130

app = typer.Typer(
    name="scrubjay",
    help="Takes secrets, personal data and LLM prompts out of logs and traces before anything is stored.",
    epilog="Try:  echo 'user=jo@example.com' | scrubjay pipe",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
config_app = typer.Typer(help="Look at a configuration file without serving it.", no_args_is_help=True)
app.add_typer(config_app, name="config")
policy_app = typer.Typer(help="Look at a policy by itself.", no_args_is_help=True)
app.add_typer(policy_app, name="policy")
app.add_typer(queue_app, name="queue")
app.command("import")(import_rules)
app.command()(scan)
app.command()(scrub)

PolicyOption = Annotated[str, typer.Option("--policy", metavar="NAME|PATH", help="A policy's name, or the path of a policy file.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
ConfigArgument = Annotated[Path | None, typer.Argument(metavar="FILE", help="Configuration file; without it, the default configuration.")]


class Format(StrEnum):
    """How `pipe` reads its input."""

    auto = "auto"
    text = "text"
    ndjson = "ndjson"
    json = "json"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"scrubjay {release()}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Without a command, says what there is."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(WRONG_USAGE)


@app.command()
def serve(
    config: Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Configuration file (YAML).")] = None,
) -> None:
    """Run the service.

    \b
    Without --config: OTLP/HTTP and POST /ingest on 127.0.0.1:4318, OTLP/gRPC on
    127.0.0.1:4317, redacted output as NDJSON files under ./scrubjay-data. Then point an
    application at it:
      OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 python app.py
      curl --data-binary @app.log http://127.0.0.1:4318/ingest
    Ctrl-C finishes open requests, flushes and exits. See also /metrics, /healthz, /readyz.
    """
    from service.supervisor import run  # takes a moment, which the other commands need not wait for

    loaded, plan = _load(config)

    def announce(urls: list[str]) -> None:
        typer.echo(f"scrubjay {release()} listens on {', '.join(urls)} (policy {plan.name}, plan {plan.hash})", err=True)

    try:
        run(loaded.config, plan, announce)
    except ConfigError as error:
        raise ConfigError(f"{loaded.file}: {error}") from None


@app.command()
def pipe(
    policy: PolicyOption = "default",
    format: Annotated[Format, typer.Option("--format", help="What the input is; auto looks at its beginning.")] = Format.auto,
) -> None:
    """Redact standard input to standard output.

    \b
    A filter like any other: each line goes out as soon as it has come in, and whatever is
    not redacted stays byte for byte.
      tail -f app.log | scrubjay pipe
      kubectl logs deploy/api | scrubjay pipe --policy strict.yaml > safe.log
      jq . request.json | scrubjay pipe --format json
    """
    from service.recognition.redaction import redacting
    from service.stream import redact_stream

    with redacting(_plan(policy)) as redaction:
        redact_stream(sys.stdin.fileno(), sys.stdout.fileno(), redaction, format.value)


@app.command()
def explain(
    text: Annotated[str, typer.Argument(metavar="[TEXT|-]", help="The text; - reads standard input and stays out of the history.")] = "-",
    policy: PolicyOption = "default",
    diff: Annotated[
        tuple[str, str] | None, typer.Option("--diff", metavar="A B", help="Compare two policies on a file, given instead of TEXT.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is found in a text, by which detector, why, and what it becomes.

    \b
    With --diff, what would change on a file if policy B took the place of policy A: numbers
    by detector and field, types, distinct values; no value is shown.
      scrubjay explain 'call me at +44 20 7946 0958'
      pbpaste | scrubjay explain -
      scrubjay explain --diff default strict app.log.gz
    """
    from service import console
    from service.recognition.redaction import redacting

    if diff is not None:
        from service.diff_commands import print_difference

        print_difference(_plan(diff[0]), _plan(diff[1]), text, as_json=as_json)
        return
    if text == "-" and sys.stdin.isatty():
        typer.echo("reading standard input; end it with Ctrl-D", err=True)
    payload = sys.stdin.buffer.read() if text == "-" else os.fsencode(text)
    plan = _plan(policy)
    found = explain_text(payload, plan)
    with redacting(plan) as redaction:
        result = redaction.rewrite(detect_format(payload), payload).payload.decode("utf-8", "replace")
    if as_json:
        console.print_json({"findings": console.explained_rows(found), "result": result})
    else:
        console.print_explained(found, result)


@app.command()
def detectors(as_json: JsonOption = False) -> None:
    """List the detectors: what each finds, and whether it is on by default.

    \b
    The ids, entities and kinds are what a policy's rules go by. --json adds examples.
    Those of installed packages (entry points of the group scrubjay.detectors) are listed, too.
    """
    from detectors.catalogue import CATALOGUE
    from detectors.plugins import PluginError, load_plugins
    from service import console

    try:
        plugins = load_plugins(detector.id for detector in CATALOGUE)
    except PluginError as error:
        raise ConfigError(str(error)) from None
    every = (*CATALOGUE, *(detector for plugin in plugins for detector in plugin.detectors))
    if as_json:
        console.print_json(console.detector_rows(every))
    else:
        console.print_detectors(every)


@config_app.command()
def check(file: ConfigArgument = None) -> None:
    """Check a configuration file and its policy; nothing is started.

    \b
    Prints one line: "ok" with the plan's hash, or file, key and what is allowed (exit code 2).
    The policy's tests are run, and patterns of your own that slow everything are named.
    """
    from service.policy_check import examine  # takes a moment, which the other commands need not wait for

    loaded, plan = _load(file)
    examine(loaded.config.policy, plan, _policy_prefix(loaded))
    typer.echo(f"{loaded.file}: ok, policy {plan.name}, plan {plan.hash}")


@policy_app.command("check")
def check_policy_file(policy: Annotated[str, typer.Argument(metavar="NAME|PATH", help="A policy's name, or the path of a policy file.")]) -> None:
    """Check a policy by itself: its patterns' examples, its tests, and what its patterns cost.

    \b
      scrubjay policy check ./policy.yaml
    """
    from service.policy_check import examine

    loaded = load_policy(policy, os.environ)
    plan = _compiled(loaded, f"{policy}: ")
    examine(loaded, plan, f"{policy}: ")
    typer.echo(f"{policy}: ok, policy {plan.name}, plan {plan.hash}, {_count(loaded.tests, 'test')}, {_count(loaded.patterns, 'pattern')}")


@config_app.command()
def show(file: ConfigArgument = None) -> None:
    """Print the effective configuration, defaults and policy included; secrets are not printed."""
    loaded, _plan = _load(file)
    typer.echo(show_config(loaded), nl=False)


def _load(file: Path | None) -> tuple[Loaded, Plan]:
    loaded = load_config(file, os.environ)
    for signal, pipeline in loaded.config.service.pipelines.by_signal().items():
        if pipeline.shadow is not None:
            _compiled(pipeline.shadow.policy, f"{loaded.file}: service.pipelines.{signal}.shadow.policy.")
    return loaded, _compiled(loaded.config.policy, _policy_prefix(loaded))


def _policy_prefix(loaded: Loaded) -> str:
    """What an error about the policy begins with: its file, and its key in it."""
    return f"{loaded.policy_file}: {'policy.' if loaded.policy_file == loaded.file else ''}"


def _count(items: tuple[object, ...], word: str) -> str:
    return f"{len(items)} {word}{'' if len(items) == 1 else 's'}"


def _plan(name_or_path: str) -> Plan:
    return _compiled(load_policy(name_or_path, os.environ), f"{name_or_path}: ")


def _compiled(policy: Policy, where: str) -> Plan:
    try:
        plan = compile_plan(policy)
        if policy.ner is not None:
            from service.recognition.redaction import check_installed  # as above

            check_installed(plan)
        return plan
    except ConfigError as error:
        raise ConfigError(f"{where}{error}") from None


def run_command(arguments: list[str]) -> int:
    """Runs one command line and returns its exit code."""
    try:
        code = app(arguments, prog_name="scrubjay", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else DONE
    except (ConfigError, LoadError) as error:
        return _fail(str(error), WRONG_USAGE)
    except ScrubjayError as error:
        return _fail(str(error), FAILED)
    except SystemExit as end:  # typer's answer to a broken pipe, which to us is no failure: whoever reads has enough
        _abandon_stdout()
        return DONE if isinstance(end.__context__, BrokenPipeError) else FAILED
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except OSError as error:
        return _fail(error.strerror or type(error).__name__, FAILED)
    except Exception as error:  # its text may quote the payload, and a traceback would print it
        usage = getattr(error, "format_message", None)  # typer's own errors, which have no public class of their own
        return _fail(str(usage()).replace("Value error, ", ""), WRONG_USAGE) if usage is not None else _fail(described(error), FAILED)


def _fail(text: str, code: int) -> int:
    typer.echo("scrubjay: " + " ".join(text.split()), err=True)
    return code


def _abandon_stdout() -> None:
    """Keeps the interpreter from complaining, at exit, that it could not flush."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> None:
    """Entry point of the ``scrubjay`` command."""
    log.set_up()
    sys.exit(run_command(sys.argv[1:]))


if __name__ == "__main__":
    main()
