"""Settings shared by all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# A shared machine may pause any example; speed is measured by benchmarks, not by tests.
settings.register_profile("default", deadline=None)
settings.register_profile("thorough", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
