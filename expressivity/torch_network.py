"""The network as a torch module; importing this imports torch."""

from __future__ import annotations

from typing import Any

import torch


class TorchNetwork(torch.nn.Module):
    """c(x) = sum_j w_j max(<a, x> - b_j, 0) with parameters a (d,), b (n,), w (n,) or (n, K).

    Neighbouring units nearly cancel, and their products summed as they stand lose digits. The sum
    is taken by parts instead, in the order of the knots: with the slope s_j = w_1 + ... + w_j it is
    v_j + s_j (t - b_j) to the right of b_j, where v_{j+1} = v_j + s_j (b_{j+1} - b_j). Partial
    sums are then values of the function itself. Gradients are those of the sum of ReLUs.
    """

    def __init__(self, a: torch.Tensor, b: torch.Tensor, w: torch.Tensor) -> None:
        super().__init__()
        self.a, self.b, self.w = (torch.nn.Parameter(p) for p in (a, b, w))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the outputs (..., ) or (..., K) at points x (..., d), of any real dtype."""
        # Training may move a knot past its neighbour.
        b, order = torch.sort(self.b, stable=True)
        slopes = torch.cumsum(self.w[order], 0)
        t = x.to(self.a.dtype) @ self.a
        # The last knot before t: one at t itself has, as a ReLU at 0, no part in the gradient.
        piece = (torch.searchsorted(b.detach(), t.detach().contiguous()) - 1).clamp(min=0)
        gaps, past = torch.diff(b), torch.relu(t - b[piece])
        if self.w.ndim == 2:
            gaps, past = gaps.unsqueeze(-1), past.unsqueeze(-1)
        steps = torch.cat((torch.zeros_like(slopes[:1]), slopes[:-1] * gaps))
        return torch.cumsum(steps, 0)[piece] + slopes[piece] * past


class TorchClassifier(torch.nn.Module):
    """A network whose output, rounded, is the number of a class; `classes` are their labels."""

    def __init__(self, network: TorchNetwork, classes: list[Any]) -> None:
        super().__init__()
        self.network, self.classes = network, classes

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the numbers (...) of the classes at points x (..., d), int64."""
        return self.network(x).round().clamp(0, len(self.classes) - 1).long()
