"""Command line of the theorem: `python -m expressivity verify`."""

from __future__ import annotations

import os
import sys

import tyro
from tyro.extras import SubcommandApp

from expressivity import __version__
from expressivity.commands.certificates import certify, check
from expressivity.commands.frontier import frontier
from expressivity.commands.memorizers import benchmark_memorizers, compare, memorize
from expressivity.commands.network import benchmark, build, verify
from expressivity.commands.proofs import formal, prove

app = SubcommandApp()
# The extra that brings a package, where a command needs one that is not there.
EXTRAS = {
    "sympy": "proofs",
    "matplotlib": "figures",
    "pyarrow": "export",
    "torch": "export",
    "onnx": "export",
    "sklearn": "export",
}


def version() -> int:
    """Print the version of the package."""
    print(__version__)
    return 0


COMMANDS = (
    *(verify, build, certify, check, prove, formal, frontier, benchmark),
    *(memorize, compare, benchmark_memorizers, version),
)
for command in COMMANDS:
    app.command(command)


def main() -> int:
    """Run the command line; mistakes of the user end in one line, not in a traceback."""
    if sys.argv[1:] == ["--version"]:
        return version()
    try:
        return app.cli(prog="python -m expressivity", config=(tyro.conf.OmitArgPrefixes,))
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read the output has gone: Python must not try to write the rest of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").split(".")[0])
        mend = f": it comes with pip install '.[{extra}]' in a clone of this project"
        print(f"error: {error}{mend if extra else ''}", file=sys.stderr)
        return 2
    except (ValueError, TypeError, OSError, ImportError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
