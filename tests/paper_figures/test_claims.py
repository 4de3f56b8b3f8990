"""What a caption, a table or the README says is so in the records, and nothing else is said."""

from __future__ import annotations

import copy
import json
import re
import shlex
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from experiments.contestants import Linear
from experiments.suites import SIZES, SUITES, suite
from experiments.sweeps.run import Run
from experiments.sweeps.store import COMMITTED, Store, load_records
from experiments.sweeps.sweep import finished, sweep
from paper_figures import figures, paper, reproduced, tables
from paper_figures.cells import EPOCH, SLOWEST
from paper_figures.findings import caption, drawn, interval
from paper_figures.records import select
from tests.paper_figures.made_up import trained

RECORDS = load_records(None)
MODULES: dict[str, Any] = {
    **{f"figure {name}": module for name, module in figures.discover().items()},
    **{f"table {name}": module for name, module in tables.discover().items()},
}
# The frontier is measured by the theorem's own command: tests/paper_figures/test_frontier.py.
RUN = {name: m for name, m in MODULES.items() if "-m experiments" in m.COMMAND}
WITH_FINDINGS = {name: m for name, m in MODULES.items() if hasattr(m, "findings")}
# Percentages that a caption may state without a record: of the paper, of recipes, by definition.
THRESHOLDS = {"90", "95", "98", "99", "100"}
README = Path(__file__).parents[2] / "README.md"
RECIPE = README.parent / "docs" / "recipe.md"


def _papers_numbers() -> set[str]:
    names = [path.stem for path in Path(paper.__file__).parent.glob("*.csv")]
    cells = [cell for name in names for row in paper.values(name) for cell in row.values()]
    return {number for cell in cells for number in re.findall(r"[\d.]+", cell or "")}


@pytest.mark.parametrize("name", MODULES)
def test_a_caption_states_no_result_of_its_own(name: str) -> None:
    module = MODULES[name]
    said = f"{module.TITLE} {module.CAPTION}"
    shares = set(re.findall(r"([\d.]+)(?:,? (?:or|and|to))? ?%", said))
    assert shares <= THRESHOLDS | _papers_numbers(), "a share in percent that no record carries"
    assert not re.search(r"\b(never|always|all fit|no regularizer|prevents)\b", said)


@pytest.mark.parametrize("name", WITH_FINDINGS)
def test_findings_without_a_record_say_nothing(name: str) -> None:
    module = WITH_FINDINGS[name]
    assert caption(module, []) == module.CAPTION


@pytest.mark.parametrize("name", WITH_FINDINGS)
def test_findings_follow_the_records(name: str) -> None:
    """Every outcome is changed: if the words stay, they were typed and not computed."""
    module = WITH_FINDINGS[name]
    chosen = drawn(module, RECORDS)
    if not chosen:
        pytest.skip("nothing of it was run")
    said = module.findings(chosen)
    assert said and said != module.findings([_changed(record) for record in chosen])


def _changed(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record whose outcomes are other ones, its specification the same."""

    def other(value: Any) -> Any:
        if isinstance(value, bool) or value is None or isinstance(value, str):
            return value
        if isinstance(value, list):
            return [other(each) for each in value]
        if isinstance(value, dict):
            return {key: other(each) for key, each in value.items()}
        return value * 0.61803

    kept = {"hash", "specification", "n", "d", "machine", "course", "features", "steps"}
    found = {key: value if key in kept else other(value) for key, value in record.items()}
    if "course" in record:
        course = copy.deepcopy(record["course"])
        # Steps are counted otherwise by those that fit random labels only.
        factor = 1 + record["specification"]["level"]
        course["step"] = [factor * step for step in course.get("step", [])]
        for key in ("running_accuracy", "test_error"):
            course[key] = other(course[key]) if key in course else []
        found["course"] = course
    return found


def _raw(**wanted: Any) -> list[dict[str, Any]]:
    """Read committed lines without the code that draws."""
    lines = [line for path in COMMITTED.glob("*.jsonl") for line in path.read_text().splitlines()]
    found = [json.loads(line) for line in lines]
    return [r for r in found if all(r["specification"].get(k) == v for k, v in wanted.items())]


def test_numbers_in_words_are_those_of_the_lines() -> None:
    """Recomputed from the JSON by plain loops: one claim of each kind."""
    recipe = {"network": "mlp-1x512", "decay": 0.95, "precision": "bf16", "batch_size": 128}
    cifar = {**recipe, "data": "cifar10-jpeg", "pixels": "true", "weight_decay": 0.0, "n": None}
    shares = [100 * r["train_accuracy"] for r in _raw(**cifar, level=1.0)]
    mean = f"{fmean(shares):.2f} [{min(shares):.2f}, {max(shares):.2f}] % with the paper's recipe"
    assert mean in WITH_FINDINGS["table recipes"].findings(_of("table recipes"))

    digits = {"contestant": "trained", "data": "digits"}
    steps = {v: fmean(r["steps"] for r in _raw(**digits, level=v)) for v in (0.0, 1.0)}
    factor = f"after {steps[1.0] / steps[0.0]:.1f} times as many"
    assert factor in WITH_FINDINGS["figure training_loss"].findings(_of("figure training_loss"))

    raw = _raw(contestant="kernel", data="mnist", features="raw", n=None, level=0.0)
    (norm,) = {f"{r['norm']:,.0f}" for r in raw}
    assert f"raw pixels {norm} and" in MODULES["figure kernel_norms"].findings(
        _of("figure kernel_norms")
    )

    alexnet = {"network": "alexnet", "data": "cifar10-jpeg", "decay": 0.95, "n": None}
    alexnet |= {"weight_decay": 0.0, "pixels": "true", "precision": "bf16", "random_crop": False}
    (true,), (random,) = (_raw(**alexnet, level=level, seed=0) for level in (0.0, 1.0))
    assert f"{random['steps'] / true['steps']:.1f} for AlexNet" in MODULES[
        "figure figure1b"
    ].findings(_of("figure figure1b"))


def _of(name: str) -> list[dict[str, Any]]:
    return drawn(MODULES[name], RECORDS)


def test_an_interval_is_students() -> None:
    from scipy.stats import t

    values = [1.0, 2.0, 4.0]
    expected = t.interval(0.95, 2, loc=fmean(values), scale=(7 / 3) ** 0.5 / 3**0.5)
    assert interval(values) == pytest.approx(expected)


def test_the_readme_says_what_the_records_say() -> None:
    words, table = " ".join(reproduced.sentences(RECORDS)), reproduced.as_markdown(RECORDS)
    text = README.read_text()
    assert table in text, f"put this into README.md:\n\n{table}"
    assert words in " ".join(text.split()), f"put this into README.md:\n\n{words}"


def test_the_readmes_constructions_are_those_of_the_frontier() -> None:
    same = {"n": 10_000, "d": 8, "classes": 2, "options": {}}
    found = {r["specification"]["construction"]: r for r in _raw(contestant="memorizer", **same)}
    baum, bits, knot = (found[name] for name in ("baum", "bit-extraction", "one-knot"))
    words = (
        "10,000 random binary labels in 8 dimensions, for which the theorem takes "
        f"{2 * 10_000 + 8:,} weights, take {baum['n_weights']:,} in "
        f"{baum['n_hidden']:,} threshold units (Baum), "
        f"{bits['n_weights']:,} by bit extraction and {knot['n_weights']:,} with one knot a group, "
        "each of them right at all 10,000 points in exact arithmetic"
    )
    assert words in " ".join(README.read_text().split())
    for record in (baum, bits, knot):
        assert record["fitted"] and record["n_checked"] == 10_000 and not record["largest_residual"]


@pytest.mark.parametrize("name", ["recipes", "framework", "table4"])
def test_the_page_of_the_recipe_says_what_the_records_say(name: str) -> None:
    said = MODULES[f"table {name}"].findings(_of(f"table {name}"))
    assert said in " ".join(RECIPE.read_text().split()), f"put this into docs/recipe.md:\n\n{said}"


def test_a_row_is_counted_only_where_all_images_were_used() -> None:
    table1 = tables.discover()["table1"]
    whole = select(drawn(table1, RECORDS), n=None)
    assert reproduced.rows(whole)[0] == reproduced.rows(RECORDS)[0]
    assert reproduced.rows([])[0]["state"].startswith("0 of ")
    assert len(reproduced.sentences([])) == len(reproduced.sentences(RECORDS)) == 3


def test_a_network_fits_random_labels_only_if_every_seed_does() -> None:
    both = [trained("alexnet", 1.0, seed) for seed in (0, 1)]
    assert "AlexNet on CIFAR-10 (JPEG) fit every one" in reproduced.sentences(both)[0]
    both[1] |= {"stopped": "epoch limit", "train_accuracy": 0.995}
    said = reproduced.sentences(both)[0]
    assert "no trained network has fitted random labels yet" in said
    assert "before that, at its limit, for AlexNet on CIFAR-10 (JPEG): 99.50 to 100 %" in said


def test_what_was_not_run_costs_what_the_dearest_of_it_costs() -> None:
    rows = {row["item"]: row["missing"] for row in reproduced.rows([])}
    assert rows["Figure 1a (loss by corruption)"] == (
        "Inception: up to 6.4 h a training on two cores with bfloat16"
    )
    assert rows["Figure 2b (BatchNorm)"].startswith("Inception and Inception w/o BatchNorm: ")
    both = MODULES["figure figure2b"].COST
    assert both == "up to 13 h a seed on two cores with bfloat16", "two trainings"
    levels = [trained("inception", k / 10) for k in range(11)]
    rows = {row["item"]: row["missing"] for row in reproduced.rows(levels)}
    assert rows["Figure 1c (test error by level)"] == (
        "AlexNet and MLP 1x512: up to 1.2 h a training on two cores with bfloat16"
    )
    plain = {"stopped": "fitted", "test_accuracy": 0.9}
    rows = {r["item"]: r["missing"] for r in reproduced.rows([trained("inception") | plain])}
    assert rows["Table 1"].startswith("Inception (4 of 5 rows), Inception w/o BatchNorm, ")


def test_pixels_count_for_figure_1a_and_the_last_label_for_figure_1b() -> None:
    def state(records: list[dict[str, Any]]) -> list[str]:
        return [row["state"] for row in reproduced.rows(records)[4:6]]

    labels = [trained("inception", k / 10) for k in range(11)]
    assert state(labels) == ["not run", "Inception"]
    assert state([*labels, trained("inception", pixels="random")])[0] == "Inception"
    labels = [each | {"stopped": "epoch limit", "train_accuracy": 0.99} for each in labels]
    assert state(labels)[1] == "run and not all labels fitted: Inception"


def test_levels_count_as_run_only_where_none_between_the_ends_is_missing() -> None:
    for missing in ([5], [0], [10]):
        some = [trained("alexnet", k / 10) for k in range(11) if k not in missing]
        assert [row["state"] for row in reproduced.rows(some)[5:7]] == ["not run"] * 2
    ends = [trained("alexnet", level) for level in (0.0, 0.5, 1.0)]
    assert [row["state"] for row in reproduced.rows(ends)[5:7]] == ["not run"] * 2


def _runs(command: str, size: str, seeds: tuple[int, ...]) -> list[Run]:
    """Return the runs that a command under a picture makes, at a size."""
    words = shlex.split(command)
    assert words[:3] == ["python", "-m", "experiments"]
    if words[3] == "linear":
        return [Linear(pixels=p, seed=s) for s in seeds for p in ("true", "gaussian")]
    assert words[3] == "run"
    options = dict(zip(words[5::2], words[6::2], strict=True))
    assert set(options) <= {"--data", "--only", "--seeds", "--size"}
    chosen: Any = options.get("--size", size) if size == "cpu" else size
    runs = suite(words[4], seeds, chosen, options.get("--data", "cifar10"))
    return [run for run in runs if options.get("--only", "") in run.name]


@pytest.mark.parametrize("name", RUN)
def test_each_command_makes_records_of_the_kind_and_together_all_that_are_drawn(name: str) -> None:
    module = MODULES[name]
    made: set[str] = set()
    for command in module.COMMAND.splitlines():
        runs = _runs(command, "cpu", (0, 1, 2))
        made |= {run.hash for run in runs}
        kind = [run for run in runs if module.RECORDS(_bare(run))]
        assert kind, f"{command} makes nothing that {name} shows"
    missing = [record["title"] for record in _of(name) if record["hash"] not in made]
    assert not missing, f"drawn, and made by no command under it: {missing}"


def _bare(run: Run) -> dict[str, Any]:
    """Return of a run's record what is known before it is run, as JSON holds it."""
    what = json.loads(json.dumps(run.specification))
    known = {"title": run.title, "condition": run.condition, "n": run.n}
    return {"hash": run.hash, "specification": what, **known}


COMMANDS = sorted({c for module in RUN.values() for c in module.COMMAND.splitlines()})


def _shares() -> dict[str, list[Run]]:
    """Return the smoke runs by command, each with the first of the commands that make it."""
    first: dict[str, tuple[str, Run]] = {}
    for command in COMMANDS:
        for run in _runs(command, "smoke", (0,)):
            first.setdefault(run.hash, (command, run))
    return {c: found for c in COMMANDS if (found := [r for by, r in first.values() if by == c])}


SHARES = _shares()


@pytest.mark.slow
@pytest.mark.parametrize("command", SHARES)
def test_each_command_runs_at_smoke_size_and_makes_records_of_its_kind(
    command: str, tmp_path: Path
) -> None:
    """What a picture takes of the plan, it takes of the record: but for a smoke run's limits."""
    if "table2" in command:
        pytest.skip("ImageNet is not at hand")
    runs, store = SHARES[command], Store(tmp_path / "records.sqlite")
    try:
        failed = sweep(runs, store)
    except FileNotFoundError as error:
        pytest.skip(str(error))
    if any("EXPRESSIVITY_DATA" in str(error) for _, error in failed):
        pytest.skip("the data are not at hand")
    assert not failed
    records = finished(runs, store)
    assert len(records) == len(runs)
    for run, record in zip(runs, records, strict=True):
        for name, module in RUN.items():
            assert _taken(module, record) == _taken(module, _bare(run)), f"{name}: {run.name}"


def test_each_command_makes_a_smoke_run_of_its_kind() -> None:
    assert SIZES["smoke"].epoch_limit < SIZES["cpu"].epoch_limit
    for name, module in RUN.items():
        for command in module.COMMAND.splitlines():
            runs = _runs(command, "smoke", (0,))
            assert any(_taken(module, _bare(run)) for run in runs), f"{command}: none of {name}"


# What a smoke run has less of than the others of its suite.
LIMITS = ("step_limit", "replicas", "models", "draws", "epoch_limit")
CPU = {run.contestant: run.specification for name in SUITES for run in suite(name, [0], "cpu")}


def _taken(module: Any, record: dict[str, Any]) -> bool:
    """Whether a picture would take a smoke run's record, were it made at full size."""
    what = {key: value for key, value in record["specification"].items() if key != "n_test"}
    if not (what["contestant"] == "trained" and what["data"] == "digits"):
        what |= {key: CPU[what["contestant"]][key] for key in LIMITS if key in what}
    sizes = (what["n"], None, 1000, 2500)
    return any(module.RECORDS({**record, "specification": {**what, "n": n}}) for n in sizes)


ORIGINAL = [
    {**record, "data_name": "CIFAR-10", "test_accuracy": 0.99, "hash": f"original {record['hash']}"}
    for record in copy.deepcopy(RECORDS)
    if record["specification"]["data"] == "cifar10-jpeg"
]
for one in ORIGINAL:
    one["specification"]["data"] = "cifar10"


@pytest.mark.parametrize("name", ["table pixels", "figure figure1a"])
@pytest.mark.parametrize("network", ["alexnet", "mlp-1x512"])
def test_a_record_of_the_original_data_takes_nothing_from_the_copy(name: str, network: str) -> None:
    """Nor does its accuracy stand in a mean with others."""
    module = MODULES[name]
    one = next(
        r
        for r in ORIGINAL
        if module.RECORDS(r) and r["specification"]["network"] == network and not r["n"] % 50_000
    )
    before = drawn(module, RECORDS)
    assert {r["hash"] for r in before} <= {r["hash"] for r in drawn(module, [*RECORDS, one])}
    assert module.findings(before) in caption(module, drawn(module, [*RECORDS, one]))


def test_details_of_frameworks_are_compared_on_one_data_set() -> None:
    module = MODULES["table framework"]
    pytorch = [r for r in ORIGINAL if module.RECORDS(r) and not r["specification"].get("framework")]
    assert pytorch
    assert module.findings(drawn(module, [*RECORDS, *pytorch])) == module.findings(
        drawn(module, RECORDS)
    )


def test_recipes_are_compared_on_one_data_set_each_by_name() -> None:
    module = MODULES["table recipes"]
    said = module.findings(drawn(module, [*RECORDS, *ORIGINAL]))
    for data in ("CIFAR-10", "CIFAR-10 (JPEG)"):
        assert said.count(f"Of random labels MLP 1x512 fits on {data} 9") == 1
    assert "MLP 1x512 fits 9" in module.findings(drawn(module, RECORDS))


def test_imagenet_is_not_called_missing_once_a_row_of_it_is_there() -> None:
    table2 = tables.discover()["table2"]
    what = {"dropout": 0.2, "weight_decay": 4e-5, "random_crop": True, "flip": True}
    one = trained("inception-v3", data="imagenet", early_stopping=True, to_the_limit=True, **what)
    one |= {"train_top5_accuracy": 1.0, "test_top5_accuracy": 0.9}
    one["course"]["test_top5_accuracy"] = [0.1, 0.2, 0.3]
    chosen = [one] if table2.RECORDS(one) else []
    assert chosen and "all of ImageNet" not in reproduced.sentences(chosen)[2]
    assert "all of ImageNet" in reproduced.sentences([])[2]
    (row,) = (row for row in reproduced.rows(chosen) if row["item"] == "Table 2")
    assert row["state"] == "1 of 7 rows" and row["missing"].startswith("the others: ")


def test_a_row_with_crops_says_so() -> None:
    table1: Any = tables.discover()["table1"]
    crops = trained("alexnet", random_crop=True, to_the_limit=True)
    crops |= {"train_accuracy": 0.9985, "fitted": False}
    both = trained("alexnet", random_crop=True, to_the_limit=True, weight_decay=5e-4)
    said = table1.findings([crops, {**both, "train_accuracy": 0.99}, trained("alexnet")])
    assert "AlexNet on true labels with crops (99.85 %" in said
    assert "AlexNet on true labels with crops and weight decay (99.00 %" in said


def test_no_record_took_longer_than_a_training_is_said_to_take() -> None:
    """On processors with instructions for bfloat16, at 100 epochs."""
    for record in RECORDS:
        what, machine = record["specification"], record["machine"]
        network = what.get("network")
        whole = what["contestant"] == "trained" and what["n"] is None and network in EPOCH
        fast = {"avx512_bf16", "amx_bf16"} & set(machine.get("instructions", []))
        if not (whole and fast and machine["cores"] == 2 and what["data"] == "cifar10-jpeg"):
            continue
        if network in SLOWEST and what["precision"] == "bf16":
            assert record["seconds"] / record["epochs"] <= SLOWEST[network]
