"""Tables with a pitfall planted in them, and what the checks make of a table.

The first four are the files of people who find that a result is too good to be true; the others are like them with
other names and other tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd

from core.checks import Checked, Finding, check_all
from core.data import Unusable, folds, load_table, make_problem, samples, table_of_frame
from core.records import Fold, Problem, Roles, Split, Table


def checked(frame: pd.DataFrame | Table, target: str, split: Split | None = None, **roles: Any) -> Checked:
    """What all checks say, with the folds of a split where one is given."""
    table = frame if isinstance(frame, Table) else table_of_frame(frame)
    problem = make_problem(table, Roles(target, **roles))
    rows = samples(table, problem)
    divided: Sequence[Fold] = ()
    with suppress(Unusable):
        divided = folds(rows, problem, split, 0) if split else ()
    return check_all(table, problem, rows, split or Split("kfold"), divided)


def problem_of(frame: pd.DataFrame, target: str) -> tuple[Table, Problem]:
    """A table and what is to be learned from it."""
    table = table_of_frame(frame)
    return table, make_problem(table, Roles(target))


def of(found: Checked, check: str) -> list[Finding]:
    """What one check has found."""
    return [each for each in found.findings if each.check == check]


def severe(found: Checked) -> list[tuple[str, tuple[str, ...]]]:
    """What is of the highest severity."""
    return [(each.check, each.columns) for each in found.findings if each.severity == "high"]


def catalogue(name: str) -> pd.DataFrame:
    """A data set of the catalogue as a frame of its own."""
    return load_table(name).frame.copy()


# ---- a column that is the answer


def flipped(values: pd.Series[Any], share: float, seed: int = 0) -> np.ndarray:
    """A target's values with a share of the rows given another one."""
    rng = np.random.default_rng(seed)
    codes, names = pd.factorize(values)
    rows = rng.random(len(values)) < share
    codes[rows] = (codes[rows] + rng.integers(1, len(names), rows.sum())) % len(names)
    return np.asarray(names)[codes]


def result_code() -> tuple[pd.DataFrame, str, str]:
    """Breast cancer with a copy of the target, 1 % of it flipped."""
    frame = catalogue("breast_cancer")
    frame["result_code"] = pd.factorize(flipped(frame["diagnosis"], 0.01))[0]
    return frame, "diagnosis", "result_code"


def letters() -> tuple[pd.DataFrame, str, str]:
    """Wine with its three growers under other names."""
    frame = catalogue("wine")
    frame.insert(3, "lab", pd.Series(flipped(frame["grower"], 0.01)).map(lambda each: f"site {each}"))
    return frame, "grower", "lab"


def points() -> tuple[pd.DataFrame, str, str]:
    """Moons with a number that is high for one class and low for the other."""
    frame = catalogue("moons:rows=800")
    rng = np.random.default_rng(1)
    frame["points"] = (frame["moon"] == "upper") * 10 + rng.normal(0, 1.5, len(frame))
    return frame, "moon", "points"


def filled_in_later() -> tuple[pd.DataFrame, str, str]:
    """A loan desk where a note was only taken for one of the classes."""
    frame = catalogue("loan_desk")
    target = load_table("loan_desk").target
    rare = frame[target].value_counts().idxmin()
    rng = np.random.default_rng(2)
    frame["note"] = np.where(frame[target] == rare, rng.choice(["call", "letter"], len(frame)), None)
    return frame, target, "note"


def other_unit() -> tuple[pd.DataFrame, str, str]:
    """Diabetes with its target in another unit, rounded."""
    frame = catalogue("diabetes")
    frame["score_b"] = (np.log(frame["progression"]) * 40 + np.random.default_rng(0).normal(0, 0.3, len(frame))).round(
        1
    )
    return frame, "progression", "score_b"


LEAKS: tuple[Callable[[], tuple[pd.DataFrame, str, str]], ...] = (
    result_code,
    letters,
    points,
    filled_in_later,
    other_unit,
)


# ---- rows that are there twice


def twice(name: str, rows: int) -> pd.DataFrame:
    """A table with some of its rows a second time, all shuffled."""
    frame = catalogue(name)
    again = frame.sample(rows, random_state=0)
    return pd.concat([frame, again]).sample(frac=1, random_state=1).reset_index(drop=True)


# ---- several rows of one


def visits(name: str = "patient", people: int = 90, each: int = 5, *, effect: float = 1.0) -> pd.DataFrame:
    """A regression like diabetes: measures of people who come several times, with a level of their own."""
    rng = np.random.default_rng(3)
    who = np.repeat(np.arange(people), each)
    traits = rng.normal(size=(people, 6))
    X = traits[who] + rng.normal(0, 0.3, (len(who), 6))
    y = 150 + 40 * X[:, 0] - 25 * X[:, 1] + effect * rng.normal(0, 40, people)[who] + rng.normal(0, 15, len(who))
    frame = pd.DataFrame(X, columns=["age", "bmi", "bp", "s1", "s2", "s3"]).round(4)
    frame.insert(0, name, who)
    frame["progression"] = y.round(1)
    return frame.sample(frac=1, random_state=4).reset_index(drop=True)


def answers(name: str = "Kunden-Nr") -> pd.DataFrame:
    """Classes instead of numbers, and customers with a code instead of a number."""
    frame = visits(name, people=120, each=4)
    frame[name] = "K" + (frame[name] + 1000).astype(str)
    frame["churn"] = np.where(frame.pop("progression") > 150, "yes", "no")
    return frame


# ---- one row after the other


def days(name: str = "date", rows: int = 600, *, trend: float = 0.05) -> pd.DataFrame:
    """A daily series with a trend, some noise and two columns that have nothing to do with it."""
    rng = np.random.default_rng(5)
    at = np.arange(rows)
    y = 20 + trend * at + 3 * np.sin(at / 60) * (trend > 0) + rng.normal(0, 2, rows)
    frame = pd.DataFrame({name: pd.date_range("2021-03-01", periods=rows), "price": rng.gamma(2, 5, rows).round(2)})
    frame["staff"] = rng.integers(2, 9, rows)
    frame["sales"] = y.round(2)
    return frame


def hours() -> pd.DataFrame:
    """A class that lasts for a while, with a year and a running step as its only times."""
    rng = np.random.default_rng(6)
    state = (np.cumsum(rng.random(900) < 0.02) % 2).astype(bool)
    load = rng.normal(size=900)
    return pd.DataFrame({"step": np.arange(900) * 10, "load": load, "state": np.where(state, "busy", "idle")})
