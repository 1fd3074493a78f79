"""Separators and marks: what stands between cells, before decimals and between thousands (B2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.core.messy import stock
from tests.core.messy.truth import NUMBER, WORDS, Case, Col, Sample
from tests.core.messy.writing import (
    COMMA,
    GERMAN,
    PLAIN,
    SEMICOLON,
    TAB,
    Dialect,
    Style,
    header,
    lines,
    sample,
    table,
    written,
)

_SWISS = Style(".", "'", "%d.%m.%Y")
_FRENCH = Style(",", "\u202f", "%d/%m/%Y", "", "oui", "non")
_US = Style(".", ",", "%m/%d/%Y")


def padded(gap: str, right: bool = False, rule: str = "", style: Style = PLAIN) -> Callable[[Random], Sample]:
    """Columns of fixed width with `gap` between them; with `rule`, a line of this character below the names."""

    def make(rng: Random) -> Sample:
        columns = written(_without_blanks(stock.any_of(rng)), style)
        widths = [max(len(text) for text in (column.name, *column.raw)) for column in columns]
        rows = [[column.name for column in columns], *map(list, zip(*(each.raw for each in columns), strict=True))]
        if rule:
            rows.insert(1, [rule * width for width in widths])
        shown = [
            gap.join(text.rjust(w) if right else text.ljust(w) for text, w in zip(row, widths, strict=True))
            for row in rows
        ]
        return sample(columns, [each.rstrip() if not right else each for each in shown])

    return make


def _without_blanks(columns: list[Col]) -> list[Col]:
    """The same with an underscore for each blank within a text."""
    return [
        replace(column, values=tuple(v.replace(" ", "_") if isinstance(v, str) else v for v in column.values))
        for column in columns
    ]


def fixed_width(rng: Random) -> Sample:
    """Columns of fixed width whose texts hold blanks."""
    columns = written(stock.orders(rng))
    widths = [max(len(text) for text in (column.name, *column.raw)) + 2 for column in columns]
    rows = [[column.name for column in columns], *zip(*(each.raw for each in columns), strict=True)]
    return sample(columns, ["".join(t.ljust(w) for t, w in zip(row, widths, strict=True)).rstrip() for row in rows])


def one_blank(rng: Random) -> Sample:
    """Cells between single blanks, as simple programs write numbers."""
    columns = written(_without_blanks(stock.weather(rng)))
    return sample(columns, lines(columns, Dialect(" ")))


def markdown(rng: Random) -> Sample:
    """A table of a Markdown document."""
    columns = written(stock.any_of(rng))
    bare = lines(columns, Dialect(" | ", quote=""))
    shown = [f"| {each} |" for each in bare]
    return sample(columns, [shown[0], "|" + "---|" * len(columns), *shown[1:]])


def told_by_excel(rng: Random) -> Sample:
    """A first line that tells Excel the separator."""
    columns = written(stock.in_german(stock.any_of(rng)), GERMAN)
    return sample(columns, ["sep=;", *lines(columns, SEMICOLON)])


def comma_beside_commas(rng: Random) -> Sample:
    """Semicolons, with more commas than semicolons inside the texts."""
    columns = stock.staff(rng)
    notes = tuple(", ".join(rng.sample(stock.PRODUCTS, 4)) for _ in columns[0].values)
    columns = written([*columns, Col("equipment", notes, WORDS)])
    return sample(columns, lines(columns, SEMICOLON), SEMICOLON)


def bare_decimal_commas(rng: Random) -> Sample:
    """Semicolons and decimal commas in numbers alone, no text and no date that could help."""
    rows = stock.rows_of(rng)
    columns = [
        stock.many("x", rows, lambda: round(rng.uniform(0, 99), 2)),
        stock.many("y", rows, lambda: round(rng.uniform(0, 99), 3), digits=3),
        stock.many("z", rows, lambda: round(rng.uniform(0, 99), 1), digits=1),
    ]
    columns = written(columns, GERMAN)
    return sample(columns, lines(columns, SEMICOLON), SEMICOLON)


def _amounts(rng: Random, digits: int = 2) -> list[Col]:
    """A budget: whole numbers and amounts, all large enough to bear thousands marks."""
    rows = stock.rows_of(rng)
    return [
        stock.many("department", rows, lambda: rng.choice(stock.DEPARTMENTS), WORDS),
        stock.many("people", rows, lambda: rng.randint(3, 90)),
        stock.many("budget", rows, lambda: rng.randint(1_000, 4_000_000)),
        stock.many("spent", rows, lambda: round(rng.uniform(1_000, 4_000_000), digits), digits=digits),
    ]


def budget(dialect: Dialect, style: Style) -> Callable[[Random], Sample]:
    """A budget with thousands marks."""

    def make(rng: Random) -> Sample:
        columns = written(_amounts(rng), style)
        return sample(columns, lines(columns, dialect), dialect)

    return make


def points_alone(rng: Random) -> Sample:
    """Whole numbers with points between thousands, and nothing else that shows what the points are."""
    rows = stock.rows_of(rng)
    cities = stock.many("city", rows, lambda: rng.choice(stock.CITIES), WORDS)
    people = stock.many("inhabitants", rows, lambda: rng.randint(1_000, 999_999))
    cities, people = written([cities, people], GERMAN)
    people = people.told("decimal").or_as((float(text) for text in people.raw), NUMBER, "decimal").or_verbatim()
    return sample([cities, people], lines([cities, people], SEMICOLON), SEMICOLON)


def commas_alone(rng: Random) -> Sample:
    """Whole numbers with commas between thousands, two digits as well, quoted in a file of commas."""
    rows = stock.rows_of(rng)
    cities = stock.many("city", rows, lambda: rng.choice(stock.CITIES), WORDS)
    people = stock.many("inhabitants", rows, lambda: rng.randint(1_000, 9_999_999))
    columns = written([cities, people], _US)
    return sample(columns, lines(columns))


def mixed_marks(rng: Random) -> Sample:
    """A column of 1.234,56 and 1,234.56 side by side: two offices, one file."""
    columns = written(_amounts(rng), PLAIN)
    spent = columns[3]
    styles = (Style(",", "."), Style(".", ","))
    raw = tuple(
        written([Col("x", (value,), NUMBER)], styles[row % 2])[0].raw[0] for row, value in enumerate(spent.values)
    )
    spent = replace(spent, raw=raw).told("decimal").or_verbatim()
    columns[3] = spent
    return sample(columns, lines(columns, SEMICOLON), SEMICOLON)


def two_separators(rng: Random) -> Sample:
    """Tabs in the rows, and semicolons within a column of lists."""
    columns = stock.orders(rng)
    tags = tuple(";".join(rng.sample(("new", "sale", "gift", "blue", "xl"), 3)) for _ in columns[0].values)
    columns = written([*columns, Col("tags", tags, WORDS)])
    return sample(columns, lines(columns, TAB), TAB)


def only_header_has_names(rng: Random) -> Sample:
    """Names that hold blanks, brackets and units, split by tabs."""
    names = ("Time [s]", "Force (kN)", "Strain, %", "Test no.", 'Width "net"')
    rows = stock.rows_of(rng)
    columns = [stock.many(name, rows, lambda: round(rng.uniform(0, 9), 3), digits=3) for name in names]
    columns = written(columns)
    shown = lines(columns, Dialect("\t", quote=""))
    assert header(columns, TAB) != shown[0]
    return sample(columns, shown)


CASES = (
    *(Case(f"commas, {topic.__name__}", "B2", table(COMMA, PLAIN, topic)) for topic in stock.TOPICS),
    *(Case(f"semicolons and decimal commas, {topic.__name__}", "B2", table(SEMICOLON, GERMAN, topic))
      for topic in stock.TOPICS if topic is not stock.countries),
    Case("semicolons", "B2", table(SEMICOLON)),
    Case("tabs", "B2", table(TAB), "table.tsv"),
    Case("tabs and decimal commas", "B2", table(TAB, GERMAN), "table.txt"),
    Case("vertical bars", "B2", table(Dialect("|"))),
    Case("colons", "B2", table(Dialect(":"), topic=stock.patients)),
    Case("carets", "B2", table(Dialect("^"))),
    Case("tildes", "B2", table(Dialect("~"))),
    Case("control character 1, as Hive writes", "B2", table(Dialect("\x01"))),
    Case("unit separators", "B2", table(Dialect("\x1f"))),
    Case("two bars", "B2", table(Dialect("||"))),
    Case("comma and blank", "B2", table(Dialect(", "))),
    Case("single blanks", "B2", one_blank, "table.dat"),
    Case("several blanks", "B2", padded("  "), "table.txt"),
    Case("several blanks, right-aligned", "B2", padded("  ", right=True), "table.txt"),
    Case("single blanks and padding", "B2", padded(" "), "table.txt"),
    Case("fixed width, blanks in texts", "B2", fixed_width, "table.txt"),
    Case("fixed width with a ruled line", "B2", padded("  ", rule="-"), "table.txt"),
    Case("Markdown", "B2", markdown, "table.md"),
    Case("sep= for Excel", "B2", told_by_excel),
    Case("semicolons, more commas in texts", "B2", comma_beside_commas),
    Case("decimal commas without any text", "B2", bare_decimal_commas),
    Case("commas and quoted decimal commas", "B2", table(COMMA, replace(GERMAN, thousands=""))),
    Case("Swiss apostrophes", "B2", budget(SEMICOLON, _SWISS)),
    Case("Swiss apostrophes, typographic", "B2", budget(TAB, replace(_SWISS, thousands="’"))),
    Case("thousands commas quoted", "B2", budget(COMMA, _US)),
    Case("thousands commas and tabs", "B2", budget(TAB, _US)),
    Case("thousands commas and semicolons", "B2", budget(SEMICOLON, _US)),
    Case("thousands points and semicolons", "B2", budget(SEMICOLON, GERMAN)),
    Case("thousands points and tabs", "B2", budget(TAB, GERMAN)),
    Case("thousands blanks", "B2", budget(SEMICOLON, replace(_FRENCH, thousands=" "))),
    Case("thousands narrow blanks", "B2", budget(SEMICOLON, _FRENCH)),
    Case("thousands non-breaking blanks", "B2", budget(TAB, replace(_FRENCH, thousands="\xa0"))),
    Case("thousands points alone", "B2", points_alone),
    Case("thousands commas alone", "B2", commas_alone),
    Case("both decimal marks in a column", "B2", mixed_marks),
    Case("tabs, semicolons within lists", "B2", two_separators),
    Case("names with signs and commas", "B2", only_header_has_names, "table.tsv"),
)  # fmt: skip
