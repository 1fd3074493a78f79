"""What is to be learned from a table, and how its rows are divided."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from core.records.tables import Column, ColumnKind

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class Task(StrEnum):
    """What is predicted: a class or a number."""

    CLASSIFICATION = "classification"
    REGRESSION = "regression"


@dataclass(frozen=True, slots=True)
class Roles:
    """What a person decided about the columns. Empty means: as proposed.

    Attributes
    ----------
    left_out : mapping of str to str
        Column name to the reason why it is no feature; overrules the proposal together with `used`.
    used : tuple of str
        Columns that are features in spite of a proposal to leave them out.
    kinds : mapping of str to str
        Column name to the kind that a person chose.
    drop_classes : tuple of str
        Classes whose rows take no part (as text).
    weight : str
        The column that says how much a row counts.
    """

    target: str
    task: str = ""
    positive: Any = None
    left_out: Mapping[str, str] = field(default_factory=dict)
    used: tuple[str, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    group: str = ""
    time: str = ""
    drop_classes: tuple[str, ...] = ()
    weight: str = ""

    def values(self) -> dict[str, Any]:
        """The roles as plain values, which keys are made of: without a weight the same as before there were any."""
        told = dataclasses.asdict(self)
        return told if self.weight else {name: told[name] for name in told if name != "weight"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be learned from a table.

    Attributes
    ----------
    positive : int, float, str, bool or None
        The class that precision, recall and F1 speak of; None unless there are two classes.
    classes : tuple
        The classes in the order of their codes 0, 1, …; empty for regression.
    counts : tuple of int
        Rows per class, in the same order.
    features : tuple of Column
        What the models see.
    left_out : mapping of str to str
        Column name to the reason why it is not seen.
    rows : int
        Rows with a known target.
    notes : tuple of str
        What was decided or dropped, as sentences with counts.
    image_shape : tuple of int
        Height and width where the features are the pixels of an image; else empty.
    series_shape : tuple of int
        Steps and series where the features are one or more series, one behind the other; else empty.
    weight : str
        The column that says how much a row counts in fits and metrics; empty where all count the same.
    """

    task: Task
    target: str
    positive: Any
    classes: tuple[Any, ...]
    counts: tuple[int, ...]
    features: tuple[Column, ...]
    left_out: Mapping[str, str]
    rows: int
    group: str = ""
    time: str = ""
    notes: tuple[str, ...] = ()
    image_shape: tuple[int, ...] = ()
    weight: str = ""
    series_shape: tuple[int, ...] = ()

    def to_json(self) -> str:
        """The problem as JSON text."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Problem:
        """The problem that `to_json` wrote."""
        raw = json.loads(text)
        features = tuple(Column(**(each | {"kind": ColumnKind(each["kind"])})) for each in raw.pop("features"))
        names = ("classes", "counts", "notes", "image_shape", "series_shape")  # old texts lack the last one
        lists: dict[str, Any] = {key: tuple(raw.pop(key, ())) for key in names}
        return cls(task=Task(raw.pop("task")), features=features, **lists, **raw)


@dataclass(frozen=True, slots=True)
class Samples:
    """A problem's rows, ready for an estimator.

    Attributes
    ----------
    frame : DataFrame of shape (all rows of the table, features)
        Mapped into memory where the table is: `take` copies no more than what is asked for.
    y : ndarray of shape (rows,)
        Class codes (int64) or numbers (float64).
    rows : ndarray of shape (rows,)
        Each row's position in the table.
    groups, times : ndarray of shape (rows,) or None
    weights : ndarray of shape (rows,) or None
        How much each row counts, 0 or more (float64); None where all count the same.
    """

    frame: pd.DataFrame
    y: np.ndarray
    rows: np.ndarray
    groups: np.ndarray | None = None
    times: np.ndarray | None = None
    weights: np.ndarray | None = None

    @property
    def X(self) -> pd.DataFrame:  # noqa: N802 - as everybody in this field calls it
        """All samples, shape (rows, features): a copy, unless every row of the table is one."""
        whole = len(self.rows) == len(self.frame)
        return self.frame if whole else self.frame.iloc[self.rows].reset_index(drop=True)

    def take(self, positions: np.ndarray) -> pd.DataFrame:
        """Copy some samples, shape (positions, features)."""
        taken: pd.DataFrame = self.frame.iloc[self.rows[positions]]
        return taken


@dataclass(frozen=True, slots=True)
class Split:
    """How rows are divided into practice folds and, on request, a sealed exam.

    Attributes
    ----------
    exam : float
        Share of the rows that is set aside before anything else, 0 for none.
    test_share : float
        Share of the rows that a hold-out judges on.
    """

    kind: str
    folds: int = 5
    repeats: int = 1
    shuffle: bool = True
    exam: float = 0.0
    test_share: float = 0.2


@dataclass(frozen=True, slots=True)
class Fold:
    """One division of the rows: positions in `Samples`, not in the table."""

    number: int
    train: np.ndarray
    test: np.ndarray
