"""Large evaluations: the same function fast, the literal sum on request, and how far it is."""

from __future__ import annotations

import io

import numpy as np
import pytest

from expressivity import interpolate, network
from expressivity.progress import progress


@pytest.fixture
def sample() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.standard_normal((300, 4)), rng.standard_normal((300, 2))


@pytest.mark.parametrize("depth", [2, 4])
def test_beyond_its_limit_a_network_is_evaluated_in_compiled_form(
    sample: tuple[np.ndarray, np.ndarray], depth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    X, y = sample
    net = interpolate(X, y, depth=depth)
    literal = net(X)
    assert (literal == net.literal(X)).all() and (literal != net.compiled(X)).any()
    monkeypatch.setattr(network, "LITERAL_UP_TO", len(X) * net.n_hidden - 1)
    assert (net(X) == net.compiled(X)).all()
    assert (net(X[:-1]) == net.literal(X[:-1])).all()


def test_the_literal_sum_in_parts_is_the_literal_sum(
    sample: tuple[np.ndarray, np.ndarray],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    X, y = sample
    net = interpolate(X, y)
    whole = net.literal(X)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(network, "LITERAL_UP_TO", 300 * 64)
    assert np.abs(net.literal(X) - whole).max() <= net.error.literal
    assert net.literal(X[:0]).shape == (0, 2)
    said = capsys.readouterr().err.splitlines()
    assert said[-1] == "literal sum of 300 x 300 units: 100%, about 0 s left"


def test_a_terminal_sees_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    assert list(progress(range(5), "work")) == [0, 1, 2, 3, 4]
    assert terminal.getvalue().count("\n") == 1 and terminal.getvalue().count("\r") == 5
