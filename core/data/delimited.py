"""Rows and columns of text from the text of a CSV file and its kin.

Takes text, gives columns of text as Arrow arrays with their names. How cells are told apart and where the table stands
is found out by `core.data.dialect` and `core.data.layout`; Arrow splits the lines. What is decided here is what becomes
of rows that do not fit, of empty ones, and of those that are no data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from core.data.containers import check_columns
from core.data.dialect import Dialect, Record, dialect_of, records_of, sample_of, spaced_quotes, tabbed, uncommented
from core.data.errors import Unreadable
from core.data.layout import Layout, layout_of
from core.data.report import Report
from core.data.rows import data_rows
from core.wording import counted

if TYPE_CHECKING:
    import pyarrow as pa


_MOST_IN_HEADER = 3  # line ends within names


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
    dialect = dialect_of(sample_of(text), report)
    report.found(delimiter=dialect.delimiter)
    plain = _prepared(text, dialect, report)
    dialect, sample = replace(dialect, delimiter=dialect.parted_by), sample_of(plain)
    whole = len(sample) >= len(plain)
    records = records_of(sample, dialect, whole=whole)
    if line := _open_in_header(records):
        dialect = _not_quoted(dialect, line, report)
        records = records_of(sample, dialect, whole=whole)
    layout = layout_of(records, report)
    check_columns(layout.width)
    report.found(header_row=layout.header_row)
    rows, bad = _parse(plain, layout, dialect)
    if dialect.quote and any("\n" in row.text and row.text.count(dialect.quote) % 2 for row in bad):
        dialect, rows, bad = _without_quotes(plain, layout, dialect, bad, report)
    if layout.names and rows.num_rows == 0 and not bad:
        raise Unreadable("The file has column names but no data rows.")
    names, rows = _fit(plain, layout, dialect, rows, bad, report)
    return Lines(*_without_empty(names, rows.filter(data_rows(names, rows, report)), report), dialect.delimiter)


def _prepared(text: str, dialect: Dialect, report: Report) -> str:
    """The text without comments, with tabs where blanks part its cells."""
    plain = uncommented(text, dialect)
    if plain is not text and plain != text:
        lines = sum(bool(old) and not new for old, new in zip(text.split("\n"), plain.split("\n"), strict=True))
        told = f"{counted(lines, 'line')} that begin with '{dialect.comment}' left out as comments."
        report.add("comment", told, count=lines)
    return spaced_quotes(tabbed(plain, dialect), dialect)


def _parse(text: str, layout: Layout, dialect: Dialect) -> tuple[Any, list[Any]]:
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
                delimiter=dialect.parted_by,
                quote_char=dialect.quote or False,
                escape_char=dialect.escape or False,
                newlines_in_values=bool(dialect.quote),
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


def _open_in_header(records: list[Record]) -> int:
    """The line of the names, where a quote opens among them that swallows the lines below; else 0."""
    for end, cells in records[:1]:
        lines = sum(cell.count("\n") for cell in cells)
        return end - lines if lines > _MOST_IN_HEADER else 0
    return 0


def _not_quoted(dialect: Dialect, line: int, report: Report) -> Dialect:
    """The dialect without quotes, because one that opens in a line is never closed."""
    told = f"A quote that opens in line {line:,} is never closed; quotes were read as ordinary characters."
    report.add("open_quote", told)
    return replace(dialect, quote="", escape="")


def _without_quotes(
    text: str, layout: Layout, dialect: Dialect, bad: list[Any], report: Report
) -> tuple[Dialect, Any, list[Any]]:
    """The table with quotes as ordinary characters, where a quote is never closed and swallows the rows behind it."""
    open_row = next(row for row in bad if "\n" in row.text and row.text.count(dialect.quote) % 2)
    line = _line_numbers(text, [open_row])[0]
    rows, still_bad = _parse(text, layout, replace(dialect, quote="", escape=""))
    if len(still_bad) > rows.num_rows:
        raise Unreadable(f"A quote that opens in line {line:,} is never closed. Close or remove it.")
    return _not_quoted(dialect, line, report), rows, still_bad


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


def _fit(
    text: str, layout: Layout, dialect: Dialect, rows: Any, bad: list[Any], report: Report
) -> tuple[list[str], Any]:
    """Names that fit the columns; rows that do not are filled up if a person wants that, else left out and noted."""
    if bad and report.wish("uneven_rows"):
        rows, bad = _filled(text, layout, dialect, rows, bad, report), []
    if len(bad) > rows.num_rows:
        raise Unreadable(
            f"Most rows do not have {counted(layout.width, 'cell')} like the first ones "
            f"({counted(len(bad), 'row')} of {len(bad) + rows.num_rows:,}). Check the separator and the quotes."
        )
    if bad:
        _tell_left_out(text, layout, bad, report)
    names = list(layout.names) or [f"column_{place + 1}" for place in range(layout.width)]
    surplus = layout.width - len(names)
    if not surplus:
        return names, rows
    last = rows.column(layout.width - 1)
    if surplus == 1 and _all_different(rows.column(0)) and not _all_blank(last):
        told = "The rows have one cell more than the header; the first is taken for the name of the row."
        report.add("row_name", told)
        return ["row_name", *names], rows
    if all(_all_blank(rows.column(layout.width - 1 - place)) for place in range(surplus)):
        return [*names, *[""] * surplus], rows
    raise Unreadable(
        f"The header names {counted(len(names), 'column')} but the rows have {counted(layout.width, 'cell')}. "
        "Give every column a name."
    )


def _tell_left_out(text: str, layout: Layout, bad: list[Any], report: Report) -> None:
    lines = ", ".join(f"{number:,}" for number in _line_numbers(text, bad[:5]))
    more = " and others" if len(bad) > 5 else ""
    rows = counted(len(bad), "row")
    was = "was" if len(bad) == 1 else "were"
    short = sum(row.actual_columns < layout.width for row in bad)
    told = (
        f"{rows} did not have {counted(layout.width, 'cell')} and {was} left out: "
        f"{short:,} with fewer, {len(bad) - short:,} with more (line {lines}{more})."
    )
    report.add("ragged", told, count=len(bad))


def _filled(text: str, layout: Layout, dialect: Dialect, rows: Any, bad: list[Any], report: Report) -> Any:
    """The rows with those that are too short filled up and those that are too long cut, all in their order."""
    import pyarrow as pa

    records = [cells for _, cells in records_of(_after(text, layout.skip), dialect)]
    cells = [[*each[: layout.width], *[""] * (layout.width - len(each))] for each in records]
    cut = sum(row.actual_columns > layout.width for row in bad)
    told = f"{counted(len(bad), 'row')} filled up or cut to {counted(layout.width, 'cell')}: {cut:,} had more."
    report.add("ragged", told, count=len(bad))
    columns = zip(*cells, strict=True)
    return pa.table({name: pa.array(each, pa.string()) for name, each in zip(rows.column_names, columns, strict=True)})


def _all_blank(column: Any) -> bool:
    import pyarrow.compute as pc

    return not pc.any(pc.not_equal(pc.utf8_trim_whitespace(column), "")).as_py()


def _all_different(column: Any) -> bool:
    import pyarrow.compute as pc

    return bool(len(pc.unique(column)) == len(column))


def _without_empty(names: list[str], rows: Any, report: Report) -> tuple[list[str], list[Any]]:
    """Without columns that have neither name nor values, and without rows that have no values."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    kept = [place for place in range(len(names)) if names[place].strip() or not _all_blank(rows.column(place))]
    if gone := len(names) - len(kept):
        report.add("empty_column", f"{counted(gone, 'empty column')} without a name left out.", count=gone)
    columns = [rows.column(place) for place in kept]
    candidates = np.ones(rows.num_rows, dtype=bool)
    for column in columns:  # stops at the first column that is filled in every row: nearly always the first
        candidates &= pc.equal(pc.utf8_trim_whitespace(column), "").to_numpy()
        if not candidates.any():
            break
    if candidates.any() and len(columns) > 1:
        empty = int(candidates.sum())
        report.add("empty_row", f"{counted(empty, 'empty row')} left out.", count=empty)
        columns = [column.filter(pa.array(~candidates)) for column in columns]
    return [names[place] for place in kept], columns
