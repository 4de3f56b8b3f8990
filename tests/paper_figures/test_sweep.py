"""Which samples of a network are drawn against the level of corruption, and under which name."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from paper_figures.figures import figure1a, figure1b, figure1c
from paper_figures.findings import drawn
from paper_figures.sweep import series_of
from paper_figures.tables import factors
from tests.paper_figures.made_up import trained

ENDS, TENTHS = (0.0, 1.0), tuple(k / 10 for k in range(11))


def at(levels: tuple[float, ...], network: str = "alexnet", **changes: Any) -> list[dict[str, Any]]:
    return [trained(network, level, **changes) for level in levels]


def test_a_smaller_sample_is_drawn_only_for_levels_of_its_own() -> None:
    whole, swept = at(ENDS), at(TENTHS, n=2500)
    assert [s.name for s in series_of(whole + swept)] == ["AlexNet", "AlexNet (n = 2,500)"]
    assert [s.whole for s in series_of(whole + swept)] == [True, False]
    assert [s.name for s in series_of(at(TENTHS) + at(ENDS, n=2500))] == ["AlexNet"]


def test_a_sample_with_one_level_is_no_sweep_and_covers_none() -> None:
    assert series_of(at((0.0,))) == []
    assert [s.name for s in series_of(at((0.0,)) + at(ENDS, n=2500))] == ["AlexNet (n = 2,500)"]


def test_two_data_sets_are_told_apart_by_name() -> None:
    both = at(ENDS, data="cifar10") + at(TENTHS)
    assert [s.name for s in series_of(both)] == ["AlexNet, CIFAR-10", "AlexNet, CIFAR-10 (JPEG)"]


@given(st.lists(st.tuples(st.sampled_from([None, 100, 2500]), st.sampled_from(TENTHS))))
def test_no_level_is_lost_and_none_of_a_sample_is_torn_apart(runs: list[Any]) -> None:
    records = [trained("alexnet", level, n=n) for n, level in runs]
    kept = series_of(records)
    swept = [size for size in (None, 100, 2500) if len({x for n, x in runs if n == size}) > 1]
    assert {x for series in kept for x in series.levels} == {x for n, x in runs if n in swept}
    for series in kept:
        n = series.records[0]["specification"]["n"]
        assert len(series.records) == sum(size == n for size, _ in runs)


def unfitted(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record of a training that ended at its limit, after 3,000 steps."""
    return {**record, "stopped": "epoch limit", "train_accuracy": 0.98}


def test_a_factor_is_a_bound_where_one_seed_falls_short_and_none_where_its_true_labels_do() -> None:
    true = [trained("alexnet", 0.0, seed) for seed in (0, 1)]
    random = [trained("alexnet", 1.0, seed) for seed in (0, 1)]
    assert "a factor of 1.0 for AlexNet." in figure1b.findings([*true, *random])
    said = figure1b.findings([*true, random[0], unfitted(random[1])])
    assert said == "Random labels take longer by a factor of more than 1 for AlexNet."
    records = [true[0], unfitted(true[1]), *random]
    said = figure1b.findings(records)
    assert said == "No factor to 100 % for AlexNet, which leaves some labels unfitted."
    figure = figure1b.draw(records)
    assert figure is not None
    lines = {line.get_label(): line for line in figure.axes[0].get_lines()}
    assert not np.isfinite(np.array(lines["AlexNet"].get_ydata(), dtype=float)).any()


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_of_a_network_that_was_run_on_one_labeling_no_factor_is_missed(level: float) -> None:
    alone, pair = at((level,)), at(ENDS, "mlp-1x512")
    assert figure1b.findings(alone) == ""
    for module in (figure1b, factors):
        assert drawn(module, [*alone, *pair]) == pair


@pytest.mark.parametrize("module", [figure1b, figure1c])
def test_a_line_joins_levels_of_one_sample_and_only_the_whole_has_stars(module: Any) -> None:
    # Three networks: the ends on all images, a sweep on some; a sweep on all; a part on few.
    records = at(ENDS) + at(TENTHS, n=2500) + at(TENTHS, "mlp-1x512") + at(ENDS, "inception", n=50)
    assert len(drawn(module, records)) == len(records)
    figure = module.draw(drawn(module, records))
    panel, right = figure.axes
    lines = {line.get_label(): line for line in panel.get_lines()}
    assert len(lines["AlexNet (n = 2,500)"].get_xdata()) == 11
    assert lines["AlexNet (n = 2,500)"].get_linestyle() != "None"
    assert lines["AlexNet"].get_linestyle() == lines["Inception (n = 50)"].get_linestyle() == "None"
    assert lines["AlexNet"].get_markerfacecolor() == lines["AlexNet"].get_color()
    assert lines["AlexNet (n = 2,500)"].get_markerfacecolor() == "white"
    if module is figure1b:
        assert "lower thresholds, MLP 1x512" in map(right.get_title, ("left", "center"))
    else:
        stars = {label for label in lines if label.endswith(", paper")}
        assert stars == {"_AlexNet, paper", "_MLP 1x512, paper"}


def test_a_copy_of_the_data_is_drawn_pale_beside_the_original() -> None:
    original, copy = (s.look for s in series_of(at(ENDS, data="cifar10") + at(TENTHS)))
    assert original != copy and copy["alpha"] < 1 and "alpha" not in original
    assert all("alpha" not in series.look for series in series_of(at(ENDS)))


def test_figure_1a_takes_all_images_and_a_subset_until_pixels_were_corrupted_there() -> None:
    some = [trained("alexnet", pixels=p, n=2500) for p in figure1a.PIXELS]
    some.append(trained("alexnet", 1.0, n=2500))
    labels = at(ENDS)
    whole = [*labels, trained("alexnet", pixels="random")]
    assert drawn(figure1a, [*labels, *some]) == [*labels, *drawn(figure1a, some)]
    assert drawn(figure1a, [*whole, *some]) == drawn(figure1a, whole)
    assert len(drawn(figure1a, some)) == 5 and len(drawn(figure1a, whole)) == 3
