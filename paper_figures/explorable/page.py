"""Put the explorable page together from its parts."""

from __future__ import annotations

import json
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

SCRIPTS = (
    "theorem.js",
    "layers.js",
    "inoue.js",
    "extraction.js",
    "one_knot.js",
    "baum.js",
    "sizes.js",
    "sample.js",
    "paint.js",
    "panels.js",
    "view.js",
)


def explorable() -> str:
    """Return the page as HTML that needs nothing from outside it.

    The scripts do what `expressivity` does, operation by operation: `theorem.js` the four steps of
    the proof, `inoue.js`, `one_knot.js` and `baum.js` other constructions, `sizes.js` what all of
    them cost, `sample.js` the points, `paint.js` and `panels.js` pictures, `view.js` the page and
    the hands.

    Returns
    -------
    str

    Examples
    --------
    >>> from paper_figures.explorable import explorable
    >>> page = explorable()
    >>> page.startswith("<!doctype html>"), 'src="http' in page
    (True, False)
    """
    digits = json.loads(_part("digits.json"))
    environment = Environment(autoescape=False, undefined=StrictUndefined)
    return environment.from_string(_part("explorable.html")).render(
        style=_part("explorable.css"),
        script="\n".join(map(_part, SCRIPTS)),
        digits=digits,
        digits_json=json.dumps(digits),
    )


def _part(name: str) -> str:
    return (files("paper_figures.explorable") / name).read_text(encoding="utf-8")
