"""Command line of the theorem: `python -m expressivity verify`."""

from __future__ import annotations

import sys

from expressivity import command_line


def commands() -> command_line.Commands:
    """Return every command by the name that users type, in the order in which they are met."""
    from expressivity.commands import certificates, frontier, memorizers, network, proofs

    return {
        "The network of Theorem 1": {"verify": network.verify, "build": network.build},
        "Certificates": {"certify": certificates.certify, "check": certificates.check},
        "Proofs": {"prove": proofs.prove, "formal": proofs.formal},
        "Other constructions": {
            "memorize": memorizers.memorize,
            "compare": memorizers.compare,
            "frontier": frontier.frontier,
        },
        "Speed": {
            "benchmark": network.benchmark,
            "benchmark-memorizers": memorizers.benchmark_memorizers,
        },
    }


def main() -> int:
    """Run the command line; mistakes of the user end in one line, not in a traceback."""
    return command_line.run(
        "expressivity",
        lambda program, arguments: command_line.choose(commands(), program, arguments),
    )


if __name__ == "__main__":
    sys.exit(main())
