"""Pictures and tables come from the records alone, and from the same records the same bytes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from typing import Any

import pytest
from matplotlib import rc_context
from matplotlib.container import ErrorbarContainer

from experiments.sweeps.fields import ESTIMATOR
from experiments.sweeps.store import load_records
from paper_figures import figures, tables
from paper_figures.command import draw
from paper_figures.findings import caption, drawn
from paper_figures.page import CHAPTERS
from paper_figures.report import draw_figure, regenerate, write_one
from paper_figures.verdicts import verdicts
from tests.paper_figures.made_up import beyond_the_paper, of_the_theorem, record, records, trained

COMMITTED = load_records(None)
LEVELS = ["true labels", "labels 0.1 corrupted", "random labels"]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a report on records of every kind, made once for all tests."""
    out = tmp_path_factory.mktemp("report")
    regenerate([*records(), *of_the_theorem(), *beyond_the_paper()], out)
    return out


@pytest.fixture(scope="module")
def page(report: Path) -> str:
    return (report / "report.html").read_text()


def test_the_same_records_give_the_same_bytes(report: Path, tmp_path: Path) -> None:
    given = [*records(), *of_the_theorem(), *beyond_the_paper()]
    again = regenerate(given[::-1], tmp_path)
    assert {path.name for path in again} == {path.name for path in report.iterdir()}
    for path in again:
        assert path.read_bytes() == (report / path.name).read_bytes(), path.name


def test_a_readers_own_style_changes_nothing(tmp_path: Path) -> None:
    (path,) = write_one("figure1c", records(), tmp_path, ("svg",))
    before = path.read_bytes()
    with rc_context({"text.usetex": True, "lines.linewidth": 5, "svg.fonttype": "path"}):
        write_one("figure1c", records(), tmp_path, ("svg",))
    assert path.read_bytes() == before


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("module", [*figures.discover().values(), *tables.discover().values()])
def test_any_part_of_its_records_is_drawn_or_left_out(module: Any) -> None:
    random = Random(0)
    known = [record for record in COMMITTED if module.RECORDS(record)]
    for size in (1, 2, len(known) // 2):
        chosen = drawn(module, random.sample(known, min(size, len(known))))
        if hasattr(module, "draw"):
            figure = module.draw(chosen) if chosen else None
            assert figure is None or figure.axes
        else:
            assert all(set(row) == set(module.COLUMNS) for row in module.rows(chosen))
        assert caption(module, chosen).startswith(module.CAPTION)


@pytest.mark.slow
def test_another_process_writes_the_same_vectors(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "paper_figures", "--out"]
    for name in ("first", "second"):
        subprocess.run([*command, str(tmp_path / name)], check=True, capture_output=True)
    written = [*(tmp_path / "first").glob("*.svg"), *(tmp_path / "first").glob("*.csv")]
    assert len(written) > 8
    for path in written:
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes(), path.name


def test_a_figure_without_records_is_left_out_and_says_what_makes_it(tmp_path: Path) -> None:
    written = {path.name for path in regenerate([record("kernel")], tmp_path)}
    assert "three_ways.svg" in written
    drawn = {name.removesuffix(".svg") for name in written if name.endswith(".svg")}
    missing = set(figures.discover()) - drawn
    assert {"theorem", "figure1a", "figure2b"} <= missing
    page = (tmp_path / "report.html").read_text()
    assert page.count("there is no record for this figure yet") == len(missing)
    # What of the paper has no record says what it would take.
    assert page.count("makes them: ") == len({"figure2a", "figure2b"} & set(missing))
    assert "up to 13 h a seed on two cores with bfloat16." in page
    with pytest.raises(ValueError, match="no record to draw"):
        regenerate([], tmp_path)


def test_each_figure_is_drawn_from_its_own_records(report: Path) -> None:
    drawn = {path.stem for path in report.glob("*.pdf")}
    assert drawn >= {"figure1a", "figure1b", "figure1c", "figure2a", "figure2b"}
    assert drawn >= {"theorem", "theorem_gaps", "theorem_precision", "theorem_ablation"}
    assert drawn >= {"critical_width", "double_descent", "kernel_norms", "kernel_filters"}
    for path in report.glob("*.pdf"):
        assert b"/FontFile2" in path.read_bytes(), f"{path.name} embeds no font"


def test_every_figure_and_table_says_what_it_is_and_has_its_chapter() -> None:
    modules = {**figures.discover(), **{f"table {k}": v for k, v in tables.discover().items()}}
    assert set(modules) >= {"figure1a", "figure2b", "theorem", "table table1", "table table4"}
    for name, module in modules.items():
        assert module.TITLE and module.CAPTION.endswith("."), name
        for command in module.COMMAND.splitlines():
            assert command.startswith(("python -m experiments", "python -m expressivity")), name
        assert module.CHAPTER in CHAPTERS, name


def test_the_page_needs_nothing_from_outside_and_escapes_what_records_say(page: str) -> None:
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
    assert len(ids) == len(set(ids)), "an id stands twice"
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links <= set(ids)


def test_values_under_the_pointer_are_those_of_the_records_inside_the_picture(page: str) -> None:
    section = page[page.index('id="figure1a-figure"') :]
    found = json.loads(section.split('<script type="application/json">')[1].split("</script>")[0])
    curve = next(curve for curve in found if curve["name"] == "random labels")
    assert [point[2:] for point in curve["points"]] == [["1", "2"], ["2", "1.5"], ["3", "0.1"]]
    _, _, width, height = map(float, section.split('viewBox="')[1].split('"')[0].split())
    for curve in found:
        for left, top, _, _ in curve["points"]:
            assert 0 <= left <= width and 0 <= top <= height


def test_a_picture_is_named_for_screen_readers_and_its_text_can_be_searched(page: str) -> None:
    assert page.count('<svg role="img" aria-labelledby=') == page.count("<svg ") > 8
    assert "thousand SGD steps" in page.split("</svg>")[0] + page
    assert '<title id="figure1a-title">Figure 1a: training loss against steps</title>' in page


def _randomized(level: float, seed: int, finished: str, **what: Any) -> dict[str, Any]:
    what = {"data": "my <data>", "model": "mine:net", "decay": 1.0, **what}
    return record(
        "randomized",
        level,
        seed,
        specification=what,
        title="mine:net",
        data_name=what["data"],
        finished=finished,
        epochs=7 + seed,
        steps=70,
        stopped="fitted",
        labels_changed=level / 2,
        balanced_test_accuracy=0.9 - 0.4 * level,
        test_counts=[50, 50],
        test_hits=[45, 45],
    )


def test_a_readers_own_models_have_their_verdicts_on_the_page(tmp_path: Path) -> None:
    first = [_randomized(level, 0, "2026-01-01", batch_size=8) for level in (0.0, 1.0)]
    later = [_randomized(level, seed, "2026-01-02") for level in (0.0, 0.5, 1.0) for seed in (0, 1)]
    begun = [_randomized(0.0, 0, "2026-01-03", data="other")]
    ((section, files),) = verdicts([*first, *later, *begun, *records()])
    assert section.records == later and section.id == "randomize-mine-net-my-data-figure"
    assert set(files) == {f"{section.name}.{kind}" for kind in ("svg", "pdf", "png")}
    assert section.caption.startswith("mine:net fits random labels: all 1,000 of them, in 7 to 8")
    fits = [
        {k: v for k, v in each.items() if k not in ("epochs", "steps", "course")}
        | {"specification": each["specification"] | {"contestant": ESTIMATOR}, "seconds": 3.0}
        for each in later
    ]
    ((of_fits, _),) = verdicts(fits)
    assert of_fits.records == fits and "all 1,000 of them, in 3 s" in of_fits.caption
    written = regenerate([*later, *records()], tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert tmp_path / f"{section.name}.pdf" in written
    assert "mine:net on my &lt;data&gt;" in page and "Your own models" in page
    assert f'id="{section.id}"' in page and "<data>" not in page


def test_one_figure_is_drawn_in_one_format_and_size(tmp_path: Path) -> None:
    (path,) = write_one("training_loss", records(), tmp_path, ("pdf",), "column")
    assert path.name == "training_loss.pdf" and path.read_bytes().startswith(b"%PDF")
    with pytest.raises(ValueError, match="figure1c needs a page: leave it out"):
        draw_figure("figure1c", records(), "column")
    assert draw_figure("figure1c", records(), "page").get_figwidth() == 6.9
    with pytest.raises(ValueError, match="did you mean figure1c"):
        draw_figure("figure1d", records())
    with pytest.raises(ValueError, match="did you mean table1"):
        write_one("table11", records(), tmp_path, ())
    with pytest.raises(ValueError, match="table1 is a table"):
        draw_figure("table1", records())
    with pytest.raises(ValueError, match="no record to draw kernel_norms: run `python -m"):
        draw_figure("kernel_norms", records())


def test_a_name_of_a_figure_and_a_table_writes_both(tmp_path: Path) -> None:
    written = {path.name for path in write_one("three_ways", records(), tmp_path, ("svg",))}
    assert written == {"three_ways.svg", "three_ways.csv", "three_ways.tex"}
    every = {path.suffix for path in write_one("figure1c", records(), tmp_path, ())}
    assert every == {".svg", ".pdf", ".png"}


def test_options_of_one_figure_are_refused_where_they_change_nothing(tmp_path: Path) -> None:
    refused = pytest.raises(ValueError, match="table1 is a table, written as CSV and LaTeX")
    with refused:
        write_one("table1", records(), tmp_path / "new", ("png",))
    with refused:
        write_one("table1", records(), tmp_path / "new", (), "column")
    with pytest.raises(ValueError, match="format is 'svg' and only is not given"):
        draw(tmp_path / "none.sqlite", tmp_path / "new", format=("svg",))
    assert not (tmp_path / "new").exists()


def test_the_page_counts_what_it_draws(page: str, tmp_path: Path) -> None:
    given = [*records(), *of_the_theorem(), *beyond_the_paper()]
    assert f"drawn from {len(given)} measured" in page
    regenerate([record("theorem", specification={"points": 3}), *records()], tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert f"drawn from {len(records())} of {len(records()) + 1} measured" in page


def test_what_no_seed_changes_has_no_whisker() -> None:
    def whiskers(level: float) -> int:
        same = {"data": "digits", "features": "raw"}
        kernels = [record("kernel", level, seed, specification=same) for seed in (0, 1)]
        panel = draw_figure("three_ways", kernels).axes[0]
        return sum(isinstance(bars, ErrorbarContainer) for bars in panel.containers)

    assert (whiskers(0.0), whiskers(1.0)) == (0, 1)


def test_a_labeling_that_was_not_run_is_said_to_be_so() -> None:
    alone = [trained("inception", 0.0)]
    bars = draw_figure("three_ways", alone).axes[0]
    assert [text.get_text() for text in bars.texts] == ["100", "not run"]
    assert caption(figures.discover()["three_ways"], alone).endswith(
        "Not run: Inception (trained) on CIFAR-10 (JPEG), random labels."
    )
    row = tables.discover()["three_ways"].rows(alone)[1]
    assert (row["condition"], row["fitted"]) == ("random", "not run")
    assert row["machine"].startswith("up to ")


def test_records_are_listed_by_meaning(page: str) -> None:
    section = page[page.index('id="figure1c-figure"') :]
    table = section[section.index("<details>") : section.index("</details>")]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in table.split("<tr>")[2:]]
    seen = [(row[2], row[3]) for row in rows if row[0] == "mlp-1x512"]
    assert seen == sorted(seen, key=lambda pair: (LEVELS.index(pair[0]), pair[1]))


def test_drawing_imports_no_torch() -> None:
    probe = (
        "import sys, paper_figures.__main__, paper_figures.command; print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
