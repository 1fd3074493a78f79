"""What is known of a metric: how it is computed, when it is not defined, what it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.metrics.judged import Condition, Judged
from core.records import Task

CLASSES, NUMBERS = (Task.CLASSIFICATION,), (Task.REGRESSION,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A figure for how good predictions are, and all that is needed to show it.

    Attributes
    ----------
    name : str
        The key in files and on the command line.
    title : str
        For a column header.
    about : str
        One plain sentence.
    expert : str
        The definition, and what is done in the corner cases.
    saying : str
        What a value means, as a clause that needs no name: ``{hundred}`` stands for "94 of 100", ``{value}`` for the
        number in the target's unit, ``{percent}`` for a share, ``{positive}`` and ``{target}`` for what they are called
        in the table. Empty where it takes an expert.
    sklearn : str
        scikit-learn's function that gives the same number, ``"module:function"``.
    options : mapping of str to Any
        Keyword arguments with which it does.
    tasks : tuple of Task
    score : callable
        From `Judged` to the number, where the conditions hold.
    needs : {"predicted", "scores", "probabilities"}
        What a model must give. ``"scores"`` is met by probabilities or by decision scores.
    conditions : tuple of callable
        Each gives the reason why the metric is not defined, or None; the first reason counts.
    greater_is_better : bool
    best : float
        The value of perfect predictions.
    low, high : float or None
        Bounds of the value; None where it has none.
    unit : {"share", "target", "none"}
        ``"share"`` reads well as a percentage, ``"target"`` is in the unit of the target.
    first : bool
        Whether it is among those that are shown before the others.
    weighted : bool
        Whether it heeds how much rows count.
    """

    name: str
    title: str
    about: str
    expert: str
    sklearn: str
    score: Callable[[Judged], float]
    options: Mapping[str, Any] = field(default_factory=dict)
    tasks: tuple[Task, ...] = CLASSES
    needs: str = "predicted"
    conditions: tuple[Condition, ...] = ()
    greater_is_better: bool = True
    best: float = 1.0
    low: float | None = 0.0
    high: float | None = 1.0
    saying: str = ""
    unit: str = "none"
    first: bool = False
    weighted: bool = True
