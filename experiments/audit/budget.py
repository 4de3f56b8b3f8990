"""The time that an audit may take, and its end."""

from __future__ import annotations

import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SECONDS = {"s": 1, "m": 60, "h": 3600}
LONGEST = 1e9  # seconds, three decades: of 300 years and more the system's alarm knows nothing


class Overdue(BaseException):
    """The time is up. Like Ctrl-C it is no error, and passes by those who wait for errors."""


def seconds_of(budget: str) -> int:
    """Return the seconds of "90s", "20m" or "2h". Raises ValueError for any other spelling.

    >>> seconds_of("20m")
    1200
    """
    found = re.fullmatch(r"([1-9][0-9]{0,6})([smh])", budget) if isinstance(budget, str) else None
    if found is None:
        raise ValueError(
            f"budget is {budget!r}: give a whole number and s, m or h, for example 90s, 20m or 2h"
        )
    return int(found[1]) * SECONDS[found[2]]


def in_words(seconds: float) -> str:
    """Return a time as people say it.

    >>> in_words(0.4), in_words(12.2), in_words(150), in_words(9000)
    ('under 1 s', '12 s', '2.5 min', '2.5 h')
    """
    if seconds < 1:
        return "under 1 s"
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= 1.5 * size:
            amount = seconds / size
            return f"{amount:.2g} {unit}" if amount < 10 else f"{amount:.0f} {unit}"
    return f"{seconds:.0f} s"


def about(seconds: float) -> str:
    """Return an estimate of a time.

    >>> about(0.4), about(12.2)
    ('under 1 s', 'about 12 s')
    """
    return in_words(seconds) if seconds < 1 else f"about {in_words(seconds)}"


class Budget:
    """Seconds from now on."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._began = time.monotonic()

    @property
    def spent(self) -> float:
        return time.monotonic() - self._began

    @property
    def left(self) -> float:
        return self.seconds - self.spent

    @contextmanager
    def held(self, share: float = 1.0) -> Iterator[None]:
        """Raise Overdue within when the time is up, or this share of what is left of it.

        In the main thread, and where the system has an alarm; elsewhere only on entering, so that
        what has begun is finished.
        """
        if self.left <= 0:
            raise Overdue
        main = threading.current_thread() is threading.main_thread()
        if not (main and hasattr(signal, "setitimer")):
            yield
            return
        before = signal.signal(signal.SIGALRM, _ring)
        # Once more every second, for it can be lost where nobody passes exceptions on.
        signal.setitimer(signal.ITIMER_REAL, min(share * self.left, LONGEST), 1.0)
        try:
            yield
        finally:
            within = before is _ring  # another part of the same budget, which goes on
            left = min(max(self.left, 1e-6), LONGEST)
            signal.setitimer(signal.ITIMER_REAL, left if within else 0, 1.0)
            signal.signal(signal.SIGALRM, before)


def _ring(number: int, frame: FrameType | None) -> None:
    raise Overdue
