"""Does a penalty on the norm help the kernels of MNIST? Section 5 says: neither of them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from paper_figures.cells import PROVENANCE, percent, provenance, spread
from paper_figures.figures.kernel_norms import GABOR, RAW, SHARED
from paper_figures.records import Record, by_sample, only

CHAPTER = "The paper"
TITLE = "Adding regularization: kernels of MNIST with a ridge"
CAPTION = (
    "Test error of the Gaussian kernel on the pixels (gamma 0.02) and on Gabor wavelets (gamma "
    "chosen on held-out training images) with true labels, without and with a ridge, a penalty on "
    "the norm, on the same images. Without one it interpolates. The ridge is in units of the "
    "kernel, which is 1 at distance 0; the best of them is the best on the test images, which "
    "favours a ridge."
)
COMMAND = "python -m experiments run ridge --seeds 0"
OF_KERNEL = {
    name: only("n", "ridge", **{**SHARED, "level": 0.0}, **features)
    for name, features in (("raw pixels", RAW), ("Gabor wavelets", GABOR))
}
TEST_IMAGES = 10_000  # of MNIST
COLUMNS = {
    "kernel": "kernel on",
    "ridge": "ridge",
    "train": "training error (%)",
    "error": "test error (%)",
    "norm": "norm",
    **PROVENANCE,
}


def RECORDS(record: Record) -> bool:  # noqa: N802
    """Take kernels on fewer images than all, where there is one with a ridge beside."""
    some = record["specification"]["n"] is not None
    return some and any(holds(record) for holds in OF_KERNEL.values())


def drawn(records: list[Record]) -> list[Record]:
    """Return the records of the samples on which some ridge was tried."""
    return [record for *_, there in _samples(records) for record in there]


def rows(records: list[Record]) -> list[dict[str, str]]:
    """Return a row for each kernel, sample and ridge."""
    return [
        {
            "kernel": kernel,
            "ridge": f"{ridge:g}",
            "train": spread(percent(same, "train_accuracy", True)),
            "error": spread(percent(same, "test_accuracy", True)),
            "norm": spread([record["norm"] for record in same], "{:.4g}"),
            **provenance(sample, same),
        }
        for kernel, sample, there in _samples(records)
        for ridge in sorted({_ridge(record) for record in there})
        if (same := [record for record in there if _ridge(record) == ridge])
    ]


def findings(records: list[Record]) -> str:
    """Say of each kernel whether any ridge beats none, on the largest sample."""
    found = {}
    for kernel, sample, there in _samples(records):
        errors = {_ridge(r): 100 * (1 - r["test_accuracy"]) for r in there}
        if kernel not in found and 0.0 in errors and len(errors) > 1:
            none = errors.pop(0.0)
            best = min(errors, key=lambda ridge: errors[ridge])
            better = errors[best] < none
            noise = 100 * math.sqrt(none / 100 * (1 - none / 100) / TEST_IMAGES)
            said = f"With {kernel} of {sample} the error is {none:.2f} % without a ridge"
            said += f", and {errors[best]:.2f} % with the best of {len(errors)} ({best:g}): "
            found[kernel] = said + (
                f"{none - errors[best]:.2f} points less, where one standard error of "
                f"{TEST_IMAGES:,} test images is {noise:.2f}."
                if better
                else "no ridge tried improves it, as the paper says."
            )
    return " ".join(found.values())


def _samples(records: list[Record]) -> Iterator[tuple[str, str, list[Record]]]:
    """Yield the kernel, sample and records where some ridge was tried, the largest sample first."""
    for kernel, holds in OF_KERNEL.items():
        for sample, there in by_sample(filter(holds, records)).items():
            if any(map(_ridge, there)):
                yield kernel, sample, there


def _ridge(record: Record) -> float:
    return record["specification"].get("ridge") or 0.0
