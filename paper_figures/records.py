"""Which records count: chosen by their specification, and never two kinds in one number."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

Record = dict[str, Any]

# Where both have been run, the original is shown; a name in the cell says which it is.
CIFAR = ("cifar10", "cifar10-jpeg")
NETWORKS = {
    "inception": "Inception",
    "inception-without-batchnorm": "Inception w/o BatchNorm",
    "alexnet": "AlexNet",
    "mlp-3x512": "MLP 3x512",
    "mlp-1x512": "MLP 1x512",
}
CONDITIONS = ("true labels", "random labels")
# The paper's recipe as the suites run it, without regularizers.
UNREGULARIZED = {"weight_decay": 0.0, "random_crop": False, "flip": False, "rotation": 0.0}
UNREGULARIZED |= {"dropout": 0.0, "early_stopping": False}
RECIPE = {"contestant": "trained", "momentum": 0.9, "decay": 0.95, "batch_size": 128}
RECIPE |= {"precision": "bf16", "epoch_limit": 100, "to_the_limit": None, "framework": None}
RECIPE |= UNREGULARIZED
GAMMA = 0.02  # of the paper's kernel on the pixels of MNIST
RATES = {name: 0.1 if name.startswith("inception") else 0.01 for name in NETWORKS}
RATES["inception-v3"] = 0.1
"""the paper's first learning rates"""


def where(**wanted: Any) -> Callable[[Record], bool]:
    """Return a test of a record: its specification has these values, any of those in a tuple.

    Parameters
    ----------
    wanted : values by the names of fields; a field that a specification does not have is None

    Returns
    -------
    function of a record that returns a bool

    Examples
    --------
    >>> from experiments.sweeps.store import load_records
    >>> from paper_figures.records import where
    >>> chosen = where(contestant="kernel", data="mnist", level=(0.0, 1.0))
    >>> {record["title"] for record in load_records(None) if chosen(record)} >= {"kernel"}
    True
    """

    def holds(record: Record) -> bool:
        what = record["specification"]
        return all(
            what.get(field) in (value if isinstance(value, tuple) else (value,))
            for field, value in wanted.items()
        )

    return holds


def only(*free: str, **wanted: Any) -> Callable[[Record], bool]:
    """Return a test of a record: it is of this kind, whatever its seed, and of no other.

    Parameters
    ----------
    free : fields of the specification that may have any value, and are told apart where it counts
    wanted : as of `where`; a field that is neither makes another kind, one of a later version too
    """
    known = {"seed", *free, *wanted}
    holds = where(**wanted)
    return lambda record: record["specification"].keys() <= known and holds(record)


def of_recipe(**changes: Any) -> Callable[[Record], bool]:
    """Return a test of a record: trained by the paper's recipe, at any level, on any n images.

    Parameters
    ----------
    changes : of RECIPE, and data, network, pixels, perhaps level; values as of `where`
    """
    holds = only("n", "level", "learning_rate", **{**RECIPE, **changes})

    def by_recipe(record: Record) -> bool:
        what = record["specification"]
        return holds(record) and what.get("learning_rate") == RATES.get(what["network"])

    return by_recipe


OF_IMAGES = {"data": "random-images", "d": 784, "level": 1.0, "pixels": "true"}
CONSTRUCTION = only("n", **OF_IMAGES, contestant="construction")
ABLATION = only("n", **OF_IMAGES, contestant="ablation", draws=100)


def select(records: Iterable[Record], **wanted: Any) -> list[Record]:
    """Return the records for which `where(**wanted)` holds, by seed."""
    chosen = filter(where(**wanted), records)
    return sorted(chosen, key=lambda r: (r["specification"]["seed"], r["hash"]))


def by_meaning(record: Record) -> tuple[Any, ...]:
    """Return the key that sorts records as a reader looks for them: sample, way, labels, seed."""
    what = record["specification"]
    size = 0 if what["n"] is None else record["n"]
    way = (what["contestant"], what.get("network", ""), what.get("features") or "")
    rest = (
        what.get("n_filters") or 0,
        record["title"],
        what.get("pixels", ""),
        what.get("level", 0),
    )
    return (record["data_name"], size, *way, *rest, what["seed"], record["hash"])


def by_sample(records: Iterable[Record]) -> dict[str, list[Record]]:
    """Group records by data set and number of images: all images first, then the most of them.

    The names of the groups are those that figures and cells carry: a subset says that it is one.
    """
    groups: dict[tuple[Any, ...], list[Record]] = {}
    for record in records:
        what = record["specification"]
        first = CIFAR.index(what["data"]) if what["data"] in CIFAR else 0
        whole = what["n"] is None
        name = record["data_name"] + ("" if whole else f", n = {record['n']:,}")
        order = (not whole, -record["n"], first, name)
        groups.setdefault(order, []).append(record)
    return {order[-1]: groups[order] for order in sorted(groups)}


def largest_sample(records: Iterable[Record]) -> tuple[str, list[Record]]:
    """Return the first group of `by_sample`, with its name; ("", []) where there is no record."""
    return next(iter(by_sample(records).items()), ("", []))


def called(network: str, records: list[Record]) -> str:
    """Return a network's name, with the number of images where its records are of a subset."""
    part = {record["n"] for record in records if record["specification"]["n"] is not None}
    return NETWORKS[network] + (f" (n = {max(part):,})" if part else "")


def whole_and_subsets(
    records: list[Record],
) -> tuple[tuple[str, list[Record]], dict[str, list[Record]]]:
    """Return the largest group on all images, ("", []) if there is none, and those on fewer."""
    whole = largest_sample(select(records, n=None))
    return whole, by_sample(r for r in records if r["specification"]["n"] is not None)


def in_rows(records: list[Record], wanted: Iterable[dict[str, Any]]) -> list[Record]:
    """Return the records that stand in rows of these specifications: see `whole_and_subsets`."""
    found = []
    for one in wanted:
        (_, whole), subsets = whole_and_subsets(select(records, **one))
        found += [*whole, *chain(*subsets.values())]
    return found


def reached(record: Record, accuracy: float) -> int | None:
    """Return the SGD steps until an epoch's running accuracy, None if it was never reached."""
    course = record["course"]
    pairs = zip(course["step"], course["running_accuracy"], strict=True)
    return next((step for step, value in pairs if value >= accuracy), None)


def steps_to_fit(record: Record) -> int | None:
    """Return the SGD steps after which every label was fitted, None if some never was."""
    if record.get("steps_to_fit"):
        return record["steps_to_fit"]
    return record["course"]["step"][-1] if record["stopped"] == "fitted" else None


def epochs_to_fit(records: Iterable[Record]) -> list[float]:
    """Return the epochs after which every label was fitted, of those records where it was."""
    ends = [(record, steps_to_fit(record)) for record in records]
    return [record["epochs"] * end / record["steps"] for record, end in ends if end]


def deterministic(record: Record) -> bool:
    """Say whether a seed changes nothing of a run: a kernel's solve for the true labels."""
    what = record["specification"]
    if what["contestant"] != "kernel":
        return False
    return not (what["level"] or what["pixels"] != "true" or what.get("n_filters"))
