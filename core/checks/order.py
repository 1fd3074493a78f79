"""Checks of the order of rows: in time, along an identifier, in the file.

Takes a `Setting`, gives findings. Rows that lie close in time are alike, so folds drawn at random judge a model on
gaps in what it knows; those that come later are what it will meet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.checks.entry import Check, Finding, Setting, Severity, Suggestion, once
from core.checks.naming import NOT_RECORDED, names_identifier, names_time, words
from core.checks.strength import likeness, rank_correlation, score_of_numbers, skill
from core.records import ColumnKind
from core.wording import counted, quoted

TIME = "time"  # the split that trains on the past, see `core.data.SPLITS`
ALIKE, VERY_ALIKE = 0.15, 0.4  # likeness of a row and the next one in time
TREND = 0.3  # rank correlation of the target with time
BEYOND_CHANCE = 4.0  # standard errors
YEARS = (1500, 2200)
FEWEST, ROWS = 20, 4_000


@dataclass(frozen=True, slots=True)
class Clock:
    """A column that says when a row was recorded, and what it has to do with the target.

    Attributes
    ----------
    alike : float
        Likeness of a row and the next one in time, see `likeness`.
    trend : float
        Rank correlation of the target with time; 0 for more than two classes.
    in_order : bool
        Whether the rows of the file are sorted by it.
    distinct : float
        Different times as a share of the rows.
    """

    name: str
    alike: float
    trend: float
    in_order: bool
    distinct: float
    beyond_chance: bool

    @property
    def matters(self) -> bool:
        """Whether rows near in time are alike, or the target moves with time."""
        return self.beyond_chance and (self.alike >= ALIKE or abs(self.trend) >= TREND)


@once
def clocks(setting: Setting) -> tuple[Clock, ...]:
    """The columns that may hold the time of each row, those that matter most first."""
    names = [name for name in setting.judged if _holds_time(setting, name)]
    found = [_clock(setting, name) for name in names]
    return tuple(sorted(found, key=lambda each: (each.matters, each.in_order, each.alike), reverse=True))


def _holds_time(setting: Setting, name: str) -> bool:
    """Dates, and numbers that are called a time and are years or run along the rows."""
    values = setting.table.frame[name]
    if setting.judged[name].kind in (ColumnKind.CONSTANT, ColumnKind.EMPTY) or set(words(name)) & NOT_RECORDED:
        return False
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return True
    if not pd.api.types.is_numeric_dtype(values.dtype) or not names_time(name):
        return False
    known = values.dropna()
    if not len(known) or known.nunique() < 5:
        return False
    years = bool((known % 1 == 0).all()) and YEARS[0] <= known.min() and known.max() <= YEARS[1]
    return bool(known.is_monotonic_increasing or known.is_monotonic_decreasing or years)


def _clock(setting: Setting, name: str) -> Clock:
    values = setting.column(name)
    known = values.notna().to_numpy()
    times = values[known].to_numpy()
    times = times.astype("int64" if times.dtype.kind == "M" else "float64")
    y, classes = setting.samples.y[known], len(setting.problem.classes)
    order = np.lexsort((np.random.default_rng(setting.seed).random(len(y)), times))  # rows of one time in no order
    alike = likeness(y[order], classes)
    trend = rank_correlation(times.astype(np.float64), y.astype(np.float64)) if classes <= 2 else 0.0
    steps = np.diff(times)
    return Clock(
        name,
        alike,
        trend,
        bool((steps >= 0).all() or (steps <= 0).all()),
        len(np.unique(times)) / max(1, len(times)),
        max(alike, abs(trend)) * np.sqrt(len(y)) > BEYOND_CHANCE,
    )


def _time_order(setting: Setting) -> list[Finding]:
    clock = next(iter(clocks(setting)), None)
    if clock is None:
        return []
    target = quoted(setting.problem.target)
    figures = {"alike": clock.alike, "trend": clock.trend, "in_order": clock.in_order, "distinct": clock.distinct}
    if not clock.matters:
        if not clock.in_order:
            return []
        return [
            Finding(
                "time_order",
                Severity.LOW,
                f"The rows are in the order of {quoted(clock.name)}, but {target} does not seem to depend on it.",
                "Divide by time if the model is meant for rows that come later.",
                (clock.name,),
                figures,
                Suggestion(split=TIME, time=clock.name),
            )
        ]
    strong = clock.alike >= VERY_ALIKE and (clock.in_order or clock.distinct > 0.5)
    return [
        Finding(
            "time_order",
            Severity.HIGH if strong else Severity.MEDIUM,
            f"{_how(clock, setting)}, so folds drawn at random judge a model between rows that it knows.",
            f"Divide by {quoted(clock.name)}: train on the past, judge on what came later.",
            (clock.name,),
            figures,
            Suggestion(split=TIME, time=clock.name),
        )
    ]


def _how(clock: Clock, setting: Setting) -> str:
    target = quoted(setting.problem.target)
    if clock.alike >= ALIKE:
        return (
            f"Rows close to each other in {quoted(clock.name)} are alike in {target} (likeness {clock.alike:.2f} of 1)"
        )
    way = "rises" if clock.trend > 0 else "falls"
    return f"{target} {way} with {quoted(clock.name)} (rank correlation {clock.trend:.2f})"


def _no_time(setting: Setting) -> str | None:
    if setting.problem.time:
        return f"the rows are divided by {quoted(setting.problem.time)}"
    if setting.rows < FEWEST:
        return f"there are only {counted(setting.rows, 'row')}"
    return None if clocks(setting) else "no column holds the time of a row"


def _order(setting: Setting) -> list[Finding]:
    """Whether an identifier, or else the place in the file, tells the target."""
    rows, said = setting.some(ROWS)
    places = {
        name: setting.column(name).to_numpy(dtype=np.float64, na_value=np.nan)[rows] for name in _numbered(setting)
    }
    found = {name: _skill(setting, values, rows) for name, values in places.items()}
    telling = [name for name, each in found.items() if each >= TREND]
    if telling:
        return [_told_identifier(setting, name, found[name], said) for name in telling]
    strength = _skill(setting, setting.samples.rows[rows].astype(np.float64), rows)
    if strength < TREND:
        return []
    target = quoted(setting.problem.target)
    return [
        Finding(
            "order",
            Severity.LOW,
            f"The order of the rows tells {target}: {_in_words(setting)}{said}.",
            "Keep shuffling on; if the rows are in the order of time, name the column that holds it.",
            (),
            {"skill": strength},
        )
    ]


def _in_words(setting: Setting) -> str:
    y = setting.samples.y
    if not setting.classes:
        return "rows that stand close together have similar values"
    changes = int((np.diff(y) != 0).sum())
    return "they are sorted by it" if changes == len(setting.problem.classes) - 1 else "it changes along the file"


def _numbered(setting: Setting) -> list[str]:
    """Columns of numbers that tell rows apart: identifiers, whether the models see them or not."""
    found = []
    for name, column in setting.judged.items():
        values = setting.table.frame[name]
        if not pd.api.types.is_numeric_dtype(values.dtype):
            continue
        many = column.distinct > 0.9 * (len(values) - column.missing)
        if column.kind is ColumnKind.IDENTIFIER or (many and names_identifier(name)):
            found.append(name)
    return found


def _skill(setting: Setting, values: NDArray[np.float64], rows: NDArray[np.intp]) -> float:
    classes = len(setting.problem.classes)
    return skill(score_of_numbers(values, setting.samples.y[rows], classes, setting.seed), classes)


def _told_identifier(setting: Setting, name: str, strength: float, said: str) -> Finding:
    seen = name in setting.samples.frame
    return Finding(
        "order",
        Severity.HIGH if seen else Severity.LOW,
        f"The identifier {quoted(name)} tells {quoted(setting.problem.target)} (skill {strength:.2f} of 1), as where "
        f"rows were numbered after they had been sorted{said}.",
        "Leave it out: new rows have other numbers." if seen else "Keep it left out, as it is.",
        (name,),
        {"skill": strength, "seen": seen},
        Suggestion(leave_out=(name,)) if seen else None,
    )


def _order_known(setting: Setting) -> str | None:
    if setting.rows < FEWEST:
        return f"there are only {counted(setting.rows, 'row')}"
    if setting.problem.time or any(each.matters for each in clocks(setting)):
        return "the rows are in the order of time"
    return None


TIME_ORDER = Check(
    "time_order", "Time", "Rows of one time that are alike, so that a model should be judged on what came later.",
    _time_order, _no_time,
)  # fmt: skip
ORDER = Check(
    "order",
    "Order of the rows",
    "Row numbers or the order of the file that give the answer away.",
    _order,
    _order_known,
)
