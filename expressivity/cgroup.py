"""The limits of memory and cores that a container or a batch system sets on its processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

MEMBERSHIP = Path("/proc/self/cgroup")
ROOT = Path("/sys/fs/cgroup")


def memory_left() -> int | None:
    """Return the bytes that may still be taken under every limit, None where there is none."""
    left = []
    for folder in _folders("memory"):
        limit = _number(folder, "memory.max", "memory.limit_in_bytes")
        # Version 1 writes a number beyond all memory where there is no limit.
        if limit is None or limit >= 2**60:
            continue
        taken = _number(folder, "memory.current", "memory.usage_in_bytes")
        if taken is not None:
            # Files that were read and are not in use give way.
            left.append(max(limit - taken + _inactive(folder), 0))
    return min(left, default=None)


def cores() -> float | None:
    """Return how many cores' worth of time every limit allows, None where there is none."""
    allowed = []
    for folder in _folders("cpu"):
        quota, period = _quota(folder)
        if quota and period and quota > 0:
            allowed.append(quota / period)
    return min(allowed, default=None)


def _folders(controller: str) -> Iterator[Path]:
    """Yield the folders of this process's group and of those that it is part of."""
    try:
        lines = MEMBERSHIP.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, place = line.split(":", 2)
        if controllers == "":
            root = ROOT
        elif controller in controllers.split(","):
            root = ROOT / controllers if (ROOT / controllers).is_dir() else ROOT / controller
        else:
            continue
        inside = root / place.lstrip("/")
        while True:
            # In a container the place is often that outside, where nothing can be seen.
            if inside.is_dir():
                yield inside
            if inside == root or root not in inside.parents:
                break
            inside = inside.parent


def _number(folder: Path, *names: str) -> int | None:
    for name in names:
        try:
            return int((folder / name).read_text())
        except (OSError, ValueError):  # "max"
            continue
    return None


def _inactive(folder: Path) -> int:
    try:
        lines = (folder / "memory.stat").read_text().splitlines()
    except OSError:
        return 0
    found = dict(line.split(" ", 1) for line in lines)
    return int(found.get("total_inactive_file", found.get("inactive_file", 0)))


def _quota(folder: Path) -> tuple[int | None, int | None]:
    try:
        quota, period = (folder / "cpu.max").read_text().split()
        return None if quota == "max" else int(quota), int(period)
    except (OSError, ValueError):
        return _number(folder, "cpu.cfs_quota_us"), _number(folder, "cpu.cfs_period_us")
