"""Moments as operators write them: an age (``7d``), or a time (ISO 8601)."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

from service.errors import ConfigError

_AGE = re.compile(r"(\d{1,6})(s|m|h|d|w)")
_AGE_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def time_of(text: str, option: str) -> int:
    """Milliseconds since 1970. Raises ``ConfigError``, which names the option."""
    age = _AGE.fullmatch(text)
    if age is not None:
        return int((time.time() - int(age[1]) * _AGE_UNITS[age[2]]) * 1000)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{option}: an age such as 12h or 7d, or a time such as 2026-11-23 or 2026-11-23T18:00+01:00") from None
    return int((moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp() * 1000)
