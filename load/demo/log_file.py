"""The bundled log file: a template of realistic lines, filled with this run's planted values."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from load.demo.planted import Planted

TEMPLATE = Path(__file__).with_name("sample.log.template")


class LogFile(NamedTuple):
    """``entries`` are the template's lines, filled (a private key makes an entry of several lines); ``clean`` had nothing to fill."""

    entries: list[str]
    clean: list[bool]

    @property
    def content(self) -> bytes:
        return "".join(f"{entry}\n" for entry in self.entries).encode()

    @property
    def json_lines(self) -> bytes:
        return "".join(f"{entry}\n" for entry in self.entries if entry.startswith("{")).encode()


def fill(planted: Planted) -> LogFile:
    values = dict(planted.items()) | {"email_urlencoded": quote(planted.email, safe="")}
    placeholder = re.compile(r"\{(" + "|".join(values) + r")\}")
    lines = TEMPLATE.read_text(encoding="utf-8").splitlines()
    return LogFile([placeholder.sub(lambda found: values[found[1]], line) for line in lines], [not placeholder.search(line) for line in lines])
