"""Points: inner products and squared distances in double precision, exact for pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

# Integers up to here are exact in bfloat16 and TF32 too, whichever of them a user lets stand in
# for single precision; and integers below 2^24 are exact in the single precision they add up in.
SMALL = 256
EXACT = 2**24


@dataclass(frozen=True)
class Points:
    """n points around the origin of their own coordinates.

    Attributes
    ----------
    values : (n, d), the points less `centre`: float32 if they are small integers, else float64
    radius : max |value|
    centre : float64 (d,)
    norms : float64 (n,), squared norms of the values
    offsets : float64 (n,), inner products of the values with the centre
    """

    values: Tensor
    radius: float
    centre: Tensor
    norms: Tensor
    offsets: Tensor

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, rows: slice) -> Points:
        return replace(
            self, values=self.values[rows], norms=self.norms[rows], offsets=self.offsets[rows]
        )

    @property
    def original(self) -> Tensor:
        """The points in their own coordinates, float64 (n, d)."""
        return self.values.double() + self.centre

    def inner(self, other: Points) -> Tensor:
        """Return <x_i, z_j> in the original coordinates, float64 (m, n). Cost O(m n d)."""
        shifted = self._products(other).add_(self.offsets[:, None]).add_(other.offsets)
        return shifted.add_(self.centre @ self.centre)

    def squared_distances(self, other: Points) -> Tensor:
        """Return ||x_i - z_j||^2, float64 (m, n), at least 0, and 0 from each point to itself.

        Exact for small integers. Cost O(m n d).
        """
        distances = self._products(other).mul_(-2).add_(self.norms[:, None]).add_(other.norms)
        distances.clamp_(min=0)
        return distances.fill_diagonal_(0) if other is self else distances

    def _products(self, other: Points) -> Tensor:
        if torch.float64 in (self.values.dtype, other.values.dtype):
            return self.values.double() @ other.values.double().T
        # Coordinates are cut so that every partial sum of a part is an integer below 2^24.
        width = int(EXACT // max(self.radius * other.radius, 1))
        parts = zip(self.values.split(width, 1), other.values.split(width, 1), strict=True)
        first, *others = (x @ z.T for x, z in parts)
        total = first.double()
        for products in others:
            total += products
        return total


def points(X: Tensor, device: torch.device, centre: Tensor | None = None) -> Points:
    """Bring X (n, d), of any real dtype, to the device, around `centre` or the centre of X itself.

    Points that are compared with one another need the same centre. Cost O(n d) time; one copy of
    X in single precision for small integers, in double precision otherwise.
    """
    low, high = (float(x) for x in X.aminmax())
    if not X.dtype.is_floating_point or (high - low <= 2 * SMALL and bool((X.round() == X).all())):
        if centre is None:
            centre = torch.full((X.shape[1],), (low + high + 1) // 2, dtype=torch.float64)
        shift = float(centre[0])
        radius = max(high - shift, shift - low)
        if radius <= SMALL and bool((centre == shift).all()) and shift.is_integer():
            return _around(X.to(device).float().sub_(shift), radius, centre.to(device))
    values = X.to(device, torch.float64)
    if centre is None:
        centre = values.mean(0)
    values = values - centre.to(device)
    return _around(values, float(values.abs().max()), centre.to(device))


def _around(values: Tensor, radius: float, centre: Tensor) -> Points:
    # Part by part, so that small integers are never all copied to double precision.
    norms = torch.cat([part.double().square().sum(1) for part in values.split(4096)])
    offsets = torch.cat([part.double() @ centre for part in values.split(4096)])
    return Points(values, radius, centre, norms, offsets)
