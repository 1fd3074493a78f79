"""Small tables of every kind of column, for the tests of profiles."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.data.frames import table_of_frame
from core.records import Table


def mixed(rows: int = 600, seed: int = 0) -> pd.DataFrame:
    """Numbers with gaps and far ones, whole numbers, categories with gaps, dates, text, and two targets."""
    draw = np.random.default_rng(seed)
    visits = draw.poisson(4, rows)
    frame = pd.DataFrame(
        {
            "revenue": draw.gamma(2, 50, rows).round(2),
            "visits": visits,
            "region": draw.choice(["south", "north", "east", None], rows),
            "joined": pd.Timestamp("2023-01-01") + pd.to_timedelta(draw.integers(0, 540, rows), unit="D"),
            "note": [f"a long remark number {place} that nobody would sort by its words" for place in range(rows)],
            "flat": 1.0,
        }
    )
    frame.loc[::17, ["revenue", "region"]] = None
    frame.loc[0, "revenue"] = 1e7
    frame.loc[5::40, "joined"] = pd.NaT
    frame["left"] = np.where(draw.random(rows) < 1 / (1 + np.exp(visits - 3)), "yes", "no")
    frame["spend"] = 3.0 * visits + draw.normal(size=rows)
    return frame


def table(frame: pd.DataFrame, **more: Any) -> Table:
    """A frame as a table."""
    return table_of_frame(frame, "made", **more)
