"""The command `python -m expressivity frontier`."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

from expressivity.files import check_writable, ordinary, write_atomically
from expressivity.ranges import Count, Counts, Positive, Range, Seed

Record = dict[str, Any]


def frontier(
    n: Counts = (100, 300, 1000, 3000, 10_000),
    d: Count = 8,
    classes: Annotated[tuple[int, ...], Range(2, 2**31 - 1, empty=True)] = (2, 10),
    seed: Seed = 0,
    seconds: Positive = 40.0,
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
        out: a file of records (.jsonl), for `paper_figures`: each is written as it is measured,
            and those that are there already are not measured again; only printed without it.
    """
    from expressivity.memorizers.frontier import as_text, depths
    from expressivity.memorizers.frontier import frontier as measured_over

    if out:
        check_writable(out)
    known = _read(out) if out and out.exists() else {}
    measured = chain(
        measured_over(sorted(n), d, classes, seed, seconds, known), depths(max(n), d, seed, known)
    )
    right = True
    for record in measured:
        print(as_text(record), flush=True)
        right &= record["fitted"] or "refused" in record
        if out and record["hash"] not in known:
            known[record["hash"]] = record
            _write(out, known)
    return 0 if right else 1


def _read(file: Path) -> dict[str, Record]:
    """Return the records of a file by their hashes, the frontier's own and others."""
    from expressivity.memorizers.frontier import CONTESTANT, as_text, named

    known = {}
    for number, line in enumerate(ordinary(file).read_text(errors="replace").splitlines(), 1):
        try:
            record = json.loads(line, parse_constant=_refuse)
            what = record["specification"]
            if what["contestant"] == CONTESTANT:
                as_text(record)
                if record["hash"] != named(what) or type(record["fitted"]) is not bool:
                    raise ValueError
            known[record["hash"]] = record
        except (ValueError, TypeError, KeyError, RecursionError, ZeroDivisionError):
            raise ValueError(
                f"out = {file}: line {number} is no record; give another file"
            ) from None
    return known


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _write(file: Path, known: dict[str, Record]) -> None:
    lines = [json.dumps(record, sort_keys=True, allow_nan=False) for record in known.values()]
    write_atomically(file, "".join(line + "\n" for line in sorted(lines)).encode())
