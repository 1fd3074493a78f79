"""Frames as plain values that turn into JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd


def packed(frame: pd.DataFrame) -> dict[str, Any]:
    """A frame and its ``attrs`` as plain values; dates become text."""
    dates = [str(name) for name, values in frame.items() if pd.api.types.is_datetime64_any_dtype(values.dtype)]
    columns = {
        str(name): [None if pd.isna(each) else each.isoformat() for each in values]
        if name in dates
        else values.tolist()
        for name, values in frame.items()
    }
    return {"columns": columns, "dates": dates, "about": dict(frame.attrs)}


def unpacked(plain: Mapping[str, Any]) -> pd.DataFrame:
    """The frame that `packed` packed."""
    frame = pd.DataFrame(dict(plain["columns"]))
    for name in plain["dates"]:
        frame[name] = pd.to_datetime(frame[name], format="ISO8601")
    frame.attrs.update(plain["about"])
    return frame
