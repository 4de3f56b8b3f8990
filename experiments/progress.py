"""Progress bars that also read well when the output is a file."""

from __future__ import annotations

import sys
from typing import Any

from tqdm import tqdm


def bar(**options: Any) -> tqdm[Any]:
    """Make a bar; where nobody watches, it prints a line a minute."""
    return tqdm(mininterval=0.1 if sys.stderr.isatty() else 60, maxinterval=600, **options)
