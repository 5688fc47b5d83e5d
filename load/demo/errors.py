"""Why a demo run failed, as one line."""

from __future__ import annotations


class DemoError(Exception):
    """A part did not start, did not answer, lost something or let something through. ``str()`` is what the user reads."""
