"""How a table is written down: values as text in some country's manner, rows as lines in some program's manner.

Takes columns in truth, gives the same with their `raw` cells, lines of text, and bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

from tests.core.messy import stock
from tests.core.messy.truth import Col, Reading, Sample, right


@dataclass(frozen=True)
class Style:
    """How values are written."""

    decimal: str = "."
    thousands: str = ""
    date: str = "%Y-%m-%d"
    gap: str = ""
    yes: str = "yes"
    no: str = "no"


@dataclass(frozen=True)
class Dialect:
    """How rows are written.

    Attributes
    ----------
    escape : str
        What stands before a quote within quotes; empty where it is doubled.
    always : bool
        Whether every cell is quoted.
    end : str
        What ends a line.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    always: bool = False
    end: str = "\n"


PLAIN = Style()
GERMAN = Style(",", ".", "%d.%m.%Y", "", "ja", "nein")
COMMA = Dialect()
SEMICOLON = Dialect(";")
TAB = Dialect("\t")


def text_of(value: Any, digits: int, style: Style) -> str:
    """A value as text."""
    if value is None:
        return style.gap
    if isinstance(value, bool):
        return style.yes if value else style.no
    if isinstance(value, datetime):
        return value.strftime(style.date)
    if isinstance(value, int):
        return f"{value:,}".replace(",", style.thousands)
    if isinstance(value, float):
        whole, _, rest = f"{value:,.{digits}f}".partition(".")
        return whole.replace(",", style.thousands) + style.decimal + rest
    return str(value)


def written(columns: Iterable[Col], style: Style = PLAIN) -> list[Col]:
    """The columns with their cells as text; years and identifiers never bear thousands marks."""
    plain = replace(style, thousands="")
    done = []
    for column in columns:
        way = plain if column.name in ("year", "order_id", "Auftragsnr") else style
        done.append(replace(column, raw=tuple(text_of(value, column.digits, way) for value in column.values)))
    return done


def cell(text: str, dialect: Dialect) -> str:
    """A cell between quotes where it has to be."""
    quote = dialect.quote
    special = any(mark in text for mark in (dialect.delimiter, quote, "\n", "\r") if mark)
    if not quote or not (dialect.always or special):
        return text
    return quote + text.replace(quote, (dialect.escape or quote) + quote) + quote


def line(cells: Iterable[str], dialect: Dialect = COMMA) -> str:
    """A row."""
    return dialect.delimiter.join(cell(text, dialect) for text in cells)


def body(columns: Sequence[Col], dialect: Dialect = COMMA) -> list[str]:
    """The rows without a header."""
    return [line(cells, dialect) for cells in zip(*(column.raw for column in columns), strict=True)]


def header(columns: Sequence[Col], dialect: Dialect = COMMA) -> str:
    """The row of names."""
    return line([column.name for column in columns], dialect)


def lines(columns: Sequence[Col], dialect: Dialect = COMMA) -> list[str]:
    """The header and the rows."""
    return [header(columns, dialect), *body(columns, dialect)]


def joined(written_lines: Iterable[str], dialect: Dialect = COMMA, encoding: str = "utf-8") -> bytes:
    """The bytes of a text."""
    return "".join(each + dialect.end for each in written_lines).encode(encoding)


def sample(
    columns: Sequence[Col],
    written_lines: Iterable[str],
    dialect: Dialect = COMMA,
    encoding: str = "utf-8",
    others: Iterable[Reading] = (),
    refusable: bool = False,
) -> Sample:
    """A file of these lines that holds these columns."""
    return Sample(joined(written_lines, dialect, encoding), (right(columns), *others), refusable)


Make = Callable[[Random], Sample]


def table(
    dialect: Dialect = COMMA, style: Style = PLAIN, topic: Callable[[Random], list[Col]] = stock.any_of,
    encoding: str = "utf-8",
) -> Make:  # fmt: skip
    """Files of tables from the stock, written in a dialect and a style; German names where the style is German."""

    def make(rng: Random) -> Sample:
        columns = topic(rng)
        columns = written(stock.in_german(columns) if style.yes == GERMAN.yes else columns, style)
        return sample(columns, lines(columns, dialect), dialect, encoding)

    return make


def within(
    special: Callable[[Random, int], Col], dialect: Dialect = COMMA, style: Style = PLAIN,
    topic: Callable[[Random], list[Col]] = stock.any_of,
) -> Make:  # fmt: skip
    """Files of tables from the stock with one special column among theirs, whose `raw` cells it brings."""

    def make(rng: Random) -> Sample:
        columns = written(topic(rng), style)
        made = special(rng, len(columns[0].values))
        columns = [column for column in columns if column.name != made.name]
        place = rng.randint(1, len(columns))
        columns = [*columns[:place], made, *columns[place:]]
        return sample(columns, lines(columns, dialect), dialect)

    return make
