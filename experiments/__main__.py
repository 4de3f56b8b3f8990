"""Command line of the experiments: `python -m experiments run comparison`."""

from __future__ import annotations

import sys

from expressivity import command_line


def commands() -> command_line.Commands:
    """Return every command by the name that users type, in the order in which they are met."""
    from experiments.commands import (
        audit,
        benchmarks,
        kernel,
        leave_one_out,
        linear,
        randomize,
        records,
        run,
    )

    return {
        "The suites of the paper": {
            "list": run.list_suites,
            "run": run.run,
            "status": run.status,
            "worker": run.worker,
        },
        "A model and data of your own": {
            "audit": audit.audit,
            "planted": audit.planted,
            "randomize": randomize.randomize,
        },
        "Section 5": {
            "kernel": kernel.kernel,
            "leave-one-out": leave_one_out.leave_one_out,
            "linear": linear.linear,
        },
        "Records": {
            "records": records.records,
            "labels": records.labels,
            "export": records.export,
            "merge": records.merge,
        },
        "Speed": {
            "benchmark": benchmarks.epochs,
            "benchmark-device": benchmarks.device,
            "benchmark-kernels": benchmarks.kernels,
            "benchmark-cluster": benchmarks.cluster,
        },
    }


def main() -> int:
    """Run the command line; mistakes of the user end in one line, not in a traceback."""
    return command_line.run(
        "experiments",
        lambda program, arguments: command_line.choose(commands(), program, arguments),
        interrupted="finished runs are kept, the same command goes on",
    )


if __name__ == "__main__":
    sys.exit(main())
