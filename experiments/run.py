"""A run: a frozen specification with a content hash, and the record it produces."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import time
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from experiments.corruption import Corruption, array_hash, corrupt_labels
from experiments.datasets import Dataset, load
from experiments.store import Record

Labels = Literal["true", "random"]
PACKAGES = ("expressivity", "numpy", "scipy", "scikit-learn", "torch")


@dataclass(frozen=True)
class Run(ABC):
    """What is run: a contestant on a data set with true or random labels, from a seed."""

    contestant: ClassVar[str]

    data: str = "digits"
    labels: Labels = "true"
    seed: int = 0

    @property
    def specification(self) -> dict[str, Any]:
        return {"contestant": self.contestant, **asdict(self)}

    @property
    def hash(self) -> str:
        canonical = json.dumps(self.specification, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    @property
    def name(self) -> str:
        return f"{self.contestant}, {self.data}, {self.labels} labels, seed {self.seed}"

    @abstractmethod
    def fit(self, sample: TrainingSample) -> dict[str, Any]:
        """Do the run and return its part of the record; each contestant has its own."""


@dataclass(frozen=True)
class TrainingSample:
    """A data set and the labels to fit."""

    data: Dataset
    corruption: Corruption

    @property
    def labels(self) -> NDArray[np.int64]:
        return self.corruption.labels

    def accuracies(
        self, predicted_train: NDArray[np.int64], predicted_test: NDArray[np.int64]
    ) -> dict[str, float]:
        """Accuracy on the labels given, on the true labels of the same images, and on the test."""
        return {
            "train_accuracy": float((predicted_train == self.labels).mean()),
            "clean_train_accuracy": float((predicted_train == self.data.train_labels).mean()),
            "test_accuracy": float((predicted_test == self.data.test_labels).mean()),
        }


def execute(run: Run) -> Record:
    """Do a run and return its record: what it was, what came out, where and how long it took.

    Raises what loading the data or fitting raises. Test labels are never corrupted.
    """
    data = load(run.data)
    level = 1.0 if run.labels == "random" else 0.0
    corruption = corrupt_labels(data.train_labels, len(data.classes), level, run.seed)
    started = time.perf_counter()
    outcome = run.fit(TrainingSample(data, corruption))
    seconds = time.perf_counter() - started
    return {
        "hash": run.hash,
        "specification": run.specification,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions(),
        "data_name": data.name,
        "data_hash": array_hash(data.train_images),
        "labels_hash": corruption.hash,
        "labels_changed": corruption.share,
        "n": len(data.train_labels),
        "d": data.train_images[0].size,
        # A contestant that times only the essential part says so itself.
        "seconds": seconds,
        **outcome,
    }


def machine() -> dict[str, Any]:
    """Describe the machine: platform, processor, cores this process may use, memory, GPU."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError):
        memory = None
    gpu = None
    if "torch" in sys.modules and sys.modules["torch"].cuda.is_available():
        gpu = sys.modules["torch"].cuda.get_device_name()
    return {
        "platform": platform.platform(terse=True),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count(),
        "memory_gib": round(memory, 1) if memory else None,
        "gpu": gpu,
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages a result may depend on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as lines:
            names = (line.split(":", 1)[1].strip() for line in lines if "model name" in line)
            return next(names, platform.machine())
    except OSError:
        return platform.processor() or platform.machine()
