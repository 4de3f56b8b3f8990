"""The randomization tests on models of the reader's own, with their pictures and verdicts."""

from __future__ import annotations

import json
from dataclasses import dataclass

from experiments.randomization.picture import draw, picture_path
from experiments.randomization.verdict import Verdict
from experiments.sweeps.fields import ESTIMATOR
from experiments.sweeps.record import finished_at
from paper_figures.hover import curves
from paper_figures.page import Section
from paper_figures.records import Record, where
from paper_figures.style import look, render


@dataclass
class Shown:
    """What the page says of one model on one data set."""

    TITLE: str
    CAPTION: str
    CHAPTER: str = "Your own models"
    COMMAND: str = "python -m experiments randomize"


def verdicts(records: list[Record]) -> list[tuple[Section, dict[str, bytes]]]:
    """Draw each model on each data set: a section of the page, and the files beside it.

    Of several tests of one model on one data set the one that finished last is shown. A test that
    has not come to true and random labels yet is left out.
    """
    tests: dict[str, list[Record]] = {}
    for record in filter(where(contestant=("randomized", ESTIMATOR)), records):
        what = {k: v for k, v in record["specification"].items() if k not in ("level", "seed")}
        tests.setdefault(json.dumps(what, sort_keys=True), []).append(record)
    latest: dict[str, list[Record]] = {}
    for test in sorted(tests.values(), key=lambda test: max(map(finished_at, test))):
        if {0.0, 1.0} <= {record["specification"]["level"] for record in test}:
            latest[picture_path(test).stem] = test
    return [_section(name, latest[name]) for name in sorted(latest)]


def _section(name: str, test: list[Record]) -> tuple[Section, dict[str, bytes]]:
    words, *_, rule = str(Verdict(test)).split("\n\n")
    title = f"{test[0]['title']} on {test[0]['data_name']}"
    module = Shown(title, " ".join(f"{words} {rule}".split()))
    with look():
        figure = draw(test)
    svg = render(figure, "svg", name, title)
    figure.set_layout_engine("none")
    files = {f"{name}.svg": svg}
    files |= {f"{name}.{kind}": render(figure, kind, name) for kind in ("pdf", "png")}
    section = Section(name, module, test, svg.decode(), curves(figure), caption=module.CAPTION)
    return section, files
