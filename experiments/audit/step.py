"""A step of an audit: announced with its cost, done within what is left of the budget."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from experiments.audit.budget import Budget, Overdue, about
from experiments.audit.case import Case
from experiments.sweeps.reason import reason

Finding = dict[str, Any]
"""What a step found, as JSON can hold it; {} where it found nothing."""
Findings = dict[str, Finding]


@dataclass
class Progress:
    """What a step tells while it is at work.

    Attributes
    ----------
    finding : what was found so far, kept if the time is up in the midst
    left_out : what was not done and what it would take, a line each
    """

    finding: Finding = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


Work = Callable[[Case, Findings, Progress, Budget], None]
Cost = Callable[[Case, Findings], tuple[str, float]]


@dataclass(frozen=True)
class Step:
    """One question of an audit.

    Attributes
    ----------
    key : of its finding
    title : what is done
    cost : what of it, in words, and the seconds that it may take
    work : does it, filling in what it finds
    """

    key: str
    title: str
    cost: Cost
    work: Work


def do_steps(
    steps: list[Step], case: Case, budget: Budget
) -> tuple[Findings, dict[str, list[str]]]:
    """Do one step after another until the time is up.

    Returns what each found, and what each had to leave out. A step that fails says why; the others
    go on. Ctrl-C ends it, after what was found has been handed over: see `Interrupted`.
    """
    findings: Findings = {}
    left_out: dict[str, list[str]] = {}
    for number, step in enumerate(steps, start=1):
        what, seconds = step.cost(case, findings)
        shown = f"{what}, {about(seconds)}" if seconds >= 1 else what
        say(f"  {number} of {len(steps)}  {step.title:<44} {shown}")
        progress = Progress()
        findings[step.key] = progress.finding
        try:
            with budget.held():
                step.work(case, findings, progress, budget)
        except Overdue:
            if not progress.left_out:
                part = "the rest of " if progress.finding else ""
                progress.left_out.append(f"{part}{step.title}: {shown}")
        except KeyboardInterrupt as error:
            left_out[step.key] = [*progress.left_out, f"{step.title}: interrupted"]
            raise Interrupted(error, findings, left_out) from error
        except Exception as error:  # of the user's model: the other steps may go well
            progress.left_out.append(f"{step.title}: it failed, {reason(error)}")
        for line in progress.left_out:
            say(f"         left out: {line}")
        left_out[step.key] = progress.left_out
    return findings, left_out


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, with what was found until then."""

    def __init__(
        self, struck: KeyboardInterrupt, findings: Findings, left_out: dict[str, list[str]]
    ) -> None:
        super().__init__(*struck.args)
        self.findings, self.left_out = findings, left_out


def say(line: str) -> None:
    """Tell whoever watches; what is printed at the end is the verdict alone."""
    print(line, file=sys.stderr, flush=True)
