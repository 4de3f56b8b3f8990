"""The command `python -m expressivity frontier`."""

from __future__ import annotations

import json
from pathlib import Path

from expressivity.files import write_atomically


def frontier(
    n: tuple[int, ...] = (100, 300, 1000, 3000, 10_000),
    d: int = 8,
    classes: tuple[int, ...] = (2, 10),
    seed: int = 0,
    seconds: float = 40.0,
    out: Path | None = None,
) -> int:
    """Measure every construction over n beside its formula and the lower bounds.

    Example: python -m expressivity frontier --n 100 1000 --out frontier.jsonl

    The exit status is 0 only if every network that was built is right wherever it was checked.

    Args:
        n: numbers of random integer points.
        d: number of coordinates.
        classes: numbers of classes of random labels; real labels are measured as well.
        seed: seed of the sample.
        seconds: a construction that took longer in all is not tried for larger n.
        out: a file of records to write (.jsonl), for `paper_figures`.
    """
    from expressivity.memorizers.frontier import as_text, depths
    from expressivity.memorizers.frontier import frontier as measured_over

    records = []
    for record in measured_over(sorted(n), d, classes, seed, seconds):
        print(as_text(record), flush=True)
        records.append(record)
    for record in depths(max(n), d, seed):
        print(as_text(record), flush=True)
        records.append(record)
    if out:
        lines = [json.dumps(record, sort_keys=True, allow_nan=False) for record in records]
        write_atomically(out, "".join(line + "\n" for line in sorted(lines)).encode())
    return 0 if all(record["fitted"] or "refused" in record for record in records) else 1
