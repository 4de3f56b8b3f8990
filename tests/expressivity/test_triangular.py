"""Steps 2 to 4: interleaved knots, the triangular system, its closed and its dense solution."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressivity import triangular
from expressivity.knots import interleaved_knots
from expressivity.triangular import (
    is_triangular,
    last_place,
    on_a_grid,
    solve,
    solve_dense,
    triangular_matrix,
)

projections = st.lists(
    st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=30, unique=True
).map(lambda t: np.array(sorted(t)))


@given(projections)
def test_knots_interleave(t: np.ndarray) -> None:
    b = interleaved_knots(t)
    assert (b < t).all()
    assert (t[:-1] <= b[1:]).all()
    A = triangular_matrix(t, b)
    assert (np.triu(A, 1) == 0).all() and (np.diag(A) > 0).all()
    assert is_triangular(t, b)


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=12, unique=True), st.data())
def test_closed_form_solves_the_system_exactly_where_arithmetic_is_exact(
    integers: list[int], data: st.DataObject
) -> None:
    t = np.array(sorted(integers), dtype=float)
    gap = np.diff(t, prepend=t[0] - 1)
    # Slopes that are integers keep every operation exact in doubles.
    slope = np.array([data.draw(st.integers(-9, 9)) for _ in t], dtype=float)
    b = interleaved_knots(t)
    gap[0] = t[0] - b[0]
    y = np.cumsum(slope * gap)
    w = solve(t, b, y)
    for ti, yi in zip(t.tolist(), y.tolist(), strict=True):
        total = sum(
            Fraction(wj) * max(Fraction(ti) - Fraction(bj), Fraction(0))
            for bj, wj in zip(b.tolist(), w.tolist(), strict=True)
        )
        assert total == Fraction(yi)


def test_closed_form_agrees_with_the_dense_solve() -> None:
    rng = np.random.default_rng(0)
    t = np.sort(rng.standard_normal(200))
    y = rng.standard_normal(200)
    b = interleaved_knots(t)
    w, dense = solve(t, b, y), solve_dense(t, b, y)
    assert np.abs(w - dense).max() <= 1e-9 * np.abs(w).max()


@pytest.mark.parametrize("j", [0, 3, 6])
def test_is_triangular_notices_a_knot_out_of_place(j: int) -> None:
    t = np.arange(7.0)
    b = interleaved_knots(t)
    b[j] = t[j] + 0.25
    assert not is_triangular(t, b)
    assert is_triangular(t, b) == (
        bool((np.triu(triangular_matrix(t, b), 1) == 0).all())
        and bool((np.diag(triangular_matrix(t, b)) > 0).all())
    )


@pytest.mark.parametrize("block", [1, 2, 3, 7, 40])
@pytest.mark.parametrize("K", [1, 3])
def test_weights_are_the_same_in_blocks_of_any_size(
    block: int, K: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    for n in (1, 2, 3, 6, 7, 20, 41):
        t = np.sort(rng.standard_normal(n))
        y = (
            rng.standard_normal((n, K) if K > 1 else n)
            * 10.0 ** rng.integers(-5, 5, n)[(slice(None), None) if K > 1 else slice(None)]
        )
        b = interleaved_knots(t)
        whole = solve(t, b, y)
        monkeypatch.setattr(triangular, "BLOCK", block)
        assert (solve(t, b, y) == whole).all()
        monkeypatch.undo()


def test_slopes_are_rounded_to_the_places_that_the_docstring_names() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        n = int(rng.integers(1, 9))
        t = np.sort(rng.standard_normal(n))
        b = interleaved_knots(t)
        s = rng.standard_normal(n) * 10.0 ** rng.uniform(-9, 9, n)
        rounded = on_a_grid(s, t, b, t[-1])
        for j in range(n):
            places = [np.spacing(abs(s[j]))]
            if j > 0:
                places.append(2 * np.spacing(abs(s[j] - s[j - 1])))
            if j + 1 < n and t[j] - b[j] <= t[-1] - t[j]:
                places.append(2 * np.spacing(abs(s[j + 1] - s[j])))
            place = Fraction(max(places))
            nearest = Fraction(round(Fraction(s[j]) / place)) * place
            assert Fraction(rounded[j]) == nearest


@given(st.lists(st.floats(0.0, 1e308), min_size=1))
def test_the_last_place_is_the_distance_to_the_next_double(x: list[float]) -> None:
    assert last_place(np.array(x)).tolist() == np.spacing(x).tolist()


@pytest.mark.parametrize(("blur", "holds"), [(0.0, False), (0.2, False), (0.25, True), (0.3, True)])
def test_entries_above_the_diagonal_within_the_blur_count_as_zero(blur: float, holds: bool) -> None:
    t = np.arange(4.0)
    b = np.array([-3.0, 0.0, 1.0, 1.75])
    assert is_triangular(t, b, blur) is holds
    # The diagonal is positive whatever the blur, and knots are in order.
    assert not is_triangular(t, np.array([0.0, 0.0, 1.0, 2.0]), 9.0)
    assert not is_triangular(t, np.array([-3.0, 0.5, 0.25, 2.0]), 9.0)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("K", [1, 2])
def test_a_slope_that_overflows_is_named_with_its_step_and_its_gap(K: int) -> None:
    t, y = np.array([1.0, 2.0, 2.5, 4.0]), np.array([0.0, 1.0, 1e308, -1e308])
    y = np.stack((np.arange(4.0), y), axis=1) if K == 2 else y
    with pytest.raises(ValueError) as refused:
        solve(t, interleaved_knots(t), y)
    said = str(refused.value)
    assert "y changes too steeply" in said and f"to {y[2]} across a projection gap of 0.5;" in said
    assert said.endswith("scale y down or X up")


def test_knots_that_meet_are_in_order() -> None:
    assert is_triangular(np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 1.0]), 1.0)


def test_an_entry_above_the_diagonal_is_refused_unless_a_blur_allows_it() -> None:
    t, b = np.array([1.0, 2.0]), np.array([0.0, 0.5])
    assert [is_triangular(t, b), is_triangular(t, b, 0.4), is_triangular(t, b, 0.5)] == [
        *(False, False, True)
    ]
