"""A network and its sample as a file that Rocq checks: "this network interpolates" as a theorem."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.certificate import sample_hash
from expressivity.exact import Exact, as_fractions, dyadic, exact_relu_sum
from expressivity.network import Network
from expressivity.rational import RationalNetwork
from expressivity.sample import distinct, sample_for

TEXT = """\
(* {network} on the {n} distinct points in {d} coordinates of the sample with
   SHA-256 {sha256}
   (rows of little-endian doubles, targets last).
   `valid` is computed by Rocq's virtual machine; `interpolates` says what follows. *)
From Coq Require Import ZArith QArith List.
Require Checker.
Import ListNotations.

Definition certificate : Checker.certificate := (Checker.Certificate
  {scale_a} {scale_z}
  (Checker.Net [{direction}]
  [{units}])
  {tolerance}
  [{points}])%Z.

Lemma valid : Checker.valid certificate = true.
Proof. vm_cast_no_check (eq_refl true). Qed.

(* MathComp comes after the numbers: it would read them as its own integers, digit by digit. *)
From mathcomp Require Import all_ssreflect all_algebra.
Require Certificate.

(* At every point the network takes exactly the value stated, within the tolerance of the target. *)
Theorem interpolates (R : realFieldType) p : List.In p (Checker.points certificate) ->
  (Certificate.output R certificate p.1 = Certificate.QR R p.2.1 /\\
   `|Certificate.output R certificate p.1 - Certificate.QR R p.2.2|
     <= Certificate.QR R (Checker.tolerance certificate))%R.
Proof. exact (@Certificate.certified R certificate valid p). Qed.

Print Assumptions interpolates.
"""


def formalize(net: Network | RationalNetwork, X: ArrayLike, y: ArrayLike) -> str:
    """Return Rocq source that states and proves what a network does on a sample.

    Nothing is rounded: floats are written as integers over powers of two. The tolerance is the
    largest residual, so it is 0 for a network built with `exact=True`.

    Parameters
    ----------
    net : Network or RationalNetwork of depth 2 with one output
    X, y : the sample, as for `interpolate`

    Raises TypeError or ValueError as `interpolate`, and for other networks. Cost O(n d), and as
    many characters. Source: `rocq/Certificate.v`, theorem `certified`.
    """
    if net.depth != 2 or net.w.ndim != 1:
        raise ValueError(
            f"net has depth {net.depth} and weights of shape {net.w.shape}: the formal certificate "
            "is about two layers and one output; build it with depth=2 for one column of y"
        )
    given = sample_for(net.a, net.w, X, y)
    sha256 = sample_hash(given.z, given.y)
    given = given.take(distinct(given))
    z, scale_z = _over_power_of_two(given.z.astype(np.float64))
    a, scale_a = _over_power_of_two(net.a)
    b, w = as_fractions(net.b), as_fractions(net.w)
    # The direction takes up what the knots need to be integers on the scale of the projections.
    finer = lcm(scale_a * scale_z, *(knot.denominator for knot in b)) // (scale_a * scale_z)
    a, scale_a = a * finer, scale_a * finer
    step = scale_a * scale_z
    t = z @ a
    knots = [int(knot * step) for knot in b]
    weights = w / step
    values = exact_relu_sum(t, np.array(knots, dtype=object), weights)
    targets = as_fractions(given.y)
    order = sorted(range(len(t)), key=t.__getitem__)
    points = (f"({_list(z[i])}, ({_ratio(values[i])}, {_ratio(targets[i])}))" for i in order)
    units = (f"({_whole(k)}, {_ratio(v)})" for k, v in zip(knots, weights, strict=True))
    return TEXT.format(
        network=net,
        n=len(t),
        d=z.shape[1],
        sha256=sha256,
        scale_a=_whole(scale_a),
        scale_z=_whole(scale_z),
        direction="; ".join(map(_whole, a)),
        units=";\n   ".join(units),
        tolerance=_ratio(max(abs(values - targets))),
        points=";\n   ".join(points),
    )


def _over_power_of_two(values: NDArray[np.float64]) -> tuple[Exact, int]:
    """Return integers m and a power of two q, as small as can be, with values = m / q."""
    whole, exponent = dyadic(values)
    shared = 0
    for m in whole.ravel():
        shared |= abs(m)
    spare = (shared & -shared).bit_length() - 1 if shared else 0
    exponent += spare
    whole = whole // (1 << spare)
    return (whole, 1 << -exponent) if exponent < 0 else (whole * (1 << exponent), 1)


def _whole(value: int) -> str:
    """Write an integer in hexadecimal, which Rocq reads in linear time."""
    return f"(-{-value:#x})" if value < 0 else f"{value:#x}"


def _ratio(value: Fraction) -> str:
    return f"({_whole(value.numerator)} # {value.denominator:#x})"


def _list(values: Iterable[int]) -> str:
    return f"[{'; '.join(map(_whole, values))}]"
