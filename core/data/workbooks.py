"""The table of an Excel or OpenDocument workbook."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pandas as pd

from core.data.cells import as_name, column_of_cells
from core.data.containers import DAMAGED
from core.data.errors import Unreadable
from core.data.frames import unique_names
from core.data.report import Report
from core.wording import counted

_MOST_SHEETS = 256  # that are searched for a table
_PLACES = ((b"columns", 1 << 14), (b"rows", 1 << 20))


def read_workbook(data: bytes, report: Report) -> pd.DataFrame:
    """The first sheet of a workbook that holds a table."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    _refuse_repeats(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        sheets = (
            (name, *_trimmed(book.get_sheet_by_name(name).to_python(skip_empty_area=True)))
            for name in names[:_MOST_SHEETS]
        )
        found = next((each for each in sheets if len(each[1]) > 1 and len(each[1][0]) > 1), None)
    except PasswordError as error:
        raise Unreadable("The Excel file is protected by a password. Save it without one and try again.") from error
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable("The Excel file is damaged or protected. Save it again, or save the sheet as CSV.") from error
    if found is None:
        raise Unreadable("No sheet of the Excel file holds a table with column names and rows.")
    sheet, rows, above = found
    if len(names) > 1:
        report.add("sheet", f"Read from the sheet '{sheet}', one of {len(names):,}.")
    if above:
        report.add("preamble", f"{counted(above, 'line')} above the table left out.")
    header = unique_names([as_name(cell) for cell in rows[0]], report)
    columns = zip(*rows[1:], strict=True)
    return pd.DataFrame(
        {name: column_of_cells(name, list(cells), report) for name, cells in zip(header, columns, strict=True)}
    )


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


def _trimmed(rows: list[list[Any]]) -> tuple[list[list[Any]], int]:
    """A sheet from its header on, without empty rows and columns, and how many lines with text stood above it."""
    filled = [row for row in rows if any(cell != "" for cell in row)]
    widths = [sum(cell != "" for cell in row) for row in filled]
    begin = next((place for place, width in enumerate(widths) if width > 1), 0)
    filled = filled[begin:]
    kept = [place for place in range(len(filled[0]) if filled else 0) if any(row[place] != "" for row in filled)]
    return [[row[place] for place in kept] for row in filled], begin
