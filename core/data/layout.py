"""Where a table stands in a text or on a sheet: lines before it, the names of its columns, a line of units.

Takes the first lines as lists of cells, gives a `Layout`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import zip_longest

from core.data.dialect import NUMBER, Record
from core.data.errors import Unreadable
from core.data.report import Report
from core.data.rows import RULED
from core.data.settings import DIGITS
from core.data.values import MISSING
from core.wording import counted

_YEAR = re.compile(r"(1[5-9]|20|21)\d\d")
_RULED = re.compile(RULED)
_MARKS = frozenset(mark.lower() for mark in MISSING)
_FILLED = 0.5  # of the cells of a usual row; with fewer a line is no header
_BELOW = 50  # so many rows tell what a header stands above
_MOSTLY = 0.9
_UNIT = re.compile(r"[\[(]?[^\d\s][^\s]{0,14}( [^\s]{1,12})?[\])]?|-|")


@dataclass(frozen=True)
class Layout:
    """How a text is laid out.

    Attributes
    ----------
    skip : int
        The line on which the last thing above the values ends, counted from 1; 0 where they stand first.
    names : tuple of str
        As in the header; empty where there is none.
    width : int
        Cells in a row.
    header_row : int or None
        The line that holds the names, counted from 1.
    """

    skip: int
    names: tuple[str, ...]
    width: int
    header_row: int | None

    @property
    def called(self) -> list[str]:
        """The names of the columns; numbers where there is no header."""
        return list(self.names) or [f"column_{place + 1}" for place in range(self.width)]


def layout_of(records: list[Record], report: Report) -> Layout:
    """The layout of a table by its first lines.

    Parameters
    ----------
    records : list of tuple of int and list of str
        The line on which each ends, counted from 1, and its cells.

    Raises
    ------
    Unreadable
        If there is nothing in it, or the line that a person named as the header is not there.
    """
    records = [each for each in records if not _is_rule(each[1])]
    if not records:
        raise Unreadable("The file is empty.")
    width = _usual_width([len(cells) for _, cells in records])
    wish = report.wish("header")
    first = _wanted(records, wish) if wish else _with_short_header(records, _first_record(records, width))
    first -= wish is None and _groups_above(records, first)
    above = [cells for _, cells in records[:first]]
    if above and not wish:
        shown = next((text for cells in above for text in cells if text.strip()), "").strip()[:60]
        told = f"{counted(len(above), 'line')} before the table left out, beginning with '{shown}'."
        report.add("preamble", told, count=len(above))
    header = records[first][1]
    below = [cells for _, cells in records[first + 1 :] if len(cells) == width]
    if wish == 0 or (wish is None and _is_data(header, below)):
        told = "The first line holds values and no names, so the columns are called column_1, column_2 and so on."
        report.add("no_header", told)
        return Layout(records[first - 1][0] if first else 0, (), max(width, len(header)), None)
    return _with_second_line(records, first, width, report)


def _with_second_line(records: list[Record], first: int, width: int, report: Report) -> Layout:
    """The layout below a header, which may go on in a second line."""
    line, header = records[first]
    names = _without_trailing(header, width)
    row = line - sum(cell.count("\n") for cell in header)
    rows = [cells for _, cells in records[first + 1 : first + _BELOW] if len(cells) == len(names) == width]
    if len(rows) > 2 and _above_numbers(rows[0], rows[1:]):
        line = records[first + 1][0]
        if _grouped(names):
            names = _joined(names, rows[0])
            report.add("second_header", "The names of the columns stand in two lines, which were put together.")
        else:
            units = ", ".join(cell.strip() for cell in rows[0] if cell.strip())[:60]
            report.add("units", f"The line below the names left out: it holds no values but units ({units}).", count=1)
    return Layout(line, tuple(names), max(width, len(names)), row)


def _without_trailing(header: list[str], width: int) -> list[str]:
    """A header without the empty cells that it has more than the rows."""
    names = list(header)
    while len(names) > width and not names[-1].strip():
        names.pop()
    return names


def _is_rule(cells: list[str]) -> bool:
    """Whether a line is drawn between others, as in ``|---|---|``."""
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) > 1 and all(_RULED.fullmatch(cell) for cell in filled)


def _usual_width(widths: list[int]) -> int:
    """The most common number of cells below the first line; of equally common ones, the first line's."""
    common = Counter(widths[1:] or widths).most_common()
    most = [width for width, times in common if times == common[0][1]]
    return widths[0] if widths[0] in most else most[0]


def _wanted(records: list[Record], line: int) -> int:
    for place, (end, cells) in enumerate(records):
        if end - sum(cell.count("\n") for cell in cells) <= line <= end:
            return place
    raise Unreadable(f"Line {line:,} of the file cannot hold the names of its columns: it is empty or far below.")


def _first_record(records: list[Record], width: int) -> int:
    """Where the table begins: at the first line that has the cells of a usual row, most of them filled."""
    if width == 1:
        return 0
    usual = [_filled(cells) for _, cells in records if len(cells) == width]
    enough = max(2, _FILLED * Counter(usual).most_common(1)[0][0]) if usual else 2
    for place, (_, cells) in enumerate(records):
        near = width - 1 <= len(cells) <= width or len(cells) > width
        if near and (_filled(cells) >= enough or (width == 2 and len(cells) == 2 and _filled(cells))):
            return place
    return next((place for place, (_, cells) in enumerate(records) if _filled(cells) > 1), 0)


def _with_short_header(records: list[Record], first: int) -> int:
    """One line up, where a line of names that are too few stands right above values: better refused than forgotten."""
    values = [cell.strip() for cell in records[first][1]]
    below = [cells for _, cells in records[first + 1 :]]
    if not first or not (all(map(NUMBER.fullmatch, values)) or _is_data(values, below)):
        return first
    line, names = records[first - 1]
    begins = records[first][0] - sum(value.count("\n") for value in values)
    named = 1 < len(names) <= len(values) and line == begins - 1
    return first - 1 if named and not any(NUMBER.fullmatch(cell.strip()) for cell in names) else first


def _filled(cells: list[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _is_data(header: list[str], below: list[list[str]]) -> bool:
    """Whether a first line holds values: numbers in it and none below text, or nothing but words that come again."""
    filled = [cell.strip() for cell in header]
    numbers = [cell for cell in filled if NUMBER.fullmatch(cell)]
    if not numbers:
        return _comes_again(filled, below)
    if all(_YEAR.fullmatch(cell) for cell in numbers) and not _years_below(filled, below):
        return False
    for place, cell in enumerate(filled):
        column = [row[place].strip() for row in below if place < len(row) and row[place].strip()]
        if cell and not NUMBER.fullmatch(cell) and column and all(NUMBER.fullmatch(each) for each in column):
            return False
    # names such as 0, 1, 2 … are the numbers of columns
    return not _counts_up(numbers) or len(numbers) < 3 or not below


def _years_below(filled: list[str], below: list[list[str]]) -> bool:
    """Whether below the years of a line there are years again: then it is a row of values."""
    places = [place for place, cell in enumerate(filled) if _YEAR.fullmatch(cell)]
    cells = [row[place].strip() for row in below for place in places if place < len(row)]
    return bool(cells) and sum(bool(_YEAR.fullmatch(cell)) for cell in cells) > _MOSTLY * len(cells)


def _comes_again(words: list[str], below: list[list[str]]) -> bool:
    """Whether most words of a line are values of their columns further down."""
    if len(below) < 2 or not all(words):
        return False
    below = [row for row in below if [cell.strip() for cell in row] != words]  # it may be the header once more
    columns = zip_longest(*below, fillvalue="")  # some rows may be shorter than others
    again = sum(any(cell.strip() == word for cell in column) for word, column in zip(words, columns, strict=False))
    return again > len(words) / 2


def _counts_up(numbers: list[str]) -> bool:
    if not all(number.isdecimal() and len(number) < DIGITS for number in numbers):
        return False
    values = [int(number) for number in numbers]
    return values[0] in (0, 1) and values == list(range(values[0], values[0] + len(values)))


def _above_numbers(row: list[str], below: list[list[str]]) -> bool:
    """Whether a row has short words where all rows below it have numbers: units, or a second line of names."""
    found = 0
    for place, cell in enumerate(row):
        column = [each[place].strip() for each in below if each[place].strip()]
        if not column or sum(bool(NUMBER.fullmatch(each)) for each in column) < _MOSTLY * len(column):
            continue
        if NUMBER.fullmatch(cell.strip()) or not _UNIT.fullmatch(cell.strip()):
            return False
        found += cell.strip().lower() not in _MARKS
    return found > 1 or (found == 1 and sum(bool(cell.strip()) for cell in row) == 1)


def _grouped(names: list[str]) -> bool:
    """Whether names are those of groups of columns: some are empty or there twice."""
    known = [name.strip() for name in names if name.strip()]
    return len(set(known)) < len(names)


def _groups_above(records: list[Record], first: int) -> bool:
    """Whether the line above the names tells those apart that are there twice: as ``,North,,South,`` does."""
    names = records[first][1]
    above = records[first - 1][1] if first else []
    rows = [cells for _, cells in records[first + 1 : first + _BELOW] if len(cells) == len(names)]
    twice = len({name.strip() for name in names if name.strip()}) < _filled(names)
    return twice and len(above) == len(names) and _filled(above) > 1 and len(rows) > 1 and _above_numbers(names, rows)


def _joined(groups: list[str], names: list[str]) -> list[str]:
    """The names of two lines put together; a group reaches up to the next one."""
    joined, group = [], ""
    for above, name in zip(groups, names, strict=True):
        group = above.strip() or group
        joined.append(" ".join(dict.fromkeys(filter(None, (group, name.strip())))))
    return joined
