"""The command that audits a model of the user's own."""

from __future__ import annotations

from pathlib import Path

from experiments.commands.arguments import DataName
from experiments.commands.randomize import NO_OPTIONS, Flags
from experiments.datasets import load
from experiments.datasets.sample import subset
from experiments.randomization.factory import load_factory
from experiments.randomization.optimizer import read_optimizer
from experiments.sweeps.memory import limit_to_physical
from expressivity.ranges import OptionalCount, Seed, Share

ENOUGH = 0.95  # area under the curve


def audit(
    model: str,
    data: DataName,
    budget: str = "20m",
    recipe: Flags = NO_OPTIONS,
    optimizer: str = "sgd",
    test_share: Share = 0.2,
    split_seed: Seed = 0,
    device: str | None = None,
    folder: Path | None = None,
) -> int:
    """What does a model of your own memorize, and which labels of your data look wrong?

    Random labels, random signs, complexity measures, label alignment, memorization scores, each
    announced with its cost; a verdict, one page, the numbers and a list of labels to look at first.
    What is done is kept: interrupt it when you like, the same command goes on.

    Example: python -m experiments audit --model mine.models:small_net --data mine.npz --budget 20m

    Args:
        model: package.module:factory; the factory returns a new torch.nn.Module or a scikit-learn
            classifier.
        data: a file or the name of a data set, as for randomize.
        budget: of this call, a whole number and s, m or h; what does not fit is left out and said.
        recipe: of a module's training.
        optimizer: sgd, adam, or package.module:function, which makes one of the parameters.
        test_share: share of each class that is held out where the file has no test split.
        split_seed: seed of which examples these are.
        device: of the training, cpu or cuda; a GPU where there is one.
        folder: where the files are; results/audit-MODEL-DATA where none is given.
    """
    from experiments.audit import audit as audit_of

    limit_to_physical()
    given, chosen = load(data, None, test_share, split_seed), read_optimizer(optimizer)
    found = audit_of(
        load_factory(model),
        given,
        budget=budget,
        folder=folder,
        recipe=recipe.of(len(given.train_labels), chosen),
        optimizer=chosen,
        device=device,
    )
    print(found)
    print(f"\npage: {found.page}")
    return 0


def planted(
    data: DataName = "digits",
    model: str = "experiments.audit.planted:small_cnn",
    n: OptionalCount = None,
    share: Share = 0.05,
    seed: Seed = 0,
    budget: str = "20m",
    recipe: Flags = NO_OPTIONS,
) -> int:
    """Does the audit's list of labels find errors? Wrong ones are planted and looked for in it.

    The exit status is 0 only if the area under the curve is at least 0.95.

    Example: python -m experiments planted --data fashion-mnist --n 5000 --epoch-limit 20

    Args:
        data: a data set, as for audit.
        model: package.module:factory; a small convolutional network where none is given.
        n: number of training examples, all where none is given.
        share: of the training labels that are replaced by another class.
        seed: of which these are.
        budget: of this call; finished trainings are kept.
        recipe: of a module's training.
    """
    from experiments.audit.planted import find_planted

    limit_to_physical()
    given = subset(load(data), n)
    chosen = recipe.of(len(given.train_labels), "sgd")
    found = find_planted(load_factory(model), given, share, seed, budget, recipe=chosen)
    print(f"{given.name}: {found}")
    return 0 if found.area >= ENOUGH else 1
