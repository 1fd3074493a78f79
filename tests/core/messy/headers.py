"""Names of columns: lacking, twice, empty, in two rows, too few (B6 to B8, B10, B20, C18), and sizes (B14 to B18)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.core.messy import stock
from tests.core.messy.truth import (
    ANY,
    INDEX,
    NUMBER,
    SECOND_HEADER,
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
    Dialect,
    Make,
    body,
    header,
    joined,
    lines,
    sample,
    written,
)

Topic = Callable[[Random], list[Col]]


def bare(topic: Topic, dialect: Dialect = COMMA) -> Make:
    """Rows without a header."""

    def make(rng: Random) -> Sample:
        columns = written(topic(rng))
        named = [column.named(f"column_{place + 1}", "*") for place, column in enumerate(columns)]
        return Sample(joined(body(columns, dialect), dialect), (right(named, "no_header"),))

    return make


def _numbers(rng: Random, names: tuple[str, ...] = ("x", "y", "z")) -> list[Col]:
    rows = stock.rows_of(rng)
    return [stock.many(name, rows, lambda: round(rng.gauss(5, 3), 3), digits=3) for name in names]


def _words(rng: Random) -> list[Col]:
    """Texts alone, each of which occurs many times."""
    rows = stock.rows_of(rng)
    return [
        stock.many("city", rows, lambda: rng.choice(stock.CITIES), WORDS),
        stock.many("product", rows, lambda: rng.choice(stock.PRODUCTS), WORDS),
        stock.many("department", rows, lambda: rng.choice(stock.DEPARTMENTS), WORDS),
    ]


def renamed(names: tuple[str, ...], found: tuple[tuple[str, ...], ...], *rules: str, dialect: Dialect = COMMA) -> Make:
    """Rows below a header of these names, which are found as those; one of the rules has to tell."""

    def make(rng: Random) -> Sample:
        columns = written(_numbers(rng, names))
        wanted = [column.named(*each) for column, each in zip(columns, found, strict=True)]
        return Sample(joined(lines(columns, dialect), dialect), (right(wanted, *rules),))

    return make


_SECOND = ("price_2", "price.1", "price_1", "price (2)")
_THIRD = ("price_3", "price.2", "price_2", "price (3)")


def trailing(in_header: bool, in_rows: bool, dialect: Dialect = SEMICOLON) -> Make:
    """A separator at the end of each line."""

    def make(rng: Random) -> Sample:
        columns = written(stock.in_german(stock.weather(rng)), GERMAN)
        head, *rest = lines(columns, dialect)
        mark = dialect.delimiter
        shown = [head + mark * in_header, *(each + mark * in_rows for each in rest)]
        empty = Col("column", (None,) * len(columns[0].values), frozenset({"empty"}), also_called=frozenset("*"))
        kept = Reading((*columns, empty), (Need(("empty_column", "no_name")),))
        return sample(columns, shown, dialect, others=(kept,))

    return make


def indexed(name: str, start: int = 0) -> Make:
    """Row numbers that another program wrote, under a name or none."""

    def make(rng: Random) -> Sample:
        columns = stock.any_of(rng)
        rows = len(columns[0].values)
        number = Col(name, tuple(range(start, start + rows)), frozenset({"identifier"}), also_called=frozenset("*"))
        columns = written([number, *columns])
        return sample(columns, lines(columns), others=(right(columns[1:], *INDEX),))

    return make


def rows_with_names(quoted: bool, of_words: bool) -> Make:
    """A header that is one name short, as R writes it: the first cell of each row is the row's name."""

    def make(rng: Random) -> Sample:
        columns = stock.patients(rng)
        rows = len(columns[0].values)
        names = tuple(f"patient {row + 1}" if of_words else str(row + 1) for row in range(rows))
        values = names if of_words else tuple(map(int, names))
        label = Col("row_name", values, frozenset({"identifier"}), also_called=frozenset("*"))
        columns = written([label, *columns])
        dialect = Dialect(always=quoted)
        shown = [header(columns[1:], dialect), *body(columns, dialect)]
        without = right(columns[1:], *INDEX)
        return sample(columns, shown, dialect, others=(without,))

    return make


def header_too_short(rng: Random) -> Sample:
    """Two columns at the end have no name and hold values."""
    columns = written(stock.orders(rng))
    shown = [header(columns[:-2]), *body(columns)]
    named = [*columns[:-2], *(column.named("?", "*") for column in columns[-2:])]
    return Sample(joined(shown), (right(named, "no_name"),), refusable=True)


def header_too_long(rng: Random) -> Sample:
    """The header names two columns more than the rows fill: these are empty, or left out, and told."""
    columns = written(stock.weather(rng))
    head, *rest = lines(columns)
    gaps = (None,) * len(columns[0].values)
    more = [Col(name, gaps, frozenset({"empty"})) for name in ("pressure", "remark")]
    told = ("ragged", "empty_column")
    return Sample(
        joined([f"{head},pressure,remark", *rest]), (right([*columns, *more], *told), right(columns, *told)), True
    )


def units(dialect: Dialect = COMMA, bracket: bool = False) -> Make:
    """A row of units below the names."""

    def make(rng: Random) -> Sample:
        columns = written(stock.weather(rng))
        unit = ["", "", "°C", "%", "m/s", ""]
        unit = [f"[{each}]" if bracket and each else each for each in unit]
        named = [_with_unit(column, each) for column, each in zip(columns, unit, strict=True)]
        head, *rest = lines(columns, dialect)
        return Sample(
            joined([head, dialect.delimiter.join(unit), *rest], dialect), (right(named, *SECOND_HEADER, "preamble"),)
        )

    return make


def _with_unit(column: Col, unit: str) -> Col:
    forms = ("{} {}", "{} [{}]", "{} ({})", "{}_{}")
    return column.named(column.name, *(form.format(column.name, unit) for form in forms))


def two_rows(filled: bool) -> Make:
    """A header of two rows: years above, measures below."""

    def make(rng: Random) -> Sample:
        rows = stock.rows_of(rng)
        years, measures = ("2022", "2023"), ("sales", "profit", "staff")
        city = stock.many("city", rows, lambda: rng.choice(stock.CITIES), WORDS)
        columns = [city] + [
            stock.many(f"{year} {measure}", rows, lambda: round(rng.uniform(1, 900), 1), digits=1).named(
                f"{year} {measure}", "*"
            )
            for year in years
            for measure in measures
        ]
        columns = written(columns)
        above = ["", *(year if filled or not place else "" for year in years for place in range(3))]
        shown = [",".join(above), ",".join(["city", *measures, *measures]), *body(columns)]
        return Sample(joined(shown), (right(columns, *SECOND_HEADER, "preamble"),))

    return make


def named(*names: str) -> Make:
    """Numbers under names that a program might trip over."""

    def make(rng: Random) -> Sample:
        columns = written(_numbers(rng, names))
        return sample(columns, lines(columns))

    return make


def years_as_names(rng: Random) -> Sample:
    """Names that are years: a header, though all of it but one cell is numbers."""
    rows = stock.rows_of(rng)
    columns = [stock.many("country", rows, lambda: rng.choice(stock.COUNTRIES)[0], WORDS)]
    columns += [stock.many(str(y), rows, lambda: round(rng.gauss(3, 1), 1), digits=1) for y in range(2018, 2025)]
    columns = written(columns)
    return sample(columns, lines(columns))


# ---- sizes ---------------------------------------------------------------------------------------------------------


def one_column(topic: Callable[[Random, int], Col]) -> Make:
    """A single column."""

    def make(rng: Random) -> Sample:
        columns = written([topic(rng, stock.rows_of(rng))])
        return sample(columns, lines(columns))

    return make


def _heights(rng: Random, rows: int) -> Col:
    return stock.many("height", rows, lambda: round(rng.gauss(171, 9), 1), digits=1)


def _names(rng: Random, rows: int) -> Col:
    return stock.many("name", rows, lambda: stock.person(rng), WORDS)


def one_column_of_decimal_commas(rng: Random) -> Sample:
    """A single column of numbers with decimal commas, which look like separators."""
    height = written([_heights(rng, stock.rows_of(rng))], GERMAN)[0]
    return Sample(joined([height.name, *height.raw]), (right([height.or_verbatim()]),), refusable=True)


def one_row(rng: Random) -> Sample:
    """A single row of data."""
    columns = [replace(column.where(lambda row: row == 0), kinds=ANY) for column in written(stock.flats(rng))]
    return sample(columns, lines(columns), refusable=True)


def few_rows(rng: Random) -> Sample:
    """Three rows of data."""
    columns = [replace(column.where(lambda row: row < 3), kinds=ANY) for column in written(stock.orders(rng))]
    return sample(columns, lines(columns))


def header_only(rng: Random) -> Sample:
    """No row of data."""
    return Sample(joined([header(written(stock.any_of(rng)))]), ())


def long_cell(rng: Random) -> Sample:
    """One cell of a megabyte."""
    columns = written(stock.staff(rng))
    text = "all work and no play, " * 45_000 + "end"
    row = len(columns[0].values) // 2
    values = (*columns[0].values[:row], text, *columns[0].values[row + 1 :])
    columns[0] = replace(columns[0], values=values, raw=values)
    return sample(columns, lines(columns))


def wide(rng: Random) -> Sample:
    """Three thousand columns of forty rows."""
    columns = [
        stock.many(f"gene_{place}", 40, lambda: round(rng.expovariate(0.1), 2), NUMBER) for place in range(3_000)
    ]
    columns = written([stock.many("tissue", 40, lambda: rng.choice(("liver", "lung", "skin")), WORDS), *columns])
    return sample(columns, lines(columns))


CASES = (
    Case("no header, numbers", "B8", bare(_numbers)),
    Case("no header, patients", "B8", bare(stock.patients)),
    Case("no header, orders", "B8", bare(stock.orders, SEMICOLON)),
    Case("no header, weather", "B8", bare(stock.weather)),
    Case("no header, words alone", "B8", bare(_words)),
    Case("years as names", "B8", years_as_names),
    Case("numbers as names", "B8", named("0", "1", "2", "3", "4")),
    Case("a name twice", "B6", renamed(("price", "tax", "price"), (("price",), ("tax",), _SECOND), "same_name")),
    Case("a name three times", "B6", renamed(("price",) * 3, (("price",), _SECOND, _THIRD), "same_name")),
    Case("a name twice, the second one taken", "B6",
         renamed(("price", "price_2", "price"), (("price",), ("price_2",), ("price_3", "*")), "same_name")),
    Case("names that differ in case", "B6", named("Price", "price", "PRICE")),
    Case("an empty name", "B7", renamed(("x", "", "z"), (("x",), ("column_2", "*"), ("z",)), "no_name")),
    Case("a name of blanks", "B7", renamed(("x", "  ", "z"), (("x",), ("column_2", "*"), ("z",)), "no_name")),
    Case("all names but one empty", "B7",
         renamed(("x", "", ""), (("x", "column_1"), ("column_2", "*"), ("column_3", "*")), "no_name", "no_header")),
    Case("blanks around names", "B7", renamed((" x", "y ", "  z  "), (("x",), ("y",), ("z",)))),
    Case("a line end within a name", "B7", renamed(("width\n(mm)", "y", "z"), (("width (mm)", "*"), ("y",), ("z",)))),
    Case("separators at the end of all lines", "B7", trailing(True, True)),
    Case("separators at the end of rows", "B7", trailing(False, True)),
    Case("a separator at the end of the header", "B7", trailing(True, False)),
    Case("names that are words of programs", "C18", named("select", "class", "None", "index", "True")),
    Case("names with brackets and marks", "C18", named("a.b", "a[0]", "a:b", "$x", "<b>", "x'y", "100%")),
    Case("names with emoji and other letters", "C17", named("🌡 temp", "größe", "年齢", "العمر", "naïve")),
    Case("row numbers without a name", "B20", indexed("")),
    Case("row numbers of pandas", "B20", indexed("Unnamed: 0")),
    Case("row numbers from 1 without a name", "B20", indexed("", 1)),
    Case("row numbers called index", "B20", indexed("index")),
    Case("names of rows, as R writes", "B7", rows_with_names(True, True)),
    Case("numbers of rows, as R writes", "B7", rows_with_names(True, False)),
    Case("names of rows, nothing quoted", "B7", rows_with_names(False, True)),
    Case("a header two names short", "B7", header_too_short),
    Case("a header two names long", "B7", header_too_long),
    Case("units below the names", "B10", units()),
    Case("units in brackets below the names", "B10", units(SEMICOLON, True)),
    Case("a header of two rows", "B10", two_rows(True)),
    Case("a header of two rows, gaps above", "B10", two_rows(False)),
    Case("one column of numbers", "B2", one_column(_heights)),
    Case("one column of words", "B2", one_column(_names)),
    Case("one column of decimal commas", "B2", one_column_of_decimal_commas),
    Case("one row", "B18", one_row),
    Case("three rows", "B18", few_rows),
    Case("a header and nothing else", "B17", header_only),
    Case("a cell of a megabyte", "B14", long_cell),
    Case("three thousand columns", "B15", wide),
)  # fmt: skip
