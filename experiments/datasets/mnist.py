"""MNIST (LeCun, Cortes, Burges): 60,000 and 10,000 digits of 28 x 28 pixels."""

from __future__ import annotations

from pathlib import Path

from experiments.datasets.dataset import Dataset
from experiments.datasets.idx import find_idx_files, read_idx_folder

URL = "https://ossci-datasets.s3.amazonaws.com/mnist/"
UNCOMPRESSED = {
    "train-images-idx3": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1": "27ae3e4e09519cfbb04c329615203637",
}
ARCHIVES = {
    "train-images-idx3": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "train-labels-idx1": "d53e105ee54ea40749a09fcbcd1e9432",
    "t10k-images-idx3": "9fb629c4189551a2d022fa330f9573f3",
    "t10k-labels-idx1": "ec29112dd5afa0611ce80d1b7f02629c",
}
TRAINING_SIZE = 60_000


def read(folder: Path | None) -> Dataset:
    """Read folder/mnist. Raises as `experiments.datasets.load`."""
    digits = tuple("0123456789")
    return read_idx_folder(folder, "mnist", UNCOMPRESSED, URL, ARCHIVES, "MNIST", digits)


def find_files(folder: Path | None) -> list[Path]:
    """Return where the files are. Raises FileNotFoundError as `find`."""
    return find_idx_files(folder, "mnist", URL, ARCHIVES)
