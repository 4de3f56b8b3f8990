"""What TensorFlow did in 2016, the authors' framework, where PyTorch does something else."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.nn.functional import pad

from experiments.training.networks import Replicas


def as_in_tensorflow(replicas: Replicas) -> None:
    """Change a convolutional network, in place, to the defaults of TensorFlow in 2016.

    Parameters
    ----------
    replicas : one of the paper's convolutional networks, as `networks.build` makes it

    Strided windows are padded as by "SAME": on even sides to the right and below only, with zeros,
    which for max-pools after a ReLU is as good as minus infinity. BatchNorm's averages move by
    0.001 a step (PyTorch: 0.1) and its epsilon is 1e-3 (1e-5), as in tf.contrib.layers. Weight
    decay spares biases and shifts, as in TensorFlow-slim. Weights and their number stay.
    """
    replicas.spares_biases = True
    for layer in replicas.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum, layer.eps = 1e-3, 1e-3
        # What has no padding has none there either: Inception V3's.
        if (
            isinstance(layer, nn.Conv2d | nn.MaxPool2d)
            and layer.stride in (2, (2, 2))
            and layer.padding not in (0, (0, 0))
        ):
            layer.padding = (0, 0)
            layer.register_forward_pre_hook(_same)


def _same(layer: Any, inputs: tuple[Tensor]) -> Tensor:
    """Pad so that a window of 3 and a stride of 2 halve the sides, rounded upwards."""
    (x,) = inputs
    height, width = (1 if side % 2 == 0 else 2 for side in x.shape[2:])
    return pad(x, (width // 2, width - width // 2, height // 2, height - height // 2))
