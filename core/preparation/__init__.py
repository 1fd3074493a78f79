"""What every model stands behind: gaps filled, categories encoded, dates taken apart, numbers scaled.

Takes a `Problem` and a model's `Needs`; gives a scikit-learn transformer that learns from training rows only, and so
belongs inside the fold, and the same in words. May not know models or data sets.
"""

from __future__ import annotations

from typing import Any

from core.preparation.plan import Needs, Plan, plan, sorts, width
from core.preparation.words import sentences
from core.records import Problem

__all__ = ["Needs", "Plan", "describe", "labels", "origins", "plan", "preparation", "sorts", "width"]


def preparation(problem: Problem, needs: Needs, seed: int = 0) -> Any:
    """The unfitted transformer from the problem's columns to what a model with these needs learns from.

    Numbers of a complete table reach the model as they are (standardised where it needs that), so that it gives the
    same result as plain scikit-learn.

    Parameters
    ----------
    problem : Problem
    needs : Needs
    seed : int
        Shuffles the inner folds in which category averages are taken.

    Returns
    -------
    scikit-learn transformer
        From a frame with the columns `problem.features` to a dense float64 array of shape (rows, columns).
    """
    from core.preparation import pipeline

    return pipeline.transformer(plan(problem, needs), problem.task, seed)


def origins(fitted: Any, problem: Problem) -> list[str]:
    """The original column behind each column of a fitted `preparation`'s array.

    Returns
    -------
    list of str
        As long as the array is wide.
    """
    from core.preparation import pipeline

    return pipeline.origins(fitted, problem)


def labels(fitted: Any, problem: Problem) -> list[str]:
    """A name that a person can read for each column of a fitted `preparation`'s array.

    Returns
    -------
    list of str
        As long as the array is wide; the original name where the column is that, else with what stands for it behind.
    """
    from core.preparation import pipeline

    return pipeline.labels(fitted, problem)


def describe(problem: Problem, needs: Needs) -> tuple[str, ...]:
    """What `preparation` does, one sentence for a person each."""
    return sentences(plan(problem, needs))
