"""What is audited: a model that was tried, its data, and what has been done of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.audit.kept import Kept
from experiments.datasets import Dataset
from experiments.randomization.subject import EstimatorSubject, Subject


@dataclass(frozen=True)
class Case:
    """A model and its data.

    Attributes
    ----------
    subject : the model
    data : whose training labels are audited
    kept : what has been done
    """

    subject: Subject
    data: Dataset
    kept: Kept

    @property
    def n(self) -> int:
        return len(self.data.train_labels)

    @property
    def classes(self) -> int:
        return len(self.data.classes)

    @property
    def is_estimator(self) -> bool:
        return isinstance(self.subject, EstimatorSubject)

    def relabelled(self, labels: NDArray[np.int64], classes: tuple[str, ...], what: str) -> Dataset:
        """Return the training inputs with other labels; of the test one input stays, unlabelled."""
        one = np.zeros(1, dtype=np.int64)
        return replace(
            self.data,
            name=f"{self.data.name} ({what})",
            train_labels=labels,
            test_images=self.data.test_images[:1],
            test_labels=one,
            classes=classes,
            **NO_ROWS,
        )

    def without(self, held_out: NDArray[np.bool_]) -> Dataset:
        """Return a data set in which some training examples are the test."""
        images, labels = self.data.train_images, self.data.train_labels
        return replace(
            self.data,
            name=f"{self.data.name} (without a fold)",
            train_images=images[~held_out],
            train_labels=labels[~held_out],
            test_images=images[held_out],
            test_labels=labels[held_out],
            **NO_ROWS,
        )


NO_ROWS: dict[str, Any] = {"train_rows": None, "test_rows": None}
