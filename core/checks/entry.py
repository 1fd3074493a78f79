"""What a check is, what it looks at and what it finds.

Takes nothing; says what the entries of CHECKS are made of. Knows the nouns alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
import pandas as pd

from core.records import Column, Fold, Problem, Samples, Split, Table, Task

if TYPE_CHECKING:
    from numpy.typing import NDArray

T = TypeVar("T")

MOST_ROWS = 20_000  # rows that are looked at where every row would take too long


class Severity(StrEnum):
    """How much a finding matters: what makes scores lie is high, what only deserves a thought is low."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What could be done, in a form that a button can carry out.

    Attributes
    ----------
    leave_out : tuple of str
        Columns that models should not see.
    split : str
        A kind of split, an entry of `core.data.SPLITS`.
    group, time : str
        The column that the split needs.
    weight : str
        The column by which rows should count.
    """

    leave_out: tuple[str, ...] = ()
    split: str = ""
    group: str = ""
    time: str = ""
    weight: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a check has found.

    Attributes
    ----------
    check : str
        The check's name.
    text : str
        What is there, as one sentence with its counts.
    advice : str
        What to do, as one sentence.
    columns : tuple of str
        The columns that it is about; empty where it is about rows or the target alone.
    figures : mapping of str to Any
        The numbers behind the sentence, as plain values that turn into JSON.
    suggestion : Suggestion or None
        What a button could do about it.
    """

    check: str
    severity: Severity
    text: str
    advice: str
    columns: tuple[str, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    suggestion: Suggestion | None = None

    def to_json(self) -> dict[str, Any]:
        """The finding as plain values."""
        return asdict(self) | {"severity": str(self.severity)}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Finding:
        """The finding that `to_json` gave."""
        told = raw["suggestion"]
        suggestion = told and Suggestion(**(told | {"leave_out": tuple(told["leave_out"])}))
        rest = {"severity": Severity(raw["severity"]), "columns": tuple(raw["columns"]), "suggestion": suggestion}
        return cls(**(dict(raw) | rest))


@dataclass(frozen=True, eq=False)
class Setting:
    """What checks look at: a table, what is to be learned from it, and how its rows are divided.

    Attributes
    ----------
    samples : Samples
        The problem's rows, see `core.data.samples`.
    split : Split
        How they are divided.
    folds : sequence of Fold
        The division itself; empty where it is not known.
    seed : int
        Of the rows that are drawn where all would be too many.
    """

    table: Table
    problem: Problem
    samples: Samples
    split: Split
    folds: Sequence[Fold] = ()
    seed: int = 0
    found_out: dict[Any, Any] = field(default_factory=dict, repr=False)  # what several checks ask for, see `once`

    @property
    def rows(self) -> int:
        """Rows with a known target."""
        return len(self.samples.y)

    @property
    def pixels(self) -> str | None:
        """Why the columns say nothing one by one; None where they are more than pixels."""
        return "the columns are pixels of images" if self.problem.image_shape else None

    @property
    def classes(self) -> bool:
        """Whether classes are predicted."""
        return self.problem.task is Task.CLASSIFICATION

    @cached_property
    def features(self) -> pd.DataFrame:
        """Every row that takes part, as the models see it: shape (rows, features)."""
        return self.samples.X

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The features."""
        return tuple(map(str, self.samples.frame.columns))

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """Features that hold numbers."""
        frame = self.samples.frame
        return tuple(name for name in self.names if pd.api.types.is_numeric_dtype(frame[name].dtype))

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """Features that hold neither numbers nor dates."""
        frame = self.samples.frame
        dates = {name for name in self.names if pd.api.types.is_datetime64_any_dtype(frame[name].dtype)}
        return tuple(name for name in self.names if name not in {*dates, *self.numbers})

    @cached_property
    def judged(self) -> Mapping[str, Column]:
        """Every column of the table but the target and the weight, by its name."""
        aside = (self.problem.target, self.problem.weight)
        return {each.name: each for each in self.table.columns if each.name not in aside}

    def column(self, name: str) -> pd.Series[Any]:
        """A column of the table in the rows that take part, index 0, 1, …: also one that is no feature."""
        frame = self.features if name in self.samples.frame else self.table.frame.iloc[self.samples.rows]
        found: pd.Series[Any] = frame[name].reset_index(drop=True)
        return found

    def codes(self, name: str) -> tuple[NDArray[np.int64], int]:
        """Each row's place among a column's different values, gaps as a value of their own, and how many there are."""
        values = self.column(name)
        codes = values.cat.codes if isinstance(values.dtype, pd.CategoricalDtype) else pd.factorize(values)[0]
        places = np.asarray(codes, dtype=np.int64)
        if (places < 0).any():
            places = places + 1
        return places, int(places.max(initial=-1)) + 1

    def some(self, most: int = MOST_ROWS) -> tuple[NDArray[np.intp], str]:
        """Positions of at most so many rows, ascending, and the clause that says so; empty where all are there."""
        if self.rows <= most:
            return np.arange(self.rows), ""
        drawn = np.random.default_rng(self.seed).choice(self.rows, most, replace=False)
        return np.sort(drawn), f" (in {most:,} of {self.rows:,} rows, drawn at random)"


class Remembers(Protocol):
    """What is looked at, with a place for what was found out about it."""

    @property
    def found_out(self) -> dict[Any, Any]: ...


S = TypeVar("S", bound=Remembers)


def once(work: Callable[[S], T]) -> Callable[[S], T]:
    """Have a function of what is looked at work once for each."""

    @wraps(work)
    def kept(setting: S) -> T:
        if work not in setting.found_out:
            setting.found_out[work] = work(setting)
        found: T = setting.found_out[work]
        return found

    return kept


def always(setting: Setting) -> str | None:
    """The answer of a check that always applies."""
    return None


@dataclass(frozen=True, slots=True)
class Check:
    """A pitfall that is looked for before training.

    Attributes
    ----------
    name, title : str
        For programs and for people.
    about : str
        What it looks for and why that matters, in one plain sentence.
    look : callable
        From a `Setting` to what was found; an empty list where all is well.
    applies : callable
        Why it does not apply to a setting, as a clause; None where it does.
    """

    name: str
    title: str
    about: str
    look: Callable[[Setting], list[Finding]]
    applies: Callable[[Setting], str | None] = always


@dataclass(frozen=True, slots=True)
class Checked:
    """What has come of all checks.

    Attributes
    ----------
    findings : tuple of Finding
        What matters most stands first.
    not_applied : mapping of str to str
        Name of a check to the reason why it does not apply.
    """

    findings: tuple[Finding, ...]
    not_applied: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {"findings": [each.to_json() for each in self.findings], "not_applied": dict(self.not_applied)}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Checked:
        """What `to_json` gave."""
        return cls(tuple(map(Finding.from_json, raw["findings"])), dict(raw["not_applied"]))
