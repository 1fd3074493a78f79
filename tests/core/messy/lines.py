"""Lines around the table and rows that do not fit: preamble, comments, footers, ragged rows (B3, B9 to B11, B19)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from tests.core.messy import stock
from tests.core.messy.truth import (
    COMMENT,
    FOOTER,
    SECOND_HEADER,
    SECOND_TABLE,
    WORDS,
    Case,
    Col,
    Need,
    Reading,
    Sample,
    right,
)
from tests.core.messy.writing import (
    COMMA,
    GERMAN,
    SEMICOLON,
    TAB,
    Dialect,
    Make,
    body,
    header,
    joined,
    lines,
    written,
)

PREAMBLE = ("preamble", "comment")


def told(columns: Sequence[Col], shown: Sequence[str], *rules: str, dialect: Dialect = COMMA) -> Sample:
    """A file that holds these columns beside something else, of which one of the rules has to tell."""
    return Sample(joined(shown, dialect), (right(columns, *rules),))


def _written(rng: Random) -> list[Col]:
    return written(stock.any_of(rng))


# ---- before the table ----------------------------------------------------------------------------------------------


def above(*texts: str, dialect: Dialect = COMMA, rules: tuple[str, ...] = PREAMBLE) -> Make:
    """Lines before the header."""

    def make(rng: Random) -> Sample:
        columns = _written(rng)
        return told(columns, [*texts, *lines(columns, dialect)], *rules, dialect=dialect)

    return make


def blank_above(rng: Random) -> Sample:
    """Three empty lines before the header: nothing that would have to be told."""
    columns = _written(rng)
    return Sample(joined(["", "", "", *lines(columns)]), (right(columns),))


def padded_above(rng: Random) -> Sample:
    """A title as a spreadsheet saves it: filled up with separators, and a line of separators alone."""
    columns = written(stock.in_german(stock.orders(rng)), GERMAN)
    rest = ";" * (len(columns) - 1)
    return told(
        columns, ["Verkaufsbericht 2024" + rest, rest, *lines(columns, SEMICOLON)], *PREAMBLE, dialect=SEMICOLON
    )


def keys_above(rng: Random) -> Sample:
    """What a logger writes first: names and values, two cells each, more of them than the table is wide."""
    columns = written(stock.weather(rng), GERMAN)
    told_first = ("Device;TR-4711", "Serial;000815", "Operator;Jörg Weiß", "Interval;600", "Firmware;2.14", "")
    return told(columns, [*told_first, *lines(columns, SEMICOLON)], *PREAMBLE, dialect=SEMICOLON)


def remarks(mark: str, dialect: Dialect = COMMA) -> Make:
    """Comments before the header and between the rows."""

    def make(rng: Random) -> Sample:
        columns = _written(rng)
        shown = [f"{mark} exported 2024-05-01", f"{mark} see manual, page 4", *lines(columns, dialect)]
        for text in ("sensor replaced", "recalibrated, twice"):
            shown.insert(rng.randrange(10, len(shown)), f"{mark} {text}")
        return told(columns, shown, *COMMENT, "ragged", dialect=dialect)

    return make


def remark_with_names(rng: Random) -> Sample:
    """The header itself is a comment, as programs for plots write it."""
    columns = [column for column in stock.patients(rng) if column.name in ("age", "bmi", "charges")]
    columns = written(columns)
    columns[0] = replace(columns[0], also_called=frozenset({"# age", "#age"}))
    return Sample(joined([f"# {header(columns, TAB)}", *body(columns, TAB)]), (right(columns),))


def hash_as_name(rng: Random) -> Sample:
    """A first column called "#", which is no comment."""
    columns = _written(rng)
    values = tuple(range(1, len(columns[0].values) + 1))
    columns = written([Col("#", values, frozenset({"identifier", "number"})), *columns])
    return Sample(joined(lines(columns)), (right(columns),))


def hash_in_rows(rng: Random) -> Sample:
    """Some of the texts of the first column begin with "#": they are values, such as colours and tags."""
    rows = stock.rows_of(rng)
    colours = stock.many("colour", rows, lambda: rng.choice(("#ff0000", "#00aa10", "blue", "#123456", "grey")), WORDS)
    columns = written([colours, stock.many("sold", rows, lambda: rng.randint(1, 90))])
    return Sample(joined(lines(columns)), (right(columns),))


# ---- behind and below ----------------------------------------------------------------------------------------------


def below(*texts: str, rules: tuple[str, ...] = (*FOOTER, "ragged")) -> Make:
    """Lines behind the last row."""

    def make(rng: Random) -> Sample:
        columns = _written(rng)
        return told(columns, [*lines(columns), *texts], *rules)

    return make


def totals(word: str, dialect: Dialect = COMMA) -> Make:
    """A last row with the sums of the columns."""

    def make(rng: Random) -> Sample:
        columns = written(stock.orders(rng) if rng.random() < 0.5 else stock.flats(rng))
        columns = columns[1:] if len(columns) > 5 else columns
        columns = written([column for column in columns if column.kinds <= WORDS or "number" in column.kinds])
        sums = [
            word if not place else _sum(column) if "number" in column.kinds else ""
            for place, column in enumerate(columns)
        ]
        kept = tuple(
            replace(c, values=(*c.values, _value(text, c)), raw=(*c.raw, text))
            for c, text in zip(columns, sums, strict=True)
        )
        made = told(columns, [*lines(columns, dialect), dialect.delimiter.join(sums)], *FOOTER, dialect=dialect)
        return replace(made, readings=(*made.readings, Reading(kept, (Need(FOOTER),))))

    return make


def _sum(column: Col) -> str:
    return f"{sum(column.values):.{column.digits if isinstance(column.values[0], float) else 0}f}"


def _value(text: str, column: Col) -> object:
    return type(column.values[0])(text) if text else None


def second_table(blank: bool, wider: bool, titled: bool = False) -> Make:
    """Another table below the first one."""

    def make(rng: Random) -> Sample:
        first = written(stock.patients(rng))
        second = written(stock.weather(rng) if wider else stock.flats(rng))
        second = [column.where(lambda row: row < 12) for column in second]
        title = ["Table 2: other things"] if titled else []
        shown = [*lines(first), *([""] if blank else []), *title, *lines(second)]
        return told(first, shown, *SECOND_TABLE)

    return make


def header_again(rng: Random) -> Sample:
    """Several exports one behind the other, each with its header."""
    columns = _written(rng)
    shown = lines(columns)
    for place in (len(shown) // 3, 2 * len(shown) // 3):
        shown.insert(place, shown[0])
    return told(columns, shown, *SECOND_HEADER, "repeated_header")


# ---- rows that do not fit ------------------------------------------------------------------------------------------


def _rows_of(rng: Random, columns: list[Col], count: int) -> list[int]:
    return sorted(rng.sample(range(3, len(columns[0].values)), count))


def short_rows(rng: Random) -> Sample:
    """Some rows end two cells too early."""
    columns = written(stock.orders(rng))
    bad = _rows_of(rng, columns, 3)
    shown = [
        each if place - 1 not in bad else ",".join(column.raw[place - 1] for column in columns[:-2])
        for place, each in enumerate(lines(columns))
    ]
    return _fitted(columns, shown, bad, cut=2)


def long_rows(rng: Random) -> Sample:
    """Some rows have a cell too many at their end."""
    columns = written(stock.orders(rng))
    bad = _rows_of(rng, columns, 3)
    shown = [each + ",x" * (place - 1 in bad) for place, each in enumerate(lines(columns))]
    return _fitted(columns, shown, bad, cut=0)


def first_row_longer(rng: Random) -> Sample:
    """Only the first row has a cell too many: names must not shift."""
    columns = written(stock.orders(rng))
    shown = lines(columns)
    shown[1] += ",checked"
    return _fitted(columns, shown, [0], cut=0)


def bare_comma(rng: Random) -> Sample:
    """A comma within a text that nobody quoted: everything behind it stands a cell too far to the right."""
    columns = written(stock.staff(rng))
    bad = _rows_of(rng, columns, 4)
    shown = [
        each if place - 1 not in bad else "Dr. " + each.replace(" ", ", ", 1)
        for place, each in enumerate(lines(columns))
    ]
    without = [column.where(lambda row: row not in bad) for column in columns]
    return Sample(joined(shown), (Reading(tuple(without), (Need(("ragged",), len(bad)),)),), refusable=True)


def long_and_short(rng: Random) -> Sample:
    """Rows too long and rows too short in one file."""
    columns = written(stock.weather(rng))
    bad = _rows_of(rng, columns, 6)
    shown = lines(columns)
    for place, row in enumerate(bad):
        shown[row + 1] = shown[row + 1] + ",?,?" if place % 2 else shown[row + 1].rpartition(",")[0]
    without = [column.where(lambda row: row not in bad) for column in columns]
    last = columns[-1]
    values = tuple(None if row in bad[::2] else value for row, value in enumerate(last.values))
    filled = (*columns[:-1], replace(last, values=values))
    need = (Need(("ragged",), len(bad)),)
    return Sample(joined(shown), (Reading(filled, need), Reading(tuple(without), need)), refusable=True)


def _fitted(columns: list[Col], shown: list[str], bad: list[int], cut: int) -> Sample:
    """Bad rows filled up or cut, or left out; both have to be told with how many they are."""
    need = (Need(("ragged",), len(bad)),)
    filled = columns[: len(columns) - cut] + [
        replace(each, values=tuple(None if row in bad else value for row, value in enumerate(each.values)))
        for each in columns[len(columns) - cut :]
    ]
    without = [column.where(lambda row: row not in bad) for column in columns]
    return Sample(joined(shown), (Reading(tuple(filled), need), Reading(tuple(without), need)), refusable=True)


def blank_lines(rng: Random) -> Sample:
    """Empty lines between the rows."""
    columns = _written(rng)
    shown = lines(columns)
    for _ in range(4):
        shown.insert(rng.randrange(1, len(shown)), "")
    return Sample(joined([*shown, "", ""]), (right(columns),))


def empty_rows(rng: Random) -> Sample:
    """Rows of separators alone, as spreadsheets write rows that were emptied."""
    columns = _written(rng)
    shown = [*lines(columns), *["," * (len(columns) - 1)] * 5]
    kept = tuple(replace(column, values=(*column.values, *[None] * 5)) for column in columns)
    return Sample(joined(shown), (right(columns), Reading(kept)))


CASES = (
    Case("a title", "B9", above("Sales report 2024")),
    Case("a title and a blank line", "B9", above("Sales report 2024", "")),
    Case("a quoted title with commas", "B9", above('"Orders, returns, complaints: all of 2024"', "")),
    Case("title, date and author", "B9", above("Sales report", "created 2024-05-03", "by A. Müller", "")),
    Case("twelve lines before the table", "B9", above(*(f"Note {n}: see the manual" for n in range(12)))),
    Case("a title with commas", "B9", above("Report for Ulm, Köln and Lyon", "")),
    Case("a title before tabs", "B9", above("Stations of the north", "", dialect=TAB)),
    Case("a title filled up with separators", "B9", padded_above),
    Case("names and values before the table", "B9", keys_above),
    Case("blank lines before the header", "B9", blank_above),
    Case("comments with #", "B19", remarks("#")),
    Case("comments with //", "B19", remarks("//", SEMICOLON)),
    Case("comments with %", "B19", remarks("%", TAB)),
    Case("comments before the table only", "B19", above("# station 4", "# height,312 m", "#", rules=COMMENT)),
    Case("a header that is a comment", "B19", remark_with_names),
    Case("a column called #", "B19", hash_as_name),
    Case("texts that begin with #", "B19", hash_in_rows),
    Case("totals", "B10", totals("Total")),
    Case("totals in German", "B10", totals("Summe", SEMICOLON)),
    Case("a source below", "B10", below("Source: Federal Statistical Office")),
    Case("a blank line and notes below", "B10", below("", "Source: own survey", "* preliminary figures")),
    Case("a note with commas below", "B10", below("", "Source: Office for Statistics, Bonn, May 2024")),
    Case("a count of rows below, as SQL writes", "B10", below("", "(143 rows affected)")),
    Case("end of report", "B10", below("--- end of report ---")),
    Case("two tables, a blank line between", "B11", second_table(True, True)),
    Case("two tables, nothing between", "B11", second_table(False, True)),
    Case("two tables of one width", "B11", second_table(True, False)),
    Case("two tables of one width, titled", "B11", second_table(True, False, True)),
    Case("the header again between rows", "B11", header_again),
    Case("rows too short", "B3", short_rows),
    Case("rows too long", "B3", long_rows),
    Case("the first row too long", "B3", first_row_longer),
    Case("commas that nobody quoted", "B3", bare_comma),
    Case("rows too long and too short", "B3", long_and_short),
    Case("blank lines between rows", "B3", blank_lines),
    Case("rows of separators at the end", "B3", empty_rows),
)
