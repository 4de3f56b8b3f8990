"""The explorable page in a real browser: its numbers are those of `expressivity`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from expressivity import interpolate
from expressivity.triangular import solve_dense, triangular_matrix
from paper_figures import explorable as package
from paper_figures.explorable import explorable

slow = pytest.mark.slow


@pytest.fixture(params=["desktop, light", "phone, dark"])
def opened(browser: Any, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    phone = request.param == "phone, dark"
    context = browser.new_context(
        viewport={"width": 390, "height": 800} if phone else {"width": 1200, "height": 900},
        color_scheme="dark" if phone else "light",
        has_touch=phone,
        offline=True,
    )
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda failed: complaints.append(failed.url))
    (tmp_path / "explorable.html").write_text(explorable(), encoding="utf-8")
    page.goto((tmp_path / "explorable.html").as_uri())
    yield page
    assert not complaints
    context.close()


BUILD = """([kind, n, classes, seed, angle, share]) => {
  const sample = kind === "digits"
    ? Sample.digits(n, {pixels: explorable_digits(), labels: explorable_labels()}, seed)
    : Sample.plane(n, classes, seed);
  if (kind === "digits") sample.y = Sample.labels(n, classes, seed);
  const a = Sample.direction(sample, angle);
  const built = Theorem.build(sample.points, sample.y, a, share);
  return {points: sample.points, labels: sample.y, a, t: built.t, rows: built.rows,
    network: built.network, matrix: built.network && Theorem.matrix(built.t, built.network.b),
    counts: [2, 3, 4, 7].map((k) => Theorem.count(n, a.length, k)),
    widths: [2, 3, 4, 7].map((k) => Theorem.width(n, k)),
    literal: built.network
      && built.t.map((t) => Theorem.literal(t, built.network.b, built.network.w)),
    compiled: built.network && built.t.map(built.value)};
}"""
DIGITS = """() => {
  const data = JSON.parse(document.getElementById("digits").textContent);
  window.explorable_digits = () => data.pixels.map(row => [...row].map(c => parseInt(c, 36)));
  window.explorable_labels = () => [...data.labels].map(Number);
}"""


@slow
@pytest.mark.parametrize("kind", ["plane", "digits"])
def test_its_numbers_are_those_of_the_python_code(opened: Any, kind: str) -> None:
    rng = np.random.default_rng(0)
    opened.evaluate(DIGITS)
    for seed in range(12):
        n, classes = int(rng.integers(8, 201)), int(rng.integers(2, 11))
        angle = float(rng.uniform(0, 2 * np.pi))
        page = opened.evaluate(BUILD, [kind, n, classes, seed, angle, 0])
        if page["network"] is None:  # two points of the grid met on this direction
            with pytest.raises(ValueError, match="same number"):
                interpolate(page["points"], page["labels"], direction=page["a"])
            continue
        net = interpolate(page["points"], page["labels"], direction=page["a"])
        for name in ("a", "b", "w"):
            ours, theirs = np.array(page["network"][name]), getattr(net, name)
            assert np.abs(ours - theirs).max() <= 1e-12 * np.abs(theirs).max()
        t = np.array(page["t"])
        assert (t == np.sort(np.array(page["points"]) @ net.a)).all()
        assert (np.array(page["matrix"]) == triangular_matrix(t, net.b)).all()
        targets = np.array(page["labels"])[page["rows"]]
        assert np.abs(np.array(page["literal"]) - targets).max() < 1e-6
        assert np.abs(np.array(page["compiled"]) - targets).max() < 1e-9
        for depth, count, width in zip((2, 3, 4, 7), page["counts"], page["widths"], strict=True):
            deep = interpolate(page["points"], page["labels"], direction=page["a"], depth=depth)
            assert (deep.n_weights, deep.width) == (count, width)


@slow
def test_knots_inside_the_gaps_solve_the_same_system(opened: Any) -> None:
    for seed, share in [(1, 0.25), (2, 0.5), (3, 0.4)]:
        page = opened.evaluate(BUILD, ["plane", 10, 3, seed, 0.7, share])
        t, b = np.array(page["t"]), np.array(page["network"]["b"])
        dense = solve_dense(t, b, np.array(page["labels"], dtype=float)[page["rows"]])
        assert np.abs(np.array(page["network"]["w"]) - dense).max() <= 1e-9 * np.abs(dense).max()


@slow
def test_points_are_added_dragged_labelled_and_made_to_collide(opened: Any) -> None:
    plane = opened.locator("#plane")
    plane.scroll_into_view_if_needed()
    before = opened.evaluate("explorable.state.sample.points.length")
    plane.focus()
    for key in ("Insert", "3", "ArrowRight", "Shift+ArrowUp"):
        opened.keyboard.press(key)
    points = opened.evaluate("explorable.state.sample.points")
    assert len(points) == before + 1 and points[-1] == [8 / 1024, 64 / 1024]
    assert opened.evaluate("explorable.state.sample.y.at(-1)") == 3
    box = plane.bounding_box()
    x, y = opened.evaluate(
        "(() => { const w = document.getElementById('plane').clientWidth;"
        "return [w * (0.5 + 8 / 1024 / 2.2), w * (0.5 - 64 / 1024 / 2.2)]; })()"
    )
    opened.mouse.move(box["x"] + x, box["y"] + y)
    opened.mouse.down()
    opened.mouse.move(box["x"] + x + 30, box["y"] + y)
    opened.mouse.up()
    assert opened.evaluate("explorable.state.sample.points.at(-1)[0]") > points[-1][0]
    opened.keyboard.press("Delete")
    assert opened.evaluate("explorable.state.sample.points.length") == before
    opened.click("#collide")
    opened.wait_for_function("document.getElementById('verdict').className === 'none'")
    assert "share a projection" in opened.inner_text("#verdict")
    opened.click("#spread")
    opened.wait_for_function("document.getElementById('verdict').className === ''")
    assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@slow
def test_the_direction_is_turned_by_its_arrow(opened: Any) -> None:
    plane = opened.locator("#plane")
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    opened.evaluate("explorable.state.sample.points = [[0, 0], [0.1, -0.2]]")
    opened.evaluate("explorable.state.sample.y = [0, 1]; explorable.turn(0)")
    middle, reach = (box["x"] + box["width"] / 2, box["y"] + box["width"] / 2), 0.45 * box["width"]
    opened.mouse.move(middle[0] + reach, middle[1])
    opened.mouse.down()
    opened.mouse.move(middle[0], middle[1] - reach)
    opened.mouse.up()
    assert opened.evaluate("explorable.state.angle") == pytest.approx(90, abs=0.5)
    assert opened.evaluate("explorable.state.sample.points.length") == 2


@slow
def test_fingers_add_choose_label_and_remove(opened: Any) -> None:
    if not opened.evaluate("navigator.maxTouchPoints"):
        pytest.skip("no touch")
    plane = opened.locator("#plane")
    plane.scroll_into_view_if_needed()
    opened.evaluate("explorable.state.sample.points = [[0, 0], [0.4, -0.2]]")
    opened.evaluate("explorable.state.sample.y = [0, 1]; explorable.turn(0)")
    size = plane.bounding_box()["width"]
    plane.tap(position={"x": 0.2 * size, "y": 0.2 * size})
    assert opened.evaluate("explorable.state.sample.points.length") == 3
    plane.tap(position={"x": 0.5 * size, "y": 0.5 * size})
    assert opened.evaluate("explorable.state.chosen") == 0
    opened.tap("#next-label")
    assert opened.evaluate("explorable.state.sample.y[0]") == 1
    opened.tap("#remove")
    assert opened.evaluate("explorable.state.sample.points.length") == 2
    opened.tap("#add")
    assert opened.evaluate("explorable.state.sample.points.length") == 3


@slow
def test_every_control_has_a_name_and_every_picture_a_description(opened: Any) -> None:
    opened.wait_for_function("document.getElementById('line').hasAttribute('aria-label')")
    unnamed = opened.evaluate(
        """() => [...document.querySelectorAll("input, select, button, canvas")]
          .filter(e => !(e.getAttribute("aria-label") || e.labels?.length || e.textContent.trim()))
          .map(e => e.id)"""
    )
    assert unnamed == []


def test_the_digits_are_scikit_learns() -> None:
    data = json.loads((Path(package.__file__).parent / "digits.json").read_text())
    real, labels = load_digits(return_X_y=True)
    pixels = [[int(letter, 36) for letter in row] for row in data["pixels"]]
    assert np.array_equal(pixels, real[: len(pixels)])
    assert data["labels"] == "".join(map(str, labels[: len(pixels)]))


def test_the_page_asks_nothing_of_the_network() -> None:
    page = explorable()
    assert "http://" not in page and "https://" not in page and "<script src" not in page
