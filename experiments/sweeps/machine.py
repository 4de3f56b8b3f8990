"""The machine and the packages that a measurement was made with."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_info

from expressivity.threads import share_of_cores

DISTRIBUTIONS = {"expressivity": "finite-sample-expressivity"}
PACKAGES = ("expressivity", "numpy", "scipy", "scikit-learn", "torch")
# Sums come out differently where these differ: the widest one in use decides.
INSTRUCTIONS = (
    "sse4_2",
    "avx2",
    "fma",
    "avx512f",
    "avx512_vnni",
    "avx512_bf16",
    "amx_bf16",
    "bf16",
)


def machine() -> dict[str, Any]:
    """Describe the machine well enough to judge whether another computes the same bits.

    Platform, processor (vendor, family, model and stepping too, since names hide different ones),
    its instructions, cores this process may use, the libraries of linear algebra, memory, GPU.
    """
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError):
        memory = None
    gpu = None
    if "torch" in sys.modules and sys.modules["torch"].cuda.is_available():
        gpu = sys.modules["torch"].cuda.get_device_name()
    cpu = _cpuinfo()
    libraries = {
        f"{found['internal_api']} {found['version']} {found.get('architecture', '')}".strip()
        for found in threadpool_info()
        if found["user_api"] == "blas"
    }
    return {
        "platform": platform.platform(terse=True),
        "processor": cpu.get("model name") or platform.processor() or platform.machine(),
        "vendor": cpu.get("vendor_id"),
        "model": [cpu[key] for key in ("cpu family", "model", "stepping") if key in cpu],
        "instructions": [name for name in INSTRUCTIONS if name in _flags(cpu)],
        "blas": sorted(libraries),
        "cores": share_of_cores(),
        "memory_gib": round(memory, 1) if memory else None,
        "gpu": gpu,
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages a result may depend on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(DISTRIBUTIONS.get(package, package))
        except PackageNotFoundError:
            continue
    return found


def _cpuinfo() -> dict[str, str]:
    """Return what the system says of the first processor; empty where it says nothing."""
    try:
        first = Path("/proc/cpuinfo").read_text().split("\n\n", 1)[0]
    except OSError:
        return {}
    fields = (line.partition(":") for line in first.splitlines())
    return {name.strip(): value.strip() for name, _, value in fields}


def _flags(cpu: dict[str, str]) -> list[str]:
    return (cpu.get("flags") or cpu.get("Features") or "").split()
