"""What a network of any layers does on a sample, as a Rocq file made from its numbers alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from expressivity.check_layers import Layer
from expressivity.proofs.packed import column
from expressivity.proofs.statement import Form, over_common, rocq_file

RESIDUAL = """\
(* the places and weights of a row *)
Fixpoint entries i (row : list (nat * Z)) : list (nat * Z) :=
  if row is (skipped, w) :: row' then (i + skipped, w)%N :: entries (i + skipped).+1 row' else nil.

Definition fire (k : activation) (v : R) : R :=
  match k with Relu => Num.max 0 v | Threshold => if 0 <= v then 1 else 0 | Identity => v end.

(* r is the product of the scale of the coordinates and of the gains before this layer *)
Definition unit_value (r : positive) (L : Layered.layer) (x : list R) (u : Layered.unit) : R :=
  fire (Layered.kind u)
    (\\sum_(e <- entries 0 (Layered.row u)) ofZ e.2 / ofZ (Zpos (Layered.gain L)) * nth 0 x e.1
     + ofZ (Layered.bias u) / ofZ (Zpos (Pos.mul r (Layered.gain L)))).

Fixpoint network (r : positive) (Ls : list Layered.layer) (x : list R) : list R :=
  if Ls is L :: Ls' then
    network (Pos.mul r (Layered.gain L)) Ls' [seq unit_value r L x u | u <- Layered.units L]
  else x.

Definition residual (c : Layered.certificate) k (p : list Z * list Q) : R :=
  let x := [seq ofZ v / ofZ (Zpos (Layered.scale c)) | v <- p.1] in
  nth 0 (network (Layered.scale c) (Layered.layers c) x) k - ofQ (nth (Qmake 0 1) p.2 k).
"""

NETWORK = """\
Definition layers_of_network : list layer :=
  {layers}."""

CERTIFICATE = """\
Layered.certificate :=
  Certificate {scale:#x}%positive (N.to_nat {d}) layers_of_network"""

LAYERED = Form("Layered LayeredChecker", "LayeredCertificate", "layers", RESIDUAL)

KINDS = {"relu": 0, "threshold": 1, "identity": 2}


@dataclass(frozen=True)
class Rows:
    """A layer with a row of its own for each unit: {column: weight}, bias and kind."""

    rows: list[dict[int, Fraction]]
    bias: list[Fraction]
    kinds: list[int]


def layered_file(
    layers: Sequence[Layer],
    exponent: int,
    points: Sequence[Sequence[float | int]],
    targets: Sequence[Sequence[float | int]],
    tolerance: Sequence[Fraction],
    distance: Sequence[Fraction | None],
) -> str:
    """Return the Rocq file that states and proves what a network does; nothing is rounded.

    The outputs are 2^exponent times those of the last layer. Weights are integers over a gain for
    each layer, biases over the product of the gains so far. Repeated rows are a layer of their own,
    without activation, so that each is computed once. Cost: as many characters as the numbers have
    bits, a third. Source: `rocq/LayeredCertificate.v`.
    """
    z, scale = over_common(points)
    # In the order of the first unit: what a point shares with that before is not computed again.
    along = layers[0].directions[0].items()
    order = sorted(range(len(z)), key=[sum(w * x[j] for j, w in along) for x in z].__getitem__)
    terms, total = [], scale
    for layer in _plain(layers, exponent):
        gain = lcm(*(v.denominator for row in layer.rows for v in row.values()))
        gain *= lcm(*((v * total * gain).denominator for v in layer.bias))
        total *= gain
        terms.append(_term(layer, gain, total))
    return rocq_file(
        LAYERED,
        f"A network of {len(layers)} layers",
        NETWORK.format(layers="\n  :: ".join([*terms, "nil"])),
        CERTIFICATE.format(scale=scale, d=len(z[0])),
        [z[i] for i in order],
        [targets[i] for i in order],
        tolerance,
        distance,
    )


def _plain(layers: Sequence[Layer], exponent: int) -> Iterator[Rows]:
    """Yield layers whose units have rows of their own, skip connections included."""
    for layer in layers:
        yield from _rows(layer)
    if exponent:
        K = len(layers[-1].unit)
        yield Rows([{k: Fraction(2) ** exponent} for k in range(K)], [Fraction(0)] * K, [2] * K)


def _rows(layer: Layer) -> Iterator[Rows]:
    directions, units = layer.directions, layer.unit
    kinds = [2 if u < layer.carried else KINDS[layer.activation] for u in range(len(units))]
    carried = list(range(layer.carried))
    stored = sum(map(len, directions))
    if sum(len(directions[j]) for j in units) > stored + 2 * len(units):
        first = [*directions, *({u: Fraction(1)} for u in carried)]
        yield Rows(first, [Fraction(0)] * len(first), [2] * len(first))
        carried = [len(directions) + u for u in carried]
        directions = [{j: Fraction(1)} for j in range(len(directions))]
    rows = [dict(directions[j]) for j in units]
    for u, place in enumerate(carried):
        rows[u][place] = rows[u].get(place, Fraction(0)) + 1
    yield Rows(rows, [v or Fraction(0) for v in layer.bias], kinds)


def _term(layer: Rows, gain: int, total: int) -> str:
    """Write a layer, of type Layered.layer: its columns of numbers."""
    skipped, weights = [], []
    for row in layer.rows:
        before = 0
        for place in sorted(row):
            skipped.append(place - before)
            weights.append(int(row[place] * gain))
            before = place + 1
    columns = (
        layer.kinds,
        [len(row) for row in layer.rows],
        skipped,
        weights,
        [int(v * total) for v in layer.bias],
    )
    terms = "\n     ".join(f"({column(values)})" for values in columns)
    return f"layer_of {gain:#x}%positive\n     {terms}"
