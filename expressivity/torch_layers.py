"""A layered network as a torch module; importing this imports torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from expressivity.memorizers.exact_numbers import factors
from expressivity.memorizers.layer import dense

if TYPE_CHECKING:
    from expressivity.memorizers.layered import Layered


class TorchLayers(torch.nn.Module):
    """h -> activation(M h + c), layer by layer, in its own precision: doubles, as it is made.

    Zeros are stored too.
    """

    def __init__(self, net: Layered) -> None:
        super().__init__()
        self.factors = factors(net.exponent)
        self.activations = [(layer.activation, layer.carried) for layer in net.layers]
        pairs = [dense(layer) for layer in net.layers]
        self.weights = torch.nn.ParameterList([torch.tensor(M) for M, _ in pairs])
        self.biases = torch.nn.ParameterList([torch.tensor(c) for _, c in pairs])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the outputs (m,), or (m, K), at points x (m, d) of any real dtype."""
        h = x.to(self.weights[0].dtype)
        for M, c, (activation, carried) in zip(
            self.weights, self.biases, self.activations, strict=True
        ):
            v = torch.nn.functional.linear(h, M, c)
            if activation == "relu":
                h = torch.cat((v[..., :carried], torch.relu(v[..., carried:])), dim=-1)
            elif activation == "threshold":
                h = torch.cat((v[..., :carried], (v[..., carried:] >= 0).to(v)), dim=-1)
            else:
                h = v
        for factor in self.factors:
            h = h * factor
        return h.squeeze(-1) if h.shape[-1] == 1 else h
