"""The repository is laid out as it says: folders, floors, registries that are their folder, and no name that says nothing."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import service.redaction.actions
import service.redaction.codecs
from service.redaction.actions import ACTIONS
from service.redaction.codecs import CODECS

ROOT = Path(__file__).parent.parent
PACKAGES = ("service", "detectors", "config")
FOLDERS = {"service", "detectors", "config", "tests", "load", "docker"}
SOURCES = sorted(path for name in (*PACKAGES, "tests", "load") for path in (ROOT / name).rglob("*.py"))
MODULE_LINES, FUNCTION_LINES = 300, 40
NO_NAMES = re.compile(r"(?:^|_)(?:utils?|helpers?|managers?|base|common|misc|v2)(?:_|$)")
PURE = ("service/redaction", "detectors", "config")
TOUCHES_THE_WORLD = re.compile(r"\b(?:socket|asyncio|aiohttp|fastapi|starlette|uvicorn|requests|prometheus_client|subprocess|threading\.Timer)\b")
TABLES = {"detectors/catalogue/__init__.py", "service/redaction/codecs/otlp_schema.py"}
"""Lists of one line each may be as long as what they list."""
FLAT = {"service/redaction/codecs/otlp_proto.py:_container"}
"""Written out flat, as its loop runs once for every record there is."""


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a checkout")
    return listed.stdout.splitlines()


def test_the_top_level_is_what_the_design_says() -> None:
    assert {name.split("/")[0] for name in tracked() if "/" in name and not name.startswith(".")} <= FOLDERS


def test_every_folder_of_tests_and_of_code_is_a_package() -> None:
    for path in SOURCES:
        assert (path.parent / "__init__.py").exists(), path.relative_to(ROOT)


def test_tests_mirror_the_code() -> None:
    for path in (ROOT / "tests").rglob("__init__.py"):
        folder = path.parent.relative_to(ROOT / "tests")
        assert (ROOT / folder).is_dir() or folder == Path("interop"), folder  # the whole of it, between real clients and backends


def test_no_name_says_nothing() -> None:
    assert [str(path.relative_to(ROOT)) for path in SOURCES if NO_NAMES.search(path.stem)] == []


def test_the_lists_of_actions_and_codecs_are_their_folders() -> None:
    actions = {path.stem for path in Path(service.redaction.actions.__file__).parent.glob("*.py")} - {"__init__", "match"}
    assert {action.name for action in ACTIONS} == actions
    assert {codec.name.split(":")[0] for codec in CODECS} == {"text", "ndjson", "json", "otlp_proto", "otlp_json"}
    files = {path.stem for path in Path(service.redaction.codecs.__file__).parent.glob("*.py")}
    assert {codec.name.split(":")[0] for codec in CODECS} <= files


def test_the_pure_core_touches_no_socket_loop_or_metrics() -> None:
    for folder in PURE:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert not any(TOUCHES_THE_WORLD.search(name) for name in names), path.relative_to(ROOT)


def test_the_import_contracts_hold() -> None:
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())",
            "--no-cache",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-500:]


def test_modules_stay_below_the_size_at_which_they_want_splitting() -> None:
    long = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in SOURCES}
    assert {name: lines for name, lines in long.items() if lines > MODULE_LINES and name not in TABLES and not name.startswith("tests/")} == {}


def test_functions_stay_below_the_length_at_which_they_want_splitting() -> None:
    long = []
    for path in SOURCES:
        if path.is_relative_to(ROOT / "tests"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and _lines(node) > FUNCTION_LINES:
                long.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert set(long) - FLAT == set()


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many lines a function has, its docstring left out."""
    first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node
    return (node.end_lineno or 0) - first.lineno + 1


def test_every_module_says_what_it_is_for() -> None:
    for path in SOURCES:
        if path.name != "__init__.py" and not path.is_relative_to(ROOT / "tests"):
            assert ast.get_docstring(ast.parse(path.read_text())), path.relative_to(ROOT)


def test_every_ignore_has_its_reason() -> None:
    for path in SOURCES:
        for line in path.read_text().splitlines():
            ignored = re.search(r"# (?:type: ignore|noqa)(?:\[[\w\-, ]+\]|: [A-Z0-9, ]+)?(.*)$", line)
            if ignored and path != Path(__file__):
                assert re.match(r"[\s#-]*\w", ignored.group(1)), f"{path.relative_to(ROOT)}: {line.strip()}"


def test_nothing_is_left_to_do() -> None:
    words = re.compile(r"\b(?:TO" + "DO|FIX" + "ME|XX" + r"X)\b")
    assert [str(path.relative_to(ROOT)) for path in SOURCES if words.search(path.read_text())] == []


def test_no_secret_that_a_scanner_would_find_is_in_the_repository() -> None:
    shapes = re.compile(
        r"\b(?:sk-(?:proj|ant|or)-(?=[\w-]{0,20}\d)[\w-]{20,}|ghp_\w{30,}|AKIA[A-Z0-9]{16}|xox[bp]-\d{8,}-\w{8,}|-----BEGIN [A-Z ]*PRIVATE"
        + r" KEY-----)"
    )
    assert [str(path.relative_to(ROOT)) for path in SOURCES if shapes.search(path.read_text())] == []
