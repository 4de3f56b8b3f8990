"""Bounds from below: no network that was built lies under one that holds for every sample."""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from itertools import product
from math import prod
from pathlib import Path

import numpy as np
import pytest

import expressivity
from expressivity.memorizers.lower_bounds import lower_bounds
from expressivity.memorizers.memorize import memorize
from tests.expressivity.memorizers.samples import general_position


def test_pieces_are_the_least_units_over_all_widths() -> None:
    for n, layers in product(range(1, 40), (1, 2, 3)):
        found = lower_bounds(n, 3, depth=layers + 1)["pieces"].least
        wide = [w for w in product(range(n), repeat=layers) if prod(v + 1 for v in w) >= n - 1]
        assert found == min(map(sum, wide))
    assert lower_bounds(1000, 3, depth=2)["pieces"].least == 998


def test_any_depth_is_never_above_a_fixed_one() -> None:
    for n in (1, 2, 3, 17, 1000):
        for depth in (2, 3, 7):
            free, fixed = lower_bounds(n, 2, 2), lower_bounds(n, 2, 2, depth)
            assert free["pieces"].least <= fixed["pieces"].least
        assert lower_bounds(n, 2, 2)["vc"].least <= lower_bounds(n, 2, 2, 3)["vc"].least


def test_bits_count_labelings() -> None:
    for n, classes in product((1, 5, 64, 1000), (2, 3, 10, 16)):
        found = lower_bounds(n, 2, classes)
        bits = found["bits"].least
        assert 2**bits >= classes**n > 2 ** (bits - 1)
        assert 2 ** (64 * found["doubles"].least) >= classes**n


# The last two are denominators of convergents of log2(3), one above it and one below.
NEARLY_WHOLE = [(16266, 6), (12655, 10), (25310, 10), (111202, 3), (190537, 3)]


@pytest.mark.parametrize(("n", "classes"), NEARLY_WHOLE)
def test_bits_near_a_whole_number_are_rounded_up(n: int, classes: int) -> None:
    found = lower_bounds(n, 2, classes)
    assert found["bits"].least == (classes**n - 1).bit_length()
    assert found["doubles"].least == -(-found["bits"].least // 64)


def test_bits_of_any_number_of_points_and_classes() -> None:
    assert lower_bounds(10**12, 2, 3)["bits"].least == 1584962500722  # log2 3 = 1.584962500721156..
    assert lower_bounds(10**40, 2, 8)["bits"].least == 3 * 10**40
    assert lower_bounds(3, 2, 10**400)["bits"].least == (10**1200 - 1).bit_length()


def test_the_vc_line_grows_like_the_root() -> None:
    least = [lower_bounds(n, 8, 2)["vc"].least for n in (100, 1000, 10_000, 100_000)]
    assert least == [4, 9, 26, 73]


def test_the_vc_line_is_exact_for_any_number_of_points() -> None:
    """In doubles 10^18 + 7 gave one weight more than the inequality does."""
    assert lower_bounds(10**18 + 7, 3, 2, 2)["vc"].least == 8_033_754_526_760_930
    n = 10**60
    with localcontext(prec=200) as exact:
        for depth in (2, 5):
            bits = (2 * Decimal(n + depth) * exact.exp(1)).ln() / Decimal(2).ln()
            least = lower_bounds(n, 3, 2, depth)["vc"].least
            assert depth + depth * (least - 1) * bits < n <= depth + depth * least * bits


@pytest.mark.parametrize(("name", "options"), [("bubeck", {"exact": True}), ("yun", {})])
def test_networks_for_real_labels_have_at_least_n_plus_h_weights(
    name: str, options: dict[str, bool]
) -> None:
    n, d = 60, 3
    net = memorize(general_position(n, d), np.linspace(-1, 1, n), name, **options)
    assert net.n_nonzero >= lower_bounds(n, d, hidden=net.n_hidden)["dimension"].least


def test_two_layers_on_a_line_meet_the_pieces_within_two() -> None:
    net = memorize(np.arange(50)[:, None], np.arange(50) % 2, "zhang")
    assert net.n_hidden - 2 <= lower_bounds(50, 1, depth=2)["pieces"].least <= net.n_hidden


def test_the_moment_curve_needs_the_crossings() -> None:
    n, d = 33, 4
    Z = np.arange(n)[:, None] ** np.arange(1, d + 1)
    net = memorize(Z, np.arange(n) % 2, "baum")
    assert lower_bounds(n, d, 2, depth=2)["crossings"].least <= net.n_hidden <= -(-n // d)


def test_theorems_that_are_named_exist() -> None:
    folder = Path(expressivity.__file__).parent / "proofs" / "rocq"
    stated = "".join(path.read_text() for path in folder.glob("*.v"))
    for classes, depth in ((2, 2), (2, None), (None, 3)):
        for bound in lower_bounds(9, 2, classes, depth).values():
            if bound.theorem:
                assert re.search(rf"(Theorem|Corollary|Lemma) {bound.theorem}\b", stated)


def test_impossible_sizes_are_refused() -> None:
    for arguments in ((0, 1), (1, 0), (5, 5, 1), (5, 5, 2, 1)):
        with pytest.raises(ValueError, match="give"):
            lower_bounds(*arguments)
