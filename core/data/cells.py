"""A column from cells that are typed already, as workbooks and JSON have them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from core.data.frames import EXACT, as_unicode, as_whole
from core.data.report import Report
from core.data.values import read_columns


def column_of_cells(name: str, cells: list[Any], report: Report) -> pd.Series[Any]:
    """A column: typed where all its cells agree, else read like text.

    Parameters
    ----------
    cells : list of shape (rows,)
        None or empty text where there is nothing.
    """
    import pyarrow as pa

    kinds = {type(cell) for cell in cells if not _is_gap(cell)}
    if kinds and str not in kinds and (len(kinds) == 1 or kinds <= {int, float}):
        if not kinds <= {int, float}:
            return pd.Series([None if _is_gap(cell) else cell for cell in cells], dtype=object)
        if _exact(cells):
            return _numbers(cells)
    texts = [as_text(cell) for cell in cells]
    if broken := sum(text != as_unicode(text) for text in texts):
        report.add("unprintable", "Characters that cannot be shown in {columns} replaced: {count}.", name, broken)
        texts = [as_unicode(text) for text in texts]
    frame: pd.DataFrame = read_columns([name], [pa.chunked_array([pa.array(texts, pa.string())])], False, report)
    return frame[name]


def as_name(cell: Any) -> str:
    """A cell as the name of a column."""
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _is_gap(cell: Any) -> bool:
    return cell is None or cell == ""


def as_text(cell: Any) -> str:
    """A cell as a text file would have it."""
    return cell.isoformat() if hasattr(cell, "isoformat") else as_name(cell)


def _exact(cells: list[Any]) -> bool:
    """Whether numbers lose nothing as int64 or as float64."""
    whole = all(type(cell) is int and -(2**63) <= cell < 2**63 for cell in cells)
    return whole or all(type(cell) is not int or abs(cell) <= EXACT for cell in cells)


def _numbers(cells: list[Any]) -> pd.Series[Any]:
    if all(type(cell) is int for cell in cells):
        return pd.Series(cells, dtype="int64")
    return as_whole(pd.Series([None if _is_gap(cell) else cell for cell in cells], dtype="float64"))
