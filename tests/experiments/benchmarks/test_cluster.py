"""What docs/clusters.md shows of the benchmark is what the benchmark prints."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from experiments.benchmarks.cluster import benchmark, size_of_records

PAGE = Path(__file__).parents[3] / "docs" / "clusters.md"
NUMBER = re.compile(r"\d[\d,.]*\d|\d")


def _shown() -> list[str]:
    (block,) = re.findall(r"benchmark-cluster`.*?^```\n(.*?)^```", PAGE.read_text(), re.M | re.S)
    return block.splitlines()


def _numbers(line: str) -> list[float]:
    return [float(number.replace(",", "")) for number in NUMBER.findall(line)]


def test_the_records_of_the_page_are_about_those_that_are_committed() -> None:
    shown, now = _shown()[-1], size_of_records()
    assert NUMBER.sub("#", shown) == NUMBER.sub("#", now)
    assert _numbers(shown) == pytest.approx(_numbers(now), rel=0.25), f"the page shows less: {now}"


@pytest.mark.slow
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="two workers need two cores")
def test_the_printout_of_the_page_is_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    benchmark(4, 2)
    _, *printed = capsys.readouterr().out.splitlines()
    # With so few runs a difference may be negative, which is no matter of words.
    words = [NUMBER.sub("#", line).replace("-#", "#") for line in printed]
    assert words == [NUMBER.sub("#", line) for line in _shown()]
