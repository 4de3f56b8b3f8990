"""Command line of the figures: `python -m paper_figures`."""

from __future__ import annotations

import sys

from expressivity import command_line


def main() -> int:
    """Run the command line; mistakes of the user end in one line, not in a traceback."""

    def work(program: str, arguments: list[str]) -> int:
        from paper_figures.command import draw

        return command_line.call(draw, program, arguments)

    return command_line.run("paper_figures", work)


if __name__ == "__main__":
    sys.exit(main())
