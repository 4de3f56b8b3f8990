"""How convolutions multiply on a GPU."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import backends

cudnn: Any = backends.cudnn  # whose newer settings are not declared


@contextmanager
def full_precision() -> Iterator[None]:
    """Multiply single precision as such, by whichever algorithm is the fastest for each shape.

    By default torch lets convolutions and recurrent layers, but not matrix products, round their
    inputs to TF32. Where algorithms are to be deterministic none is chosen by its time. What was
    set before, by either of torch's two ways of setting it, is set again afterwards.
    """
    kinds, older, fastest = (cudnn.conv, cudnn.rnn), _allowed(), cudnn.benchmark
    before = [kind.fp32_precision for kind in kinds]
    try:
        if older is not None:  # so that both ways say the same to whoever asks within
            cudnn.allow_tf32 = False
        for kind in kinds:
            kind.fp32_precision = "ieee"
        cudnn.benchmark = not cudnn.deterministic
        yield
    finally:
        if older is not None:
            cudnn.allow_tf32 = older
        for kind, precision in zip(kinds, before, strict=True):
            kind.fp32_precision = precision
        cudnn.benchmark = fastest


def _allowed() -> bool | None:
    """Return what the older setting says; None where the newer one differs, and torch raises."""
    try:
        return cudnn.allow_tf32
    except RuntimeError:
        return None
