"""Rows and columns of text from the text of a CSV file and its kin.

Takes text, gives columns of text as Arrow arrays with their names. How cells are told apart and where the table stands
is found out by `core.data.dialect` and `core.data.layout`; Arrow splits the lines. What is decided here is what becomes
of rows that do not fit, of empty ones, and of those that are no data.
"""

from __future__ import annotations

from contextlib import suppress
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


_HEAD = 4_000_000  # bytes of the beginning of a text that tell how it is laid out
_BLOCK, _GIVEN_BACK = 2 << 20, 16  # bytes that are split at once; after so many blocks, memory in between is given back
_MOST_IN_HEADER = 3  # line ends within names


@dataclass(frozen=True)
class Lines:
    """The rows of a text: names and, per column, its cells as an Arrow string array."""

    names: list[str]
    columns: list[pa.ChunkedArray]
    delimiter: str


def read_delimited(text: bytes, report: Report) -> Lines:
    """Names and columns of a delimited text.

    Parameters
    ----------
    text : bytes
        In UTF-8, lines ended by "\\n". It is never turned into a string as a whole where that can be avoided.

    Raises
    ------
    Unreadable
        If there are no rows, a quote is never closed, or most rows do not fit the header.
    """
    head = _head(text)
    if not head.strip() and not text.strip():
        raise Unreadable("The file is empty.")
    dialect = dialect_of(sample_of(head), report)
    report.found(delimiter=dialect.delimiter)
    plain = _prepared(text, dialect, report)
    dialect, sample = replace(dialect, delimiter=dialect.parted_by), sample_of(_head(plain))
    whole = len(sample.encode()) >= len(plain)
    records = records_of(sample, dialect, whole=whole)
    if line := _open_in_header(records):
        dialect = _not_quoted(dialect, line, report)
        records = records_of(sample, dialect, whole=whole)
    check_columns(max((len(cells) for _, cells in records), default=0))
    layout = layout_of(records, report)
    report.found(header_row=layout.header_row)
    rows, bad = _parse(plain, layout, dialect)
    if dialect.quote and any("\n" in row.text and row.text.count(dialect.quote) % 2 for row in bad):
        dialect, rows, bad = _without_quotes(plain, layout, dialect, bad, report)
    if layout.names and rows.num_rows == 0 and not bad:
        raise Unreadable("The file has column names but no data rows.")
    names, rows = _fit(plain, layout, dialect, rows, bad, report)
    del text, plain  # from here on the cells alone are needed
    return Lines(*_without_empty(names, data_rows(names, rows, report), report), dialect.delimiter)


def _head(text: bytes) -> str:
    """The beginning of a text, whole lines where it has lines."""
    if len(text) <= _HEAD:
        return text.decode()
    end = text.rfind(b"\n", 0, _HEAD) + 1 or _HEAD
    return text[:end].decode(errors="ignore")


def _prepared(text: bytes, dialect: Dialect, report: Report) -> bytes:
    """The text without comments, with tabs where blanks part its cells."""
    quoted = dialect.quote and dialect.quote.encode() in text  # soon told of a long text
    apart = quoted and f"{dialect.parted_by} {dialect.quote}".encode() in text
    if not dialect.comment and dialect.parted_by == dialect.delimiter and not apart:
        return text
    whole = text.decode()
    plain = uncommented(whole, dialect)
    if plain != whole:
        lines = sum(bool(old) and not new for old, new in zip(whole.split("\n"), plain.split("\n"), strict=True))
        told = f"{counted(lines, 'line')} that begin with '{dialect.comment}' left out as comments."
        named = f"The mark '{dialect.comment}' before the names of the columns left out."
        report.add("comment", told if lines else named, count=lines or 1)
    return spaced_quotes(tabbed(plain, dialect), dialect).encode()


def _parse(text: bytes, layout: Layout, dialect: Dialect) -> tuple[Any, list[Any]]:
    """Arrow's table of text cells and the rows that did not have the right number of cells."""
    import pyarrow as pa

    data = pa.py_buffer(text).slice(_behind(text, layout.skip))
    names = [str(place) for place in range(layout.width)]
    if not data.size or (not text[-_HEAD:].strip() and not data.to_pybytes().strip()):
        return pa.table({name: pa.array([], pa.string()) for name in names}), []
    if data.size > 2 * _BLOCK:
        with suppress(pa.ArrowInvalid):  # a row may be longer than a block
            return _parse_blocks(data, names, dialect, _BLOCK)
    try:
        return _parse_blocks(data, names, dialect, data.size + 1)
    except pa.ArrowInvalid as error:
        raise Unreadable(f"The rows of the file could not be told apart. {_first_sentence(error)}") from error


def _parse_blocks(data: Any, names: list[str], dialect: Dialect, size: int) -> tuple[Any, list[Any]]:
    """The same in blocks of so many bytes: what Arrow needs beside the table is as large as some of them."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    bad: list[Any] = []

    def set_aside(row: Any) -> str:
        bad.append(row)
        return "skip"

    blocks = arrow_csv.open_csv(
        pa.BufferReader(data),
        read_options=arrow_csv.ReadOptions(use_threads=False, block_size=size, column_names=names),  # bad rows in order
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
    batches = []
    for number, batch in enumerate(blocks, 1):
        batches.append(batch)
        if not number % _GIVEN_BACK:
            pa.default_memory_pool().release_unused()
    return pa.Table.from_batches(batches, blocks.schema), bad


def _first_sentence(error: Exception) -> str:
    return str(error).split(". ")[0].splitlines()[0][:200]


def _behind(text: bytes, lines: int) -> int:
    """Where in a text so many lines have ended."""
    end = 0
    for _ in range(lines):
        end = text.find(b"\n", end) + 1
        if not end:
            return len(text)
    return end


def _open_in_header(records: list[Record]) -> int:
    """The line of the names, where a quote opens among them that swallows the lines below; else 0."""
    for end, cells in records[:1]:
        lines = sum(cell.count("\n") for cell in cells)
        return max(1, end - lines) if lines > _MOST_IN_HEADER else 0
    return 0


def _not_quoted(dialect: Dialect, line: int, report: Report) -> Dialect:
    """The dialect without quotes, because one that opens in a line is never closed."""
    told = f"A quote that opens in line {line:,} is never closed; quotes were read as ordinary characters."
    report.add("open_quote", told)
    return replace(dialect, quote="", escape="")


def _without_quotes(
    text: bytes, layout: Layout, dialect: Dialect, bad: list[Any], report: Report
) -> tuple[Dialect, Any, list[Any]]:
    """The table with quotes as ordinary characters, where a quote is never closed and swallows the rows behind it."""
    open_row = next(row for row in bad if "\n" in row.text and row.text.count(dialect.quote) % 2)
    line = _line_numbers(text, [open_row])[0]
    rows, still_bad = _parse(text, layout, replace(dialect, quote="", escape=""))
    if len(still_bad) > rows.num_rows:
        raise Unreadable(f"A quote that opens in line {line:,} is never closed. Close or remove it.")
    return _not_quoted(dialect, line, report), rows, still_bad


def _line_numbers(text: bytes, rows: list[Any]) -> list[int]:
    """The lines of the file on which rows that were set aside begin: Arrow counts rows, not lines."""
    numbers, begin = [], 0
    for row in rows:
        line = row.text.encode()
        found = text.find(line, begin)
        while found > 0 and text[found - 1 : found] != b"\n":
            found = text.find(line, found + 1)
        if found < 0:
            break
        numbers.append(text.count(b"\n", 0, found) + 1)
        begin = found + len(line)
    return numbers


def _fit(
    text: bytes, layout: Layout, dialect: Dialect, rows: Any, bad: list[Any], report: Report
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
    names = layout.called
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


def _tell_left_out(text: bytes, layout: Layout, bad: list[Any], report: Report) -> None:
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


def _filled(text: bytes, layout: Layout, dialect: Dialect, rows: Any, bad: list[Any], report: Report) -> Any:
    """The rows with those that are too short filled up and those that are too long cut, all in their order."""
    import pyarrow as pa

    records = [cells for _, cells in records_of(text[_behind(text, layout.skip) :].decode(), dialect)]
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
