"""Finished runs as a text table."""

from __future__ import annotations

from experiments.sweeps.store import Record
from expressivity.rounding import percentage


def table(records: list[Record]) -> str:
    """Return one row a run, a line each: what it was, its size, its cost, its accuracies."""
    rows: list[tuple[str, ...]] = [
        (
            *("what", "data", "condition", "seed", "n", "weights", "epochs", "seconds"),
            *("train", "clean train", "test", "fitted"),
        )
    ]
    for record in records:
        what = record["specification"]
        accuracies = ("train_accuracy", "clean_train_accuracy", "test_accuracy")
        rows.append(
            (
                record["title"],
                what["data"],
                record["condition"],
                str(what["seed"]),
                f"{record['n']:,}",
                "refused" if (count := record.get("n_weights")) is None else f"{count:,}",
                "" if (epochs := record.get("epochs")) is None else str(epochs),
                f"{record['seconds']:.3g}",
                *(_share(record.get(key)) for key in accuracies),
                "yes" if record["fitted"] else "no",
            )
        )
    # A name from outside may hold a line break.
    rows = [tuple(" ".join(cell.split()) for cell in row) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < 3 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def _share(value: float | None) -> str:
    return "" if value is None else f"{percentage(100 * value, 2)} %"
