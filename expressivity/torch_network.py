"""The literal network as a torch module; importing this imports torch."""

from __future__ import annotations

import torch


class TorchNetwork(torch.nn.Module):
    """c(x) = sum_j w_j max(<a, x> - b_j, 0) with parameters a (d,), b (n,), w (n,) or (n, K)."""

    def __init__(self, a: torch.Tensor, b: torch.Tensor, w: torch.Tensor) -> None:
        super().__init__()
        self.a, self.b, self.w = (torch.nn.Parameter(p) for p in (a, b, w))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the outputs (..., ) or (..., K) at points x (..., d)."""
        t = (x @ self.a).unsqueeze(-1)
        return torch.relu(t - self.b) @ self.w
