"""Pictures and tables come from the records alone, and from the same records the same bytes."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from paper_figures.figures import discover
from paper_figures.report import regenerate
from paper_figures.table import rows


def _record(contestant: str, labels: str, seed: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "hash": f"{contestant}-{labels}-{seed}",
        "specification": {"contestant": contestant, "data": "digits", "n": None, "seed": seed},
        "title": contestant,
        "condition": f"{labels} labels",
        "finished": "2026-01-01T00:00:00+00:00",
        "machine": {"platform": "P", "processor": "<CPU>", "cores": 2, "gpu": None},
        "versions": {"numpy": "2"},
        "data_name": "made up",
        "n_weights": 1234,
        "seconds": 0.5,
        "train_accuracy": 1.0,
        "clean_train_accuracy": 1.0,
        "test_accuracy": 0.25 + 0.5 * seed,
        "fitted": True,
        "norm": 3.0,
        "norm_name": "norm",
        "residual": None,
        **more,
    }


def _records() -> list[dict[str, Any]]:
    loss = {"course": {"step": [10, 20], "loss": [2.0, 0.1]}, "stopped": "fitted"}
    t = np.arange(5.0)
    picture = {"t": t, "b": t - 1, "w": np.ones(5), "y": np.cumsum(t + 1)}
    picture = {key: value.tolist() for key, value in picture.items()}
    return [
        *(_record("explicit", labels, seed) for labels in ("true", "random") for seed in (0, 1)),
        *(_record("trained", labels, **loss) for labels in ("true", "random")),
        _record("theorem", "true", **picture),
    ]


def test_the_same_records_give_the_same_bytes(tmp_path: Path) -> None:
    first = regenerate(_records(), tmp_path / "first")
    second = regenerate(_records()[::-1], tmp_path / "second")
    assert [path.name for path in first] == [path.name for path in second]
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_table_holds_the_means_of_the_records_and_no_number_where_nothing_was_run(
    tmp_path: Path,
) -> None:
    table = rows(_records())
    explicit, kernel = table[0], table[2]
    assert explicit["test_accuracy"] == "50.0 [25.0, 75.0]"
    assert explicit["n_weights"] == "1,234" and explicit["seeds"] == "2"
    assert {key for key, cell in kernel.items() if cell} == {"contestant", "condition", "seeds"}
    regenerate(_records(), tmp_path)
    with (tmp_path / "comparison.csv").open(newline="") as file:
        assert list(csv.reader(file))[1] == list(explicit.values())


def test_a_figure_without_records_is_left_out_and_says_what_makes_it(tmp_path: Path) -> None:
    written = {path.name for path in regenerate([_record("kernel", "true")], tmp_path)}
    assert "three_ways.svg" in written
    assert not {"theorem.svg", "training_loss.svg"} & written
    page = (tmp_path / "report.html").read_text()
    assert page.count("There is no record for this figure yet") == 2
    with pytest.raises(ValueError, match="no record to draw"):
        regenerate([], tmp_path)


def test_every_figure_has_title_caption_and_command() -> None:
    figures = discover()
    assert set(figures) >= {"theorem", "three_ways", "training_loss"}
    for module in figures.values():
        assert module.TITLE and module.CAPTION.endswith(".") and module.COMMAND.startswith("python")


def test_the_page_needs_nothing_from_outside_and_escapes_what_records_say(tmp_path: Path) -> None:
    regenerate(_records(), tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert "&lt;CPU&gt;" in page and "<CPU>" not in page
    ids: list[str] = []

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            for key, value in attrs:
                if key in ("src", "href", "xlink:href"):
                    assert value and value.startswith(("#", "data:")), (tag, value)
                if key == "id" and value:
                    ids.append(value)

    Links().feed(page)
    uses = set(re.findall(r"url\(#([^)]+)\)", page))
    assert uses <= set(ids)
    clips = [name for name in ids if name in uses]
    assert len(clips) == len(set(clips)), "two pictures share a clip path's id"


def test_drawing_imports_neither_torch_nor_the_theorem() -> None:
    probe = (
        "import sys, paper_figures.__main__; print({'torch', 'expressivity'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr
