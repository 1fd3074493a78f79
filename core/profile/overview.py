"""A table in five figures: rows, columns, gaps, repeated rows, memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.records import Table


def overview(table: Table, settings: Mapping[str, Any]) -> pd.DataFrame:
    """Count what there is in a table, over all of its rows.

    Returns
    -------
    DataFrame of shape (1, 7)
        ``rows``, ``columns``, ``missing`` (cells), ``share`` (of all cells), ``complete`` (rows without a gap),
        ``duplicates`` (rows that repeat an earlier one in every cell) and ``bytes``.
    """
    frame = table.frame
    gaps, missing = np.zeros(len(frame), dtype=bool), 0
    for each in table.columns:
        if each.missing:
            lacking = frame[each.name].isna().to_numpy()
            missing += int(lacking.sum())
            gaps |= lacking
    found = {
        "rows": len(frame),
        "columns": len(table.columns),
        "missing": missing,
        "share": missing / max(frame.size, 1),
        "complete": int((~gaps).sum()),
        "duplicates": duplicates(frame),
        "bytes": int(frame.memory_usage(index=False, deep=True).sum()),
    }
    return pd.DataFrame([found])


def duplicates(frame: pd.DataFrame) -> int:
    """Rows that repeat an earlier one in every cell, found by a hash of 64 bits per row; gaps equal each other."""
    if frame.empty:
        return 0
    hashes = pd.util.hash_pandas_object(frame, index=False)
    return int(hashes.duplicated().sum())
