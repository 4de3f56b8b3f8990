"""Does a penalty on the norm help the kernel of MNIST? Section 5 says that it does not."""

from __future__ import annotations

import math

from paper_figures.cells import PROVENANCE, percent, provenance, spread
from paper_figures.records import GAMMA, Record, by_sample, only, select

CHAPTER = "The paper"
TITLE = "Adding regularization: the kernel of MNIST's pixels with a ridge"
CAPTION = (
    "Test error of the Gaussian kernel on the pixels (gamma 0.02) with true labels, without and "
    "with a ridge, a penalty on the norm, on the same images. Without one it interpolates. The "
    "ridge is in units of the kernel, which is 1 at distance 0."
)
COMMAND = "python -m experiments run ridge --seeds 0"
OF_KERNEL = only(
    *("n", "ridge"),
    contestant="kernel",
    data="mnist",
    level=0.0,
    pixels="true",
    features=(None, "raw"),
    gamma=GAMMA,
)
TEST_IMAGES = 10_000  # of MNIST
COLUMNS = {
    "ridge": "ridge",
    "train": "training error (%)",
    "error": "test error (%)",
    "norm": "norm",
    **PROVENANCE,
}


def RECORDS(record: Record) -> bool:  # noqa: N802
    """Take kernels on fewer images than all, where there is one with a ridge beside."""
    return OF_KERNEL(record) and record["specification"]["n"] is not None


def drawn(records: list[Record]) -> list[Record]:
    """Return the records of the samples on which some ridge was tried."""
    return [record for group in _samples(records).values() for record in group]


def rows(records: list[Record]) -> list[dict[str, str]]:
    """Return a row for each sample and ridge."""
    return [
        {
            "ridge": f"{ridge:g}",
            "train": spread(percent(same, "train_accuracy", True)),
            "error": spread(percent(same, "test_accuracy", True)),
            "norm": spread([record["norm"] for record in same], "{:.4g}"),
            **provenance(sample, same),
        }
        for sample, there in _samples(records).items()
        for ridge in sorted({_ridge(record) for record in there})
        if (same := [record for record in there if _ridge(record) == ridge])
    ]


def findings(records: list[Record]) -> str:
    """Say whether any ridge beats none, on the largest sample."""
    for sample, there in _samples(records).items():
        errors = {_ridge(r): 100 * (1 - r["test_accuracy"]) for r in there}
        if 0.0 in errors and len(errors) > 1:
            none = errors.pop(0.0)
            best = min(errors, key=lambda ridge: errors[ridge])
            better = errors[best] < none
            noise = 100 * math.sqrt(none / 100 * (1 - none / 100) / TEST_IMAGES)
            found = f"On {sample} the error is {none:.2f} % without a ridge"
            found += f", and {errors[best]:.2f} % with the best of {len(errors)} ({best:g}): "
            return found + (
                f"{none - errors[best]:.2f} points less, where one standard error of "
                f"{TEST_IMAGES:,} test images is {noise:.2f}."
                if better
                else "no ridge tried improves it, as the paper says."
            )
    return ""


def _samples(records: list[Record]) -> dict[str, list[Record]]:
    found = by_sample(select(records))
    return {name: group for name, group in found.items() if any(map(_ridge, group))}


def _ridge(record: Record) -> float:
    return record["specification"].get("ridge") or 0.0
