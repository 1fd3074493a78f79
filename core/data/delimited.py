"""Rows and columns of text from the text of a CSV or TSV file.

Takes text, gives columns of text as Arrow arrays with their names. CleverCSV proposes the separator, Arrow splits the
lines; what is decided here is where the table begins, whether it has a header, and what becomes of rows that do not
fit.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.data.containers import check_columns
from core.data.errors import Unreadable
from core.data.report import Report
from core.wording import counted

if TYPE_CHECKING:
    import pyarrow as pa

DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_SAMPLE_LINES, _SAMPLE_SIZE, _PROPOSER_SIZE = 200, 200_000, 20_000
_LONGEST_SAMPLE = 4_000_000  # of a text whose first lines are as long as that
_LONG_WORD = re.compile(r"(\w{100})\w+")  # some of the proposer's patterns take the square of it
_NUMBER = re.compile(r"[+-]?(\d[\d.,]*|[.,]\d+)([eE][+-]?\d+)?")
_YEAR = re.compile(r"(1[5-9]|20|21)\d\d")


@dataclass(frozen=True)
class Layout:
    """How a text is laid out.

    Attributes
    ----------
    skip : int
        Lines before the header.
    names : tuple of str
        As in the header; empty where there is none.
    width : int
        Cells in a row.
    """

    delimiter: str
    skip: int
    names: tuple[str, ...]
    width: int


@dataclass(frozen=True)
class Lines:
    """The rows of a text: names and, per column, its cells as an Arrow string array."""

    names: list[str]
    columns: list[pa.ChunkedArray]
    delimiter: str


def read_delimited(text: str, report: Report) -> Lines:
    """Names and columns of a delimited text.

    Raises
    ------
    Unreadable
        If there are no rows, a quote is never closed, or most rows do not fit the header.
    """
    if not text.strip():
        raise Unreadable("The file is empty.")
    layout = _layout(text, report)
    check_columns(layout.width)
    table, bad = _parse(text, layout, quotes=True)
    if any(("\n" in row.text and row.text.count('"') % 2) for row in bad):
        table, bad = _without_quotes(text, layout, bad, report)
    if layout.names and table.num_rows == 0 and not bad:
        raise Unreadable("The file has column names but no data rows.")
    names, table = _fit(text, layout, table, bad, report)
    return Lines(*_without_empty(names, table, report), layout.delimiter)


def _layout(text: str, report: Report) -> Layout:
    sample = _sample(text)
    delimiter = _delimiter(sample)
    records = _records(sample, delimiter, whole=len(sample) >= len(text))
    if not records:
        raise Unreadable("The file is empty.")
    width = _usual_width([len(cells) for _, cells in records])
    first = _first_record(records, width)
    skipped = [cells for _, cells in records[:first]]
    if skipped:
        shown = next((text for cells in skipped for text in cells if text.strip()), "").strip()[:60]
        report.add("preamble", f"{counted(len(skipped), 'line')} before the table left out, beginning with '{shown}'.")
    line, header = records[first]
    below = [cells for _, cells in records[first + 1 :] if len(cells) == width]
    start = records[first - 1][0] if first else 0
    if _is_data(header, below):
        report.add(
            "no_header",
            "The first line holds values and no names, so the columns are called column_1, column_2 and so on.",
        )
        return Layout(delimiter, start, (), len(header))
    return Layout(delimiter, line, tuple(header), width if len(header) < width else len(header))


def _usual_width(widths: list[int]) -> int:
    """The most common number of cells below the first line; of equally common ones, the first line's."""
    common = Counter(widths[1:] or widths).most_common()
    most = [width for width, times in common if times == common[0][1]]
    return widths[0] if widths[0] in most else most[0]


def _sample(text: str) -> str:
    """The first lines of a text, whole ones."""
    end, lines = 0, 0
    while lines < _SAMPLE_LINES and (end < _SAMPLE_SIZE or lines < 3):
        found = text.find("\n", end)
        if found < 0:
            return text[:_LONGEST_SAMPLE]
        end, lines = found + 1, lines + 1
    return text[: min(end, _LONGEST_SAMPLE)]


def _delimiter(sample: str) -> str:
    """The separator that CleverCSV proposes, if the lines bear it out; else the one that splits them most evenly."""
    import clevercsv

    head = _LONG_WORD.sub(r"\1", sample[:_PROPOSER_SIZE])
    try:
        dialect = clevercsv.Sniffer().sniff(head, delimiters=list(DELIMITERS))
        proposed = dialect.delimiter if dialect else ""
    except clevercsv.Error:
        proposed = ""
    evenness = {each: _evenness(sample, each) for each in DELIMITERS}
    best = max(DELIMITERS, key=lambda each: evenness[each])
    if proposed in evenness and evenness[proposed] >= 0.5 * evenness[best] > 0:
        return str(proposed)
    return best if evenness[best] else ","


def _evenness(sample: str, delimiter: str) -> float:
    """Share of the lines that have the most common number of cells; 0 where that is one cell."""
    widths = Counter(len(cells) for _, cells in _records(sample, delimiter, whole=True))
    if not widths:
        return 0.0
    width, lines = widths.most_common(1)[0]
    return lines / widths.total() if width > 1 else 0.0


def _records(sample: str, delimiter: str, whole: bool) -> list[tuple[int, list[str]]]:
    """Each record that is not blank with the number of the line on which it ends."""
    csv.field_size_limit(1 << 30)
    reader = csv.reader(io.StringIO(sample, newline="\n"), delimiter=delimiter)
    records = []
    try:
        records = [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error:  # pragma: no cover; the reader is lenient, this is for what later versions may refuse
        return records
    return records if whole or len(records) < 3 else records[:-1]  # the last one may be cut within quotes


def _first_record(records: list[tuple[int, list[str]]], width: int) -> int:
    """Where the table begins: after lines that hold one cell, where the others hold several."""
    if width == 1:
        return 0
    for place, (_, cells) in enumerate(records):
        filled = sum(bool(cell.strip()) for cell in cells)
        if filled > 1 or (filled == 1 and width == 2 and len(cells) == 2):
            return place
    return 0


def _is_data(header: list[str], below: list[list[str]]) -> bool:
    """Whether a first line holds values: numbers in it, and no column in which text stands above numbers."""
    filled = [cell.strip() for cell in header]
    numbers = [cell for cell in filled if _NUMBER.fullmatch(cell)]
    if not numbers or all(_YEAR.fullmatch(cell) for cell in numbers):
        return False
    for place, cell in enumerate(filled):
        column = [row[place].strip() for row in below if place < len(row) and row[place].strip()]
        if cell and not _NUMBER.fullmatch(cell) and column and all(_NUMBER.fullmatch(each) for each in column):
            return False
    # names such as 0, 1, 2 … are the numbers of columns
    return not _counts_up(numbers) or len(numbers) < 3 or not below


def _counts_up(numbers: list[str]) -> bool:
    if not all(number.isdecimal() for number in numbers):
        return False
    values = [int(number) for number in numbers]
    return values[0] in (0, 1) and values == list(range(values[0], values[0] + len(values)))


def _parse(text: str, layout: Layout, quotes: bool) -> tuple[Any, list[Any]]:
    """Arrow's table of text cells and the rows that did not have the right number of cells."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    data = _after(text, layout.skip).encode()
    names = [str(place) for place in range(layout.width)]
    bad: list[Any] = []

    def set_aside(row: Any) -> str:
        bad.append(row)
        return "skip"

    if not data.strip():
        return pa.table({name: pa.array([], pa.string()) for name in names}), bad
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(data),
            # one block: rows may hold line ends, and rows set aside are heard in their order
            read_options=arrow_csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
            parse_options=arrow_csv.ParseOptions(
                delimiter=layout.delimiter,
                quote_char='"' if quotes else False,
                newlines_in_values=quotes,
                invalid_row_handler=set_aside,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid as error:
        raise Unreadable(f"The rows of the file could not be told apart. {_first_sentence(error)}") from error
    return table, bad


def _first_sentence(error: Exception) -> str:
    return str(error).split(". ")[0].splitlines()[0][:200]


def _after(text: str, lines: int) -> str:
    end = 0
    for _ in range(lines):
        end = text.find("\n", end) + 1
        if not end:
            return ""
    return text[end:]


def _without_quotes(text: str, layout: Layout, bad: list[Any], report: Report) -> tuple[Any, list[Any]]:
    """The table with quotes as ordinary characters, where a quote is never closed and swallows the rows behind it."""
    open_row = next(row for row in bad if "\n" in row.text and row.text.count('"') % 2)
    line = _line_numbers(text, [open_row])[0]
    table, still_bad = _parse(text, layout, quotes=False)
    if len(still_bad) > table.num_rows:
        raise Unreadable(f"A quote that opens in line {line:,} is never closed. Close or remove it.")
    report.add(
        "open_quote", f"A quote that opens in line {line:,} is never closed; quotes were read as ordinary characters."
    )
    return table, still_bad


def _line_numbers(text: str, rows: list[Any]) -> list[int]:
    """The lines of the file on which rows that were set aside begin: Arrow counts rows, not lines."""
    numbers, begin = [], 0
    for row in rows:
        found = text.find(row.text, begin)
        while found > 0 and text[found - 1] != "\n":
            found = text.find(row.text, found + 1)
        if found < 0:
            break
        numbers.append(text.count("\n", 0, found) + 1)
        begin = found + len(row.text)
    return numbers


def _fit(text: str, layout: Layout, table: Any, bad: list[Any], report: Report) -> tuple[list[str], Any]:
    """Names that fit the columns; rows that do not are left out and noted."""
    if len(bad) > table.num_rows:
        raise Unreadable(
            f"Most rows do not have {counted(layout.width, 'cell')} like the first ones "
            f"({counted(len(bad), 'row')} of {len(bad) + table.num_rows:,}). Check the separator and the quotes."
        )
    if bad:
        lines = ", ".join(f"{number:,}" for number in _line_numbers(text, bad[:5]))
        more = " and others" if len(bad) > 5 else ""
        rows = counted(len(bad), "row")
        was = "was" if len(bad) == 1 else "were"
        short = sum(row.actual_columns < layout.width for row in bad)
        report.add(
            "ragged",
            f"{rows} did not have {counted(layout.width, 'cell')} and {was} left out: "
            f"{short:,} with fewer, {len(bad) - short:,} with more (line {lines}{more}).",
        )
    names = list(layout.names) or [f"column_{place + 1}" for place in range(layout.width)]
    surplus = layout.width - len(names)
    if not surplus:
        return names, table
    last = table.column(layout.width - 1)
    if surplus == 1 and _all_different(table.column(0)) and not _all_blank(last):
        report.add(
            "row_name", "The rows have one cell more than the header; the first is taken for the name of the row."
        )
        return ["row_name", *names], table
    if all(_all_blank(table.column(layout.width - 1 - place)) for place in range(surplus)):
        return [*names, *[""] * surplus], table
    raise Unreadable(
        f"The header names {counted(len(names), 'column')} but the rows have {counted(layout.width, 'cell')}. "
        "Give every column a name."
    )


def _all_blank(column: Any) -> bool:
    import pyarrow.compute as pc

    return not pc.any(pc.not_equal(pc.utf8_trim_whitespace(column), "")).as_py()


def _all_different(column: Any) -> bool:
    import pyarrow.compute as pc

    return bool(len(pc.unique(column)) == len(column))


def _without_empty(names: list[str], table: Any, report: Report) -> tuple[list[str], list[Any]]:
    """Without columns that have neither name nor values, and without rows that have no values."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    kept = [place for place in range(len(names)) if names[place].strip() or not _all_blank(table.column(place))]
    if len(kept) < len(names):
        report.add("empty_column", f"{counted(len(names) - len(kept), 'empty column')} without a name left out.")
    columns = [table.column(place) for place in kept]
    candidates = np.ones(table.num_rows, dtype=bool)
    for column in columns:  # stops at the first column that is filled in every row: nearly always the first
        candidates &= pc.equal(pc.utf8_trim_whitespace(column), "").to_numpy()
        if not candidates.any():
            break
    if candidates.any() and len(columns) > 1:
        report.add("empty_row", f"{counted(int(candidates.sum()), 'empty row')} left out.")
        columns = [column.filter(pa.array(~candidates)) for column in columns]
    return [names[place] for place in kept], columns
