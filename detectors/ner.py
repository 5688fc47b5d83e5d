"""Named-entity recognition by spaCy and Presidio: the only module that imports either, and only once a :class:`Recognizer` is built.

Contract: texts in, findings out, in byte offsets into each text. Nothing is downloaded, no file or address is opened but the installed
model and the recognizer files named. Nothing of a text is kept: each batch has a memory zone of its own, so the model's vocabulary does
not grow with what it has seen (presidio#2033, explosion/spaCy#10497).

Of the model only what recognition needs is loaded. ``PERSON``, ``LOCATION``, ``NRP``, ``ORGANIZATION`` and ``DATE_TIME`` are the model's; any other
entity is found by Presidio's pattern recognizers, or by those of the files given, without their context words (which need lemmas).
A model trained on news takes much in a log line for a person; what can't be a name is dropped (see ``detectors.name_shape``).
"""

from __future__ import annotations

import importlib.util
import logging
import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from detectors.characters import byte_spans, decoded
from detectors.model import Finding
from detectors.name_shape import introduced, name_spans, repeated
from detectors.recognised import ner_id

_LABELS = {
    "PERSON": "PERSON",
    "PER": "PERSON",
    "GPE": "LOCATION",
    "LOC": "LOCATION",
    "FAC": "LOCATION",
    "NORP": "NRP",
    "ORG": "ORGANIZATION",
    "DATE": "DATE_TIME",
    "TIME": "DATE_TIME",
}
"""spaCy's label → Presidio's entity (presidio-analyzer, ``NerModelConfiguration``)."""
_MODELS_OWN = frozenset(_LABELS.values())
_UNNEEDED = ["parser", "tagger", "lemmatizer", "attribute_ruler", "senter", "morphologizer"]
_SCORE = 0.85
"""What Presidio gives to everything spaCy finds."""
_BATCH = 64
_SURROGATES = dict.fromkeys(range(56448, 56576), "?")
_REMEDY = "install scrubjay with the extra `ner`"


class NerUnavailable(Exception):
    """Recognition can't be had as it is set up; one line that names the setting and the remedy."""


class NerSettings(NamedTuple):
    """What to recognise, and with what; it can be sent to another process."""

    model: str
    language: str
    entities: tuple[str, ...]
    recognizers: tuple[str, ...] = ()
    score: float = 0.5


def check(settings: NerSettings) -> None:
    """Raises :class:`NerUnavailable` where a package, the model or a file is missing; loads nothing."""
    for package in ("spacy", "presidio_analyzer"):
        if importlib.util.find_spec(package) is None:
            raise NerUnavailable(f"policy.ner: the package {package} is not installed; {_REMEDY}")
    if importlib.util.find_spec(settings.model.partition(".")[0]) is None and not os.path.isdir(settings.model):
        raise NerUnavailable(f"policy.ner.model: {settings.model!r} is not installed; install it as a package, or {_REMEDY} for the default one")
    for path in settings.recognizers:
        if not os.path.isfile(path):
            raise NerUnavailable(f"policy.ner.recognizers: there is no file {path!r}")


class Recognizer:
    """A loaded model. Building one takes about two seconds and 200 MB; not for use by several threads at once."""

    def __init__(self, settings: NerSettings) -> None:
        check(settings)
        import spacy

        self._settings = settings
        self._wanted = frozenset(settings.entities)
        try:
            self._nlp: Any = spacy.load(settings.model, exclude=_UNNEEDED)
        except (OSError, ValueError) as error:
            raise NerUnavailable(f"policy.ner.model: {settings.model!r} can't be loaded ({type(error).__name__}); {_REMEDY}") from None
        named = self._wanted - _MODELS_OWN
        self._patterns: list[Any] = list(_pattern_recognizers(settings, named)) if named or settings.recognizers else []
        missing = named - {entity for recognizer in self._patterns for entity in recognizer.supported_entities}
        if missing:
            raise NerUnavailable(f"policy.ner.entities: no recognizer knows {', '.join(sorted(missing))}; name a file of recognizers that does")

    def find(self, texts: Sequence[bytes]) -> list[list[Finding]]:
        """The findings in each text, ascending; those of one entity are disjoint."""
        characters = [decoded(text) for text in texts]
        clean = [text if text.isascii() else text.translate(_SURROGATES) for text in characters]
        by_model = self._by_model(clean) if self._wanted & _MODELS_OWN else [[] for _ in clean]
        out = []
        for original, text, entities in zip(characters, clean, by_model, strict=True):
            found = [*entities, *self._by_pattern(text)]
            out.append(sorted(finding for entity in {entry[2] for entry in found} for finding in _findings(original, entity, found)))
        return out

    def _by_model(self, texts: list[str]) -> list[list[tuple[int, int, str, float]]]:
        out = []
        with self._nlp.memory_zone():  # no Doc may be kept behind it
            for doc in self._nlp.pipe(texts, batch_size=_BATCH):
                found: list[tuple[int, int, str, float]] = []
                for entity in doc.ents:
                    name: str = _LABELS.get(str(entity.label_), "")
                    if name in self._wanted and name != "PERSON":
                        found.append((entity.start_char, entity.end_char, name, _SCORE))
                if "PERSON" in self._wanted:
                    people = [
                        span
                        for entity in doc.ents
                        if _LABELS.get(entity.label_) == "PERSON"
                        for span in name_spans(doc.text, entity.start_char, entity.end_char)
                    ]
                    people += introduced(doc.text)
                    people += repeated(doc.text, people)
                    found += [(start, end, "PERSON", _SCORE) for start, end in people]
                out.append(found)
        return out

    def _by_pattern(self, text: str) -> Iterator[tuple[int, int, str, float]]:
        for recognizer in self._patterns:
            entities = [entity for entity in recognizer.supported_entities if entity in self._wanted]
            for result in recognizer.analyze(text, entities, None) or ():
                if result.score >= self._settings.score:
                    yield result.start, result.end, result.entity_type, result.score


def _findings(text: str, entity: str, found: list[tuple[int, int, str, float]]) -> list[Finding]:
    """The findings of one entity, overlapping ones merged, in byte offsets."""
    spans: list[tuple[int, int]] = []
    scores: list[float] = []
    for start, end, _, score in sorted(entry for entry in found if entry[2] == entity):
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
            scores[-1] = max(score, scores[-1])
        elif start < end:
            spans.append((start, end))
            scores.append(score)
    places = byte_spans(text, spans)
    return [Finding(start, end, ner_id(entity), entity.lower(), score) for (start, end), score in zip(places, scores, strict=True)]


def _keep_suffixes_offline() -> None:
    """Presidio's e-mail recognizer asks tldextract, which would fetch the list of suffixes at the first address and write it to the home."""
    from tldextract import TLDExtract, tldextract

    tldextract.TLD_EXTRACTOR = TLDExtract(suffix_list_urls=(), cache_dir=None)  # the list that comes with the package


def _pattern_recognizers(settings: NerSettings, named: frozenset[str]) -> Iterator[Any]:
    """Presidio's recognizers for the entities ``named``, and those of the files."""
    _keep_suffixes_offline()
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    from presidio_analyzer import RecognizerRegistry

    registry: Any = RecognizerRegistry(supported_languages=[settings.language])
    if named:
        registry.load_predefined_recognizers(languages=[settings.language])
    for path in settings.recognizers:
        try:
            registry.add_recognizers_from_yaml(path)
        except Exception as error:  # whatever Presidio makes of a file that is none of its own
            raise NerUnavailable(f"policy.ner.recognizers: {path!r} is no file of Presidio recognizers ({type(error).__name__})") from None
    for recognizer in registry.recognizers:
        if recognizer.name not in ("SpacyRecognizer", "StanzaRecognizer") and not frozenset(settings.entities).isdisjoint(
            recognizer.supported_entities
        ):
            yield recognizer
