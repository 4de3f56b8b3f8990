"""A record names the version of this package, by whatever name it is installed."""

from __future__ import annotations

import expressivity
from experiments.sweeps.machine import versions


def test_a_record_names_this_packages_version() -> None:
    assert versions()["expressivity"] == expressivity.__version__
