"""CIFAR-10 (Krizhevsky 2009) from the original files, python version."""

from __future__ import annotations

import hashlib
import io
import pickle
import tarfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from experiments.datasets.dataset import Dataset
from experiments.datasets.files import check, find
from expressivity.files import ordinary

URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
ARCHIVE = "c58f30108f718f92721af3b95e74349a"
BATCHES = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
}
CLASSES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)
CROP = 28  # as in the paper
FOLDER = "cifar-10-batches-py"
TRAINING_SIZE = 50_000


def read(folder: Path | None) -> Dataset:
    """Read cifar-10-batches-py/ or cifar-10-python.tar.gz. Raises as `load`."""
    (path,) = find_files(folder)
    parts = [parse(content, name) for name, content in _batches(path)]
    images = np.concatenate([part[0] for part in parts[:-1]])
    labels = np.concatenate([part[1] for part in parts[:-1]])
    return Dataset("CIFAR-10", images, labels, *parts[-1], CLASSES, crop=CROP)


def find_files(folder: Path | None) -> list[Path]:
    """Return where the files are. Raises FileNotFoundError as `find`."""
    return [find(folder, FOLDER, "cifar-10-python.tar.gz", url=URL, known=f"md5:{ARCHIVE}")]


def parse(content: bytes, name: str) -> tuple[Any, Any]:
    """Return images uint8 (n, 32, 32, 3) and labels int64 (n,) of one batch file."""
    batch = ArrayUnpickler(io.BytesIO(content), encoding="bytes").load()
    try:
        planes, labels = batch[b"data"], batch[b"labels"]
        images = np.asarray(planes, dtype=np.uint8).reshape(-1, 3, 32, 32)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{name} is no batch of CIFAR-10 images ({error!r})") from error
    return np.ascontiguousarray(images.transpose(0, 2, 3, 1)), np.asarray(labels, dtype=np.int64)


class ArrayUnpickler(pickle.Unpickler):
    """An unpickler that admits nothing but NumPy arrays and plain containers."""

    ADMITTED = frozenset(
        {
            ("numpy.core.multiarray", "_reconstruct"),
            ("numpy._core.multiarray", "_reconstruct"),
            ("numpy", "ndarray"),
            ("numpy", "dtype"),
            ("_codecs", "encode"),
        }
    )

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        if (module_name, global_name) not in self.ADMITTED:
            raise pickle.UnpicklingError(
                f"the file asks for {module_name}.{global_name}, which no array needs: "
                "it is not a CIFAR-10 batch, do not trust it"
            )
        return super().find_class(module_name, global_name)


def _batches(path: Path) -> list[tuple[str, bytes]]:
    """Return each batch's name and verified bytes, the test batch last."""
    if path.is_dir():
        found = {name: ordinary(path / name).read_bytes() for name in BATCHES}
    else:
        try:
            with tarfile.open(ordinary(path)) as archive:
                found = {name: _member(archive, f"{FOLDER}/{name}") for name in BATCHES}
        except (tarfile.TarError, EOFError, OSError, KeyError, zlib.error) as error:
            raise ValueError(f"{path} is truncated or altered ({error}): fetch it anew") from error
    for name, content in found.items():
        check(path / name, hashlib.md5(content).hexdigest(), (BATCHES[name],))
    return list(found.items())


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    if file is None:
        raise KeyError(f"{name} is no file")
    return file.read()
