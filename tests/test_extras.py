"""From a built wheel, in an empty folder: each extra alone is enough for what it promises."""

from __future__ import annotations

import doctest
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import (
    PackageNotFoundError,
    PathDistribution,
    distribution,
    packages_distributions,
)
from pathlib import Path

import pytest
from packaging.metadata import Metadata
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
PACKAGES = ("expressivity", "experiments", "paper_figures")
FILES = ("pyproject.toml", "MANIFEST.in", "DESCRIPTION.md", "README.md", "LICENSE", "bootstrap.py")
FILES += ("CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md")
OWN = "finite-sample-expressivity"

CALL = (
    "import sys; from expressivity.__main__ import main;"
    "sys.argv = ['expressivity', *{words!r}]; status = main(); assert status == 0, status"
)
PROMISES = {
    "": (
        "from expressivity import *; X, y = [[0.0, 1.0], [1.0, 1.0]], [0, 1];"
        "net = interpolate(X, y); assert verify(net, X, y)['residual'].holds;"
        "assert certify(net, X, y)['interpolation']['holds'];"
        "classify(X, ['a', 'b'])(X); memorize(X, y)(X); capacity(3, 2);"
        "interpolate(X, y, exact=True)"
    ),
    "cli": CALL.format(words=["verify", "--n", "20", "--d", "2"]),
    "export": (
        "import numpy as np; from expressivity import interpolate;"
        "from expressivity.estimators import ReLUInterpolatorClassifier;"
        "X = np.random.default_rng(0).standard_normal((9, 2));"
        "net = interpolate(X, np.arange(9.)); net.to_torch(); net.to_onnx('net.onnx');"
        "y = np.arange(9) % 2; assert ReLUInterpolatorClassifier().fit(X, y).score(X, y) == 1"
    ),
    "proofs": CALL.format(words=["prove", "--n", "2"]),
    "figures": (
        "import sys; from paper_figures.__main__ import main;"
        "sys.argv = ['paper_figures', '--only', 'table1']; assert main() == 0"
    ),
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
from importlib.metadata import MetadataPathFinder
hidden, finders = set(json.loads(sys.argv[1])), list(sys.meta_path)
class Visible:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            return None
        found = (finder.find_spec(name, path, target) for finder in finders)
        return next(filter(None, found), None)
    find_distributions = MetadataPathFinder.find_distributions
sys.meta_path[:] = [Visible]
exec(sys.argv[2])
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that an unpacked wheel makes."""
    out = tmp_path_factory.mktemp("wheel")
    source = out / "source"
    source.mkdir()
    for name in [*PACKAGES, *FILES, "tests", "docs", "constraints", ".ci"]:
        # Copied, so that building leaves nothing in the project's folder.
        subprocess.check_call(["cp", "-r", str(ROOT / name), str(source)])
    build = "from setuptools.build_meta import *; build_sdist('..'); build_wheel('..')"
    subprocess.check_call([sys.executable, "-c", build], cwd=source, stdout=subprocess.DEVNULL)
    (found,) = out.glob("*.whl")
    with zipfile.ZipFile(found) as archive:
        archive.extractall(out / "site")
    return out / "site"


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Metadata:
    """Return what the wheel says of itself, read as strictly as an index reads it."""
    (text,) = wheel.glob("*.dist-info/METADATA")
    return Metadata.from_email(text.read_bytes())


def closure(requirements: list[Requirement], own: Path, seen: set[str]) -> set[str]:
    """Return the names of all distributions that these requirements bring.

    What this project asks for stands in the wheel, the rest in what is installed.
    """
    for requirement in requirements:
        name = canonicalize_name(requirement.name)
        key = f"{name}[{','.join(sorted(requirement.extras))}]"
        if key in seen:
            continue
        seen |= {key, name}
        try:
            found = PathDistribution(own) if name == OWN else distribution(name)
            asked = map(Requirement, found.requires or [])
        except PackageNotFoundError:
            continue
        chosen = [r for r in asked if wanted(r, {"", *requirement.extras})]
        closure(chosen, own, seen)
    return seen


def wanted(requirement: Requirement, extras: set[str]) -> bool:
    """Tell whether a requirement counts, with one of these extras asked for."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras)


@pytest.mark.parametrize("extra", sorted(PROMISES))
def test_an_extra_alone_is_enough(extra: str, wheel: Path, tmp_path: Path) -> None:
    own = f"{OWN}[{extra}]" if extra else OWN
    done = run_with(own, PROMISES[extra], wheel, tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("package", "extra"), [*zip(PACKAGES, ("cli", "experiments", "figures"), strict=True)]
)
def test_without_an_extra_a_command_says_in_one_line_what_to_install(
    package: str, extra: str, wheel: Path, tmp_path: Path
) -> None:
    start = f"import runpy; runpy.run_module('{package}', run_name='__main__')"
    done = run_with(OWN, f"import sys; sys.argv = ['x', 'list']; {start}", wheel, tmp_path)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ") and f"'.[{extra}]'" in line


def run_with(own: str, code: str, wheel: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run code in a folder where only what `own` asks for can be imported."""
    (information,) = wheel.glob("*.dist-info")
    allowed = closure([Requirement(own)], information, set())
    hidden = [
        module
        for module, owners in packages_distributions().items()
        if not {canonicalize_name(owner) for owner in owners} & allowed
    ]
    assert "pytest" in hidden and "numpy" not in hidden
    return subprocess.run(
        [sys.executable, "-c", BLOCK, json.dumps(hidden), code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(wheel)},
        capture_output=True,
        text=True,
    )


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


def test_the_core_asks_for_numpy_and_scipy_alone(metadata: Metadata) -> None:
    asked = [r.name for r in metadata.requires_dist or [] if wanted(r, {""})]
    assert asked == ["numpy", "scipy"]


def test_the_source_distribution_holds_what_packagers_test(wheel: Path) -> None:
    (found,) = wheel.parent.glob("*.tar.gz")
    with tarfile.open(found) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {*FILES, ".ci/run", "constraints/cpu.txt", "docs/index.md", "docs/conf.py"} <= names
    assert {str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py")} <= names
    assert not [name for name in names if "_build" in name or name.endswith(".pyc")]


def test_an_index_can_show_what_the_package_says_of_itself(metadata: Metadata) -> None:
    """No picture or link that leads nowhere outside the repository; the code in it runs."""
    text = metadata.description or ""
    assert metadata.description_content_type == "text/markdown"
    assert [url for url in re.findall(r"\]\(([^)]*)\)", text) if "://" not in url] == []
    assert "![" not in text and "<img" not in text
    assert doctest.testfile(str(ROOT / "DESCRIPTION.md"), module_relative=False).failed == 0
    assert metadata.project_urls and metadata.keywords and metadata.license_expression == "MIT"
    assert any(line.startswith("Development Status") for line in metadata.classifiers or [])
