"""The page in a real browser, offline; and an audit that was killed ends as one that was not."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.audit import audit, suspects
from experiments.audit.thumbnails import _pixels, thumbnail
from experiments.datasets import from_arrays
from experiments.sweeps.store import Store
from tests.paper_figures.conftest import browser  # noqa: F401

RNG = np.random.default_rng(0)

SCRIPT = """
import sys, time
import numpy as np
from sklearn.naive_bayes import GaussianNB
from experiments.audit import audit, suspects

class Slow(GaussianNB):
    def fit(self, X, y):
        time.sleep(0.2)
        return super().fit(X, y)

suspects.ROUNDS = 2
X = np.random.default_rng(0).standard_normal((100, 4))
audit(Slow(), X, np.where(X[:, 0] > 0, "cat", "dog"), "10m", sys.argv[1])
"""


@pytest.mark.parametrize("shape", [(8, 8), (9, 7, 1), (9, 7, 3), (3, 9, 7), (1, 8, 8)])
@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_images_have_thumbnails(shape: tuple[int, ...], kind: Any) -> None:
    assert thumbnail((200 * RNG.random(shape)).astype(kind), 255).startswith("data:image/png")
    assert thumbnail(np.zeros(shape, kind), 255).startswith("data:image/png")


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (np.False_, np.True_),
        (np.int8(-128), np.int8(127)),
        (np.float16(-6e4), np.float16(6e4)),
        (-1.7e308, 1.7e308),
        (np.int64(-(2**63)), np.int64(2**63 - 1)),
    ],
)
def test_the_least_number_is_black_and_the_largest_white(low: Any, high: Any) -> None:
    image = np.array([[low] * 8, [high] * 8] * 4)
    pixels = _pixels(image, 255)
    assert pixels is not None and np.unique(pixels).tolist() == [0, 255]


@pytest.mark.parametrize("shape", [(8,), (2, 9), (5, 6, 7), (2, 3, 4, 5)])
def test_other_inputs_have_none(shape: tuple[int, ...]) -> None:
    assert thumbnail(np.zeros(shape), 1) == ""


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (390, "dark")])
def test_it_opens_offline_and_is_no_wider_than_the_screen(
    browser: Any,  # noqa: F811
    width: int,
    scheme: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from sklearn.ensemble import RandomForestClassifier

    monkeypatch.setattr(suspects, "ROUNDS", 1)
    images = RNG.integers(0, 256, (80, 8, 8), np.uint8)
    data = from_arrays("<b>pictures</b>", {"X": images, "y": ["<i>a</i>", "b"] * 40})
    found = audit(RandomForestClassifier(5), data, budget="10m", folder=tmp_path)
    size: Any = {"width": width, "height": 800}
    context = browser.new_context(viewport=size, color_scheme=scheme, offline=True)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("requestfailed", lambda failed: complaints.append(failed.url))
    page.goto(found.page.as_uri())
    assert page.locator(".card svg").count() == 4
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("td img").first.evaluate("image => image.naturalWidth") == 8
    assert page.locator("body b, body i").count() == 0
    assert not complaints
    context.close()


@pytest.mark.slow
def test_one_that_was_killed_ends_as_one_that_was_not(tmp_path: Path) -> None:
    (tmp_path / "audited.py").write_text(SCRIPT)
    command = [sys.executable, "audited.py"]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    subprocess.run([*command, str(whole)], cwd=tmp_path, check=True, capture_output=True)
    for enough in (2, 7):
        process = subprocess.Popen([*command, str(killed)], cwd=tmp_path, stderr=subprocess.DEVNULL)
        while len(list(killed.glob("kept/*.npz"))) < enough and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
    # A training is done when its record is there; its arrays come before.
    hashes = [record["hash"] for record in Store(killed / "kept/records.sqlite").all()]
    files = [killed / "kept" / f"{hash}.npz" for hash in hashes]
    done = {file: file.stat().st_mtime_ns for file in files}
    assert 6 <= len(done) < 15
    subprocess.run([*command, str(killed)], cwd=tmp_path, check=True, capture_output=True)
    assert all(file.stat().st_mtime_ns == at for file, at in done.items())
    first, second = (json.loads((at / "audit.json").read_text()) for at in (whole, killed))
    for key in ("signs", "alignment", "suspects", "left_out"):
        assert first[key] == second[key], key
