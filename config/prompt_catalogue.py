"""The catalogue of prompt keys and the list of look-alikes to keep, as rows."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

_HERE = Path(__file__).parent
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Rows = tuple[dict[str, str], ...]


@cache
def load_prompt_keys() -> tuple[Rows, Rows]:
    """``(rows of prompt_keys.yaml, rows of prompt_keep_keys.yaml)``; both ship with the package."""
    return _rows("prompt_keys.yaml"), _rows("prompt_keep_keys.yaml")


def _rows(name: str) -> Rows:
    return tuple(yaml.load((_HERE / name).read_bytes(), Loader=_LOADER))  # noqa: S506  # a safe loader either way
