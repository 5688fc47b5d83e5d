"""What all tests share: how hypothesis looks for counterexamples, and the databases that were compiled before."""

from __future__ import annotations

import os
import tempfile

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=1000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
"""By default the same examples every time, so that a red run means a change, and everybody sees the same. Looking for new ones is a
choice: ``HYPOTHESIS_PROFILE=explore``."""

os.environ["SCRUBJAY_CACHE_DIR"] = f"{tempfile.gettempdir()}/scrubjay-tests-{getattr(os, 'geteuid', int)()}"
os.environ["SCRUBJAY_CACHE_PATTERNS"] = "1"
"""A plan takes seconds to compile: test processes, of this run and of later ones, share what one of them has compiled. It is keyed by what
goes into it, so a change of the catalogue is a new file."""
