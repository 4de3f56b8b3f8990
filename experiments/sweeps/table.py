"""Finished runs as a text table."""

from __future__ import annotations

from experiments.sweeps.store import Record


def table(records: list[Record]) -> str:
    """Return one row a run: what it was, its size, its cost, its accuracies."""
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
                f"{record['n_weights']:,}" if "n_weights" in record else "refused",
                str(record.get("epochs", "")),
                f"{record['seconds']:.3g}",
                *(f"{100 * record[key]:.2f} %" if key in record else "" for key in accuracies),
                "yes" if record["fitted"] else "no",
            )
        )
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < 3 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
