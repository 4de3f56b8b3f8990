"""Signals that end a process, as exceptions: what was begun is put in order on the way out."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType


@contextmanager
def raised(exception: Callable[[int], BaseException]) -> Iterator[None]:
    """Let SIGTERM (of `kill`, of batch systems) and SIGHUP (of a terminal that closes) be raised.

    Parameters
    ----------
    exception : makes what is raised of the number of the signal

    Where they are ignored or handled already they stay so, as in threads.
    """

    def raise_it(number: int, frame: FrameType | None) -> None:
        raise exception(number)

    known = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    if current_thread() is not main_thread():
        known = []
    taken = [number for number in known if signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, raise_it)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)
