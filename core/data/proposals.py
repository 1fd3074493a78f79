"""What a table is probably for: guesses with a reason, which a person can overrule.

Takes a table, or classes and their counts; gives a `Proposal`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.data.kinds import CLASS_KINDS, YES
from core.records import Column, ColumnKind, Proposal, Table, Task
from core.wording import counted

# names that people give to what they want to know, the surest first
_TARGETS = (
    "target", "label", "labels", "y", "outcome", "response", "target_class", "ziel", "zielvariable", "cible",
    "churn", "churned", "exited", "gekündigt", "kündigung", "abgewandert", "survived", "überlebt",
    "class", "class variable", "klasse", "classe", "clase", "credit_risk", "diagnosis", "diagnose", "species", "fraud",
    "is_fraud", "betrug", "attrition", "lapse", "converted", "conversion", "deposit", "default", "purchase",
    "purchased", "gekauft", "price", "saleprice", "preis", "prix", "precio", "charges", "medv", "quality", "qualität",
    "rating", "status", "result", "ergebnis",
)  # fmt: skip
_SUITED = CLASS_KINDS | {ColumnKind.NUMBER, ColumnKind.COUNT}
_FEW = 10  # so many different whole numbers are rather classes than a scale
MAX_CLASSES = 100


def propose_target(table: Table) -> Proposal:
    """The column that is probably to be predicted.

    Returns
    -------
    Proposal
        A column's name and why; an empty name where no column suits.
    """
    if table.target:
        return Proposal(table.target, "this is what the data set is made for")
    suited = [column for column in table.columns if _suits(column, len(table.frame))]
    if not suited:
        return Proposal("", "no column holds classes or numbers that differ from row to row")
    by_name = {column.name.strip().lower(): column for column in reversed(suited)}
    if {"x", "y"} <= {column.name.strip().lower() for column in table.columns}:
        by_name.pop("y", None)  # beside an x it is a place, not an answer
    for name in _TARGETS:
        if name in by_name:
            return Proposal(by_name[name].name, "its name says so")
    return Proposal(suited[-1].name, "it is the last column that suits, where the target often stands")


def _suits(column: Column, rows: int) -> bool:
    if column.kind not in _SUITED or column.distinct < 2 or column.leave_out:
        return False
    return column.kind not in CLASS_KINDS or column.distinct <= min(MAX_CLASSES, max(2, rows / 2))


def propose_task(table: Table, target: str) -> Proposal:
    """Whether classes or numbers are to be predicted.

    Parameters
    ----------
    table : Table
    target : str
        A column of the table.

    Returns
    -------
    Proposal
        A `Task` and why.
    """
    distinct = next(column.distinct for column in table.columns if column.name == target)
    if target == table.target and table.task:
        task = Task(table.task)
        few = task is Task.CLASSIFICATION
        return Proposal(task, _why_classes(distinct) if few else _why_numbers(distinct))
    return task_of(table.frame[target], distinct)


def task_of(values: pd.Series[Any], distinct: int) -> Proposal:
    """The task that a target suggests by its values, so many of which differ."""
    if not pd.api.types.is_numeric_dtype(values.dtype) or distinct <= 2 or _graded(values, distinct):
        return Proposal(Task.CLASSIFICATION, _why_classes(distinct))
    return Proposal(Task.REGRESSION, _why_numbers(distinct))


def _graded(values: pd.Series[Any], distinct: int) -> bool:
    """Whether numbers are few and whole, like grades or stars."""
    if distinct > _FEW:
        return False
    known = values.dropna().to_numpy()
    return len(known) >= 5 * distinct and bool(np.all(known % 1 == 0))


def _why_classes(distinct: int) -> str:
    return f"the target has {counted(distinct, 'different value')}"


def _why_numbers(distinct: int) -> str:
    return f"numbers on a scale, {counted(distinct, 'different value')}"


def propose_positive(classes: Sequence[Any], counts: Sequence[int]) -> Proposal:
    """The class that is looked for, of two.

    Parameters
    ----------
    classes : sequence of shape (classes,)
    counts : sequence of int, shape (classes,)
        Rows of each.

    Returns
    -------
    Proposal
        A class and why; None unless there are two.
    """
    if len(classes) != 2:
        return Proposal(None, "there are not exactly two classes")
    affirmed = [each for each in classes if re.sub(r"\.0$", "", str(each)).strip().lower() in YES]
    if len(affirmed) == 1:
        return Proposal(affirmed[0], "it says yes")
    rarer = classes[0] if counts[0] < counts[1] else classes[1]
    reason = "both are equally frequent; this one stands second" if counts[0] == counts[1] else "it is the rarer one"
    return Proposal(rarer, reason)
