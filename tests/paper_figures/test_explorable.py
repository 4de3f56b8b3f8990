"""The explorable page in a real browser: its numbers are those of `expressivity`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from expressivity import Layered, interpolate, memorize
from expressivity.memorizers import baum
from expressivity.memorizers.construction import constructions
from expressivity.memorizers.hyperplanes import Points, Slab
from expressivity.memorizers.layer import Layer
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


OTHER = """([kind, n, classes, seed, angle]) => {
  const sample = kind === "digits"
    ? Sample.digits(n, {pixels: explorable_digits(), labels: explorable_labels()}, seed)
    : Sample.plane(n, classes, seed);
  const a = Sample.direction(sample, angle), {points, y} = sample;
  const line = Theorem.lay(points, y, a);
  if (line.collisions.length) return null;
  const shown = (net, at) => net.why ? net : {layers: net.layers, size: Layers.size(net.layers),
    groups: net.groups, fired: net.fired, a: net.line?.a, values: at.map(net.value)};
  const between = line.t.slice(1).map((t, i) => (line.t[i] + t) / 2);
  const away = points.map(([u, v]) => [v, u]);
  return {points, labels: y, a, rows: line.rows, between, away,
    inoue: shown(Inoue.build(line.t, line.y, a), [...line.t, ...between]),
    "one-knot": shown(OneKnot.build(points, line, a), line.t),
    baum: shown(Baum.build(points, line, a), [...points, ...away])};
}"""


def drawn(opened: Any, kind: str) -> Iterator[dict[str, Any]]:
    """Samples of the page with the networks that it draws for them."""
    opened.evaluate(DIGITS)
    rng = np.random.default_rng(0)
    for seed in range(16):
        n, classes = int(rng.integers(2, 201)), (2, 2, 3, 10)[seed % 4]
        page = opened.evaluate(OTHER, [kind, n, classes, seed, float(rng.uniform(0, 2 * np.pi))])
        if page is not None:
            yield page


def layers(page: dict[str, Any]) -> list[Layer]:
    """The layers of the page as the package's own, with coordinates of its inputs."""
    found, width = [], len(page["a"])
    for layer in page["layers"]:
        rows = [dict(row) for row in layer["directions"]]
        options = {"unit": layer["unit"], "activation": layer["activation"]}
        found.append(Layer.of(rows, layer["bias"], n_inputs=width, **options))
        width = len(layer["unit"])
    return found


def assert_equal(page: dict[str, Any], a: list[float], net: Layered) -> None:
    """Every weight and bias of the page is Python's, in the same place, to 1e-12."""
    ours = layers({**page, "a": a})
    assert len(ours) == net.depth
    for mine, theirs in zip(ours, net.layers, strict=True):
        order = np.lexsort((mine.columns, mine.rows)), np.lexsort((theirs.columns, theirs.rows))
        for name in ("rows", "columns", "values"):
            one, other = (
                np.array(getattr(v, name)[k], dtype=float)
                for v, k in zip((mine, theirs), order, strict=True)
            )
            assert one.shape == other.shape
            assert np.abs(one - other).max(initial=0) <= 1e-12 * np.abs(other).max(initial=1)
        assert (mine.unit == theirs.unit).all() and (mine.biased == theirs.biased).all()
        bias = np.array(theirs.bias, dtype=float)
        off = np.abs(np.array(mine.bias, dtype=float) - bias).max(initial=0)
        assert off <= 1e-12 * np.abs(bias).max(initial=1)
        assert mine.activation == theirs.activation
    counts = {"weights": net.n_weights, "nonzero": net.n_nonzero, "hidden": net.n_hidden}
    assert page["size"] == {**counts, "depth": net.depth}


@slow
@pytest.mark.parametrize("kind", ["plane", "digits"])
def test_two_hidden_layers_are_those_of_the_python_code(opened: Any, kind: str) -> None:
    for page in drawn(opened, kind):
        net = memorize(page["points"], page["labels"], "inoue", direction=page["a"])
        assert_equal(page["inoue"], page["a"], net)
        targets = np.array(page["labels"])[page["rows"]]
        n = len(targets)
        assert np.abs(np.array(page["inoue"]["values"][:n]) - targets).max() <= net.error
        if kind == "plane":  # at the points halfway, too: inputs with these projections
            a, t = np.array(page["a"]), np.array(page["between"])[:, None]
            halfway = net.doubles(t * a / (a @ a))
            off = np.abs(halfway.values - page["inoue"]["values"][n:])
            assert (off <= 1e3 * halfway.bound + 1e-12).all()


@slow
@pytest.mark.parametrize("kind", ["plane", "digits"])
def test_bit_extraction_is_that_of_the_python_code(opened: Any, kind: str) -> None:
    built = 0
    for page in drawn(opened, kind):
        found = page["one-knot"]
        if "why" in found or found["a"] is None:
            continue
        a = np.array(found["a"])
        options = {"direction": a, "float64": True}
        net = memorize(page["points"], page["labels"], "one-knot", **options)
        assert_equal(found, page["a"], net)
        assert found["values"] == [page["labels"][i] for i in page["rows"]]
        built += 1
    assert built > 8


@slow
def test_threshold_units_are_those_of_the_python_code(opened: Any) -> None:
    """Python's slab of every pair that the page chose, and as many units as Python's network."""
    built = 0
    for page in drawn(opened, "plane"):
        found, y = page["baum"], np.array(page["labels"])
        if "why" in found:
            assert y.max() > 1
            continue
        X = np.array(page["points"])
        points, slabs = Points(X), []
        cut = np.array([], dtype=int)
        for group in found["groups"]:
            rows = np.array(group["rows"])
            half = group["slab"]["high"] is None
            others = np.setdiff1d(np.arange(len(y)), rows)
            outside = others if half else np.flatnonzero(y != found["fired"])
            whole = (np.array(page["a"]) * 1024).astype(int).astype(object)
            theirs = (
                points.slab(rows, outside)
                if len(rows) == 2
                else points.cut(whole, rows, outside, half)
            )
            assert theirs is not None
            assert same_strip(group["slab"], theirs), (group, theirs)
            slabs.append(Slab(np.array(group["slab"]["normal"], dtype=object), *walls(group)))
            cut = np.append(cut, rows)
        assert sorted(cut) == sorted(np.flatnonzero(y == found["fired"]))
        net = Layered(baum._layers(slabs, 2, bool(found["fired"])), "baum", classes=2)
        assert_equal(found, page["a"], net)
        assert (net.exact(page["points"]) == y).all()
        assert found["values"] == net.exact(page["points"] + page["away"]).tolist()
        if len(y) > 3:
            assert net.n_hidden <= memorize(X, y, "baum").n_hidden
        built += 1
    assert built > 5


def walls(group: dict[str, Any]) -> tuple[int, int | None]:
    low, high = group["slab"]["low"], group["slab"]["high"]
    return int(low), None if high is None else int(high)


def same_strip(ours: dict[str, Any], theirs: Slab) -> bool:
    """Whether two slabs are one; the sign of a normal is free, and turns which wall is open."""
    normal, low, high = theirs.normal.tolist(), theirs.low, theirs.high
    if ours["normal"] == [-v for v in normal]:
        normal, low, high = [-v for v in normal], 1 - (high or 0), 1 - low
    near = max(abs(v) for v in normal) * 1e-12 + 1
    return ours["normal"] == normal and all(
        a is b is None or abs(a - b) <= near
        for a, b in zip((ours["low"], ours["high"]), (low, high), strict=True)
    )


@slow
def test_what_all_constructions_cost_is_what_python_counts(opened: Any) -> None:
    cases = [[n, d, C] for n in (1, 2, 3, 7, 24, 100, 200) for d in (2, 64) for C in (2, 3, 10)]
    page = opened.evaluate(
        """cases => cases.map(([n, d, C]) => Object.fromEntries(Sizes.map(({name, size}) =>
          [name, (({weights, hidden, depth}) => [weights, hidden, depth])(size(n, d, C))])))""",
        cases,
    )
    for (n, d, C), found in zip(cases, page, strict=True):
        sizes = {name: module.size(n, d, C) for name, module in constructions().items()}
        assert found == {k: [v.n_weights, v.n_hidden, v.depth] for k, v in sizes.items()}


@slow
def test_constructions_are_chosen_and_refuse_in_words(opened: Any) -> None:
    def verdict(choice: str, words: str) -> None:
        opened.select_option("#construction", choice)
        opened.wait_for_function(
            "words => document.getElementById('verdict').textContent.includes(words)", arg=words
        )

    verdict("baum", "needs two classes")
    opened.select_option("#classes", "2")
    verdict("baum", "passes through all 24 points")
    assert opened.locator("#counts tbody tr", has_text="drawn here").count() == 1
    assert opened.is_disabled("#depth") and opened.is_disabled("#share")
    verdict("one-knot", "largest residual, seen here: 0.")
    verdict("inoue", "hidden units")
    opened.select_option("#kind", "digits")
    verdict("inoue", "passes through all 24 points")
    verdict("baum", "in the plane")
    opened.click("summary")
    verdict("one-knot", "passes through all 24 points")
    opened.wait_for_function("document.querySelectorAll('#numbers tbody tr').length > 24")
    assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@slow
def test_what_doubles_do_not_carry_is_said_to_be_missed(opened: Any) -> None:
    opened.evaluate(
        "explorable.state.sample.points = [[0, 0.5], [1 / 1024, 0.5], [0, -0.5], [0, 0.9]]"
    )
    opened.evaluate("explorable.state.sample.y = [0, 9, 0, 9]")
    for a, words in (([1, 1], "passes through all 4 points"), ([-2e-12, 1], "misses, in doubles")):
        opened.evaluate("a => { explorable.state.direction = a; explorable.frame(); }", a)
        opened.wait_for_function(
            "words => document.getElementById('verdict').textContent.includes(words)", arg=words
        )
        assert "with 10 weights" in opened.inner_text("#verdict")


@slow
def test_the_row_of_the_theorem_states_the_formula_of_its_depth(opened: Any) -> None:
    for n, d, depth in [(9, 2, 2), (9, 2, 3), (10, 3, 4), (24, 64, 6)]:
        size = opened.evaluate(
            "([n, d, L]) => ({...Theorem.size(n, d, L), kinks: Theorem.layers(n, L)})",
            [n, d, depth],
        )
        names = {"n": n, "d": d, "L": depth, "h": size["kinks"][0], "l": size["kinks"][-1]}
        formula = size["formula"].split(",")[0].replace("\N{MINUS SIGN}", "-")
        python = re.sub(r"(\d) ?([a-z(])", r"\1*\2", formula)
        assert eval(python, names) == size["weights"]


@slow
def test_knots_inside_the_gaps_solve_the_same_system(opened: Any) -> None:
    for seed, share in [(1, 0.25), (2, 0.5), (3, 0.4)]:
        page = opened.evaluate(BUILD, ["plane", 10, 3, seed, 0.7, share])
        t, b = np.array(page["t"]), np.array(page["network"]["b"])
        dense = solve_dense(t, b, np.array(page["labels"], dtype=float)[page["rows"]])
        assert np.abs(np.array(page["network"]["w"]) - dense).max() <= 1e-9 * np.abs(dense).max()


def at_rest(opened: Any) -> dict[str, float]:
    """The box of the plane in view, once picture and text are of the present state."""
    plane = opened.locator("#plane")
    opened.evaluate("explorable.frame(); explorable.tell()")
    plane.scroll_into_view_if_needed()
    return plane.bounding_box()


@slow
def test_the_plane_stays_under_the_hand(opened: Any) -> None:
    page = opened.evaluate("document.getElementById('verdict').textContent")
    assert page, "the text comes with the first picture"
    box = at_rest(opened)
    for made in [
        "explorable.turn(0)",
        "explorable.turn(90.1)",
        "document.getElementById('collide').click()",
        "Object.assign(explorable.state.sample, {points: [[0, 0], [0.1, -0.2]], y: [0, 1]})",
        "explorable.turn(20)",
        "explorable.state.sample.points = [[0, 0], [0, 0]]",
    ]:
        opened.evaluate(f"{made}; explorable.frame(); explorable.tell()")
        assert opened.locator("#plane").bounding_box() == box, made


@slow
def test_points_are_added_dragged_labelled_and_made_to_collide(opened: Any) -> None:
    plane = opened.locator("#plane")
    before = opened.evaluate("explorable.state.sample.points.length")
    plane.focus()
    for key in ("Insert", "3", "ArrowRight", "Shift+ArrowUp"):
        opened.keyboard.press(key)
    points = opened.evaluate("explorable.state.sample.points")
    assert len(points) == before + 1 and points[-1] == [8 / 1024, 64 / 1024]
    assert opened.evaluate("explorable.state.sample.y.at(-1)") == 3
    box = at_rest(opened)
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
    opened.evaluate("explorable.state.sample.points = [[0, 0], [0.1, -0.2]]")
    opened.evaluate("explorable.state.sample.y = [0, 1]; explorable.turn(0)")
    box = at_rest(opened)
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
    opened.evaluate("explorable.state.sample.points = [[0, 0], [0.4, -0.2]]")
    opened.evaluate("explorable.state.sample.y = [0, 1]; explorable.turn(0)")
    size = at_rest(opened)["width"]
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
