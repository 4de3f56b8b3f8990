"""scikit-learn's 1,797 handwritten digits, 8 x 8 pixels with values 0 to 16."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from experiments.datasets.dataset import Dataset

TEST_SHARE = 0.2
SPLIT_SEED = 0
TRAINING_SIZE = 1_437


def read(folder: Path | None) -> Dataset:
    """Return the digits, split 1,437 to 360 with equal shares of the classes; needs no folder."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    bunch: Any = load_digits()
    images, labels = bunch.images.astype(np.uint8), bunch.target.astype(np.int64)
    train, test = train_test_split(
        np.arange(len(labels)), test_size=TEST_SHARE, random_state=SPLIT_SEED, stratify=labels
    )
    return Dataset(
        "digits (8 x 8)",
        *(images[train], labels[train], images[test], labels[test]),
        classes=tuple("0123456789"),
        white=16,
    )


def find_files(folder: Path | None) -> list[Path]:
    """Return no file: scikit-learn brings them."""
    return []
