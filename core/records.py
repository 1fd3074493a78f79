"""The nouns that travel between the rooms: frozen, without logic beyond their own shape.

Knows nothing of the other modules. What crosses a process turns into JSON and back without loss.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class Task(StrEnum):
    """What is predicted: a class or a number."""

    CLASSIFICATION = "classification"
    REGRESSION = "regression"


class ColumnKind(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    CATEGORY = "category"
    YES_NO = "yes/no"
    DATE = "date"
    TEXT = "text"
    IDENTIFIER = "identifier"
    CONSTANT = "constant"
    EMPTY = "empty"


class RunState(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class FitState(StrEnum):
    """Where a fit, a model of a run, or a derived job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


STOPPED_EARLY, NOT_CONVERGED = "stopped early", "not converged"  # among `Outcome.marks`
ENDED = frozenset({FitState.DONE, FitState.FAILED, FitState.SKIPPED, FitState.CANCELLED})
RUN_ENDED = frozenset({RunState.DONE, RunState.CANCELLED, RunState.FAILED})


@dataclass(frozen=True, slots=True)
class Param:
    """A setting that a form can draw and a command line can check.

    Attributes
    ----------
    name : str
        The constructor's own name for it.
    default : int, float, str, bool, None or tuple
        Used when nothing else is said.
    about : str
        One plain sentence.
    low, high : float or None
        Inclusive bounds of a number.
    choices : tuple
        The values there are, where they can be listed.
    log : bool
        Whether the number is better moved by factors than by steps.
    none_means : str
        What ``None`` stands for, in words; empty where ``None`` is not allowed.
    """

    name: str
    default: Any
    about: str
    low: float | None = None
    high: float | None = None
    choices: tuple[Any, ...] = ()
    log: bool = False
    none_means: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table and what it was taken for.

    Attributes
    ----------
    reason : str
        Why it was taken for this kind, as a clause for a person ("1,203 different numbers").
    leave_out : str
        Why it is better left out of the features; empty when it may stay.
    """

    name: str
    kind: ColumnKind
    reason: str
    missing: int
    distinct: int
    leave_out: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was read.

    Attributes
    ----------
    frame : DataFrame of shape (rows, columns)
        Unique text column names, range index. Numbers and dates are numpy dtypes with NaN/NaT for gaps; categories and
        yes/no are pandas categoricals, whose order of categories is the order of the classes; text is ``str``.
    fingerprint : str
        Hash of the content (names, kinds, values): equal tables have equal fingerprints.
    notes : tuple of str
        Everything that was changed or decided while reading, as sentences with counts.
    target, task : str
        What the table is meant for, where it is known; else empty.
    image_shape : tuple of int
        Height and width where the number columns are the pixels of an image; else empty.
    """

    name: str
    title: str
    frame: pd.DataFrame
    columns: tuple[Column, ...]
    fingerprint: str
    about: str = ""
    notes: tuple[str, ...] = ()
    target: str = ""
    task: str = ""
    image_shape: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A guess and the reason for it, as a clause for a person."""

    value: Any
    reason: str


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

    def to_json(self) -> str:
        """The problem as JSON text."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Problem:
        """The problem that `to_json` wrote."""
        raw = json.loads(text)
        features = tuple(Column(**(each | {"kind": ColumnKind(each["kind"])})) for each in raw.pop("features"))
        lists: dict[str, Any] = {key: tuple(raw.pop(key)) for key in ("classes", "counts", "notes", "image_shape")}
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
    """

    frame: pd.DataFrame
    y: np.ndarray
    rows: np.ndarray
    groups: np.ndarray | None = None
    times: np.ndarray | None = None

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


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A catalogue entry with settings; the same entry may take part twice under labels."""

    name: str
    label: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The entry's name, with the label behind a colon where there is one."""
        return f"{self.name}:{self.label}" if self.label else self.name


@dataclass(frozen=True, slots=True)
class RunSpec:
    """A run as a value: everything that decides its result, and its limits.

    A fit may take `time_limit` seconds (0: any number) and `memory_limit` GiB (0: what the machine has left, at least
    2), all of the run `run_limit` seconds (0: any number).
    """

    dataset: str
    fingerprint: str
    roles: Roles
    split: Split
    models: tuple[ModelSpec, ...]
    seed: int = 0
    class_weight: str = ""
    time_limit: float = 120.0
    memory_limit: float = 0.0
    run_limit: float = 0.0

    def to_json(self) -> str:
        """The spec as JSON text, keys sorted."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True, default=list)

    @classmethod
    def from_json(cls, text: str) -> RunSpec:
        """The spec that `to_json` wrote."""
        raw = json.loads(text)
        roles = raw.pop("roles")
        roles["used"], roles["drop_classes"] = tuple(roles["used"]), tuple(roles["drop_classes"])
        models = tuple(
            ModelSpec(each["name"], each["label"], {key: _tuples(value) for key, value in each["settings"].items()})
            for each in raw.pop("models")
        )
        return cls(roles=Roles(**roles), split=Split(**raw.pop("split")), models=models, **raw)


def _tuples(value: Any) -> Any:
    """JSON lists back to the tuples that settings are made of."""
    return tuple(_tuples(each) for each in value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a model said about rows it was not trained on (or, for training scores, was).

    Attributes
    ----------
    rows : ndarray of shape (n,)
        Positions in the table.
    actual, predicted : ndarray of shape (n,)
        Class codes or numbers.
    probabilities : ndarray of shape (n, classes) or None
    scores : ndarray of shape (n,) or (n, classes) or None
        Decision scores, where a model has no probabilities. For two classes one number, larger meaning code 1.
    """

    rows: np.ndarray
    actual: np.ndarray
    predicted: np.ndarray
    probabilities: np.ndarray | None = None
    scores: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one fit.

    Attributes
    ----------
    size_bytes : int or None
        Of the fitted model's file; None while it is not measured, 0 where that was lost.
    scores, train_scores : mapping of str to float or None
        Metric to value on the held-out and on the training rows; None where it is not defined.
    undefined : mapping of str to str
        Metric to the reason why it is not defined.
    curve : tuple of mapping
        Points of the learning curve, see `core.progress.Step`.
    notes : tuple of str
        What a person should know, e.g. that it did not converge.
    marks : tuple of str
        The same in a word or two, for a badge: ``"not converged"``, ``"stopped early"``, ``"loss not finite"``.
    """

    fit_seconds: float
    predict_seconds: float
    size_bytes: int | None
    scores: Mapping[str, float | None]
    train_scores: Mapping[str, float | None]
    undefined: Mapping[str, str] = field(default_factory=dict)
    curve: tuple[Mapping[str, float], ...] = ()
    notes: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
