"""The machine and the packages that a measurement was made with."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

PACKAGES = ("expressivity", "numpy", "scipy", "scikit-learn", "torch")


def machine() -> dict[str, Any]:
    """Describe the machine: platform, processor, cores this process may use, memory, GPU."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError):
        memory = None
    gpu = None
    if "torch" in sys.modules and sys.modules["torch"].cuda.is_available():
        gpu = sys.modules["torch"].cuda.get_device_name()
    return {
        "platform": platform.platform(terse=True),
        "processor": _processor(),
        "cores": _cores(),
        "memory_gib": round(memory, 1) if memory else None,
        "gpu": gpu,
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages a result may depend on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _cores() -> int | None:
    """Count the cores this process may use: the machine's, or a worker's share of them."""
    there = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
    share = os.environ.get("OMP_NUM_THREADS", "")
    return min(there, int(share)) if there and share.isdecimal() and share != "0" else there


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as lines:
            names = (line.split(":", 1)[1].strip() for line in lines if "model name" in line)
            return next(names, platform.machine())
    except OSError:
        return platform.processor() or platform.machine()
