"""What is told of one file: for the summary, the reports and the manifest. It holds no value."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from service.archive.files import Source
from service.archive.manifest import Row
from service.archive.notes import Notes


@dataclass
class Told:
    """What came of one file. ``state``: ``redacted``, ``clean``, ``binary``, ``link``, ``failed``; ``again``: done by an earlier run."""

    path: str
    name: str
    state: str
    size: int = 0
    form: str = ""
    container: str = ""
    content: int = 0
    reason: str = ""
    text: str = ""
    again: bool = False
    findings: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    unprocessable: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[str, str, str]] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)

    def as_data(self) -> dict[str, object]:
        """As the manifest keeps it, which has no row for a file with failures."""
        findings = [[*key, count] for key, count in sorted(self.findings.items())]
        return {
            "form": self.form,
            "container": self.container,
            "content": self.content,
            "findings": findings,
            "unprocessable": dict(sorted(self.unprocessable.items())),
            "notes": self.notes.as_data(),
        }


def told_again(source: Source, row: Row) -> Told:
    """What an earlier run told of the file."""
    told = Told(source.path, source.name, row.state, source.size, again=True)
    data = row.told
    told.form, told.container, told.content = data["form"], data["container"], data["content"]
    for detector, action, place, count in data["findings"]:
        told.findings[detector, action, place] = count
    told.unprocessable.update(data["unprocessable"])
    told.notes = Notes.of_data(data["notes"])
    return told
