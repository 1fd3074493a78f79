"""Reading a table from a file: CSV and its kin, Parquet, Excel, told apart by content.

Takes a path, gives a `Table` whose notes name every decision. The only module here that opens files.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd

from core.data.content import MAX_BYTES, decoded, refuse_foreign, unpacked
from core.data.delimited import read_delimited
from core.data.errors import Unreadable
from core.data.frames import table_of_frame, unique_names
from core.data.values import read_columns
from core.data.wording import Changes, counted, listed
from core.records import Table

_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"


def read_table(path: Path, name: str | None = None) -> Table:
    """A table from a file.

    Parameters
    ----------
    path : Path
        A CSV or TSV file (also packed as gz), a Parquet file or an Excel workbook.
    name : str, optional
        What to call it; by default the file's name.

    Returns
    -------
    Table
        Everything that was changed or decided is in its notes.

    Raises
    ------
    Unreadable
        If there is no such file or it holds no table; the text says what it looks like.
    """
    path = Path(path)
    changes = Changes()
    if path.is_dir():
        raise Unreadable(f"{path.name} is a folder. Name a file in it.")
    try:
        data, note = unpacked(path.read_bytes())
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be opened: {error.strerror or error}.") from error
    if note:
        changes.add(note)
    frame = _frame(data, changes)
    if not len(frame):
        raise Unreadable("The file has column names but no data rows.")
    called = name or path.name
    size = f"{counted(len(frame), 'row')} and {counted(len(frame.columns), 'column')}"
    return table_of_frame(frame, called, title=called, about=f"A file with {size}.", notes=changes.notes())


def _frame(data: bytes, changes: Changes) -> pd.DataFrame:
    refuse_foreign(data)
    if data.startswith(_PARQUET):
        return _parquet(data, changes)
    if data.startswith(_ZIP) or data.startswith(_OLE):
        return _excel(data, changes)
    text, note = decoded(data)
    if note:
        changes.add(note)
    lines = read_delimited(text, changes)
    names = unique_names(lines.names, changes)
    frame: pd.DataFrame = read_columns(names, lines.columns, lines.delimiter == ";", changes)
    return frame


def _parquet(data: bytes, changes: Changes) -> pd.DataFrame:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(pa.BufferReader(data))
        cells = file.metadata.num_rows * file.metadata.num_columns
        if cells * 8 > 2 * MAX_BYTES:  # the footer's own size figures may lie, rows × columns may not
            raise Unreadable(f"The Parquet file holds {cells:,} cells, too many to open here. Save a part of it.")
        table = file.read()
    except (pa.ArrowException, OSError) as error:
        raise Unreadable("The Parquet file is damaged or encrypted. Save it again and try once more.") from error
    nested = [place for place, field in enumerate(table.schema) if pa.types.is_nested(field.type)]
    if nested:
        changes.add(f"Nested columns left out: {listed([table.schema.field(place).name for place in nested])}.")
    flat = [place for place in range(table.num_columns) if place not in nested]
    names = unique_names([table.schema.field(place).name for place in flat], changes)
    return pd.DataFrame({name: _of_arrow(table.column(place)) for name, place in zip(names, flat, strict=True)})


def _of_arrow(column: Any) -> pd.Series[Any]:
    """A Parquet column; whole numbers with gaps keep their exactness until the house dtype is chosen."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_integer(kind) and column.null_count:
        return pd.Series(column.to_pandas(integer_object_nulls=True)).astype(
            "Int64" if kind != pa.uint64() else "UInt64"
        )
    if pa.types.is_decimal(kind):
        return pd.Series(column.cast(pa.float64()).to_pandas())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pd.Series([None if each is None else each.decode("utf-8", "replace") for each in column.to_pylist()])
    if pa.types.is_time(kind):
        return pd.Series(column.cast(pa.string()).to_pandas())
    if pa.types.is_dictionary(kind):
        column = column.unify_dictionaries()
    return pd.Series(column.to_pandas())


def _excel(data: bytes, changes: Changes) -> pd.DataFrame:
    """The first sheet of a workbook that holds a table."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    _refuse_archive(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        sheets = ((name, *_trimmed(book.get_sheet_by_name(name).to_python(skip_empty_area=True))) for name in names)
        found = next((each for each in sheets if len(each[1]) > 1 and len(each[1][0]) > 1), None)
    except PasswordError as error:
        raise Unreadable("The Excel file is protected by a password. Save it without one and try again.") from error
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable("The Excel file is damaged or protected. Save it again, or save the sheet as CSV.") from error
    if found is None:
        raise Unreadable("No sheet of the Excel file holds a table with column names and rows.")
    sheet, rows, above = found
    if len(names) > 1:
        changes.add(f"Read from the sheet '{sheet}', one of {len(names):,}.")
    if above:
        changes.add(f"{counted(above, 'line')} above the table left out.")
    header = unique_names([_as_name(cell) for cell in rows[0]], changes)
    columns = zip(*rows[1:], strict=True)
    return pd.DataFrame(
        {name: _of_cells(name, list(cells), changes) for name, cells in zip(header, columns, strict=True)}
    )


def _refuse_archive(data: bytes) -> None:
    """Refuse ZIP files that are no workbooks, and workbooks that would fill the memory."""
    if not data.startswith(_ZIP):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Unreadable("The file is a damaged ZIP or Excel file. Copy or save it again.") from error
    names = {entry.filename for entry in entries}
    if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        raise Unreadable("This looks like a ZIP archive, not a table. Unpack it and choose the table inside.")
    if sum(entry.file_size for entry in entries) > MAX_BYTES // 2:
        raise Unreadable("The Excel file unpacks to more than 512 MB. Save the sheet as CSV and try again.")


def _trimmed(rows: list[list[Any]]) -> tuple[list[list[Any]], int]:
    """A sheet from its header on, without empty rows and columns, and how many lines with text stood above it."""
    filled = [row for row in rows if any(cell != "" for cell in row)]
    widths = [sum(cell != "" for cell in row) for row in filled]
    begin = next((place for place, width in enumerate(widths) if width > 1), 0)
    filled = filled[begin:]
    kept = [place for place in range(len(filled[0]) if filled else 0) if any(row[place] != "" for row in filled)]
    return [[row[place] for place in kept] for row in filled], begin


def _as_name(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _of_cells(name: str, cells: list[Any], changes: Changes) -> pd.Series[Any]:
    """A column of a sheet: typed where all its cells agree, else read like text."""
    import pyarrow as pa

    kinds = {type(cell) for cell in cells if cell != ""}
    if kinds and str not in kinds and (len(kinds) == 1 or kinds <= {int, float}):
        values = pd.Series([None if cell == "" else cell for cell in cells], dtype=object)
        if kinds <= {int, float}:
            numbers = pd.to_numeric(values).astype("float64")
            whole = bool((numbers.dropna() % 1 == 0).all()) and bool(numbers.notna().all())
            return numbers.astype("int64") if whole else numbers
        return values
    texts = [_as_name(cell) if not hasattr(cell, "isoformat") else cell.isoformat() for cell in cells]
    frame: pd.DataFrame = read_columns([name], [pa.chunked_array([pa.array(texts, pa.string())])], False, changes)
    return frame[name]
