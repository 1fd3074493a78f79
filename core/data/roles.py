"""The columns that play a role beside the target: group, time and weight.

Takes a table and what a person decided; says why a column cannot play its role, which rows lack it, and gives its
values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.data.conversion import coded, plain_numbers
from core.data.errors import Unusable
from core.records import Problem, Roles, Table
from core.wording import counted, quoted

# Why a column that plays a role is no feature.
REASONS = {
    "group": "it says which rows belong together",
    "time": "it says when a row was recorded",
    "weight": "it says how much a row counts",
}


def played(roles: Roles | Problem) -> dict[str, str]:
    """The roles that are played, with their columns."""
    return {role: name for role in REASONS if (name := str(getattr(roles, role)))}


def check_roles(table: Table, roles: Roles) -> None:
    """Refuse columns that cannot play their role; all of them are there.

    Raises
    ------
    Unusable
        With the reason and what to do.
    """
    others = played(roles)
    if roles.target in others.values():
        raise Unusable(f"{quoted(roles.target)} is the target and cannot be the group, the time or the weight as well.")
    if roles.weight and roles.weight in (roles.group, roles.time):
        other = "group" if roles.weight == roles.group else "time"
        raise Unusable(
            f"{quoted(roles.weight)} is the {other} and cannot be the weight as well. Choose another column for one."
        )
    if roles.time and not _ordered(table.frame[roles.time]):
        raise Unusable(
            f"{quoted(roles.time)} cannot give the order of the rows: it holds neither dates nor numbers. Choose "
            "another column for the time, or another way to divide the rows."
        )
    if roles.weight:
        _check_weights(roles.weight, weights_of(table, roles.weight))


def _check_weights(name: str, weights: np.ndarray) -> None:
    if negative := int((weights < 0).sum()):
        raise _no_weight(name, f"it is negative in {counted(negative, 'row')}, and a weight is a number from 0 up")
    with np.errstate(over="ignore"):
        total = np.nansum(weights)
    if not total > 0:
        raise _no_weight(name, "no row has a weight above 0, so none would count")
    if np.isinf(total):
        raise _no_weight(name, "its numbers are too large to be added up")


def _no_weight(name: str, reason: str) -> Unusable:
    told = f"{quoted(name)} cannot say how much a row counts: {reason}."
    return Unusable(
        f"{told} Choose another column for the weight, mend the values in the file, or do without a weight."
    )


def weights_of(table: Table, name: str) -> np.ndarray:
    """How much each row of a table counts, float64, NaN where that is missing.

    Raises
    ------
    Unusable
        If the column holds no numbers.
    """
    weights = plain_numbers(table.frame[name])
    if weights is None:
        raise _no_weight(name, "it does not hold numbers")
    return weights


def gaps(table: Table, roles: Roles | Problem) -> dict[str, np.ndarray]:
    """Which rows lack the column of each role that is played."""
    return {role: table.frame[name].isna().to_numpy() for role, name in played(roles).items()}


def at(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The values of some rows, ascending; all of them as they are, without a copy."""
    return values if len(rows) == len(values) else values[rows]


def values_for(table: Table, problem: Problem, rows: np.ndarray) -> Mapping[str, np.ndarray | None]:
    """What `core.records.Samples` takes of the roles, for some rows, ascending."""
    groups, times = (_places(table, name, rows) for name in (problem.group, problem.time))
    weights = at(weights_of(table, problem.weight), rows) if problem.weight else None
    return {"groups": groups, "times": times, "weights": weights}


def _places(table: Table, name: str, rows: np.ndarray) -> np.ndarray | None:
    """A group's or a time's values: numbers and times as they are, for a text its place among all in order."""
    if not name:
        return None
    values = table.frame[name]
    if _ordered(values):
        return at(values.to_numpy(), rows)
    codes, different = coded(values)
    places = np.empty(len(different), dtype=np.int32)  # numpy's texts, all as wide as the longest, would take far more
    places[different.astype("str").argsort()] = np.arange(len(different))
    return at(places[codes], rows)


def _ordered(values: pd.Series[Any]) -> bool:
    """Whether a column holds numbers or dates, so that later is more; texts would be sorted by the alphabet."""
    return bool(pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_datetime64_any_dtype(values.dtype))
