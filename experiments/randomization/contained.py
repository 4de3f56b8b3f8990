"""Code of the user's is run so that the process is afterwards what it was."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from experiments.sweeps.reason import reason


@contextmanager
def contained(seed: int | None = None) -> Iterator[None]:
    """Put back what code of the user's draws from and sets, and make an exit an error.

    Parameters
    ----------
    seed : of the generators of torch, NumPy and random meanwhile; where it is None they go on

    Put back are these generators, torch's default dtype and device, gradients and threads, NumPy's
    errors and the current folder. Raises RuntimeError for sys.exit, which would end everything
    without a word.
    """
    import torch

    of_numpy, of_python, folder = np.random.get_state(), random.getstate(), os.getcwd()
    dtype, device = torch.get_default_dtype(), torch.get_default_device()
    threads = torch.get_num_threads()
    with np.errstate(), torch.set_grad_enabled(torch.is_grad_enabled()), torch.random.fork_rng():
        if seed is not None:
            torch.manual_seed(seed)
            np.random.seed(seed % 2**32)
            random.seed(seed)
        try:
            yield
        except SystemExit as error:
            raise RuntimeError(reason(error)) from error
        finally:
            np.random.set_state(of_numpy)
            random.setstate(of_python)
            os.chdir(folder)
            torch.set_default_dtype(dtype)
            torch.set_num_threads(threads)
            if torch.get_default_device() != device:
                torch.set_default_device(None if device.type == "cpu" else device)
