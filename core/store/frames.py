"""Frames as files that are mapped into memory: any number of processes share the pages of one table.

Takes a frame in house dtypes (see `core.data.frames`), gives the same frame back. What is read may not be written to.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame so that `read_frame` can map it into memory without a copy.

    The file is Arrow's, uncompressed and in one piece. Gaps in numbers and dates, and the code -1 of a missing
    category, are written as they stand in memory and not as Arrow's nulls, which a reader would have to turn back.
    """
    import pyarrow as pa

    table = pa.table({str(name): _stored(values) for name, values in frame.items()})
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=max(len(frame), 1))


def read_frame(path: Path) -> pd.DataFrame:
    """Read a frame that `write_frame` wrote, mapped into memory.

    Older files, which hold nulls and several pieces, are read as well; what cannot be mapped is copied.
    """
    import pandas as pd
    from pyarrow import feather

    table = feather.read_table(str(path), memory_map=True)
    columns = zip(table.column_names, table.columns, strict=True)
    return pd.DataFrame({name: _mapped(values) for name, values in columns}, copy=False)


def _stored(values: pd.Series[Any]) -> Any:
    """A column of a frame as an Arrow array; without nulls unless it is text."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    if isinstance(values.dtype, pd.CategoricalDtype):
        known = pa.array(values.cat.categories, from_pandas=True)
        codes = pa.array(values.cat.codes.to_numpy())
        return pa.DictionaryArray.from_arrays(codes, known, ordered=values.cat.ordered, safe=False)
    if isinstance(values.dtype, np.dtype) and values.dtype.kind == "M":
        raw = pa.py_buffer(np.ascontiguousarray(values))
        return pa.Array.from_buffers(pa.timestamp(values.dt.unit), len(values), [None, raw])
    return pa.array(values, from_pandas=not pd.api.types.is_float_dtype(values.dtype))


def _mapped(values: Any) -> Any:
    """A column of an Arrow table for pandas, without a copy where it is in one piece and has no nulls."""
    import pandas as pd
    import pyarrow as pa

    if values.num_chunks != 1 or values.null_count or not _plain(values.type):
        return values.to_pandas()
    piece = values.chunk(0)
    if not isinstance(piece, pa.DictionaryArray):
        return piece.to_numpy(zero_copy_only=True)
    kind = pd.CategoricalDtype(piece.dictionary.to_pandas(), ordered=piece.type.ordered)
    return pd.Categorical.from_codes(piece.indices.to_numpy(), dtype=kind, validate=False)


def _plain(kind: Any) -> bool:
    """Whether an Arrow type has the layout of a numpy array or of a categorical; text maps itself in pandas."""
    from pyarrow import types

    naive = types.is_timestamp(kind) and kind.tz is None
    return types.is_integer(kind) or types.is_floating(kind) or types.is_dictionary(kind) or naive
