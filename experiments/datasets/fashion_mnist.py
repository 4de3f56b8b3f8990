"""Fashion-MNIST (Xiao, Rasul, Vollgraf 2017; MIT): MNIST's layout, ten kinds of clothing."""

from __future__ import annotations

from pathlib import Path

from experiments.datasets.dataset import Dataset
from experiments.datasets.idx import find_idx_files, read_idx_folder

URL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
UNCOMPRESSED = {
    "train-images-idx3": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
    "train-labels-idx1": "9018921c3c673c538a1fc5bad174d6f9",
    "t10k-images-idx3": "8181f5470baa50b63fa0f6fddb340f0a",
    "t10k-labels-idx1": "15d484375f8d13e6eb1aabb0c3f46965",
}
ARCHIVES = {
    "train-images-idx3": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1": "25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3": "bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1": "bb300cfdad3c16e7a12a480ee83cd310",
}
CLASSES = (
    *("T-shirt/top", "trouser", "pullover", "dress", "coat"),
    *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
)
TRAINING_SIZE = 60_000


def read(folder: Path | None) -> Dataset:
    """Read folder/fashion-mnist. Raises as `experiments.datasets.load`."""
    return read_idx_folder(
        folder, "fashion-mnist", UNCOMPRESSED, URL, ARCHIVES, "Fashion-MNIST", CLASSES
    )


def find_files(folder: Path | None) -> list[Path]:
    """Return where the files are. Raises FileNotFoundError as `find`."""
    return find_idx_files(folder, "fashion-mnist", URL, ARCHIVES)
