"""The page in a real browser without a window: it loads, shows every picture, sorts, and hovers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from paper_figures import figures
from paper_figures.report import regenerate
from tests.paper_figures.made_up import records

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report")
    regenerate(records(), out)
    return out / "report.html"


@pytest.fixture(params=["desktop, light", "phone, dark"])
def opened(browser: Any, report: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    phone = request.param == "phone, dark"
    context = browser.new_context(
        viewport={"width": 390, "height": 800} if phone else {"width": 1200, "height": 900},
        color_scheme="dark" if phone else "light",
        offline=True,
    )
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda failed: complaints.append(failed.url))
    page.goto(report.as_uri())
    yield page
    assert not complaints
    context.close()


def test_every_picture_is_there_and_nothing_is_wider_than_the_screen(opened: Any) -> None:
    sizes = opened.eval_on_selector_all(
        ".card svg",
        "all => all.map(svg => svg.querySelector('path').getBoundingClientRect().width)",
    )
    missing = opened.locator("section p.note", has_text="There is no record").count()
    assert len(sizes) == len(figures.discover()) - missing > 5
    assert all(width > 100 for width in sizes)
    assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_sorting_a_column_orders_its_numbers_both_ways(opened: Any) -> None:
    table = opened.locator("section", has=opened.locator("#table1-table")).locator("table").first
    heads = table.locator("thead th").all_inner_texts()
    column = heads.index("test accuracy (%): paper")

    def shown() -> list[float]:
        cells = table.locator(f"tbody td:nth-child({column + 1})").all_inner_texts()
        return [float(cell) for cell in cells if cell]

    before = shown()
    table.locator("thead button").nth(column).click()
    assert shown() == sorted(before) != before
    assert table.locator("th[aria-sort=ascending]").count() == 1
    table.locator("thead button").nth(column).click()
    assert shown() == sorted(before, reverse=True)


def test_records_behind_a_figure_can_be_sorted_and_downloaded(opened: Any) -> None:
    section = opened.locator("section", has=opened.locator("#figure1c-figure"))
    section.locator("summary").click()
    rows = section.locator("tbody tr").count()
    section.locator("thead button").first.click()
    with opened.expect_download() as download:
        section.get_by_text("Download as CSV").click()
    assert download.value.suggested_filename == "figure1c-records.csv"
    text = Path(download.value.path()).read_text()
    assert len(list(csv.reader(io.StringIO(text)))) == rows + 1 > 3


def test_the_pointer_finds_the_value_of_a_curve(opened: Any) -> None:
    card = opened.locator("section", has=opened.locator("#figure1a-figure")).locator(".card")
    card.scroll_into_view_if_needed()
    place = card.evaluate(
        """card => {
          const curve = JSON.parse(card.querySelector("script").textContent)
            .find(curve => curve.name === "random labels");
          const svg = card.querySelector("svg"), box = svg.getBoundingClientRect();
          const scale = box.width / svg.viewBox.baseVal.width;
          return [box.left + scale * curve.points[0][0], box.top + scale * curve.points[0][1]];
        }"""
    )
    assert card.locator(".tip").is_hidden()
    opened.mouse.move(*place)
    assert card.locator(".tip").inner_text().splitlines()[1:] == [
        "thousand SGD steps (batch 128): 1",
        "training loss (nats): 2",
    ]
    opened.mouse.move(0, 0)
    assert card.locator(".tip").is_hidden()
