"""A part of the rows, where all of them are too many to work with."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.data.report import Report

MOST_CELLS = 50_000_000


def drawn(rows: int, columns: int, report: Report, most: int = MOST_CELLS) -> np.ndarray | None:
    """Which rows of a table to work with: as many, drawn with seed 0, as make `most` cells.

    Returns
    -------
    ndarray of shape (drawn rows,) or None
        Positions in their order; None where all rows are few enough. That some are left out is told to `report`.
    """
    wanted = max(1, most // max(1, columns))
    if rows <= wanted:
        return None
    report.add(
        "sample",
        f"The table has {rows:,} rows and {columns:,} columns, too many cells to work with, so {wanted:,} of the rows "
        "were drawn at random (seed 0); the others are not used.",
        count=rows - wanted,
    )
    return np.sort(np.random.default_rng(0).choice(rows, wanted, replace=False))


def sample(frame: pd.DataFrame, report: Report, most: int = MOST_CELLS) -> pd.DataFrame:
    """The rows of a frame that `drawn` names; a frame that is small enough as it is."""
    rows = drawn(len(frame), len(frame.columns), report, most)
    return frame if rows is None else frame.iloc[rows].reset_index(drop=True)
