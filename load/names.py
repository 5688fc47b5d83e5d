"""How well people are found in free text, and how fast: recognition as Scrubjay does it beside plain Presidio with the same model.

    python -m load.names [CORPORA]

Two sets: labelled texts (``pii_text.jsonl.gz`` of a folder of corpora) and the log lines of ``load.names_lines``. Recall and precision go by
overlap: a name counts as found when a finding overlaps it, a finding as right when it overlaps a name. ``exact`` is the share of names found
with exactly their borders. Times are CPU time of one process.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from config.recognition import Ner
from detectors.ner import NerSettings, Recognizer
from load.names_lines import rows

Spans = list[tuple[int, int]]
Row = tuple[str, Spans]
MODEL = Ner().model
BATCH = 64


class Score(NamedTuple):
    names: int
    recall: float
    exact: float
    precision: float
    false: int


def score(labelled: Sequence[Row], found: Sequence[Spans]) -> Score:
    """How the findings compare with the labels."""
    hit = exact = right = wrong = names = 0
    for (_, wanted), spans in zip(labelled, found, strict=True):
        names += len(wanted)
        hit += sum(_meets(span, spans) for span in wanted)
        exact += sum(span in spans for span in wanted)
        right += sum(_meets(span, wanted) for span in spans)
        wrong += sum(not _meets(span, wanted) for span in spans)
    return Score(names, hit / max(1, names), exact / max(1, names), right / max(1, right + wrong), wrong)


def _meets(span: tuple[int, int], others: Spans) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def ours(batch: int) -> Callable[[list[str]], list[Spans]]:
    """Scrubjay's recogniser, ``batch`` texts at a time."""
    recognizer = Recognizer(NerSettings(MODEL, "en", ("PERSON",)))

    def find(texts: list[str]) -> list[Spans]:
        found: list[Spans] = []
        for at in range(0, len(texts), batch):
            raw = [text.encode() for text in texts[at : at + batch]]
            for text, findings in zip(raw, recognizer.find(raw), strict=True):
                found.append([(len(text[: one.start].decode()), len(text[: one.end].decode())) for one in findings])
        return found

    return find


def presidio() -> Callable[[list[str]], list[Spans]]:
    """Presidio's ``AnalyzerEngine`` as its documentation sets it up, with the same model, a text at a time."""
    os.environ["TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS"] = ""
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    configuration = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": MODEL}]}
    engine: Any = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=configuration).create_engine(), supported_languages=["en"])

    def find(texts: list[str]) -> list[Spans]:
        return [[(one.start, one.end) for one in engine.analyze(text, language="en", entities=["PERSON"])] for text in texts]

    return find


def labelled(corpora: Path) -> list[Row]:
    """The labelled texts of a folder of corpora."""
    with gzip.open(corpora / "pii_text.jsonl.gz", "rt", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    return [(row["text"], [(start, end) for start, end, label in row["spans"] if label == "PERSON"]) for row in lines]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Recall, precision and speed of people in free text.")
    parser.add_argument("corpora", nargs="?", type=Path, help="folder with pii_text.jsonl.gz")
    options = parser.parse_args(arguments)
    sets = {"log lines": rows()}
    if options.corpora is not None:
        sets["pii_text"] = labelled(options.corpora)
    finders = {"scrubjay, batched": ours(BATCH), "scrubjay, singly": ours(1), "plain presidio": presidio()}
    print(f"{'set':<10} {'with':<18} {'rows':>5} {'names':>5} {'recall':>7} {'exact':>7} {'precision':>9} {'false':>5} {'ms/row':>7} {'rows/s':>7}")
    for name, wanted in sets.items():
        texts = [text for text, _ in wanted]
        for kind, find in finders.items():
            find(texts[:BATCH])  # what is loaded at the first text is loaded
            began = time.process_time()
            found = find(texts)
            seconds = time.process_time() - began
            one = score(wanted, found)
            print(
                f"{name:<10} {kind:<18} {len(wanted):>5} {one.names:>5} {one.recall:>7.3f} {one.exact:>7.3f} {one.precision:>9.3f} {one.false:>5}"
                f" {1000 * seconds / len(wanted):>7.2f} {len(wanted) / seconds:>7.0f}"
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
