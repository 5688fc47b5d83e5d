"""The README cannot drift: its commands are run, its files are loaded, its tables are made from the code.

A fence's info string is a language and one word more. ``console``: each line behind ``$`` is run by one shell in a folder that holds
the README's files, and what follows must be what is printed (white space aside; ``…`` stands for anything). ``console serving``: the
same beside a running service. ``console norun``: commands and make targets it names must exist, no more. ``yaml NAME``, ``json NAME``,
``python NAME``: a file of that name.

The tables are written by ``tests/readme_tables.py``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

import config.load
from config.load import LoadError, load_config, load_policy
from detectors.catalogue import CATALOGUE
from detectors.model import Detector
from service.redaction.actions import ACTIONS
from service.redaction.compilation import compile_plan
from service.redaction.pipeline import rewrite
from tests.detectors.scanning import check_examples
from tests.readme_tables import MODELS, README, commands, places, regenerated
from tests.service.redaction.otlp_requests import REQUESTS as MESSAGES
from tests.service.redaction.otlp_requests import as_json, filled, wire
from tests.service.redaction.planted import plan_of
from tests.service.running import running

ROOT = README.parent
ENVIRONMENT = {"BACKEND_TOKEN": "none", "SCRUBJAY_HASH_KEY": "an-example-key-for-the-readme"}
SERVED = "127.0.0.1:4318"


class Block(NamedTuple):
    """A fenced block: its language, the word behind that, and its text."""

    language: str
    word: str
    text: str
    line: int

    def __str__(self) -> str:
        return f"{self.language}-{self.word or 'run'}-line{self.line}"


def blocks() -> list[Block]:
    text = README.read_text(encoding="utf-8")
    return [
        Block(found[1], found[2], found[3], text.count("\n", 0, found.start()) + 1)
        for found in re.finditer(r"^```(\w+)[ ]?([\w.]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    ]


BLOCKS = blocks()
FILES = [block for block in BLOCKS if "." in block.word]


def test_the_generated_tables_are_current() -> None:
    assert (text := README.read_text(encoding="utf-8")) == regenerated(text), "run: python -m tests.readme_tables"


def test_the_table_of_actions_has_every_action() -> None:
    assert [model.model_fields["type"].default for model in MODELS] == [action.name for action in ACTIONS]


def test_the_table_of_places_names_what_reports_call_them_and_where_json_differs() -> None:
    plan = plan_of(metric_names="enforce")
    seen: dict[str, set[str]] = {"otlp_proto": set(), "otlp_json": set()}
    for signal, (codec, encode) in product(MESSAGES, (("otlp_proto", wire), ("otlp_json", as_json))):
        report = rewrite(f"{codec}:{signal}", encode(filled(signal, "to jo" + "@" + "example.com")), plan).report
        seen[codec] |= {place for _, _, place in report.findings}
    assert seen["otlp_proto"] == set(re.findall(r"^\| `(\w+)`", places(), re.MULTILINE))
    (exception,) = re.findall(r"There, (.*?) count as", README.read_text(encoding="utf-8"))
    assert set(re.findall(r"`(\w+)`", exception)) == {"resource", "scope", "exemplar"} - seen["otlp_json"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for block in FILES:
        (tmp_path / block.word).write_text(block.text, encoding="utf-8")
    return tmp_path


def steps(text: str) -> list[tuple[str, str]]:
    """Each command of a console block, and the output that is shown behind it."""
    return [(found[1], found[2]) for found in re.finditer(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)]


def run(block: Block, folder: Path, served: str = SERVED) -> None:
    """Runs the block's commands in one shell and compares what each prints."""
    border = "--- next ---"
    script = "\n".join(f"{command.replace(SERVED, served)}\necho '{border}'" for command, _ in steps(block.text))
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "NO_PROXY": "*", "no_proxy": "*"}
    done = subprocess.run(
        ["sh", "-eu", "-c", script],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    printed = done.stdout.split(f"{border}\n")
    for (command, shown), output in zip(steps(block.text), printed, strict=False):
        pattern = ".*?".join(re.escape(part) for part in squeezed(shown).split("…"))
        assert not shown or re.fullmatch(pattern, squeezed(output), re.DOTALL), f"{command}\nprints\n{output}"


def squeezed(text: str) -> str:
    """White space that depends on how wide a terminal is, taken out."""
    return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())


@pytest.mark.parametrize("block", [block for block in BLOCKS if block[:2] == ("console", "")], ids=str)
def test_commands_print_what_the_readme_shows(block: Block, folder: Path) -> None:
    run(block, folder)


@pytest.mark.parametrize("block", [block for block in BLOCKS if block[:2] == ("console", "serving")], ids=str)
def test_requests_are_answered_as_the_readme_shows(block: Block, folder: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("the example uses curl, which is not here")
    text = config.load.DEFAULT.read_text(encoding="utf-8").replace(SERVED, "127.0.0.1:0").replace("./scrubjay-data", str(folder / "scrubjay-data"))
    with running(folder, text) as service:
        run(block, folder, service.url.removeprefix("http://"))


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language == "console"], ids=str)
def test_every_command_and_target_named_exists(block: Block) -> None:
    known = {row.split("`")[1].split()[1] for row in commands().splitlines()[2:]}
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for command, _ in steps(block.text):
        assert set(re.findall(r"\bscrubjay (\w+)", command)) <= known
        assert set(re.findall(r"\bmake (\w+)", command)) <= targets
        assert all((ROOT / path).is_file() for path in re.findall(r"\btests/\S+\.py", command))


@pytest.mark.parametrize("block", [block for block in FILES if block.language == "yaml"], ids=str)
def test_configurations_and_policies_are_valid(block: Block, folder: Path) -> None:
    if "receivers" in yaml.safe_load(block.text):
        compile_plan(load_config(folder / block.word, ENVIRONMENT).config.policy)
    else:
        compile_plan(load_policy(str(folder / block.word), ENVIRONMENT))


def test_a_configuration_that_lacks_what_the_readme_sets_is_refused(folder: Path) -> None:
    with pytest.raises(LoadError, match="BACKEND_TOKEN"):
        load_config(folder / "scrubjay.yaml", {})


@pytest.mark.parametrize("block", [block for block in FILES if block.language == "python"], ids=str)
def test_the_detector_to_copy_loads_and_does_what_its_examples_say(block: Block) -> None:
    names: dict[str, object] = {}
    exec(compile(block.text, block.word, "exec"), names)
    detector = names["DETECTOR"]
    assert isinstance(detector, Detector)
    assert f"{detector.id}.py" == block.word
    assert detector.id not in {known.id for known in CATALOGUE}
    check_examples(detector)


def test_the_image_serves_a_valid_configuration_and_is_made_of_files_there_are() -> None:
    loaded = load_config(ROOT / "docker" / "scrubjay.yaml", {"SCRUBJAY_BACKEND": "http://collector:4318"})
    compile_plan(loaded.config.policy)
    recipe = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
    copied = [path for line in re.findall(r"^COPY (?!--from)(.*) \S+$", recipe, re.MULTILINE) for path in line.split()]
    assert {"service", "detectors", "config", "docker/scrubjay.yaml"} <= set(copied)
    assert all((ROOT / path).exists() for path in copied)


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    fences = README.read_text(encoding="utf-8").count("\n```") // 2
    known = {"console": {"", "serving", "norun"}}
    odd = [
        str(block)
        for block in BLOCKS
        if block.word not in known.get(block.language, {block.word}) or (block.language != "console" and "." not in block.word)
    ]
    assert odd == []
    assert fences == len(BLOCKS) + 1, "the picture of the data flow is the only block without a language"


def test_links_lead_somewhere() -> None:
    text = README.read_text(encoding="utf-8")
    headings = {re.sub(r"[^\w -]", "", head).strip().lower().replace(" ", "-") for head in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert target.startswith("https://") or target.removeprefix("#") in headings or (ROOT / target).exists(), target


def test_files_and_folders_named_exist() -> None:
    for path in re.findall(r"`((?:config|detectors|docker|service|load|tests)/[\w./]*)`", README.read_text(encoding="utf-8")):
        assert (ROOT / path).exists() or Path(path).name in {block.word for block in FILES}, path
