"""Every detector does what its examples say, the catalogue is the folder, and no anchor is a nuisance on ordinary traffic."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import detectors.catalogue
from config.prompt_catalogue import load_prompt_keys
from detectors.catalogue import CATALOGUE
from detectors.model import CLOSE, OPEN, Anchor, CatalogueError, Detector, Span
from detectors.prompt_field import prompt_detectors
from detectors.prompt_keys import PromptKeys
from detectors.scanner import Scanner
from load.corpus import MIB, Corpus, application_ndjson, logfmt, mixed_text, nginx, tracebacks
from load.plans import default_plan
from load.spans import logs_json, logs_proto, spans_json, spans_proto
from tests.detectors.scanning import scan

DETECTORS = (*CATALOGUE, *prompt_detectors(PromptKeys(*load_prompt_keys())))
FOLDER = Path(detectors.catalogue.__file__).parent
MARKED = re.compile(f"{OPEN}(.*?){CLOSE}", re.DOTALL)
HITS_PER_MIB = 50
EMAIL_SIGN = "@"
"""An e-mail address has no other literal; in protobuf an ``@`` is also the length of every string 64 bytes long."""


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
def test_exactly_the_marked_parts_of_the_examples_are_found(detector: Detector) -> None:
    for example in detector.finds:
        text, wanted = marked(example)
        assert wanted, example
        assert scan(detector, text) == wanted, example


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
def test_nothing_is_found_in_what_a_detector_says_it_ignores(detector: Detector) -> None:
    for example in detector.ignores:
        assert scan(detector, example) == [], example


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
def test_what_a_detector_finds_is_found_wherever_the_line_begins(detector: Detector) -> None:
    """An anchor or a verification that looks at the very start of a buffer must not depend on there being nothing before."""
    text, wanted = marked(detector.finds[0])
    for before in ("\n", "\t", " \n"):
        found = scan(detector, before + text)
        assert found == wanted, repr(before)


def test_the_catalogue_lists_every_file_of_the_folder_and_nothing_else() -> None:
    files = {path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_")}
    imported = set(re.findall(r"^    (\w+),$", (FOLDER / "__init__.py").read_text(), re.MULTILINE))
    listed = re.findall(r"^    (\w+)\.DETECTOR,$", (FOLDER / "__init__.py").read_text(), re.MULTILINE)
    assert imported == files
    assert sorted(listed) == sorted(files)
    assert len(CATALOGUE) == len(files)


def test_every_file_is_named_as_its_detector() -> None:
    for path in FOLDER.glob("*.py"):
        if not path.stem.startswith("_"):
            assert getattr(detectors.catalogue, path.stem).DETECTOR in CATALOGUE, path.name


def test_ids_are_unique() -> None:
    assert [name for name, count in Counter(detector.id for detector in DETECTORS).items() if count > 1] == []


def test_a_detector_without_finds_or_ignores_does_not_load() -> None:
    for missing in ("finds", "ignores"):
        with pytest.raises(CatalogueError, match=missing):
            _detector(**{missing: ()})


def test_an_example_that_marks_nothing_does_not_load() -> None:
    with pytest.raises(CatalogueError, match="marks nothing"):
        _detector(finds=("key=abc",))


def marked(example: str) -> tuple[str, list[str]]:
    """An example's text without its marks, and the parts between them, which may go over several lines."""
    return MARKED.sub(r"\1", example), MARKED.findall(example)


def _detector(finds: tuple[str, ...] = ("«x»",), ignores: tuple[str, ...] = ("y",)) -> Detector:
    return Detector(
        id="sample",
        entity="secret",
        kind="secret",
        anchors=(Anchor("x"),),
        verify=_nothing,
        finds=finds,
        ignores=ignores,
        reference="made up for this test",
    )


def _nothing(text: bytes, at: int) -> Span | None:
    del text, at
    return None


def test_no_anchor_is_wider_than_the_overlap_of_two_windows() -> None:
    """A wider one could lie across the border of two windows unseen."""
    for scanner in (default_plan().text, default_plan().json, default_plan().otlp_json, default_plan().protobuf):
        for anchor in scanner._anchors.patterns:
            assert not re.search(r"(?<!\\)[*+](?!\])", re.sub(r"\[(?:\\.|[^\]])*\]", "", anchor.pattern)), anchor


CLEAN: tuple[tuple[str, Callable[..., Corpus]], ...] = (
    ("text", logfmt),
    ("text", nginx),
    ("text", tracebacks),
    ("text", mixed_text),
    ("text", application_ndjson),
    ("json", application_ndjson),
    ("otlp_json", spans_json),
    ("otlp_json", logs_json),
    ("protobuf", spans_proto),
    ("protobuf", logs_proto),
)


@pytest.mark.parametrize(("format_", "generate"), CLEAN)
def test_no_anchor_fires_more_than_fifty_times_a_mebibyte_on_clean_traffic(format_: str, generate: Callable[..., Corpus]) -> None:
    scanner: Scanner = getattr(default_plan(), format_)
    corpus = generate(MIB, share=0.0)
    hits: Counter[int] = Counter()
    for payload in corpus.payloads:
        hits.update(pattern for _, pattern in scanner.candidates(payload))
    patterns = scanner._anchors.patterns
    chatty = {patterns[index].pattern: count for index, count in hits.items() if count * MIB > HITS_PER_MIB * corpus.size}
    assert {pattern: count for pattern, count in chatty.items() if EMAIL_SIGN not in pattern} == {}
