"""How far long work is, on standard error, without any package."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

Part = TypeVar("Part")


def progress(parts: Sequence[Part], what: str) -> Iterator[Part]:
    """Yield the parts of some work; after each say how much is done and what is left, in seconds.

    Parts are taken to cost the same. Work of one part says nothing. On a terminal one line is
    written over, in a file there is one line a tenth of the work.

    >>> list(progress([3], "one part"))
    [3]
    """
    started, said = time.monotonic(), -1
    for number, part in enumerate(parts):
        yield part
        done = number + 1
        if len(parts) == 1 or sys.stderr is None:
            continue
        left = (time.monotonic() - started) / done * (len(parts) - done)
        line = f"{what}: {done / len(parts):.0%}, about {left:.0f} s left"
        if sys.stderr.isatty():
            print(
                f"\r{line:<78}", end="" if done < len(parts) else "\n", file=sys.stderr, flush=True
            )
        elif 10 * done // len(parts) > said:
            said = 10 * done // len(parts)
            print(line, file=sys.stderr, flush=True)
