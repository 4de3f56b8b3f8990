"""Why something failed, in one line."""

from __future__ import annotations


def reason(error: BaseException) -> str:
    """Return the first line of what an error says, with its kind where that says more."""
    if isinstance(error, SystemExit):
        return f"it calls sys.exit({error.code!r})"
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    kind = type(error).__name__
    plain = isinstance(error, ValueError | RuntimeError | ImportError) and first
    return first if plain else f"{kind}: {first}".rstrip(": ")
