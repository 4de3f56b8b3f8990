"""What `python -m experiments kernel` does, on one machine or as one of several processes."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist

from experiments.datasets import load
from experiments.datasets.corruption import corrupt_labels
from experiments.datasets.sample import subset
from experiments.kernels.bandwidth import choose_gamma
from experiments.kernels.functions import Gaussian
from experiments.kernels.interpolator import MinimumNormInterpolator
from expressivity.rounding import percentage


def solve_and_report(
    data: str, gamma: float | None, n: int | None, random_columns: bool, checkpoint: Path | None
) -> str:
    """Solve a data set's interpolant and return the report and the test error as text.

    Arguments as of the command. Under torchrun the rows are shared out over the processes, one a
    GPU where there are GPUs, and all but the first return an empty text. Raises ValueError for more
    processes than GPUs.
    """
    device = "cpu"
    if torch.cuda.is_available():
        here, there = int(os.environ.get("LOCAL_WORLD_SIZE", 1)), torch.cuda.device_count()
        if here > there:
            raise ValueError(
                f"{here} processes were started here for {there} GPUs: start one a GPU, or hide "
                "them with CUDA_VISIBLE_DEVICES= for processes on the CPU"
            )
        device = f"cuda:{os.environ.get('LOCAL_RANK', 0)}"
        torch.cuda.set_device(device)
    if "WORLD_SIZE" in os.environ:
        dist.init_process_group("nccl" if device != "cpu" else "gloo")
    # As suites do: of image folders and CIFAR-10 the centre is what is seen.
    given = subset(load(data), n).cropped()
    X, X_test = (v.reshape(len(v), -1) for v in (given.train_images, given.test_images))
    unit = float(given.white)
    if gamma is None:
        gamma = choose_gamma(X, given.train_labels, device) * unit**2
    y = given.train_labels[:, None]
    if random_columns:
        wrong = corrupt_labels(given.train_labels, len(given.classes), 1.0, 0).labels
        y = np.column_stack([y, wrong])
    model = MinimumNormInterpolator(
        Gaussian(gamma / unit**2), device=device, checkpoint=checkpoint
    ).fit(X, y)
    error = (model.predict(X_test)[:, 0] != given.test_labels).mean()
    first = True
    if dist.is_initialized():
        first = dist.get_rank() == 0
        dist.destroy_process_group()
    if not first:
        return ""
    wrong = f"test error {percentage(100 * error, 2)} %"
    return f"{given.name}, gamma {gamma:.4g}\n{model.report_}\n{wrong}"
