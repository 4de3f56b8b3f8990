"""Settings shared by all tests."""

from __future__ import annotations

import os

from hypothesis import Phase, settings

# A shared machine may pause any example; speed is measured by benchmarks, not by tests.
settings.register_profile("default", deadline=None)
settings.register_profile("thorough", deadline=None, max_examples=2000)
# Mutation testing runs the tests of a module a thousand times, and asks only whether they fail.
settings.register_profile(
    "mutation",
    deadline=None,
    max_examples=15,
    database=None,
    phases=[Phase.explicit, Phase.generate],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
