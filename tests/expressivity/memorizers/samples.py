"""Samples of many kinds for the properties of constructions."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray


@st.composite
def points(draw: st.DrawFn, most: int = 24, distinct: bool = True) -> NDArray[Any]:
    """Draw at most `most` points: Gaussian, integer grids, cubes, collinear, of small dtypes."""
    seed, n, d = draw(st.integers(0, 2**20)), draw(st.integers(1, most)), draw(st.integers(1, 5))
    rng = np.random.default_rng(seed)
    kinds = {
        "gaussian": lambda: rng.standard_normal((n, d)),
        "single": lambda: rng.standard_normal((n, d)).astype(np.float32),
        "bytes": lambda: rng.integers(0, 256, (n, d)).astype(np.uint8),
        "grid": lambda: rng.integers(-3, 4, (n, d)),
        "cube": lambda: rng.integers(0, 2, (n, d)),
        "line": lambda: rng.permutation(n)[:, None] * rng.integers(1, 9, d) + 0.5,
        "constant column": lambda: np.c_[rng.standard_normal((n, d)), np.full(n, 7.0)],
        "near": lambda: 1 + rng.integers(0, 64, (n, d)) * 2.0**-52,
        "scales": lambda: rng.standard_normal((n, d)) * 10.0 ** rng.integers(-90, 90, d),
    }
    Z = kinds[draw(st.sampled_from(sorted(kinds)))]()
    return np.unique(Z, axis=0) if distinct else Z


def general_position(n: int, d: int, seed: int = 0) -> NDArray[np.float64]:
    """Return Gaussian points: no d + 1 of them on a hyperplane, with probability one."""
    return np.random.default_rng(seed).standard_normal((n, d))
