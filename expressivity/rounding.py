"""Numbers in words that stay true: "at most" is rounded upwards, and only all of it is 100 %."""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction


def upwards(value: float | Fraction, digits: int = 3) -> str:
    """Write a number to so many digits, rounded upwards: "at most" stays true.

    >>> upwards(4.42e-13, 1)
    '5e-13'
    """
    return _rounded(value, digits, ROUND_CEILING)


def downwards(value: float | Fraction, digits: int = 3) -> str:
    """Write a number to so many digits, rounded downwards: "at least" stays true."""
    return _rounded(value, digits, ROUND_FLOOR)


def percentage(value: float, decimals: int = 1) -> str:
    """Write a percentage without its sign: only what is exactly 100, or 0, is called so.

    >>> percentage(100 * 49_999 / 50_000)
    '99.9'
    """
    least = 10.0**-decimals
    shown = min(max(value, least), 100 - least) if 0 < value < 100 else value
    return f"{shown:.{decimals}f}"


def in_percent(share: float, decimals: int = 1) -> str:
    """Write a share as `percentage` does, with the sign."""
    return f"{percentage(100 * share, decimals)}%"


def _rounded(value: float | Fraction, digits: int, rounding: str) -> str:
    if value in (float("inf"), float("-inf")):
        return str(value)
    exact = Fraction(value)
    context = Context(prec=digits, rounding=rounding, Emax=MAX_EMAX, Emin=MIN_EMIN)
    found = context.divide(Decimal(exact.numerator), Decimal(exact.denominator)).normalize()
    # 50 and 100 without a power of ten, of which normalizing makes one.
    whole = int(found.as_tuple().exponent) > 0 and found.adjusted() < max(digits, 3)
    return f"{found:f}" if whole else f"{found:.{digits}g}"
