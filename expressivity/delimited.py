"""Tables of numbers in text: commas, semicolons or tabs, with or without a line of names."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from expressivity.arrays import LARGEST_EXACT_INTEGER

MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
NUMBER = re.compile(r"[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|nan|inf(inity)?)", re.I)
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
SHOWN = 30


def parse(content: bytes, name: str) -> NDArray[np.float64]:
    """Read a table of numbers.

    The separator is the one that a `sep=` line names, else semicolon, tab, comma or space, the
    first of them that is there; beside semicolons and tabs decimals may have commas. Empty lines
    and lines that begin with # are passed over. The first line holds names if one of its fields is
    a word, or if it is 0, 1, 2, ... above numbers that all have a decimal point, as pandas writes
    it. A column without a name that comes first is an index and is left out.

    Parameters
    ----------
    content : text in UTF-8, or in UTF-16 with a byte order mark
    name : the file's name, for messages

    Returns
    -------
    float64 array (n, columns)

    Raises
    ------
    ValueError
        for no text, no numbers, rows of different lengths, integers beyond 2^53, and whatever is
        no number, with line and column.

    Cost: O(size).
    """
    rows = list(_rows(_text(content, name)))
    if not rows:
        raise ValueError(f"{name} holds no point: it is empty")
    names = _names(rows)
    body = rows[1:] if names else rows
    if not body:
        raise ValueError(f"{name} holds no point: there is only a line of names")
    first = 1 if names and names[0] == "" and len(names) > 1 else 0
    last = len(body[0][1])
    if all(len(fields) == last and fields[-1] == "" for _, fields in body) and last > 1:
        last -= 1  # every line ends in a separator
    table = np.empty((len(body), last - first))
    for i, (line, fields) in enumerate(body):
        if len(fields) != len(body[0][1]):
            raise ValueError(
                f"{name}, line {line} has {len(fields)} fields where line {body[0][0]} has "
                f"{len(body[0][1])}: every line needs as many"
            )
        table[i] = [
            _number(field, name, line, names[j] if j < len(names) and names[j] else j + 1)
            for j, field in enumerate(fields[first:last], start=first)
        ]
    return table


def _text(content: bytes, name: str) -> str:
    encoding = next((e for mark, e in MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise ValueError(f"{name} is no text in UTF-8: save it as a table in UTF-8") from None
    if "\0" in text:
        raise ValueError(f"{name} is no text in UTF-8: it holds zero bytes")
    return text


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and the fields of each line that holds something."""
    lines = [
        (number, line)
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    separator = ""
    if lines and lines[0][1].strip().lower().startswith("sep="):
        separator = lines.pop(0)[1].strip()[4:] or "\t"
    if not lines:
        return
    # The last line holds numbers, where names in the first may hold any separator.
    separator = separator or next((s for s in ";\t," if s in lines[-1][1]), " ")
    fields = csv.reader(
        (line.strip(" ") for _, line in lines),
        delimiter=separator,
        skipinitialspace=True,
        strict=False,
    )
    for (number, _), row in zip(lines, fields, strict=False):
        row = [field.strip() for field in row if field or separator != " "]
        if separator in ";\t":
            row = [v.replace(",", ".") if DECIMAL_COMMA.fullmatch(v) else v for v in row]
        yield number, row


def _names(rows: list[tuple[int, list[str]]]) -> list[str]:
    """Return the names of the columns, or nothing if the first line holds numbers."""
    head = rows[0][1]
    if any(field and not NUMBER.fullmatch(field) for field in head):
        return head
    filled = [field for field in head if field]
    below = [field for _, fields in rows[1:] for field in fields[len(head) - len(filled) :]]
    counted = filled == [str(j) for j in range(len(filled))]
    return head if counted and below and all("." in field for field in below) else []


def _number(field: str, name: str, line: int, column: str | int) -> float:
    where = f"{name}, line {line}, column {column!r}"
    if not NUMBER.fullmatch(field):
        if field == "" or field.lower() in ("na", "n/a", "null", "none", "<na>"):
            raise ValueError(f"{where} is missing: drop the line or fill it")
        shown = field if len(field) <= SHOWN else field[:SHOWN] + "..."
        raise ValueError(
            f"{where}: {shown!r} is no number: leave the column out, or encode it as numbers"
        )
    if field.lstrip("+-").isdigit() and len(field) > 15 and abs(int(field)) > LARGEST_EXACT_INTEGER:
        raise ValueError(
            f"{where}: {field} is beyond 2^53 and has no exact double: subtract an offset or "
            "rescale"
        )
    return float(field)
