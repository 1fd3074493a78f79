"""From the portions of a column to its values in the table.

Takes Arrow arrays and lists of Python values, gives pandas columns and tells the report what is changed. Where the
database fixes what a column holds, text stays text; where it does not (SQLite), text is read as in a text file.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from core.data.cells import column_of_cells
from core.data.columnar import series_of_arrow
from core.data.databases.blocks import NoCells
from core.data.frames import EXACT, as_whole
from core.data.report import Report
from core.data.values import read_columns


@dataclass(frozen=True, slots=True)
class Field:
    """A column as the database describes it.

    Attributes
    ----------
    left_out : str
        What it holds that no column of a table can: the name of a rule of the report; empty where it may stay.
    yes_no : bool
        Whether its numbers stand for yes and no.
    dated : bool
        Whether it is meant for dates, whatever it holds.
    span : bool
        Whether it holds spans of time, which are read as seconds.
    order : tuple of str
        The classes that it may hold, in their order.
    """

    name: str
    left_out: str = ""
    yes_no: bool = False
    dated: bool = False
    span: bool = False
    order: tuple[str, ...] = ()


LEFT_OUT = {
    "nested": "{columns} left out: a cell holds a list or a record.",
    "binary": "{columns} left out: it holds binary data.",
}


def unfit(portions: Sequence[Any]) -> str:
    """The rule by which a column is left out for what came; empty where it may stay."""
    found = [each for each in portions if isinstance(each, NoCells)]
    return ("binary" if any(each.binary for each in found) else "nested") if found else ""


def column(name: str, field: Field, portions: list[Any], typed: bool, report: Report) -> pd.Series[Any]:
    """A column from its portions.

    Parameters
    ----------
    name : str
        What it is called in the table.
    field : Field
    portions : list of Arrow array or list
        Given up by the caller.
    typed : bool
        Whether the database fixes what a column holds.
    """
    kinds = {_kind(each) for each in portions} - {"null"}
    if not kinds:
        return pd.Series(np.full(sum(map(len, portions)), np.nan))
    if kinds == {"time"}:
        return _of_times(name, portions, report)
    if kinds == {"decimal"}:
        return _of_decimals(name, portions, report)
    if kinds == {"int", "float"} and _exact(portions):
        return pd.Series(np.concatenate([_floats(each) for each in portions]))
    if len(kinds) > 1 or kinds == {"mixed"}:
        return _of_mixed(name, _cells(portions), report)
    if field.span:
        report.add("span", "Spans of time in {columns} turned into seconds.", name)
    whole = _joined(portions)
    if kinds == {"int"} and field.yes_no and set(whole.unique().to_pylist()) <= {0, 1, None}:
        return pd.Series(whole.to_pandas()).map({0: "False", 1: "True"})
    if kinds == {"text"} and field.order:
        return pd.Series(pd.Categorical(whole.to_pandas(), categories=pd.Index(field.order, dtype="str")))
    return series_of_arrow(whole) if kinds != {"text"} or typed else _of_text(name, whole, field, report)


def _kind(portion: Any) -> str:
    import pyarrow as pa

    if isinstance(portion, list):
        return "mixed"
    if portion.null_count == len(portion):
        return "null"
    tests = {
        "int": pa.types.is_integer,
        "float": pa.types.is_floating,
        "decimal": pa.types.is_decimal,
        "time": lambda each: pa.types.is_date(each) or pa.types.is_timestamp(each),
        "text": pa.types.is_string,
    }
    return next((name for name, test in tests.items() if test(portion.type)), str(portion.type))


def _joined(portions: list[Any]) -> Any:
    """One chunked array, portions without a value as of the same kind as the others."""
    import pyarrow as pa

    kind = next(each.type for each in portions if each.null_count < len(each))
    return pa.chunked_array([each if each.type == kind else pa.nulls(len(each), kind) for each in portions], kind)


def _cells(portions: list[Any]) -> list[Any]:
    return [cell for each in portions for cell in (each if isinstance(each, list) else each.to_pylist())]


def _floats(portion: Any) -> np.ndarray:
    import pyarrow as pa

    found: np.ndarray = portion.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return found


def _exact(portions: list[Any]) -> bool:
    """Whether whole numbers lose nothing as floats."""
    import pyarrow.compute as pc

    ends = [pc.min_max(each).as_py() for each in portions if _kind(each) == "int"]
    return all(each["min"] >= -EXACT and each["max"] <= EXACT for each in ends)


def _of_times(name: str, portions: list[Any], report: Report) -> pd.Series[Any]:
    """Dates and times; what has a zone keeps it until the house dtype is chosen."""
    import pyarrow as pa
    import pyarrow.compute as pc

    zoned = any(getattr(each.type, "tz", None) for each in portions)
    kind, found, endless = pa.timestamp("us", "UTC" if zoned else None), [], 0
    for each in portions:
        if pa.types.is_null(each.type):
            found.append(pa.nulls(len(each), kind))
            continue
        raw = each.view(pa.int32() if pa.types.is_date32(each.type) else pa.int64())
        last = np.iinfo(raw.type.to_pandas_dtype()).max
        infinite = pc.or_(pc.greater_equal(raw, last), pc.less_equal(raw, -last))
        endless += pc.sum(infinite).as_py() or 0
        found.append(pc.if_else(infinite, None, each).cast(kind, safe=False))
    _say_infinite(name, endless, report)
    return pd.Series(pa.chunked_array(found, kind).to_pandas())


def _of_decimals(name: str, portions: list[Any], report: Report) -> pd.Series[Any]:
    """Decimals as floats; whole ones that no float holds as whole numbers, or as text."""
    floats = pd.Series(np.concatenate([_floats(each) for each in portions]))
    if not (floats.abs() > EXACT).any():
        whole = all(getattr(each.type, "scale", 0) == 0 for each in portions)
        return as_whole(floats) if whole else floats
    return _of_wide(name, _cells(portions), floats, report)


def _of_wide(name: str, cells: list[Any], floats: pd.Series[Any], report: Report) -> pd.Series[Any]:
    if any(cell is not None and cell % 1 for cell in cells):
        return floats
    numbers = [None if cell is None else int(cell) for cell in cells]
    if all(number is None or -(2**63) <= number < 2**63 for number in numbers):
        return pd.Series(numbers, dtype="Int64")
    report.add("large_number", "Whole numbers in {columns} are too large to be exact and were kept as text.", name)
    return pd.Series([None if number is None else str(number) for number in numbers], dtype=object)


def _of_mixed(name: str, cells: list[Any], report: Report) -> pd.Series[Any]:
    """Cells of several kinds. The ends of time, and what is no number, stand for nothing that can be learned from."""
    finite = [None if isinstance(cell, (float, Decimal)) and not math.isfinite(cell) else cell for cell in cells]
    kinds = {type(cell) for cell in finite} - {type(None)}
    if kinds and not kinds <= {datetime.date, datetime.datetime, Decimal}:
        return column_of_cells(name, cells, report)
    _say_infinite(name, sum(isinstance(cell, (float, Decimal)) and math.isinf(cell) for cell in cells), report)
    if kinds == {Decimal}:
        floats = pd.Series([None if cell is None else float(cell) for cell in finite], dtype="float64")
        return _of_wide(name, finite, floats, report) if (floats.abs() > EXACT).any() else floats
    return column_of_cells(name, finite, report)


def _say_infinite(name: str, count: int, report: Report) -> None:
    if count:
        report.add("infinite", "Infinite values in {columns} read as missing: {count}.", name, count)


def _of_text(name: str, texts: Any, field: Field, report: Report) -> pd.Series[Any]:
    """Text of a database that lets any column hold any text: perhaps numbers, perhaps dates."""
    frame: pd.DataFrame = read_columns([name], [texts], False, report)
    values = frame[name]
    if isinstance(values.dtype, pd.CategoricalDtype) or values.isna().all():
        return values
    numbers = pd.api.types.is_numeric_dtype(values.dtype)
    if numbers or not field.dated:
        if report.undone("retyped", name):
            return series_of_arrow(texts)
        what = "numbers" if numbers else "dates"
        report.add("retyped", f"Text in {{columns}} read as {what}: {{count}}.", name, int(values.notna().sum()))
    return values
