"""Command lines: which command is meant, and how each ends for whoever typed it."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from difflib import get_close_matches
from functools import wraps
from importlib.metadata import PackageNotFoundError, requires
from inspect import signature
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from expressivity import signals
from expressivity.ranges import check_ranges

Commands = Mapping[str, Mapping[str, Callable[..., int]]]
"""Commands by their names, in groups with a heading each."""

DISTRIBUTION = "finite-sample-expressivity"
# Where several extras bring a package, the one to name for a command.
FIRST_EXTRA = {"expressivity": "cli", "paper_figures": "figures"}
IMPORTED_AS = {"PIL": "pillow", "skimage": "scikit-image", "sklearn": "scikit-learn"}


def run(package: str, work: Callable[[str, list[str]], int], interrupted: str = "") -> int:
    """Do what a command line asks for, and return the exit status.

    Parameters
    ----------
    package : started as `python -m package`, or through a script of its own
    work : takes how the program was called and its arguments, and returns the exit status
    interrupted : what Ctrl-C leaves behind

    A mistake of the user, a file, a disk or a database ends in one line and status 2, Ctrl-C,
    SIGTERM and SIGHUP in one line and 130, 143 and 129, a closed pipe in silence and 141, as for
    other programs.
    """
    if sys.stderr is None:  # it was closed before the start: nobody hears how far work is
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a console may lack characters: it gets others
            stream.reconfigure(errors="replace")  # pyright: ignore[reportAttributeAccessIssue]
    name = Path(sys.argv[0]).name
    program = f"python -m {package}" if name in ("__main__.py", "-m", "-c") else name
    try:
        if sys.argv[1:] == ["--version"]:
            from expressivity import __version__

            print(__version__)
            return 0
        try:
            with signals.raised(KeyboardInterrupt):
                return work(program, sys.argv[1:])
        finally:  # help leaves by an exception
            with suppress(AttributeError):  # it is None if it was closed before the start
                sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt as error:
        print("\n" + ": ".join(filter(None, ["interrupted", interrupted])), file=sys.stderr)
        number = next(iter(error.args), None)
        return 128 + (number if isinstance(number, int) else signal.SIGINT)
    except (ValueError, TypeError, OSError, ImportError, MemoryError, RuntimeError) as error:
        print(f"error: {explained(error, package)}", file=sys.stderr)
        return 2


def choose(commands: Commands, program: str, arguments: list[str]) -> int:
    """Do the command that the first argument names, with the others.

    Raises ValueError for a name that there is not.
    """
    known = {name: command for group in commands.values() for name, command in group.items()}
    name = arguments[0].replace("_", "-") if arguments else ""
    if name in known:
        return call(known[name], f"{program} {name}", arguments[1:])
    if name in ("", "-h", "--help"):
        print(overview(commands, program), file=sys.stdout if name else sys.stderr)
        return 0 if name else 2
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    raise ValueError(f"command {name!r} is unknown: {hint}")


def call(command: Callable[..., int], program: str, arguments: list[str]) -> int:
    """Do one command with its arguments: numbers in their ranges, ~ the user's own folder."""
    import tyro  # here, so that its absence ends in one line

    hints = get_type_hints(command, include_extras=True)
    for name, parameter in signature(command).parameters.items():
        if parameter.default is None:  # what is done without it is said in its description
            hints[name] = Annotated[hints[name], tyro.conf.arg(help_behavior_hint="")]
    command.__annotations__ = hints

    @wraps(command)
    def checked(*values: Any, **named: Any) -> int:
        given = signature(command).bind(*values, **named)
        check_ranges(hints, given.arguments)
        for argument, value in given.arguments.items():
            if isinstance(value, Path):  # a shell leaves the ~ of --out=~/network as it is
                given.arguments[argument] = Path(os.path.expanduser(value))
        return command(*given.args, **given.kwargs)

    # An argument's description is one line, which the help breaks where it must.
    checked.__doc__ = re.sub(r"(?<=[^\n])\n {12}(?=\S)", " ", command.__doc__ or "")
    return tyro.cli(checked, prog=program, args=arguments, config=reading())


def reading() -> tuple[Any, ...]:
    """Return how options are read from a command's signature."""
    from tyro import conf

    return (
        *(conf.OmitArgPrefixes, conf.PositionalMetavarFromFieldName),
        *(conf.DisallowNone, conf.FlagCreatePairsOff),
    )


def overview(commands: Commands, program: str) -> str:
    """Return the first line of what each command says of itself."""
    width = max(len(name) for group in commands.values() for name in group)
    lines = [f"usage: {program} COMMAND ..."]
    for heading, group in commands.items():
        lines += ["", f"{heading}:"]
        for name, command in group.items():
            first = (command.__doc__ or "").strip().partition("\n")[0]  # none with python -OO
            lines.append(f"  {name:<{width}}  {first}")
    return "\n".join([*lines, "", f"{program} COMMAND --help says more."])


def explained(error: BaseException, package: str) -> str:
    """Return an error in one line, with the mend where an extra is not installed."""
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, ModuleNotFoundError) and (extra := extra_with(error.name or "", package)):
        return (
            f"{error.name} is missing: install the package with its extra {extra}, "
            f"for example pip install -e '.[{extra}]' in a clone"
        )
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror[0].lower()}{error.strerror[1:]}"
    return f"out of memory: {text}" if isinstance(error, MemoryError) else text


def extra_with(module: str, package: str) -> str | None:
    """Return the extra of this distribution that brings a module, for a command of a package."""
    top = module.partition(".")[0]
    name = re.escape(IMPORTED_AS.get(top, top))
    try:
        requirements = requires(DISTRIBUTION) or []
    except PackageNotFoundError:  # run from a folder without having been installed
        return None
    found = [re.match(rf"{name}\b.*extra == ['\"](\w+)", one) for one in requirements]
    extras = [one[1] for one in found if one]
    first = FIRST_EXTRA.get(package)
    return first if first in extras else next(iter(extras), None)
