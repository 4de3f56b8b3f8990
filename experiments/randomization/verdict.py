"""What a randomization test shows, in plain words, with the rule and the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from experiments.randomization.intervals import (
    CONFIDENCE,
    NEAR,
    Generalizes,
    chance,
    generalizes,
    interval,
)
from experiments.randomization.outcome import PROGRESS, WINDOW, Outcome, has_epochs, together
from experiments.randomization.words import (
    at_the_fit,
    mean,
    mean_epochs,
    stopped,
    when,
    why_cut_off,
)
from experiments.sweeps.store import Record
from expressivity.rounding import in_percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SURE = 0.999  # that accuracy on random labels is no accident, before anything is said of it


@dataclass(frozen=True)
class Verdict:
    """What a randomization test shows.

    Attributes
    ----------
    records : one for each corruption level and seed, from true labels to random ones
    notes : what was noticed in the data, a line each
    """

    records: list[Record]
    notes: tuple[str, ...] = ()

    @cached_property
    def by_level(self) -> dict[float, list[Record]]:
        """The trainings on each corruption level, from true labels to random ones."""
        levels = sorted({_level(record) for record in self.records})
        return {level: [r for r in self.records if _level(r) == level] for level in levels}

    @property
    def on_true_labels(self) -> list[Record]:
        return self.by_level[0.0]

    @property
    def on_random_labels(self) -> list[Record]:
        return self.by_level[1.0]

    @property
    def chance(self) -> float:
        """Balanced accuracy of answers that know nothing: one over the number of classes."""
        return chance(self.records[0])

    @property
    def fits_random_labels(self) -> bool | None:
        """Whether every random labeling was fitted; None where trainings were cut off, or diverged.

        False too where copies of examples have different labels, which no model fits. See `outcome`
        for the rule.
        """
        return _decided(together(self.on_random_labels))

    @property
    def fits_true_labels(self) -> bool | None:
        """The same for the true labels."""
        return _decided(together(self.on_true_labels))

    @property
    def slowdown(self) -> float | None:
        """Epochs that random labels took, relative to true ones; None if either was not fitted.

        None for an estimator, too, which has no epochs.
        """
        if not (self._in_epochs and self.fits_random_labels and self.fits_true_labels):
            return None
        return mean_epochs(self.on_random_labels) / mean_epochs(self.on_true_labels)

    @property
    def generalizes(self) -> dict[float, Generalizes]:
        """For each corruption level, whether test accuracy is above chance; see `generalizes`."""
        return {level: generalizes(records) for level, records in self.by_level.items()}

    @property
    def stops_generalizing(self) -> float | None:
        """The lowest level from which on no test accuracy is above chance; None if there is none.

        Levels where that is undecided count neither way: the level is where it is decided first.
        """
        lowest = None
        for level, found in reversed(self.generalizes.items()):
            if found == "yes":
                break
            if found == "no":
                lowest = level
        return lowest

    def __str__(self) -> str:
        return "\n".join([*self.words(), "", self.table(), "", self.rule()])

    def words(self) -> list[str]:
        """Return what it shows, without the numbers: what it fits, what it generalizes, notes."""
        return [self._fit(), self._test(), *self.notes]

    def table(self) -> str:
        """Return one line a corruption level: means over the seeds, and the test's interval.

        Epochs are those up to the fit, where there was one: training may have gone on. Of an
        estimator the seconds of a fit stand in the place of epochs.
        """
        cost, digits = ("epochs", 4) if self._in_epochs else ("seconds", 2)
        lines = [f"level  changed  {cost:<9}fitted  train     true labels of the same  test"]
        for level, records in self.by_level.items():
            fitted = sum(record["fitted"] for record in records)
            spent = list(map(at_the_fit, records))
            lines.append(
                f"{level:<7g}{_percent(records, 'labels_changed', 1):<9}"
                f"{mean(spent, cost):<9.{digits}g}{f'{fitted} of {len(records)}':<8}"
                f"{_percent(records, 'train_accuracy'):<10}"
                f"{_percent(records, 'clean_train_accuracy'):<25}{interval(records)}"
            )
            if not self._equal_classes:
                lines[-1] += f", {_percent(records, 'test_accuracy', 1)} of all"
        return "\n".join(lines)

    def draw(self) -> Figure:
        """Draw epochs to fit and accuracies against the corruption level. Needs matplotlib."""
        from experiments.randomization.picture import draw

        return draw(self.records)

    def _fit(self) -> str:
        """Say whether it fits random labels, compared with true ones."""
        random, true = self.on_random_labels, self.on_true_labels
        name, n, reached = random[0]["title"], f"{random[0]['n']:,}", stopped(random)
        level = ", no longer rising" if self._in_epochs else ""
        shown = {
            "fits": f"{name} fits random labels: all {n} of them, {when(random)}",
            "fits what can be": f"{name} fits as many random labels as any model can: {reached}. "
            "Copies of examples have different ones.",
            "does not fit": f"{name} does not fit random labels: {reached}{level}.",
            "cut off": f"{name} was cut off before it fitted random labels: {reached}.",
            "diverged": f"{name} diverged on random labels: {reached}.",
        }
        found, on_true = together(random), together(true)
        words = shown[found]
        if found == "fits":
            words += (
                "." if self.slowdown is None else f", {self.slowdown:.1f} x those of true ones."
            )
        if found in ("fits", "fits what can be"):
            why = ", so they alone do not explain why it generalizes"
            return words + (
                "\nIts size and what regularizes it do not keep it from memorizing this sample"
                f"{why if self.generalizes[0.0] == 'yes' else ''}."
            )
        if found == "cut off":
            words += f"\nThat is undecided: {why_cut_off(random)}."
        if found == "diverged":
            words += "\nThat says nothing about the model: lower the rate (learning_rate)."
        if on_true == "fits":
            words += f"\nThe true ones it fits {when(true)}"
            words += (
                ": this model, trained this way, does not memorize the sample."
                if found == "does not fit"
                else "."
            )
        elif on_true == "fits what can be":
            words += f"\nOf the true ones it fits as many as any model can: {stopped(true)}."
        else:
            change = "the rate, the limit of epochs" if self._in_epochs else "its parameters"
            words += (
                f"\nIt does not fit the true labels either: {stopped(true)}. Change {change} or "
                "the model before you conclude anything."
            )
        return words

    def _test(self) -> str:
        """Say what it gets right on the test split, and up to which level."""
        true, at_chance = self.on_true_labels, f"chance is {self.chance:.1%}"
        kind = "" if self._equal_classes else " (balanced over classes)"
        words = (
            f"Trained on true labels it is right on {interval(true)} of "
            f"{sum(true[0]['test_counts']):,} test examples{kind}; {at_chance}."
        )
        return f"{words}\n{self._generalizes()}.{self._on_random()}"

    def _generalizes(self) -> str:
        """Say up to which level it generalizes, and where that is undecided."""
        found = self.generalizes
        above = [level for level, seen in found.items() if seen == "yes" and level < 1]
        if not above and found[0.0] == "undecided":
            one = "these test examples are of one class"
            more = "more test examples or seeds would tell"
            return f"Whether it generalizes is undecided: {one if self.chance == 1 else more}"
        highest, none = max(above, default=0.0), self.stops_generalizing
        words = "It generalizes with true labels"
        if not above:
            nowhere = set(found.values()) == {"no"}
            upto = "at any level, true labels included" if nowhere else "with true labels"
            words = f"It does not generalize {upto}"
        elif highest:
            words = f"It still generalizes with labels corrupted at level {highest:g}"
        if above and none is not None and none > highest:
            words += f", and no longer at level {none:g}"
        if undecided := [k for k, seen in found.items() if seen == "undecided" and k > highest]:
            listed = " and ".join(f"{level:g}" for level in undecided)
            words += f"; at level {listed} it is undecided: more test examples or seeds would tell"
        return words

    def _on_random(self) -> str:
        """Say so if random labels, which tell nothing of the truth, lead to more than chance."""
        random = self.on_random_labels
        if len(random) < 3 or interval(random, SURE).low <= self.chance:
            return ""
        knows = "its first weights" if self._in_epochs else "it"
        return (
            f"\nOn random labels, which tell nothing of the truth, it is above chance too "
            f"({interval(random, SURE)} at {SURE:.1%} confidence): {knows} may know the classes "
            "beforehand (pretrained?)."
        )

    def rule(self) -> str:
        """Return by which rule that was said."""
        seeds = len(self.on_random_labels)
        of = (
            f"of {seeds} labelings (Student's t) and the test examples (binomial) together"
            if seeds > 1
            else "of the test examples (binomial) alone, since one labeling tells nothing of others"
        )
        balanced = "" if self._equal_classes else "Test accuracies are means over the classes. "
        cut_off = (
            "Rule: fitted is 100 % in evaluation mode. Cut off is: stopped while wrong answers or "
            f"loss still fell by over {PROGRESS:.0%} from one {_ordinal(WINDOW)} of the epochs to "
            "the next."
            if self._in_epochs
            else "Rule: fitted is 100 % of what it predicts on the labels it was given. It is "
            "fitted once, so that epochs and courses do not apply; cut off is a ConvergenceWarning."
        )
        return (
            f"{cut_off} {balanced}Intervals hold {CONFIDENCE:.0%}: {of}. It generalizes where the "
            "interval is above chance, no longer where it is not and ends within "
            f"{NEAR:.0%} of it."
        )

    @property
    def _in_epochs(self) -> bool:
        return has_epochs(self.records[0])

    @property
    def _equal_classes(self) -> bool:
        return len({count for count in self.records[0]["test_counts"] if count}) == 1


def _decided(found: Outcome) -> bool | None:
    return None if found in ("cut off", "diverged") else found == "fits"


def _percent(records: Sequence[Record], key: str, decimals: int = 2) -> str:
    return in_percent(mean(records, key), decimals)


def _level(record: Record) -> float:
    return record["specification"]["level"]


def _ordinal(number: int) -> str:
    return {10: "tenth"}.get(number, f"{number}th")
