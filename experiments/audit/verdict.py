"""An audit in plain words: what each step found, and what it could not say."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.audit.suspects import MEMORIZED
from expressivity.rounding import downwards, in_percent, upwards

Numbers = dict[str, Any]
SEPARATES = 2.0  # a ratio of a measure on random and on true labels that is called one
CLOSE_TO_ONE = 0.9


def words(numbers: Numbers) -> list[str]:
    """Return a paragraph for each question that was answered, and one for what was left out."""
    found = [
        *numbers["randomization"].get("words", []),
        *_only_true(numbers),
        *_signs(numbers),
        *_stability(numbers),
        *_panel(numbers),
        *_alignment(numbers),
        *_suspects(numbers),
    ]
    if not found:
        found = [f"Nothing could be said of {numbers['model']} within {numbers['budget']}."]
    if numbers["left_out"]:
        found.append(f"Left out: {'; '.join(numbers['left_out'])}.")
    return found


def _only_true(numbers: Numbers) -> list[str]:
    """Say what true labels alone showed, where random ones were not finished."""
    found = numbers["randomization"]
    if "words" in found or "true labels" not in found:
        return []
    true = found["true labels"]
    fitted = "fits" if true["fitted"] else f"reaches {in_percent(true['train_accuracy'])} of"
    return [
        f"{numbers['model']} {fitted} its {numbers['n']:,} true labels and is right on "
        f"{in_percent(true['test_accuracy'])} of {numbers['n_test']:,} test examples. "
        "Whether it fits random ones is not known.",
        *found["notes"],
    ]


def _signs(numbers: Numbers) -> list[str]:
    found = numbers["signs"]
    if not found:
        return []
    draws, limit, sure = len(found["correlations"]), found["lower_limit"], 1 - found["delta"]
    vectors = f"{draws} vector{'s' if draws > 1 else ''} of random signs"
    if limit >= CLOSE_TO_ONE:
        fits = "fits" if found["all_fitted"] else "all but fits"
        return [
            f"It {fits} {vectors}: its Rademacher complexity on these inputs is at least "
            f"{downwards(limit)} ({sure:.0%} confidence). Bounds that count what it can fit say "
            "nothing about it."
        ]
    if found["mean"] >= 1:
        return [
            f"It fits {vectors}, but {numbers['n']:,} examples are too few for a limit near 1: its "
            f"Rademacher complexity is at least {downwards(max(limit, 0))} ({sure:.0%} confidence)."
        ]
    return [
        f"On {vectors} it reaches a correlation of {found['mean']:.3f}: its Rademacher complexity "
        f"is at least {downwards(max(limit, 0))} ({sure:.0%} confidence). There is no upper limit "
        "of this kind: a better optimization might reach more."
    ]


def _stability(numbers: Numbers) -> list[str]:
    fits = numbers["randomization"].get("fits_random_labels")
    random = numbers["randomization"].get("random labels")
    if fits and numbers["signs"].get("all_fitted", True):
        return [
            "It interpolates random labels too. An algorithm that interpolates whatever it is "
            "given has a uniform stability of 1 in the 0-1 loss, the worst there is, on true "
            "labels as well."
        ]
    if random is None:
        return []
    from experiments.measures.stability import from_random_labels

    least = from_random_labels(random["train_accuracy"], len(numbers["classes"]))
    return [
        f"Its uniform stability in the 0-1 loss is at least about {max(least, 0):.2f}: its "
        "training accuracy on random labels less that of guessing."
    ]


def _panel(numbers: Numbers) -> list[str]:
    found = numbers["panel"]
    said = []
    ratios = ratios_of(found)
    large = [name for name, ratio in ratios.items() if max(ratio, 1 / ratio) >= SEPARATES]
    controls = [name for name in large if kind_of(found, name) == "control"]
    if scores := [name for name in large if name not in controls]:
        also = f" So do the plain {' and '.join(controls)}." if controls else ""
        said.append(
            f"Between true and random labels these differ by a factor of {SEPARATES:g} or more: "
            f"{'; '.join(scores)}.{also} That is no reason to choose between models by them."
        )
    bounds = {
        n: m["value"] for n, m in found.get("true labels", {}).items() if m["kind"] == "bound"
    }
    known = {name: value for name, value in bounds.items() if value is not None}
    if known:
        tightest = min(known, key=lambda name: known[name])
        counts = numbers["randomization"]["true labels"]["test_counts"]
        commonest = 1 - max(counts) / sum(counts)
        below = known[tightest] < commonest
        tells = "which is below that" if below else "which says nothing"
        noisy = " with noise on its weights" if tightest == "PAC-Bayes bound" else ""
        said.append(
            f"The tightest bound on its test error{noisy} is the {tightest}, "
            f"{upwards(known[tightest])} "
            f"(naming the commonest class has {commonest:.2f}), {tells}."
        )
    return said + found.get("not_defined", [])


def _alignment(numbers: Numbers) -> list[str]:
    found = numbers["alignment"]
    if not found:
        return []
    random = np.array(found["random_labels"])
    ratio = float(random.mean()) / found["labels"]
    error, guess = found["leave_one_out_error"], found["chance_error"]
    tells = (
        "the inputs alone tell much of the labels"
        if error < 0.5 * guess
        else "the inputs alone, compared by distance, tell little of the labels"
    )
    return [
        f"Without your model: a kernel of {found['points']:,} distinct inputs finds their labels "
        f"{ratio:.2g} times as simple as random ones, and predicts each from the others with "
        f"{in_percent(error)} errors "
        f"(naming the commonest class has {in_percent(guess)}): {tells}."
    ]


def _suspects(numbers: Numbers) -> list[str]:
    found = numbers["suspects"]
    if not found:
        return []
    training = sum(row["split"] == "training" for row in found["labels"])
    others = len(found["labels"]) - training
    test = f", and {others:,} of {numbers['n_test']:,} test labels" if others else ""
    return [
        f"{found['memorized']:,} of {numbers['n']:,} training examples are memorized: the share of "
        f"models that predict them right is larger by {MEMORIZED:g} or more among those that saw "
        f"them ({found['models']} models).",
        f"{training:,} training labels{test} are not what models that did not see them would give: "
        "look at the first of these first, most likely errors at the top.",
    ]


def ratios_of(found: dict[str, Any]) -> dict[str, float]:
    """Return each measure on random labels over that on true ones, where both are positive."""
    true, random = found.get("true labels", {}), found.get("random labels", {})
    pairs = {n: (true[n]["value"], random[n]["value"]) for n in true if n in random}
    return {n: b / a for n, (a, b) in pairs.items() if a and b and a > 0 and b > 0}


def kind_of(found: dict[str, Any], name: str) -> str:
    """Return whether a measure is a bound, a score or a control."""
    return found["true labels"][name]["kind"]
