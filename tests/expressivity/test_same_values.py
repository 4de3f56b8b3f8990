"""The same values give the same network and the same verdict, whatever holds them."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy._core import _multiarray_umath  # pyright: ignore[reportAttributeAccessIssue]
from numpy.typing import NDArray

from expressivity import Network, certify, interpolate, memorize, threads, verify
from expressivity.arrays import check_values
from expressivity.line import in_order, lay
from expressivity.projection import project, project_and_measure
from expressivity.sample import sample
from tests.expressivity.test_arrays import CONTAINERS, HALVES, INTEGERS, WHOLE

DIRECTIONS: list[Any] = [None, "gaussian", "widened", [1.0, 0.1, 0.01]]
SUMMED = [1, 3, 64, 8192, 8193, 20_001]


def _layouts(X: NDArray[Any]) -> list[NDArray[Any]]:
    return [
        np.asfortranarray(X),
        X.astype(X.dtype.newbyteorder()),
        X.astype(np.float64),
        np.repeat(X, 2, axis=1)[:, ::2],
        X[::-1].copy()[::-1],
        np.frombuffer(b"\0" + X.tobytes(), np.uint8)[1:].view(X.dtype).reshape(X.shape),
    ]


@pytest.mark.parametrize("d", SUMMED)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_projection_depends_on_its_point_alone(d: int, dtype: Any) -> None:
    rng = np.random.default_rng(d)
    X, a = rng.standard_normal((75, d)).astype(dtype), rng.standard_normal(d)
    t = project(X, a)
    for same in _layouts(X):
        assert project(same, a).tolist() == t.tolist()
    assert project(X[::-1], a)[::-1].tolist() == t.tolist()
    assert [project(X[i : i + 1], a)[0] for i in range(len(X))] == t.tolist()


@pytest.mark.parametrize("cores", [1, 2, 3])
@pytest.mark.parametrize("dtype", [np.uint8, np.float16, np.float32, np.float64])
def test_a_projection_is_the_same_on_any_number_of_cores(
    cores: int, dtype: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    X, a = (50 * rng.random((3001, 40))).astype(dtype), rng.standard_normal(40)
    alone = [project(X[i : i + 1], a)[0] for i in range(len(X))]
    monkeypatch.setattr(threads, "threads_to_use", lambda: cores)
    monkeypatch.setattr(threads, "LARGE", 1000)
    t, largest = project_and_measure(X, a)
    assert t.tolist() == project(X, a).tolist() == alone
    assert largest == check_values(X) == np.abs(X).max()
    net = interpolate(X, rng.standard_normal(len(X)), direction="gaussian")
    assert net.compiled(X).tolist() == np.concatenate([net.compiled(x[None]) for x in X]).tolist()


def test_work_is_shared_out_without_rest() -> None:
    for rows in (0, 1, 7, 100):
        done = np.zeros(rows, dtype=int)

        def work(share: slice, done: NDArray[Any] = done) -> None:
            done[share] += 1

        threads.share_out(work, rows, threads.LARGE)
        threads.share_out(work, rows, 1)
        assert (done == 2).all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_found_on_the_way_to_the_line(dtype: Any, bad: float) -> None:
    X = np.random.default_rng(0).standard_normal((5000, 30)).astype(dtype)
    X[4321, 7] = bad
    with pytest.raises(ValueError, match=r"^X\[4321, 7\] is -?(nan|inf)"):
        interpolate(X, np.zeros(5000))
    # A direction that does not look at the coordinate hides nothing.
    with pytest.raises(ValueError, match=r"^X\[4321, 7\]"):
        interpolate(X, np.zeros(5000), direction=np.eye(30)[0])


def _equal(net: Network, other: Network) -> bool:
    return all(np.array_equal(getattr(net, k), getattr(other, k)) for k in ("a", "b", "w"))


@pytest.mark.filterwarnings("ignore:X has")
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", [*CONTAINERS, *(f"integers, {key}" for key in INTEGERS)])
def test_any_container_gives_the_same_network(name: str, direction: Any) -> None:
    plain, kept = (WHOLE, INTEGERS) if name.startswith("integers") else (HALVES, CONTAINERS)
    X, y = kept[name.removeprefix("integers, ")], np.arange(len(plain)) % 3
    net = interpolate(plain.astype(np.float64), y, direction=direction)
    same = interpolate(X, y, direction=direction)
    assert _equal(net, same)
    assert net(X).tolist() == net(plain).tolist()
    assert net.compiled(X).tolist() == net.compiled(plain).tolist()
    assert all(premise.holds for premise in verify(net, X, y).values())
    assert certify(net, X, y) == certify(net, plain, y)


@given(st.integers(2, 60), st.integers(1, 40), st.sampled_from([None, "widened", "gaussian"]))
@settings(max_examples=40)
def test_any_layout_gives_the_same_network_and_verdict(n: int, d: int, direction: Any) -> None:
    rng = np.random.default_rng([n, d])
    X, y = rng.standard_normal((n, d)).astype(np.float32), rng.standard_normal(n)
    net = interpolate(X, y, direction=direction)
    for same in _layouts(X):
        assert _equal(net, interpolate(same, y, direction=direction))
        assert all(premise.holds for premise in verify(net, same, y).values())


@pytest.mark.parametrize("construction", ["inoue", "zhang", "yun", "bubeck"])
def test_any_layout_gives_a_layered_network_the_same_outputs_and_bounds(construction: str) -> None:
    rng = np.random.default_rng(0)
    X, y = 37 * rng.standard_normal((64, 70)), rng.standard_normal(64)
    net = memorize(X, y, construction=construction)
    found = net.doubles(X)
    for same in (
        np.asfortranarray(X),
        X[::-1, ::-1].copy()[::-1, ::-1],
        np.repeat(X, 2, 1)[:, ::2],
    ):
        again = memorize(same, y, construction=construction)
        assert again.error == net.error
        other = net.doubles(same)
        assert other.values.tolist() == found.values.tolist()
        assert other.bound.tolist() == found.bound.tolist()


def test_a_point_keeps_its_place_on_the_line_when_others_go() -> None:
    rng = np.random.default_rng(0)
    X, a = rng.standard_normal((300, 50)), rng.standard_normal(50)
    line = lay(sample(X, np.zeros(300)), a)
    kept = np.sort(rng.permutation(300)[:100])
    assert np.isin(lay(sample(X[kept], np.zeros(100)), a).t, line.t).all()


@pytest.mark.parametrize("kind", ["spread", "clustered", "tied", "infinite", "huge"])
def test_many_projections_are_sorted(kind: str) -> None:
    rng = np.random.default_rng(0)
    t = rng.standard_normal(100_000)
    if kind == "clustered":
        t = 1e6 * rng.integers(0, 3, len(t)) + 1e-9 * t
    elif kind == "tied":
        t = np.round(t, 2)
    elif kind == "infinite":
        t[7] = np.inf
    elif kind == "huge":
        t = 1.7e308 * np.tanh(t)
    rows, ordered = in_order(t)
    assert np.array_equal(np.sort(rows), np.arange(len(t)))
    assert np.array_equal(ordered, np.sort(t)) and np.array_equal(t[rows], ordered)


PROBE = """
import hashlib, numpy as np
from expressivity import interpolate
rng = np.random.default_rng(0)
for X in (rng.standard_normal((500, 24)), rng.integers(0, 256, (500, 24))):
    for direction in ("gaussian", rng.standard_normal(24)):
        net = interpolate(X, rng.standard_normal(500), direction=direction)
        print(hashlib.sha256(net.a.tobytes() + net.b.tobytes() + net.w.tobytes()).hexdigest())
"""


def test_another_processor_with_other_threads_gives_the_same_network() -> None:
    # Older instructions stand for an older processor: NumPy's own and those of OpenBLAS.
    disabled = " ".join(_multiarray_umath.__cpu_dispatch__)
    older = {"NPY_DISABLE_CPU_FEATURES": disabled, "OPENBLAS_CORETYPE": "Prescott"}
    older["OPENBLAS_NUM_THREADS"] = "2"
    probe = [sys.executable, "-W", "ignore", "-c", PROBE]
    here, there = (
        subprocess.run(probe, env=os.environ | more, capture_output=True, text=True, check=True)
        for more in ({"OPENBLAS_NUM_THREADS": "1"}, older)
    )
    assert here.stdout == there.stdout != ""
