"""Points: inner products and squared distances in double precision, exact for pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

# Integers up to here are exact in bfloat16 and TF32 too, whichever of them a user lets stand in
# for single precision; and integers below 2^24 are exact in the single precision they add up in.
SMALL = 256
EXACT = 2**24
LARGEST = 1e150  # squares of more coordinates than there will ever be add up to a finite double
PART = 4096  # rows
# Squared distances below this share of the norms have lost digits in their difference.
NEAR = 2.0**-20
PAIRS = 1 << 22  # coordinates of pairs of points at a time


@dataclass(frozen=True)
class Points:
    """n points around the origin of their own coordinates.

    Attributes
    ----------
    values : (n, d), the points less `centre`: float32 if they are small integers, else float64
    radius : at least max |value|
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
        shifted = self._products(other, 1, self.offsets, other.offsets)
        return shifted.add_(self.centre @ self.centre)

    def squared_distances(self, other: Points) -> Tensor:
        """Return ||x_i - z_j||^2, float64 (m, n), 0 from each point to itself and its like.

        Exact for small integers; else to about 2^-33 of each distance, however near two points
        are beside their distance from the centre. Cost O(m n d).
        """
        distances = self._products(other, -2, self.norms, other.norms)
        if torch.float64 in (self.values.dtype, other.values.dtype):
            if other is self:
                distances.fill_diagonal_(torch.inf)
            self._sharpen(distances, other)
        return distances.fill_diagonal_(0) if other is self else distances

    def _sharpen(self, distances: Tensor, other: Points) -> None:
        """Put in the squared distances of near points what their differences say."""
        bound = NEAR * float(self.norms.max() + other.norms.max())
        # One pass is enough where no two points are near.
        if float(distances.min()) > bound:
            return
        i, j = (distances <= bound).nonzero(as_tuple=True)
        near = distances[i, j] <= NEAR * (self.norms[i] + other.norms[j])
        i, j = i[near], j[near]
        size = max(1, PAIRS // self.values.shape[1])
        for rows, columns in zip(i.split(size), j.split(size), strict=True):
            apart = self.values[rows].double() - other.values[columns].double()
            distances[rows, columns] = apart.square_().sum(1)

    def _products(self, other: Points, factor: int, of_rows: Tensor, of_columns: Tensor) -> Tensor:
        """Return factor <x_i, z_j> + of_rows_i + of_columns_j of the values, float64 (m, n)."""
        if torch.float64 in (self.values.dtype, other.values.dtype):
            parts = [self.values.double() @ other.values.double().T]
        else:
            # Coordinates are cut so that every partial sum of a part is an integer below 2^24.
            width = int(EXACT // max(self.radius * other.radius, 1))
            cuts = zip(self.values.split(width, 1), other.values.split(width, 1), strict=True)
            parts = [x @ z.T for x, z in cuts]
        # A pass for each is faster than one that adds numbers of two precisions.
        total = parts[0].double().mul_(factor).add_(of_rows[:, None])
        for part in parts[1:]:
            total.add_(part.double(), alpha=factor)
        return total.add_(of_columns)


def points(X: Tensor, device: torch.device, centre: Tensor | None = None) -> Points:
    """Bring X (n, d), of any real dtype, to the device, around `centre` or the centre of X itself.

    Points that are compared with one another need the same centre. Around the centre of X, which
    serves squared distances, coordinates keep the digits that they have beside it; a kernel that
    looks at the points themselves is given them around `exact_centre`. Cost O(n d) time; one copy
    of X in single precision for small integers, in double precision otherwise. Raises ValueError
    for coordinates whose squares would not be finite.
    """
    low, high = (float(x) for x in X.aminmax())
    if max(-low, high) > LARGEST:
        raise ValueError(
            f"X has coordinates of {max(-low, high):.2g}: rescale to {LARGEST:g} or less"
        )
    if centre is None:
        centre = _centre(X)
    shift = centre.to(X.device)
    radius = max(high - float(shift.min()), float(shift.max()) - low)
    # Larger numbers have no place in single precision, even where their differences have.
    small = radius <= SMALL and max(-low, high) <= EXACT
    if small and _integral(shift) and _integral(X):
        values = X.to(device, torch.float32, copy=True).sub_(centre.to(device, torch.float32))
    else:
        values = X.to(device, torch.float64) - centre.to(device)
    return _around(values, radius, centre.to(device))


def exact_centre(X: Tensor) -> Tensor:
    """Return a centre (d,) around which no digit is lost: between integers their middle, else 0."""
    middle = _middle(X)
    return X.new_zeros(X.shape[1], dtype=torch.float64) if middle is None else middle


def _centre(X: Tensor) -> Tensor:
    """An integer where the points are integers, so that products stay integers; else the mean."""
    middle = _middle(X)
    return X.double().mean(0) if middle is None else middle


def _middle(X: Tensor) -> Tensor | None:
    low, high = (float(x) for x in X.aminmax())
    if max(-low, high) > EXACT or not _integral(X):
        return None
    return torch.full((X.shape[1],), (int(low) + int(high) + 1) // 2, dtype=torch.float64)


def _integral(X: Tensor) -> bool:
    return not X.dtype.is_floating_point or bool((X.round() == X).all())


def _around(values: Tensor, radius: float, centre: Tensor) -> Points:
    norms, offsets = values.new_empty((2, len(values)), dtype=torch.float64)
    # Part by part, so that small integers are never all copied to double precision.
    for start in range(0, len(values), PART):
        rows = slice(start, start + PART)
        part = values[rows].double()
        offsets[rows] = part @ centre
        norms[rows] = part.square().sum(1)
    return Points(values, radius, centre, norms, offsets)
