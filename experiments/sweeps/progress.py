"""How far the work is, for those who watch and for files: a bar, and a table of many runs."""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta
from typing import Any

from tqdm import tqdm


def bar(**options: Any) -> tqdm[Any]:
    """Make a bar; where nobody watches, it prints a line a minute."""
    return tqdm(mininterval=0.1 if sys.stderr.isatty() else 60, maxinterval=600, **options)


class Bar:
    """Runs one after another: a bar above those of the trainings."""

    def __init__(self, total: int) -> None:
        self._bar = bar(total=total, unit="run", disable=not total)

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *exception: object) -> None:
        self._bar.close()

    def started(self, runs: int) -> None:
        """Nothing to show: it is the only one."""

    def interrupted(self, runs: int, name: str) -> None:
        """Nothing to show: a death would be this process's own."""

    def done(self, new: bool) -> None:
        """Count a record, unless there was one already."""
        self._bar.update(new)

    def failed(self, message: str) -> None:
        """Say which run failed and why."""
        self._bar.write(f"failed: {message}", file=sys.stderr)


class LiveTable:
    """Runs side by side: how many are done, running, waiting and failed, and when they will end.

    A terminal shows one table in place; a file gets a line at most every `interval` seconds.
    """

    interval = 60.0

    def __init__(self, total: int) -> None:
        from rich.console import Console
        from rich.live import Live

        self.n_total, self.n_started, self.n_done, self.n_failed = total, 0, 0, 0
        self._began, self._printed = time.monotonic(), -self.interval
        self._console = Console(stderr=True)
        # The numbers change rarely, the estimated end with every second.
        self._live = Live(get_renderable=self._table, console=self._console, refresh_per_second=1)

    def __enter__(self) -> LiveTable:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *exception: object) -> None:
        if self._console.is_terminal:
            self._live.stop()
        else:
            print(self, file=sys.stderr, flush=True)

    def started(self, runs: int) -> None:
        """Count runs that are at work now."""
        self.n_started += runs
        self._show()

    def interrupted(self, runs: int, name: str) -> None:
        """Count runs that wait again, the first of them so named."""
        self.n_started -= runs
        others = f" and {runs - 1} more" if runs > 1 else ""
        self._say(f"its worker died, it waits for another: {name}{others}")

    def done(self, new: bool) -> None:
        """Count a record, unless there was one already."""
        self.n_done += new
        self._show()

    def failed(self, message: str) -> None:
        """Count a run that failed, and say why."""
        self.n_failed += 1
        self._say(f"failed: {message}")

    def cells(self) -> dict[str, str]:
        """Return what there is to say, by the name of the column."""
        over = self.n_done + self.n_failed
        left = self.n_total - over
        end = "unknown"
        if over:
            seconds = (time.monotonic() - self._began) / over * left
            end = f"{datetime.now() + timedelta(seconds=seconds):%a %H:%M:%S}" if left else "now"
        counts = {
            "done": self.n_done,
            "running": self.n_started - over,
            "waiting": self.n_total - self.n_started,
            "failed": self.n_failed,
        }
        return {**{name: f"{count:,}" for name, count in counts.items()}, "estimated end": end}

    def __str__(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in self.cells().items())

    def _table(self) -> Any:
        from rich.table import Table

        cells = self.cells()
        table = Table(*cells)
        table.add_row(*cells.values())
        return table

    def _say(self, message: str) -> None:
        self._console.print(message, markup=False, highlight=False, soft_wrap=True)
        self._show()

    def _show(self) -> None:
        if not self._console.is_terminal and time.monotonic() - self._printed >= self.interval:
            self._printed = time.monotonic()
            print(self, file=sys.stderr, flush=True)
