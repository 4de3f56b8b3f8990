"""Command line of the theorem: `python -m expressivity verify`."""

from __future__ import annotations

import os
import sys

from expressivity import __version__

# The extra that brings a package, where a command needs one that is not there.
EXTRAS = {
    "tyro": "cli",
    "safetensors": "cli",
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


def command_line() -> int:
    """Do the command that was typed. Imports tyro, with which the library alone does not come."""
    import tyro
    from tyro.extras import SubcommandApp

    from expressivity.commands import certificates, frontier, memorizers, network, proofs

    app = SubcommandApp()
    for command in (
        *(network.verify, network.build, certificates.certify, certificates.check),
        *(proofs.prove, proofs.formal, frontier.frontier, network.benchmark),
        *(memorizers.memorize, memorizers.compare, memorizers.benchmark_memorizers, version),
    ):
        app.command(command)
    return app.cli(prog="python -m expressivity", config=(tyro.conf.OmitArgPrefixes,))


def main() -> int:
    """Run the command line; mistakes of the user end in one line, not in a traceback."""
    if sys.argv[1:] == ["--version"]:
        return version()
    try:
        return command_line()
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
