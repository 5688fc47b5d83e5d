"""What all tests share: how hypothesis looks for counterexamples."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=1000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
"""By default the same examples every time, so that a red run means a change, and everybody sees the same. Looking for new ones is a
choice: ``HYPOTHESIS_PROFILE=explore``."""
