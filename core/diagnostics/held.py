"""What a model said of rows it had not seen, fold by fold, and what is left to say where something cannot be made.

Knows predictions only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.predictions import joined
from core.records import Predictions

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Held:
    """A model's held-out predictions.

    Attributes
    ----------
    folds : mapping of int to Predictions
        By the fold's number, from 0; at least one.
    """

    folds: Mapping[int, Predictions]

    @cached_property
    def whole(self) -> Predictions:
        """All folds, one after the other."""
        return joined(list(self.folds.values()))

    @cached_property
    def numbers(self) -> NDArray[np.intp]:
        """The fold of each row of `whole`."""
        return np.repeat(list(self.folds), [len(each.rows) for each in self.folds.values()])


def repeats(predictions: Predictions) -> float:
    """How often each row was judged on average; 1.0 unless the division was repeated.

    Intervals of shares divide their counts by it: judging a row once more tells nothing about other rows.
    """
    rows = len(predictions.rows)
    return rows / len(np.unique(predictions.rows)) if rows else 1.0


def empty(columns: Sequence[str], reason: str, *, texts: Sequence[str] = ()) -> pd.DataFrame:
    """A frame without rows that says why there are none."""
    frame = pd.DataFrame({name: pd.Series(dtype=object if name in texts else float) for name in columns})
    return with_reason(frame, reason)


def with_reason(frame: pd.DataFrame, reason: str | None) -> pd.DataFrame:
    """The frame, with the reason why something is not in it, where there is one."""
    if reason:
        frame.attrs["reason"] = reason
    return frame
