"""From a built wheel, in an empty folder: each extra alone is enough for what it promises."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
OWN = "finite-sample-expressivity"

PROMISES = {
    "": "from expressivity import interpolate; interpolate([[0.0], [1.0]], [0, 1])",
    "export": (
        "import numpy as np; from expressivity import interpolate;"
        "from expressivity.estimators import ReLUInterpolatorClassifier;"
        "X = np.random.default_rng(0).standard_normal((9, 2));"
        "net = interpolate(X, np.arange(9.)); net.to_torch(); net.to_onnx('net.onnx');"
        "y = np.arange(9) % 2; assert ReLUInterpolatorClassifier().fit(X, y).score(X, y) == 1"
    ),
    "proofs": "from expressivity.proofs.symbolic import prove; prove(2)",
    "figures": "import paper_figures.report, paper_figures.__main__",
    "experiments": (
        "import numpy as np, torch; from experiments.datasets import from_arrays;"
        "from experiments.randomize import randomize;"
        "from experiments.training.recipe import Recipe;"
        "X = np.random.default_rng(0).standard_normal((40, 3)).astype('float32');"
        "data = from_arrays('mine', {'images': X, 'labels': np.arange(40) % 2});"
        "make = lambda: torch.nn.Linear(3, 2);"
        "print(randomize(make, data, Recipe(epoch_limit=2), (0., 1.)))"
    ),
    "cluster": "import experiments.sweeps.cluster, experiments.sweeps.workers",
}

# Whatever belongs to no distribution that the extra asks for is as if it were not installed.
BLOCK = """
import json, sys
hidden, finders = set(json.loads(sys.argv[1])), list(sys.meta_path)
class Visible:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            return None
        found = (finder.find_spec(name, path, target) for finder in finders)
        return next(filter(None, found), None)
sys.meta_path[:] = [Visible]
exec(sys.argv[2])
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that an unpacked wheel makes."""
    out = tmp_path_factory.mktemp("wheel")
    source = out / "source"
    names = (
        "expressivity",
        "experiments",
        "paper_figures",
        "pyproject.toml",
        "README.md",
        "LICENSE",
    )
    source.mkdir()
    for name in names:
        # Copied, so that building leaves nothing in the project's folder.
        subprocess.check_call(["cp", "-r", str(ROOT / name), str(source)])
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.check_call([*build, "--wheel-dir", str(out), str(source)])
    (found,) = out.glob("*.whl")
    with zipfile.ZipFile(found) as archive:
        archive.extractall(out / "site")
    return out / "site"


def closure(requirements: list[Requirement], seen: set[str]) -> set[str]:
    """Return the names of all distributions that these requirements bring, by what is installed."""
    for requirement in requirements:
        name = canonicalize_name(requirement.name)
        key = f"{name}[{','.join(sorted(requirement.extras))}]"
        if key in seen:
            continue
        seen |= {key, name}
        try:
            asked = map(Requirement, distribution(name).requires or [])
        except PackageNotFoundError:
            continue
        chosen = [r for r in asked if wanted(r, {"", *requirement.extras})]
        closure(chosen, seen)
    return seen


def wanted(requirement: Requirement, extras: set[str]) -> bool:
    """Tell whether a requirement counts, with one of these extras asked for."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras)


@pytest.mark.parametrize("extra", sorted(PROMISES))
def test_an_extra_alone_is_enough(extra: str, wheel: Path, tmp_path: Path) -> None:
    own = f"{OWN}[{extra}]" if extra else OWN
    allowed = closure([Requirement(own)], set())
    hidden = [
        module
        for module, owners in packages_distributions().items()
        if not {canonicalize_name(owner) for owner in owners} & allowed
    ]
    assert "pytest" in hidden and "numpy" not in hidden
    done = subprocess.run(
        [sys.executable, "-c", BLOCK, json.dumps(hidden), PROMISES[extra]],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(wheel)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_the_wheel_holds_what_its_packages_read(wheel: Path) -> None:
    for name in (
        "expressivity/py.typed",
        "experiments/py.typed",
        "paper_figures/py.typed",
        "experiments/records/cifar10-jpeg.jsonl",
        "expressivity/proofs/rocq/Theorem1.v",
        "paper_figures/templates/report.html",
        "paper_figures/explorable/theorem.js",
        "paper_figures/paper/table1_cifar10.csv",
    ):
        assert (wheel / name).stat().st_size >= 0
