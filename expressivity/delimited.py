"""Tables in text: commas, semicolons or tabs, with or without a line of names."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from expressivity.arrays import LARGEST_EXACT_INTEGER, in_a_line

MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
NUMBER = re.compile(r"[+-]?((\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?|nan|inf(inity)?)", re.I)
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
PLAIN = re.compile(r"[0-9.eE+,-]*")
WHOLE = re.compile(r"[+-]?\d+")
UNNAMED = re.compile(r"(Unnamed: 0(\.\d+)?)?")  # as pandas calls a column without a name
MISSING = ("", "na", "n/a", "nan", "null", "none", "<na>")
SHOWN = 30


@dataclass(frozen=True)
class TextTable:
    """The fields of a table in text, as they stand there.

    Attributes
    ----------
    name : the file's name, for messages
    names : of the columns; empty where the table has none
    lines : (n,) the number of each row's line in the file
    rows : (n, columns) fields
    """

    name: str
    names: list[str]
    lines: list[int]
    rows: list[list[str]]

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.rows[0])

    def numbers(self, columns: Sequence[int]) -> NDArray[np.float64]:
        """Return some columns as numbers, float64 (n, len(columns)).

        Raises ValueError, with line and column, for integers beyond 2^53 and whatever is no number.
        Cost: O(size).
        """
        table = np.empty((len(self.rows), len(columns)))
        for i, row in enumerate(self.rows):
            fields = [row[j] for j in columns]
            found = _plain_numbers(fields)
            table[i] = found or [
                _number(field, self._place(i, j)) for field, j in zip(fields, columns, strict=True)
            ]
        return table

    def labels(self, column: int) -> list[int] | list[float] | list[str]:
        """Return a column of labels: whole numbers or numbers where all fields are such, or words.

        Raises ValueError, with line and column, for a label that is missing, and for words among
        numbers, which may be what somebody wrote for one that is missing.
        """
        fields = [row[column] for row in self.rows]
        number = [NUMBER.fullmatch(field) is not None for field in fields]
        for i, field in enumerate(fields):
            if field.lower() in MISSING:
                raise ValueError(f"{self._place(i, column)} is missing: drop the line or fill it")
        if all(WHOLE.fullmatch(field) for field in fields):
            return [int(field) for field in fields]
        if all(number):
            return [float(field) for field in fields]
        if any(number):
            i, k = number.index(False), number.index(True)
            raise ValueError(
                f"{self._place(i, column)}: {_shown(fields[i])} stands among numbers, as "
                f"{_shown(fields[k])} in line {self.lines[k]}: drop the line if the label is "
                "missing, or make words of all"
            )
        return fields

    def _place(self, row: int, column: int) -> str:
        shown = self.names[column] if self.names and self.names[column] else column + 1
        return f"{self.name}, line {self.lines[row]}, column {shown!r}"


def parse(content: bytes, name: str) -> TextTable:
    """Read a table.

    The separator is the one that a `sep=` line names, else semicolon, tab, comma or space, the
    first of them that is there; beside semicolons and tabs decimals may have commas. Empty lines
    and lines that begin with # are passed over. The first line holds names if all its fields are
    words, and not all of them met again below, or where its numbers count the columns, as pandas
    writes it, beside words or above numbers that are not whole. A first line of words and other
    numbers above numbers may be names or a point with an error in it, and is refused. A column
    without a name that comes first is an index and is left out, as is one that pandas called
    "Unnamed: 0".

    Parameters
    ----------
    content : text in UTF-8, or in UTF-16 with a byte order mark
    name : the file's name, for messages

    Raises
    ------
    ValueError
        for no text, no row, a first line that may be names or a point, rows of different lengths,
        a quote that is not closed in its line, and decimal points beside decimal commas, with the
        line.

    Cost: O(size).
    """
    rows = list(_rows(_text(content, name), name))
    if not rows:
        raise ValueError(f"{name} holds no point: it is empty")
    names = _names(rows, name)
    body = rows[1:] if names else rows
    if not body:
        raise ValueError(f"{name} holds no point: there is only a line of names")
    width = len(body[0][1])
    for line, fields in body:
        if len(fields) != width:
            raise ValueError(
                f"{name}, line {line} has {len(fields)} fields where line {body[0][0]} has "
                f"{width}: every line needs as many"
            )
    first = 1 if len(names) > 1 and UNNAMED.fullmatch(names[0]) else 0
    last = width
    if all(fields[-1] == "" for _, fields in body) and last > 1:
        last -= 1  # every line ends in a separator
    if names and len(names) not in (width, last):
        raise ValueError(
            f"{name} has {len(names)} names above {width} fields: every column needs one"
        )
    if first and "" in (one.strip() for one in names[first:last]):
        raise ValueError(
            f"{name} has several columns without a name, of which one may be an index: name them, "
            "or leave the index out (to_csv(index=False))"
        )
    return TextTable(
        name, names[first:last], [line for line, _ in body], [row[first:last] for _, row in body]
    )


def _text(content: bytes, name: str) -> str:
    encoding = next((e for mark, e in MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise ValueError(f"{name} is no text in UTF-8: save it as a table in UTF-8") from None
    if "\0" in text:
        raise ValueError(f"{name} is no text in UTF-8: it holds zero bytes")
    return text


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and the fields of each line that holds something."""
    lines = [
        (number, line)
        for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    separator = ""
    if lines and lines[0][1].strip().lower().startswith("sep="):
        number, line = lines.pop(0)
        given = line.lstrip()[4:]
        separator = given.strip() or given[:1] or "\t"
        if len(separator) != 1:
            raise ValueError(f"{name}, line {number}: sep= names one character, not {separator!r}")
    if not lines:
        return
    # The last line holds numbers, where names in the first may hold any separator.
    separator = separator or next((s for s in ";\t," if s in lines[-1][1]), " ")
    points: dict[str, int] = {}
    commas: dict[str, int] = {}
    for number, row in _fields(lines, separator, name):
        row = [field.strip() for field in row if field or separator != " "] or [""]
        if separator in ";\t":
            for field in row:
                if NUMBER.fullmatch(field) and "." in field:
                    points.setdefault(field, number)
                elif DECIMAL_COMMA.fullmatch(field):
                    commas.setdefault(field, number)
            if points and commas:
                (point, line), (comma, other) = (
                    next(iter(points.items())),
                    next(iter(commas.items())),
                )
                raise ValueError(
                    f"{name} has {point!r} in line {line} and {comma!r} in line {other}: decimals "
                    "need one sign, and thousands none"
                )
            row = [v.replace(",", ".") if DECIMAL_COMMA.fullmatch(v) else v for v in row]
        yield number, row


def _fields(
    lines: list[tuple[int, str]], separator: str, name: str
) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the fields of each line, none of which goes on in the next."""
    # Behind them an empty one: a quote that is open in the last goes on in it.
    rows = csv.reader(
        chain((line.strip(" ") for _, line in lines), [""]),
        delimiter=separator,
        skipinitialspace=True,
        strict=False,
    )
    for read, (number, _) in enumerate(lines, start=1):
        try:
            row = next(rows)
        except csv.Error as error:
            raise ValueError(f"{name}, line {number} is no line of a table: {error}") from None
        if rows.line_num > read:
            raise ValueError(
                f"{name}, line {number} has a quote that is not closed in it: close it, or take "
                "the line break out of the field"
            )
        yield number, row


def _names(rows: list[tuple[int, list[str]]], name: str) -> list[str]:
    """Return the names of the columns, or nothing if the first line holds a point."""
    head, below = rows[0][1], [fields for _, fields in rows[1:]]
    words = [_is_word(field) for field in head]
    others = [field for field, word in zip(head, words, strict=True) if field and not word]
    if others and _counts(head, others, below):
        return head
    if not any(words):
        return []
    # Words above words: the first line is a point if its words are met again.
    alike = below != [] and words == [_is_word(field) for field in below[0]]
    if alike and all(
        any(len(fields) > j and fields[j] == head[j] for fields in below)
        for j, word in enumerate(words)
        if word
    ):
        return []
    if not others and any(map(_is_name, head)):
        return head
    if alike and not all(WHOLE.fullmatch(field) for field in others):
        return []
    word = next(field for field, word in zip(head, words, strict=True) if word)
    raise ValueError(
        f"{name}, line {rows[0][0]} may be names or a point, with {_shown(word)} in it: give every "
        "column a name that is no number, or mend the point"
    )


def _counts(head: list[str], others: list[str], below: list[list[str]]) -> bool:
    """Say whether the numbers in a first line count the columns, as pandas names them.

    They may as well be a point's, unless there are three or a nameless index beside words, or
    nothing below them is a whole number.
    """
    counts = {first: [str(j + first) for j in range(len(others))] for first in (0, 1)}
    if others not in counts.values() or not below:
        return False
    words = len(others) < len([field for field in head if field])
    if words and (len(others) > 2 or UNNAMED.fullmatch(head[0])):
        return True
    columns = [j for j, field in enumerate(head) if field in others]
    under = [fields[j] for fields in below for j in columns if j < len(fields)]
    return others == counts[0] and not any(map(WHOLE.fullmatch, under))


def _is_word(field: str) -> bool:
    return field != "" and NUMBER.fullmatch(field) is None


def _is_name(field: str) -> bool:
    return any(map(str.isalpha, field)) and field.lower() not in MISSING


def _plain_numbers(fields: list[str]) -> list[float]:
    """Return what fields of digits stand for; nothing if any is something else, or large."""
    if not PLAIN.fullmatch(",".join(fields)):
        return []
    try:
        found = [float(field) for field in fields]
    except ValueError:
        return []
    return found if max(map(abs, found)) < LARGEST_EXACT_INTEGER else []


def _number(field: str, where: str) -> float:
    if not NUMBER.fullmatch(field):
        if field.lower() in MISSING:
            raise ValueError(f"{where} is missing: drop the line or fill it")
        raise ValueError(
            f"{where}: {_shown(field)} is no number: leave the column out, or encode it as numbers"
        )
    if WHOLE.fullmatch(field) and abs(Decimal(field)) > LARGEST_EXACT_INTEGER:
        raise ValueError(
            f"{where}: {in_a_line(field)} is beyond 2^53 and has no exact double: subtract an "
            "offset or rescale"
        )
    return float(field)


def _shown(field: str) -> str:
    return repr(field if len(field) <= SHOWN else field[:SHOWN] + "...")
