"""The fields that readers use of a record, and their shapes, by contestant."""

from __future__ import annotations

from experiments.sweeps.shape import NUMBER, Each, ListOf, Maybe, Shape

NUMBERS = ListOf(NUMBER)
SOME = ListOf(NUMBER, 1)
COMMON: dict[str, Shape] = {
    **dict.fromkeys(("title", "condition", "data_name", "hash", "finished"), str),
    "machine": {
        "processor": str,
        "cores": int,
        **dict.fromkeys(("platform", "vendor", "gpu"), Maybe(str)),
        **dict.fromkeys(("model", "instructions", "blas"), Maybe(ListOf(str))),
        "memory_gib": Maybe(NUMBER),
    },
    "versions": Each(str),
    "specification": {
        **dict.fromkeys(("contestant", "data"), str),
        "n": (int, type(None)),
        "seed": int,
    },
    **dict.fromkeys(("n", "d"), int),
    "seconds": NUMBER,
    "fitted": bool,
}
MEMORIZER = "memorizer"
"""of `python -m expressivity frontier`, on points that it draws: no data set is corrupted"""
ESTIMATOR = "randomized-estimator"
"""of `randomize` on a scikit-learn classifier, of which nobody knows how many weights it has"""
OF_DATA_SETS: dict[str, Shape] = {
    **dict.fromkeys(("data_hash", "labels_hash"), str),
    "labels_changed": NUMBER,
    "specification": {"pixels": str, "level": NUMBER},
}
COUNTS = ("n_weights", "n_nonzero", "n_dense", "n_hidden", "width", "depth", "n_checked")
ACCURACIES = ("train_accuracy", "clean_train_accuracy", "test_accuracy")
FITTED: dict[str, Shape] = {
    **dict.fromkeys(ACCURACIES, NUMBER),
    "norm": (*NUMBER, type(None)),
    "norm_name": str,
    "residual": Maybe(NUMBER),
}
TRAINED: dict[str, Shape] = {
    **FITTED,
    **dict.fromkeys(("epochs", "steps", "stacked"), int),
    "course": {
        **dict.fromkeys(("step", "loss", "running_accuracy"), NUMBERS),
        **dict.fromkeys(("test_accuracy", "watched_accuracy", "sgd_seconds"), Maybe(NUMBERS)),
    },
    "steps_to_fit": Maybe(int),
    "stopped": str,
    "seconds_per_epoch": NUMBER,
}
LINEAR = ("gradient descent from zero", "SGD from zero", "gradient descent from elsewhere")
ON_TEST: dict[str, Shape] = {
    "most_fitted": Maybe(NUMBER),
    "balanced_test_accuracy": NUMBER,
    **dict.fromkeys(("test_counts", "test_hits"), ListOf(int, 1)),
}
MEASURES = Each({"kind": str, "value": (*NUMBER, type(None)), "why": str})
OF_A_KIND: dict[str, Shape] = {"n": int, "mean": (*NUMBER, type(None)), "histogram": SOME}
OF_CONTESTANTS: dict[str, dict[str, Shape]] = {
    "trained": {
        **TRAINED,
        "specification": {
            **dict.fromkeys(("network", "precision"), str),
            **dict.fromkeys(("learning_rate", "momentum", "decay", "weight_decay"), NUMBER),
            **dict.fromkeys(("batch_size", "epoch_limit"), int),
        },
    },
    "randomized": {
        **TRAINED,
        **ON_TEST,
        "specification": dict.fromkeys(("learning_rate", "decay"), NUMBER),
    },
    ESTIMATOR: {**dict.fromkeys(ACCURACIES, NUMBER), **ON_TEST, "stopped": str},
    "measured": {
        **TRAINED,
        "specification": dict.fromkeys(("learning_rate", "batch_size"), NUMBER),
        "measures": MEASURES,
    },
    "signs": {
        "correlations": SOME,
        "right": ListOf(ListOf(int, 1), 1),
        **dict.fromkeys(("complexity_lower", "delta"), NUMBER),
        "epochs": int,
    },
    "interpolant": {
        **FITTED,
        **dict.fromkeys(
            ("relative_residual", "alignment", "alignment_of_signs", "leave_one_out_error"), NUMBER
        ),
    },
    "leave-one-out": dict.fromkeys(
        (*ACCURACIES, "changed", "changed_error", "test_changed", "distance", "floor"), NUMBER
    ),
    "coupled-sgd": {
        **dict.fromkeys(ACCURACIES, NUMBER),
        **dict.fromkeys(("bound", "distance_bound", "largest_change", "largest_distance"), NUMBER),
        "specification": {"learning_rate": NUMBER, "epochs": int},
    },
    "memorization": {
        **dict.fromkeys(("mean_score", "mean_standard_error", "memorized"), NUMBER),
        **dict.fromkeys(("train_accuracy", "held_out_accuracy", "test_accuracy"), NUMBER),
        "scored": int,
        "kinds": {"changed": OF_A_KIND, "unchanged": OF_A_KIND},
        "auc": (*NUMBER, type(None)),
    },
    "explicit": {**FITTED, "norm": NUMBER, "residual": NUMBER, "premises": dict},
    "kernel": {
        **FITTED,
        **dict.fromkeys(("norm", "relative_residual"), NUMBER),
        **dict.fromkeys(("chosen_gamma", "chosen_ridge"), Maybe(NUMBER)),
        "norms": Maybe(Each(NUMBER)),
        "specification": {
            **dict.fromkeys(("gamma", "ridge"), Maybe(NUMBER)),
            "features": Maybe(str),
            "n_filters": Maybe(int),
        },
    },
    "linear": {
        **dict.fromkeys(("norm", "condition_number"), NUMBER),
        "claims": ListOf({"name": str, "below": bool, "value": NUMBER, "bound": NUMBER}),
        "courses": dict.fromkeys(LINEAR, dict.fromkeys(("step", "distance", "outside"), SOME)),
    },
    "theorem": {**dict.fromkeys(("t", "b", "w", "y", "indices"), SOME), "residual": NUMBER},
    "construction": {
        "directions": Each(
            dict.fromkeys(("double", "single", "largest_weight", "least_gap"), NUMBER),
            ("default",),
        ),
        "textbook": (dict, type(None)),
        "bound": NUMBER,
    },
    "ablation": {
        "least_gap": dict.fromkeys(("random", "widened"), SOME),
        "pairs": Each({"largest_weight": SOME, "residual": SOME}),
    },
    "critical-width": {
        **dict.fromkeys(("width", "largest_failed", "n_weights_failed"), int),
        **dict.fromkeys(("explicit_weights", "explicit_fewest_weights"), int),
        "train_accuracy": NUMBER,
        "tried": ListOf({"width": int, "steps": int, "best_accuracy": NUMBER}),
    },
    "random-features": {
        **FITTED,
        "features": ListOf(int, 1),
        "course": dict.fromkeys(("norm", "train_error", "test_error"), SOME),
    },
}
OF_A_NETWORK: Shape = dict.fromkeys(("n_weights", "n_nonzero", "n_hidden", "width", "depth"), int)
BUILT: dict[str, Shape] = {
    **dict.fromkeys((*COUNTS, "total_bits"), int),
    "bit_size": (int, type(None)),
    "error": (*NUMBER, type(None)),
    **dict.fromkeys(("formula", "formula_alone"), OF_A_NETWORK),
}
ALIKE: dict[str, list[tuple[str, ...]]] = {
    "random-features": [("features", "course.norm", "course.train_error", "course.test_error")],
    "theorem": [("t", "b", "w", "y")],
    "randomized": [("test_counts", "test_hits")],
    ESTIMATOR: [("test_counts", "test_hits")],
    "linear": [
        tuple(f"courses.{name}.{of}" for of in ("step", "distance", "outside")) for name in LINEAR
    ],
    "memorization": [("kinds.changed.histogram", "kinds.unchanged.histogram")],
}
"""lists that are drawn against one another, and so have as many items"""
