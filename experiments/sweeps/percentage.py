"""Shares in percent: rounding makes no "all" of what is nearly all, and no "none" of a few."""

from __future__ import annotations


def percentage(value: float, decimals: int = 1) -> str:
    """Return a percentage without its sign: only what is exactly 100, or 0, is called so.

    >>> percentage(100 * 49_999 / 50_000)
    '99.9'
    """
    least = 10.0**-decimals
    shown = min(max(value, least), 100 - least) if 0 < value < 100 else value
    return f"{shown:.{decimals}f}"
