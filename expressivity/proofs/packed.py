"""Integers as words of 60 bits, which Rocq reads a hundred times faster than its own literals."""

from __future__ import annotations

from collections.abc import Sequence

WORD = 60
LARGEST_ARRAY = 1 << 20  # words; Rocq's arrays hold four times as many


def table(rows: Sequence[Sequence[int]]) -> str:
    """Return a Rocq term for rows of integers, of type list (list Z); all of one length.

    Each number is a sign and an absolute value of as many bits as the longest needs; each row
    begins with a word of its own. `rocq/Packed.v` reads what is written here. Cost: as many
    characters as there are bits, a third for large tables.
    """
    width = max((abs(v).bit_length() for row in rows for v in row), default=0)
    columns = len(rows[0]) if rows else 0
    step = max(1, -(-columns * (width + 1) // WORD))
    block = max(1, LARGEST_ARRAY // step)
    parts = []
    for start in range(0, len(rows), block):
        some = rows[start : start + block]
        array = "; ".join(word for row in some for word in _words(row, width, step))
        parts.append(
            f"(Packed.table [| {array} | 0 |]%uint63 {step}%uint63 "
            f"{_nat(width)} {_nat(columns)} {_nat(len(some))})"
        )
    return "\n  ++ ".join(parts) if parts else "nil"


def column(values: Sequence[int]) -> str:
    """Return a Rocq term for integers, of type list Z."""
    return f"List.concat ({table([values])})"


def _words(row: Sequence[int], width: int, step: int) -> list[str]:
    signed = ("1" if v < 0 else "0" for v in row)
    sizes = (f"{abs(v):0{width}b}" if width else "" for v in row)
    bits = "".join(sign + size for sign, size in zip(signed, sizes, strict=True))
    bits = bits.ljust(step * WORD, "0")
    plain = (int(bits[k : k + WORD], 2) for k in range(0, len(bits), WORD))
    return [f"{w ^ w >> 20 ^ w >> 40:#x}" for w in plain]  # w = v ^ v >> 20 for what is written, v


def _nat(value: int) -> str:
    """Write a natural number so that Rocq does not read it digit by digit into successors."""
    return f"(N.to_nat {value})"
