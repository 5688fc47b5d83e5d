"""The building blocks of every configuration model: frozen, nothing unknown accepted, sizes and durations with their units."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

_SIZE = re.compile(r"([0-9]{1,12})[ ]?(B|KiB|MiB|GiB|KB|MB|GB)?")
_SIZE_UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "KB": 10**3, "MB": 10**6, "GB": 10**9}
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)[ ]?(ms|s|m|h)")
_DURATION_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


class Model(BaseModel):
    """What the operator wrote: data that can't change, and in which an unknown key is an error. Errors never quote the value."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _knows_every_key(cls, data: Any) -> Any:
        """Says which keys there are, where pydantic's own error would only say that one is too many."""
        if isinstance(data, Mapping):
            for key in data:
                if key not in cls.model_fields:
                    allowed = [name for name, field in cls.model_fields.items() if not field.exclude]
                    expected = "one of " + ", ".join(allowed) if allowed else "no settings at all"
                    raise PydanticCustomError("unknown_key", "{expected}", {"key": str(key), "expected": expected})
        return data


def parse_size(value: Any) -> int:
    """Bytes of ``"16MiB"``, ``"1GB"`` or a plain number."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("a size such as 512KiB, 16MiB or 1GiB")
    return int(found[1]) * _SIZE_UNITS[found[2] or "B"]


def show_size(value: int) -> str:
    """The shortest exact way to write a size: ``16777216`` is ``16MiB``."""
    for unit in ("GiB", "MiB", "KiB"):
        if value and value % _SIZE_UNITS[unit] == 0:
            return f"{value // _SIZE_UNITS[unit]}{unit}"
    return f"{value}B"


def parse_duration(value: Any) -> float:
    """Seconds of ``"30s"``, ``"500ms"``, ``"5m"`` or ``"1h"``; as in the Collector, a bare number has no unit and is refused."""
    if isinstance(value, float):
        return value
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("a duration such as 500ms, 30s or 5m")
    return float(found[1]) * _DURATION_UNITS[found[2]]


def show_duration(value: float) -> str:
    """``30.0`` is ``30s``, ``0.5`` is ``500ms``."""
    return f"{value:g}s" if value == int(value) else f"{value * 1000:g}ms"


Size = Annotated[
    int,
    BeforeValidator(parse_size),
    PlainSerializer(show_size, return_type=str),
    WithJsonSchema({"type": ["string", "integer"], "pattern": rf"^{_SIZE.pattern}$", "title": "size"}),
]
"""A number of bytes, written with its unit."""

Duration = Annotated[
    float,
    BeforeValidator(parse_duration),
    PlainSerializer(show_duration, return_type=str),
    WithJsonSchema({"type": "string", "pattern": rf"^{_DURATION.pattern}$", "title": "duration"}),
]
"""Seconds, written with their unit."""
