"""Parquet and Feather files, whose columns are typed."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd

from core.data.containers import MAX_BYTES, check_cells, check_columns
from core.data.errors import Unreadable
from core.data.frames import unique_names
from core.data.report import Report
from core.wording import listed

_MAX_CELLS = MAX_BYTES // 8


def read_parquet(data: bytes, report: Report) -> pd.DataFrame:
    """The table of a Parquet file."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(pa.BufferReader(data))
        # the footer's own size figures may lie, rows × columns may not
        check_columns(file.metadata.num_columns)
        check_cells(file.metadata.num_rows * file.metadata.num_columns, _MAX_CELLS, "Parquet")
        return _frame(file.read(), report)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise Unreadable("The Parquet file is damaged or encrypted. Save it again and try once more.") from error


def read_feather(data: bytes, report: Report) -> pd.DataFrame:
    """The table of a Feather file: Arrow's own format, or the first version of Feather."""
    import pyarrow as pa
    from pyarrow import feather, ipc

    try:
        if data.startswith(b"FEA1"):
            return _frame(feather.read_table(io.BytesIO(data)), report)
        file = ipc.open_file(pa.BufferReader(data))
        batches, cells = [], 0
        for place in range(file.num_record_batches):
            batches.append(file.get_batch(place))
            cells += batches[-1].num_rows * batches[-1].num_columns
            check_cells(cells, _MAX_CELLS, "Feather")
        return _frame(pa.Table.from_batches(batches, file.schema), report)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise Unreadable("The Feather file is damaged. Save it again and try once more.") from error


def _frame(table: Any, report: Report) -> pd.DataFrame:
    import pyarrow as pa

    table.validate(full=True)  # letters and lengths that a damaged file only pretends to have
    nested = [place for place, field in enumerate(table.schema) if pa.types.is_nested(field.type)]
    if nested:
        report.add(
            "nested", f"Nested columns left out: {listed([table.schema.field(place).name for place in nested])}."
        )
    flat = [place for place in range(table.num_columns) if place not in nested]
    names = unique_names([table.schema.field(place).name for place in flat], report)
    return pd.DataFrame({name: series_of_arrow(table.column(place)) for name, place in zip(names, flat, strict=True)})


def series_of_arrow(column: Any) -> pd.Series[Any]:
    """A column from an Arrow one; whole numbers with gaps keep their exactness until the house dtype is chosen."""
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
