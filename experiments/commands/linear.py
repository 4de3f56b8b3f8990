"""The command that verifies the linear theory."""

from __future__ import annotations

from experiments.commands.arguments import Records, Seeds
from experiments.contestants.linear import claims_as_text
from experiments.suites import suite
from experiments.sweeps.store import LOCAL, Store
from experiments.sweeps.sweep import finished, sweep


def linear(seeds: Seeds = (0,), records: Records = LOCAL) -> int:
    """Verify the linear theory of section 5 and print each claim with its measured value.

    Gradient descent and SGD on underdetermined least squares end at the interpolant nearest to
    their start; the Hessian is the same everywhere; the kernel trick is a duality. The exit status
    is 0 only if all claims hold.

    Args:
        seeds: one repetition for each.
    """
    store = Store(records)
    runs = suite("linear", seeds)
    failed = sweep(runs, store)
    found = finished(runs, store)
    print("\n\n".join(map(claims_as_text, found)))
    return 1 if failed or not all(record["fitted"] for record in found) else 0
