"""Workbooks of Excel and OpenDocument: several sheets, tables that begin anywhere, cells of all types (D1 to D6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from tests.core.messy import stock
from tests.core.messy.sheets import Rows, book, open_document, rows_of
from tests.core.messy.truth import (
    AS_TEXT,
    DATE,
    FOOTER,
    ID,
    NUMBER,
    SECOND_HEADER,
    SECOND_TABLE,
    SHORT_OF,
    WORDS,
    YES_NO,
    Case,
    Col,
    Need,
    Reading,
    Sample,
    right,
)

Topic = Callable[[Random], list[Col]]
Make = Callable[[Random], Sample]


def opened(sheets: Callable[[Random, Rows], dict[str, Rows]], *rules: str, topic: Topic = stock.any_of) -> Make:
    """A workbook with a table on one of its sheets."""

    def make(rng: Random) -> Sample:
        columns = topic(rng)
        return Sample(book(sheets(rng, rows_of(columns))), (right(columns, *rules),))

    return make


def placed(rows: Rows, above: Rows, left: int = 0) -> Rows:
    """A table below other rows and beside empty columns."""
    return [*above, *([None] * left + row for row in rows)]


_COVER: Rows = [["Annual report 2024"], ["Statistical Office"], [], ["Contents: see the sheet Data"]]
_TITLE: Rows = [["Sales report"], []]
_INFO: Rows = [["Author", "A. Müller"], ["Date", "2024-05-03"], ["Version", "1.2"], ["Contact", "office@example.org"]]
_GROUPS: Rows = [["key", "meaning"], ["m", "male"], ["f", "female"]]


def hidden_first(rng: Random) -> Sample:
    """A hidden sheet of keys before the table."""
    columns = stock.any_of(rng)

    def hide(made: Any) -> None:
        made.get_worksheet_by_name("Data").activate()
        made.get_worksheet_by_name("Data").set_first_sheet()
        made.get_worksheet_by_name("keys").hide()

    data = book({"keys": [*_GROUPS, *([f"k{n}", n] for n in range(20))], "Data": rows_of(columns)}, hide)
    return Sample(data, (right(columns, "sheet"),))


def months(rng: Random) -> Sample:
    """A sheet per month with the same columns: one of them, and told that there are others."""
    columns = stock.weather(rng)
    head, *rest = rows_of(columns)
    third = len(rest) // 3
    parts = {"January": (0, third), "February": (third, 2 * third), "March": (2 * third, len(rest))}
    data = book({name: [head, *rest[low:high]] for name, (low, high) in parts.items()})
    one = right([column.where(lambda row: row < third) for column in columns], "sheet")
    last = right([column.where(lambda row: row >= 2 * third) for column in columns], "sheet")
    return Sample(data, (one, last, right(columns, "sheet")))


def merged(rng: Random) -> Sample:
    """A header of two rows, the upper one merged over its columns."""
    rows = stock.rows_of(rng)
    columns = [stock.many("city", rows, lambda: rng.choice(stock.CITIES), WORDS)]
    for year in (2022, 2023):
        for measure in ("sales", "profit"):
            drawn = stock.many(f"{year} {measure}", rows, lambda: round(rng.uniform(1, 900), 1))
            columns.append(replace(drawn, also_called=frozenset("*")))
    below = [["city", "sales", "profit", "sales", "profit"], *rows_of(columns)[1:]]

    def merge(made: Any) -> None:
        sheet = made.get_worksheet_by_name("Sheet1")
        sheet.merge_range(0, 1, 0, 2, 2022)
        sheet.merge_range(0, 3, 0, 4, 2023)

    data = book({"Sheet1": [[], *below]}, merge)
    return Sample(data, (right(columns, *SECOND_HEADER, "preamble"),))


def merged_title(rng: Random) -> Sample:
    """A title merged over the whole width."""
    columns = stock.any_of(rng)

    def merge(made: Any) -> None:
        made.get_worksheet_by_name("Sheet1").merge_range(0, 0, 0, len(columns) - 1, "Sales report 2024")

    return Sample(book({"Sheet1": [[], [], *rows_of(columns)]}, merge), (right(columns, "preamble"),))


def merged_groups(rng: Random) -> Sample:
    """Regions in merged cells: only the first row of each has the name; filling the others has to be told."""
    columns = stock.flats(rng)
    rows = len(columns[0].values)
    regions = tuple(("north", "south", "east", "west")[4 * row // rows] for row in range(rows))
    first = tuple(name if row == 0 or regions[row - 1] != name else None for row, name in enumerate(regions))
    region = Col("region", first, WORDS).or_as(regions, WORDS, "merged", "missing_mark")
    return Sample(book({"Sheet1": rows_of([region, *columns])}), (right([region, *columns]),))


def one_column(name: str, draw: Callable[[Random, int], Col]) -> Make:
    """A workbook with one special column among others; its `raw` stands in the sheet where there is one."""

    def make(rng: Random) -> Sample:
        columns = stock.patients(rng)
        special = draw(rng, len(columns[0].values)).named(name)
        shown = rows_of([*columns, replace(special, values=special.raw or special.values)])
        return Sample(book({"Sheet1": shown}), (right([*columns, special]),))

    return make


def errors(rng: Random, rows: int) -> Col:
    """Numbers among which formulas failed."""
    words = {row: ("#DIV/0!", "#N/A", "#REF!")[row % 3] for row in rng.sample(range(3, rows), 4)}
    values = tuple(None if row in words else round(rng.uniform(0, 9), 2) for row in range(rows))
    cells: tuple[Any, ...] = tuple(words.get(row, value) for row, value in enumerate(values))
    made = Col("ratio", values, NUMBER, cells).told(*SHORT_OF, "formula_error")
    return made.or_as(map(str, cells), WORDS, *AS_TEXT)


def moments(rng: Random, rows: int) -> Col:
    """Days with a time."""
    return Col("at", tuple(stock.moment(rng) + timedelta(minutes=rng.randrange(1_440)) for _ in range(rows)), DATE)


def day_cells(rng: Random, rows: int) -> Col:
    """Days."""
    return Col("day", tuple(stock.moment(rng) for _ in range(rows)), DATE)


def day_gaps(rng: Random, rows: int) -> Col:
    """Days with gaps."""
    return Col("day", tuple(None if row % 11 == 5 else stock.moment(rng) for row in range(rows)), DATE)


def day_texts(rng: Random, rows: int) -> Col:
    """Days that are text in the cells."""
    values = tuple(stock.moment(rng).replace(day=rng.randint(13, 28)) for _ in range(rows))
    return Col("day", values, DATE, tuple(f"{value:%d.%m.%Y}" for value in values))


def serials(rng: Random, rows: int) -> Col:
    """Days that lost their format: numbers, or days if that is told."""
    values = tuple(stock.moment(rng) for _ in range(rows))
    numbers = tuple((value - datetime(1899, 12, 30)).days for value in values)
    return Col("date", numbers, ID).or_as(values, DATE, "date")


def clocks(rng: Random, rows: int) -> Col:
    """Times of day: as words, as seconds, or as the share of a day that the cell holds."""
    cells: tuple[Any, ...] = tuple(time(rng.randrange(24), rng.randrange(60)) for _ in range(rows))
    texts = (f"{each:%H:%M:%S}" for each in cells)
    made = Col("clock", tuple(texts), WORDS, cells)
    return made.or_as((each.hour * 3_600 + each.minute * 60 for each in cells), NUMBER, "span", "date")


def number_texts(rng: Random, rows: int) -> Col:
    """Numbers that are text in the cells."""
    values = tuple(round(rng.uniform(1, 99), 2) for _ in range(rows))
    return Col("price", values, NUMBER, tuple(f"{value:.2f}" for value in values)).or_verbatim()


def half_texts(rng: Random, rows: int) -> Col:
    """Numbers of which a half is text in the cells."""
    values = tuple(round(rng.uniform(1, 99), 2) for _ in range(rows))
    cells: tuple[Any, ...] = tuple(f"{value:.2f}" if row % 2 else value for row, value in enumerate(values))
    return Col("price", values, NUMBER, cells)


def postcodes(rng: Random, rows: int) -> Col:
    """Text with leading zeros."""
    return Col("postcode", tuple(f"0{rng.randint(1_000, 9_999)}" for _ in range(rows)), WORDS)


def texts_among_numbers(rng: Random, rows: int) -> Col:
    """A word among numbers."""
    cells: tuple[Any, ...] = tuple("n/a" if row == 7 else rng.randint(1, 900) for row in range(rows))
    values = tuple(None if isinstance(cell, str) else cell for cell in cells)
    return Col("sold", values, NUMBER, cells).told(*SHORT_OF, count=1).or_as(map(str, cells), WORDS, *AS_TEXT)


def booleans_with_gaps(rng: Random, rows: int) -> Col:
    """TRUE and FALSE with gaps."""
    return Col("paid", (True, False, *(rng.choice((True, False, None)) for _ in range(rows - 2))), YES_NO)


def totals(rng: Random) -> Sample:
    """A row of sums below the table."""
    columns = stock.flats(rng)
    last: list[Any] = ["Total", None, None, sum(columns[3].values), None]
    kept = [replace(c, values=(*c.values, value)) for c, value in zip(columns, last, strict=True)]
    data = book({"Sheet1": [*rows_of(columns), last]})
    return Sample(data, (right(columns, *FOOTER), Reading(tuple(kept), (Need(FOOTER),))))


def two_tables(beside: bool) -> Make:
    """Another table on the same sheet."""

    def make(rng: Random) -> Sample:
        first, second = stock.patients(rng), stock.countries(rng)
        one, two = rows_of(first), rows_of(second)[:12]
        if beside:
            rows = [[*row, None, *(two[place] if place < len(two) else [])] for place, row in enumerate(one)]
        else:
            rows = [*one, [], [], *two]
        return Sample(book({"Sheet1": rows}), (right(first, *SECOND_TABLE),))

    return make


def days_of_1904(rng: Random) -> Sample:
    """Days as old Macintoshes count them."""
    columns = stock.orders(rng)
    return Sample(book({"Sheet1": rows_of(columns)}, date_1904=True), (right(columns),))


def formatted_below(rng: Random) -> Sample:
    """Twenty thousand empty rows below the table that bear a colour."""
    columns = stock.any_of(rng)

    def colour(made: Any) -> None:
        sheet, format_ = made.get_worksheet_by_name("Sheet1"), made.add_format({"bg_color": "yellow"})
        for row in range(len(columns[0].values) + 1, 20_000):
            sheet.write_blank(row, 0, None, format_)

    return Sample(book({"Sheet1": rows_of(columns)}, colour), (right(columns),))


def hidden_rows(rng: Random) -> Sample:
    """Rows and a column that are hidden: they are part of the table."""
    columns = stock.any_of(rng)

    def hide(made: Any) -> None:
        sheet = made.get_worksheet_by_name("Sheet1")
        for row in range(5, 12):
            sheet.set_row(row, None, None, {"hidden": True})
        sheet.set_column(1, 1, None, None, {"hidden": True})

    return Sample(book({"Sheet1": rows_of(columns)}, hide), (right(columns),))


def empty_between(rng: Random) -> Sample:
    """An empty column in the middle and empty rows between others."""
    columns = stock.any_of(rng)
    rows = [[*row[:2], None, *row[2:]] for row in rows_of(columns)]
    for place in (9, 20):
        rows.insert(place, [])
    return Sample(book({"Sheet1": rows}), (right(columns),))


def years_as_names(rng: Random) -> Sample:
    """Names that are numbers in the cells."""
    rows = stock.rows_of(rng)
    columns = [stock.many("country", rows, lambda: rng.choice(stock.COUNTRIES)[0], WORDS)]
    columns += [stock.many(str(year), rows, lambda: round(rng.gauss(3, 1), 1)) for year in range(2018, 2024)]
    head, *rest = rows_of(columns)
    return Sample(book({"Sheet1": [["country", *map(int, head[1:])], *rest]}), (right(columns),))


def document(above: Rows, *rules: str, cover: bool = False) -> Make:
    """A table in an OpenDocument file."""

    def make(rng: Random) -> Sample:
        columns = stock.any_of(rng)
        sheets = {**({"Cover": _COVER} if cover else {}), "Data": placed(rows_of(columns), above)}
        return Sample(open_document(sheets), (right(columns, *rules),))

    return make


_PLAIN = tuple(Case(f"Excel, {topic.__name__}", "D6", opened(lambda _, rows: {"Sheet1": rows}, topic=topic), "t.xlsx")
               for topic in (stock.orders, stock.weather, stock.countries))  # fmt: skip
_CELLS = (
    ("errors of formulas", "D3", errors), ("days and times in cells", "D4", moments),
    ("days in cells", "D4", day_cells),
    ("days in cells with gaps", "D4", day_gaps), ("days as text in cells", "D4", day_texts),
    ("days without their format", "D4", serials), ("times of day in cells", "D4", clocks),
    ("numbers as text in cells", "D3", number_texts), ("half of the numbers as text", "D3", half_texts),
    ("postcodes in cells", "D3", postcodes), ("a word among numbers in cells", "D3", texts_among_numbers),
    ("TRUE and FALSE with gaps in cells", "D3", booleans_with_gaps),
)  # fmt: skip

CASES = (
    *_PLAIN,
    *(Case(name, section, one_column("special", draw), "t.xlsx") for name, section, draw in _CELLS),
    Case("a cover page first", "D1", opened(lambda _, rows: {"Cover": _COVER, "Data": rows}, "sheet"), "t.xlsx"),
    Case("a page of two columns first", "D1", opened(lambda _, rows: {"Info": _INFO, "Data": rows}, "sheet"), "t.xlsx"),
    Case("an empty sheet first", "D1", opened(lambda _, rows: {"Sheet1": [], "Sheet2": rows}, "sheet"), "t.xlsx"),
    Case("notes on a second sheet", "D1", opened(lambda _, rows: {"Data": rows, "Notes": _COVER}, "sheet"), "t.xlsx"),
    Case("a sheet of keys behind", "D1", opened(lambda _, rows: {"Data": rows, "Keys": _GROUPS}, "sheet"), "t.xlsx"),
    Case("a hidden sheet first", "D1", hidden_first, "t.xlsx"),
    Case("a sheet per month", "D1", months, "t.xlsx"),
    Case(
        "empty rows above, empty columns beside",
        "D2",
        opened(lambda _, rows: {"S": placed(rows, [[], [], []], 2)}),
        "t.xlsx",
    ),
    Case(
        "a title above", "D2", opened(lambda _, rows: {"S": placed(rows, [["Sales report"], []])}, "preamble"), "t.xlsx"
    ),
    Case(
        "names and values above", "D2", opened(lambda _, rows: {"S": placed(rows, [*_INFO, []])}, "preamble"), "t.xlsx"
    ),
    Case("a merged title above", "D2", merged_title, "t.xlsx"),
    Case("a merged header", "D2", merged, "t.xlsx"),
    Case("merged groups of rows", "D2", merged_groups, "t.xlsx"),
    Case("an empty column and empty rows between", "D2", empty_between, "t.xlsx"),
    Case("years as names in cells", "D2", years_as_names, "t.xlsx"),
    Case(
        "a source below the sheet",
        "D2",
        opened(lambda _, rows: {"S": [*rows, [], ["Source: own survey"]]}, *FOOTER, "ragged"),
        "t.xlsx",
    ),
    Case("totals below the sheet", "D2", totals, "t.xlsx"),
    Case("two tables, one below the other", "D2", two_tables(False), "t.xlsx"),
    Case("two tables side by side", "D2", two_tables(True), "t.xlsx"),
    Case("days of 1904", "D4", days_of_1904, "t.xlsx"),
    Case("colour far below the table", "D5", formatted_below, "t.xlsx"),
    Case("hidden rows and columns", "D6", hidden_rows, "t.xlsx"),
    Case("OpenDocument", "D6", document([]), "t.ods"),
    Case("OpenDocument, a title above", "D6", document([["Sales report"]], "preamble"), "t.ods"),
    Case("OpenDocument, a cover page first", "D6", document([], "sheet", cover=True), "t.ods"),
    Case("a workbook without anything", "D1", lambda rng: Sample(book({"Sheet1": []}), ()), "t.xlsx"),
)
