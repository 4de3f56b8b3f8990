"""Every construction at one n: what its formula says, and what was built."""

from __future__ import annotations

from paper_figures.cells import machine
from paper_figures.figures import frontier
from paper_figures.records import Record

CHAPTER = "The theorem"
TITLE = "Constructions: formula beside measured count"
CAPTION = (
    "One row for each construction and kind of labels, at the largest n that all of them reached. "
    "Weights count biases, and a repeated direction once; formulas are computed from n, d, the "
    "classes and the options of the network before it is built, the plain formula from n, d and "
    "the classes alone. Bits are of exact networks where the construction has them, else of "
    "doubles. The error is a rigorous bound in double precision, empty where some weight is no "
    "double. Seconds are of one construction on a machine that did other work as well."
)
COMMAND = "python -m expressivity frontier --out experiments/records/frontier.jsonl"
RECORDS = frontier.RECORDS
COLUMNS = {
    "construction": "construction",
    "labels": "labels",
    "n": "n",
    "d": "d",
    "hidden": "hidden units",
    "formula_alone": "weights: plain formula",
    "formula": "weights: formula",
    "weights": "weights: measured",
    "nonzero": "nonzero",
    "dense": "dense",
    "depth": "depth",
    "bit_size": "longest weight (bits)",
    "bits": "bits a label",
    "error": "error in doubles",
    "checked": "points checked exactly",
    "seconds": "seconds",
    "note": "data",
    "machine": "machine",
}


def rows(records: list[Record]) -> list[dict[str, str]]:
    """Return the rows in the order of names and labels."""
    return [_row(record) for record in drawn(records)]


def drawn(records: list[Record]) -> list[Record]:
    """Return the record of each row."""
    plain = [
        record
        for record in frontier.of_one_sample(records)
        if "n_weights" in record and "group_size" not in record["specification"]["options"]
    ]
    groups: dict[tuple[str, int], list[Record]] = {}
    for record in plain:
        what = record["specification"]
        groups.setdefault((what["construction"], what["classes"] or 0), []).append(record)
    if not groups:
        return []
    reached = [{record["n"] for record in group} for group in groups.values()]
    n = max(set.intersection(*reached), default=None)
    return [
        max((r for r in group if n in (None, r["n"])), key=lambda r: r["n"])
        for _, group in sorted(groups.items())
    ]


def _row(record: Record) -> dict[str, str]:
    classes = record["specification"]["classes"]
    return {
        "construction": record["specification"]["construction"],
        "labels": "real" if classes is None else f"{classes} classes",
        "n": f"{record['n']:,}",
        "d": f"{record['d']:,}",
        "hidden": f"{record['n_hidden']:,}",
        "formula_alone": f"{record['formula_alone']['n_weights']:,}",
        "formula": f"{record['formula']['n_weights']:,}",
        "weights": f"{record['n_weights']:,}",
        "nonzero": f"{record['n_nonzero']:,}",
        "dense": f"{record['n_dense']:,}",
        "depth": f"{record['depth']:,}",
        "bit_size": f"{record['bit_size']:,}",
        "bits": f"{record['total_bits'] / record['n']:.1f}",
        "error": "" if record["error"] is None else f"{record['error']:.1e}",
        "checked": f"{record['n_checked']:,}",
        "seconds": f"{record['seconds']:.2f}",
        "note": record["data_name"],
        "machine": machine(record),
    }
