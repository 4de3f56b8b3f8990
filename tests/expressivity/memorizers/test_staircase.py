"""Staircases modulo 2 lead through their numbers and stay short; stored keys are not met."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from expressivity.memorizers.keys import fold, likely_bits, shortest_keys
from expressivity.memorizers.staircase import Staircase, staircase

ONE = 1 << 10


def _value(stairs: Staircase, t: int) -> int:
    terms = zip(stairs.changes, stairs.knots, strict=True)
    return stairs.start + sum(change * max(t * ONE - knot, 0) for change, knot in terms)


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, ONE // 2 - 1)), min_size=1))
def test_z_is_the_number_of_its_group_modulo_2_and_at_most_2_to_the_folds(
    groups: list[tuple[int, int]],
) -> None:
    last = np.cumsum([width for width, _ in groups])
    Z = np.array([2 * half for _, half in groups], dtype=object)
    stairs = staircase(last, Z, ONE)
    group = np.searchsorted(last, np.arange(last[-1] + 1))
    for t, g in enumerate(group.tolist()):
        value = _value(stairs, t)
        assert (value - Z[g]) % (2 * ONE) == 0
        assert 0 <= value <= ONE << stairs.folds
    assert len(stairs.knots) == len(groups) - 1


def test_z_stays_within_a_few_of_the_widest_groups() -> None:
    rng = np.random.default_rng(0)
    last = np.cumsum(rng.integers(50, 100, 500))
    stairs = staircase(last, 2 * rng.integers(1, ONE // 2, 500).astype(object), ONE)
    assert 1 << stairs.folds <= 8 * 100 < last[-1] // 40


@given(st.sets(st.integers(0, 5000), min_size=2, max_size=60), st.integers(1, 9), st.data())
def test_no_stored_key_is_met_in_its_zone(
    places: set[int], group_size: int, data: st.DataObject
) -> None:
    t = np.array(sorted(places)) - min(places)
    stored = np.array(sorted(data.draw(st.sets(st.integers(0, len(t) - 1), min_size=1))))
    h, shift = shortest_keys(t, stored, group_size, likely_bits(1))
    keys = fold(t, shift, h)
    assert keys.min() >= 0 and keys.max() <= 2**h
    begin = 0
    for group in range(0, len(stored), group_size):
        inside = stored[group : group + group_size]
        end = len(t) if group + group_size >= len(stored) else inside[-1] + 1
        zone = keys[begin:end].tolist()
        assert all(zone.count(keys[i]) == 1 for i in inside)
        begin = end
