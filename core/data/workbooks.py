"""The table of an Excel or OpenDocument workbook.

Takes bytes, gives a frame. Which sheet holds the table, and where on it, is decided by the same rules as for a text.
"""

from __future__ import annotations

import io
import re
import zipfile
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd

from core.catalogue import did_you_mean
from core.data.archives import DAMAGED
from core.data.cells import as_text, column_of_cells
from core.data.errors import Unreadable
from core.data.frames import unique_names
from core.data.layout import layout_of
from core.data.report import Report
from core.data.rows import data_mask
from core.wording import counted, quoted

_HEAD = 200  # rows that tell where a table stands
_ERROR = re.compile(rb'<c [^>]*t="e"[^>]*>\s*(?:<f[^>]*/?>[^<]*(?:</f>)?)?\s*<v>([^<]*)</v>')

_MOST_SHEETS = 256  # that are searched for a table
_PLACES = ((b"columns", 1 << 14), (b"rows", 1 << 20))


def read_workbook(data: bytes, report: Report) -> pd.DataFrame:
    """The largest table of a workbook's sheets, or the one of the sheet that a person wants.

    Raises
    ------
    Unreadable
        If it is damaged or protected, or no sheet holds a table.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    _refuse_repeats(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        found = next(filter(None, map(_table, _sheets(book, report.wish("sheet")))), None)
    except PasswordError as error:
        raise Unreadable("The Excel file is protected by a password. Save it without one and try again.") from error
    except (CalamineError, OSError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("The Excel file is damaged or protected. Save it again, or save the sheet as CSV.") from error
    if found is None:
        raise Unreadable("No sheet of the Excel file holds a table with column names and rows.")
    name, first, rows = found
    if len(book.sheet_names) > 1:
        size = f"{len(rows):,} × {len(rows[0]):,}"
        told = f"Read from the sheet '{name}' ({size} cells), one of {len(book.sheet_names):,}: the largest one."
        report.add("sheet", told.replace(": the largest one", "") if report.wish("sheet") else told)
    report.found(sheet=name, sheets=list(book.sheet_names))
    _tell_errors(data, report)
    return _frame(_one_of_several(rows, report), first, report)


def _sheets(book: Any, wish: str | None) -> list[Any]:
    """The sheets that may hold the table: the largest first, hidden ones last."""
    if wish is not None:
        if wish not in book.sheet_names:
            raise Unreadable(did_you_mean("sheet", wish, book.sheet_names))
        return [book.get_sheet_by_name(wish)]
    hidden = {each.name for each in book.sheets_metadata if not str(each.visible).endswith("Visible")}
    sheets = [book.get_sheet_by_name(name) for name in book.sheet_names[:_MOST_SHEETS]]
    return sorted(sheets, key=lambda each: (each.name in hidden, -each.height * each.width))


def _table(sheet: Any) -> tuple[str, int, list[list[Any]]] | None:
    """A sheet's name, its first line that is used, and its rows; None where it holds no table."""
    rows = sheet.to_python(skip_empty_area=True)
    filled = sum(sum(cell != "" for cell in row) > 1 for row in rows)
    return (sheet.name, sheet.start[0] if sheet.start else 0, rows) if filled > 1 else None


def _one_of_several(rows: list[list[Any]], report: Report) -> list[list[Any]]:
    """Without columns that are empty; of tables side by side, which end at different lines, the largest."""
    used = [any(row[place] != "" for row in rows) for place in range(len(rows[0]))]
    edges = np.flatnonzero(np.diff([0, *map(int, used), 0])).reshape(-1, 2)
    blocks = [[[row[place] for place in range(*edge)] for row in rows] for edge in edges]
    ends = {_end(block) for block in blocks}
    wide = [block for block in blocks if len(block[0]) > 1]
    if len(ends) > 1 and len(wide) > 1:
        largest = max(wide, key=lambda block: _end(block) * len(block[0]))
        others = sum(used) - len(largest[0])
        report.add(
            "second_table", f"Another table beside this one left out: {counted(others, 'column')}.", count=others
        )
        return largest[: _end(largest)]
    return [[cell for cell, there in zip(row, used, strict=True) if there] for row in rows]


def _end(rows: list[list[Any]]) -> int:
    """The number of rows up to the last one that is not empty."""
    return max((place + 1 for place, row in enumerate(rows) if any(cell != "" for cell in row)), default=0)


def _frame(rows: list[list[Any]], first: int, report: Report) -> pd.DataFrame:
    records = [
        (first + place + 1, [as_text(cell) for cell in row])
        for place, row in enumerate(rows[:_HEAD])
        if any(cell != "" for cell in row)
    ]
    layout = layout_of(records, report)
    report.found(header_row=layout.header_row)
    body = [row for row in rows[max(0, layout.skip - first) :] if any(cell != "" for cell in row)]
    if not body:
        raise Unreadable("The sheet has column names but no data rows.")
    names = [*layout.called, *[""] * (layout.width - len(layout.called))]
    body = _data(names, body, report)
    kept = [place for place, name in enumerate(names) if name.strip() or any(row[place] != "" for row in body)]
    header = unique_names([names[place] for place in kept], report)
    return pd.DataFrame(
        {name: column_of_cells(name, [row[at] for row in body], report) for name, at in zip(header, kept, strict=True)}
    )


def _data(names: list[str], body: list[list[Any]], report: Report) -> list[list[Any]]:
    """The rows that are data."""
    import pyarrow as pa

    columns = zip(*body, strict=True)
    texts = {str(at): pa.array([as_text(cell) for cell in column]) for at, column in enumerate(columns)}
    mask = data_mask(names, pa.table(texts), report)
    return [row for row, there in zip(body, mask, strict=True) if there]


def _tell_errors(data: bytes, report: Report) -> None:
    """Say what formulas came to that failed: the library gives such cells as empty ones."""
    found: dict[str, int] = {}
    # not a ZIP archive, or one that Python's library finds damaged where the other does not
    with suppress(*DAMAGED, RuntimeError), zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.namelist():
            if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", member):
                for error in _ERROR.findall(archive.read(member)):
                    found[error.decode(errors="replace")] = found.get(error.decode(errors="replace"), 0) + 1
    if found:
        kinds = ", ".join(map(quoted, sorted(found)))
        cells = sum(found.values())
        told = f"{counted(cells, 'cell')} of formulas that failed ({kinds}) read as missing."
        report.add("formula_error", told, count=cells)


def _refuse_repeats(data: bytes) -> None:
    """Refuse an OpenDocument file that repeats a cell or a row more often than there are places for it.

    Spreadsheet programs fill a sheet to its last place like this, and no further; the library would go on for ever.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            content = archive.read("content.xml")
    except (*DAMAGED, KeyError):  # another kind of workbook, or the library says what is wrong with it
        return
    for what, most in _PLACES:
        if any(int(found[1][:20]) > most for found in re.finditer(rb"number-%s-repeated=.(\d+)" % what, content)):
            raise Unreadable("The OpenDocument file is damaged: it repeats a cell millions of times. Save it as CSV.")
