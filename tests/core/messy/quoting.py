"""Quotes: around cells, within them, escaped, across lines, never closed (B4, B5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.core.messy import stock
from tests.core.messy.truth import WORDS, Case, Col, Need, Reading, Sample, right
from tests.core.messy.writing import (
    COMMA,
    PLAIN,
    SEMICOLON,
    TAB,
    Dialect,
    Make,
    header,
    joined,
    lines,
    sample,
    table,
    written,
)

_SAYINGS = (
    'He said "no" twice', "Call back, then send the offer", "5 items, 2 broken", '"urgent"', "don't call", "ok",
    'Size 12" x 8"', "see mail; no answer", "—", "all right",
)  # fmt: skip


def _with_notes(rng: Random, texts: tuple[str, ...] = _SAYINGS) -> list[Col]:
    """A table with a column of remarks between the others."""
    columns = stock.orders(rng)
    rows = len(columns[0].values)
    notes = [rng.choice(texts) for _ in range(rows)]
    notes[: len(texts)] = texts
    return [*columns[:2], Col("note", tuple(notes[:rows]), WORDS), *columns[2:]]


def notes(dialect: Dialect = COMMA, texts: tuple[str, ...] = _SAYINGS) -> Make:
    """Remarks that hold quotes and separators, written in a dialect."""

    def make(rng: Random) -> Sample:
        columns = written(_with_notes(rng, texts))
        return sample(columns, lines(columns, dialect), dialect)

    return make


def inches(rng: Random) -> Sample:
    """Quotes within cells that are not quoted themselves."""
    texts = ('5" pipe', '3/4" valve', "hose", '12" x 8" plate', "clamp")
    columns = written(_with_notes(rng, texts))
    return sample(columns, lines(columns, Dialect(";", quote="")))


def ditto(rng: Random) -> Sample:
    """Apostrophes in names, where no quoting is meant."""
    texts = ("O'Neill", "d'Arc", "'s-Hertogenbosch", "rock 'n' roll", "Müller")
    columns = written(_with_notes(rng, texts))
    return sample(columns, lines(columns))


def unbalanced(place: float) -> Make:
    """A quote that opens a cell and is never closed."""

    def make(rng: Random) -> Sample:
        columns = written(stock.staff(rng))
        row = int(len(columns[0].values) * place)
        bad = '"' + columns[1].values[row]
        kept = replace(columns[1], values=_put(columns[1].values, row, bad), raw=_put(columns[1].raw, row, bad))
        broken = [columns[0], kept, *columns[2:]]
        shown = [header(broken, SEMICOLON), *(";".join(cells) for cells in zip(*(c.raw for c in broken), strict=True))]
        told = (Need(("open_quote",)),)
        others = [Reading(tuple(columns), told)]  # the quote taken off, and said so
        if row + 1 == len(columns[0].values):  # nothing behind it can be lost
            without = tuple(column.where(lambda each: each != row) for column in columns)
            others.append(Reading(without, (Need(("open_quote", "ragged"), 1),)))
        made = sample(broken, shown, SEMICOLON, others=others, refusable=True)
        return replace(made, readings=(Reading(tuple(broken), told), *made.readings[1:]))

    return make


def _put(values: tuple[str, ...], row: int, value: str) -> tuple[str, ...]:
    return (*values[:row], value, *values[row + 1 :])


def stray_after_quote(rng: Random) -> Sample:
    """Text that goes on behind a closing quote, in a single row."""
    columns = written(_with_notes(rng, ("fine", "late", "broken, returned", "new")))
    shown = lines(columns)
    row = len(shown) // 2
    cells = [column.raw[row - 1] for column in columns]
    cells[2] = '"late" again'
    shown[row] = ",".join(cells)
    values = _put(columns[2].values, row - 1, "late again")
    verbatim = _put(columns[2].values, row - 1, '"late" again')
    columns[2] = replace(columns[2], values=values).or_as(verbatim, WORDS, free=True)
    return sample(columns, shown, refusable=True)


def one_quote_too_many(place: Callable[[str], str]) -> Make:
    """A quote too many in one cell that is not quoted, not at its beginning: it is part of the text."""

    def make(rng: Random) -> Sample:
        columns = written(stock.staff(rng))
        row = len(columns[0].values) // 2
        text = place(columns[1].values[row])
        columns[1] = replace(
            columns[1], values=_put(columns[1].values, row, text), raw=_put(columns[1].raw, row, text)
        ).or_as(columns[1].values, WORDS, "open_quote")
        return sample(columns, lines(columns, Dialect(";", quote="")))

    return make


def quote_in_header(rng: Random) -> Sample:
    """A quote that opens the last name and is never closed."""
    columns = written(stock.patients(rng))
    head, *rest = lines(columns, SEMICOLON)
    shown = [head.replace("charges", '"charges'), *rest]
    columns[-1] = columns[-1].named('"charges', "charges")
    return Sample(joined(shown), (right(columns, "open_quote"), right(columns, "ragged")), refusable=True)


def one_other_row(rng: Random) -> Sample:
    """A single row with another separator than the rest: split as the others, left out, or refused."""
    columns = written(stock.patients(rng))
    shown = lines(columns)
    row = len(shown) // 2
    shown[row] = shown[row].replace(",", ";")
    without = [column.where(lambda each: each != row - 1) for column in columns]
    told = ("ragged", "delimiter")
    return Sample(joined(shown), (right(columns, *told), right(without, *told, count=1)), refusable=True)


_ADDRESSES = ("12 High St\nLeeds", "Am Wall 3\nUlm\nGermany", "no address", 'c/o "Fox"\nYork', "Rua A, 4\nPorto")

_PATHS = ("C:\\temp\\new", "D:\\data\\", "\\\\server\\share", "none", 'C:\\"old"\\x')

CASES = (
    Case("quotes doubled", "B5", notes()),
    Case("quotes doubled, tabs", "B5", notes(TAB)),
    Case("quotes escaped by backslash", "B5", notes(Dialect(escape="\\"))),
    Case("quotes escaped by backslash, all quoted", "B5", notes(Dialect(";", escape="\\", always=True))),
    Case("all cells quoted", "B5", table(Dialect(always=True))),
    Case("all cells quoted, semicolons and CRLF", "B5", table(Dialect(";", always=True, end="\r\n"))),
    Case("single quotes", "B5", notes(Dialect(quote="'"), tuple(each for each in _SAYINGS if each[0] != '"'))),
    Case("single quotes, all quoted", "B5", table(Dialect(";", quote="'", always=True), PLAIN, stock.patients)),
    Case("single quotes around every cell, commas inside", "B5", notes(Dialect(quote="'", always=True))),
    Case("line ends within quotes", "B5", notes(texts=_ADDRESSES)),
    Case("line ends within quotes, semicolons", "B5", notes(SEMICOLON, _ADDRESSES)),
    Case("inches: quotes that quote nothing", "B4", inches),
    Case("apostrophes in names", "B4", ditto),
    Case("a quote never closed, early", "B4", unbalanced(0.1)),
    Case("a quote never closed, in the middle", "B4", unbalanced(0.5)),
    Case("a quote never closed, last row", "B4", unbalanced(0.999)),
    Case("a quote at the end of a cell", "B4", one_quote_too_many(lambda text: f'{text}"')),
    Case("a quote within a cell", "B4", one_quote_too_many(lambda text: f'{text[:2]}"{text[2:]}')),
    Case("a quote in the header never closed", "B4", quote_in_header),
    Case("a row with another separator", "B3", one_other_row),
    Case("paths with backslashes", "B5", notes(SEMICOLON, _PATHS)),
    Case("paths that end with a backslash, all quoted", "B5", notes(Dialect(always=True), _PATHS)),
    Case("text behind a closing quote", "B4", stray_after_quote),
)
