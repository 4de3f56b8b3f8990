"""What of the paper is reproduced, on what data, and what is not: three sentences and a table.

Every number is counted in the records; the README holds the same table, and a test compares them.
"""

from __future__ import annotations

from paper_figures import tables
from paper_figures.cells import EPOCH, NOT_RUN, duration, percent
from paper_figures.figures import figure1a, figure1b, figure2a, figure2b
from paper_figures.findings import accuracies, between, drawn, listed
from paper_figures.records import NETWORKS, Record, select, steps_to_fit
from paper_figures.sweep import series_of
from paper_figures.three_ways import is_way

COLUMNS = {
    "item": "of the paper",
    "state": "run here, on all training images",
    "data": "data",
    "missing": "not run, and why",
}
# The column that holds ours.
TABLES = {
    "table1": ("Table 1", "train_ours"),
    "table2": ("Table 2", "top1_train_ours"),
    "table3": ("Table 3", "error_ours"),
    "table4": ("Table 4", "train_ours"),
}
LEVELS = ("inception", "alexnet", "mlp-1x512")
BOTH = ("inception", "inception-without-batchnorm")


def sentences(records: list[Record]) -> list[str]:
    """Return the three sentences that the page opens with."""
    trained = [record for record in records if is_way(record) and _random(record)]
    # One seed that falls short, and the network is not among those that fit every label.
    ends_short = {_key(record) for record in trained if not steps_to_fit(record)}
    fitted = [record for record in trained if _key(record) not in ends_short]
    short = [record for record in trained if _key(record) in ends_short]
    done = (
        f"trained with SGD, {_where(fitted)} fit every one of their random training labels, and "
        f"are right on {between(percent(fitted, 'test_accuracy'))} % of clean test labels"
        if fitted
        else "no trained network has fitted random labels yet"
    )
    if short:
        shares = accuracies(percent(short, "train_accuracy"))
        done += f" (training ends before that, at its limit, for {_where(short)}: {shares} %)"
    counts = listed([f"{_count(name, records)} of {TABLES[name][0]}" for name in TABLES])
    none = "all of ImageNet, and " if _count("table2", records).startswith("0 ") else ""
    return [
        f"Reproduced: {done}; the theorem's network of 2n + d weights (its direction is shared by "
        "all units and counted once) and the minimum-norm interpolant of a kernel fit them by "
        "construction.",
        f"Of the rows of the paper's tables these were run on all training images: {counts}.",
        f"Not reproduced: {none}whatever says “not run” below; where the data are "
        "called CIFAR-10 (JPEG), they are a lossy copy of the paper's, which was not at hand.",
    ]


def _random(record: Record) -> bool:
    what = record["specification"]
    return what["contestant"] == "trained" and what["level"] == 1


def _where(records: list[Record]) -> str:
    """Say which networks, on which data."""
    by_data: dict[str, list[Record]] = {}
    for record in sorted(records, key=lambda record: record["data_name"]):
        by_data.setdefault(record["data_name"], []).append(record)
    return listed([f"{listed(_networks(same))} on {data}" for data, same in by_data.items()])


def rows(records: list[Record]) -> list[dict[str, str]]:
    """Return a row for each table and figure of the paper, and for its theorem."""
    found = [_table(name, records) for name in TABLES]
    pixels = drawn(figure1a, records)
    # True and random labels alone are rows of Table 1.
    kinds = {(_network(r), r["specification"]["pixels"]) for r in pixels if _whole(r)}
    some = {network for network, kind in kinds if kind != "true"}
    pixels = [record for record in pixels if _network(record) in some]
    found.append(_figure("Figure 1a (loss by corruption)", pixels, ("inception",)))
    lines = [line for line in series_of(drawn(figure1b, records)) if line.joined]
    swept = [record for line in lines if {0.0, 1.0} <= line.levels for record in line.records]
    there = [r for r in swept if steps_to_fit(r)]
    lower = _networks([r for r in swept if _network(r) not in set(map(_network, there))])
    steps = _figure("Figure 1b (steps to fit, by level)", there, LEVELS, lower)
    if lower:
        some = f"run and not all labels fitted: {listed(lower)}"
        steps["state"] = some if not there else f"{steps['state']}; {some}"
    found += [steps, _figure("Figure 1c (test error by level)", swept, LEVELS)]
    found.append(_figure("Figure 2a (ImageNet)", drawn(figure2a, records), ("inception-v3",)))
    found.append(_figure("Figure 2b (BatchNorm)", drawn(figure2b, records), BOTH))
    built = select(records, contestant="explicit", n=None)
    fitted = sum(record["fitted"] for record in built)
    state = f"built; {fitted} of {len(built)} labelings fitted to the last label"
    found.append(_row("Theorem 1 (2n + d weights)", state if built else NOT_RUN, built, {}))
    return found


def as_markdown(records: list[Record]) -> str:
    """Return the table as the README holds it."""
    lines = [list(COLUMNS.values()), ["---"] * len(COLUMNS)]
    lines += [[row[key] for key in COLUMNS] for row in rows(records)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _table(name: str, records: list[Record]) -> dict[str, str]:
    title, key = TABLES[name]
    module = tables.discover()[name]
    chosen = drawn(module, records)
    rest = "all" if _count(name, records).startswith("0 ") else "the others"
    paper_key = key.replace("_ours", "_paper")
    known: dict[str, list[bool]] = {}
    for row in module.rows(chosen):
        if row[paper_key]:
            model = row.get("model", row.get("preprocessing", rest))
            known.setdefault(model, []).append(row[key] == NOT_RUN)
    missing = {
        model: "" if all(without) or model == rest else f" ({sum(without)} of {len(without)} rows)"
        for model, without in known.items()
        if any(without)
    }
    whole = list(filter(_whole, chosen))
    return _row(title, f"{_count(name, records)} rows", whole, missing)


def _count(name: str, records: list[Record]) -> str:
    """Return "a of b", the paper's rows that were run and all of them."""
    _, key = TABLES[name]
    module = tables.discover()[name]
    paper_key = key.replace("_ours", "_paper")
    known = [row for row in module.rows(drawn(module, records)) if row[paper_key]]
    return f"{sum(row[key] != NOT_RUN for row in known)} of {len(known)}"


def _figure(
    title: str, chosen: list[Record], wanted: tuple[str, ...], partly: list[str] | None = None
) -> dict[str, str]:
    whole = list(filter(_whole, chosen))
    there = _networks(whole)
    names = [NETWORKS.get(name, "Inception V3") for name in wanted]
    missing = dict.fromkeys((n for n in names if n not in {*there, *(partly or [])}), "")
    return _row(title, listed(there) or NOT_RUN, whole, missing)


def _row(item: str, state: str, chosen: list[Record], missing: dict[str, str]) -> dict[str, str]:
    """Return a row; what is missing is a network or a preprocessing, and how many rows of it."""
    data = listed(sorted({record["data_name"] for record in chosen}))
    names = listed([name + how_many for name, how_many in missing.items()])
    why = f"{names}: {_cost(missing)}" if missing else ""
    return {"item": item, "state": state, "data": data, "missing": why}


def _cost(missing: dict[str, str]) -> str:
    """Say what the dearest of some networks or preprocessings would take."""
    networks = [name for name, model in NETWORKS.items() if model in missing]
    if networks:
        longest = duration(max(networks, key=EPOCH.__getitem__))
        return f"up to {longest} a training on two cores with bfloat16"
    if any(name.startswith("random convolutional") for name in missing):
        return "40 GB of memory"
    return "days an epoch on two cores"


def _key(record: Record) -> tuple[str, str, int]:
    what = record["specification"]
    return what["network"], what["data"], record["n"]


def _whole(record: Record) -> bool:
    return record["specification"]["n"] is None


def _network(record: Record) -> str:
    return record["specification"]["network"]


def _networks(records: list[Record]) -> list[str]:
    there = set(map(_network, records))
    return [NETWORKS.get(name, name) for name in (*NETWORKS, "inception-v3") if name in there]
