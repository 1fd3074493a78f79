"""The plan as a scikit-learn transformer, and the way back from its columns to the table's.

Takes a `Plan`, gives a transformer from a frame of original columns to one dense float64 array. The only module of
preparation that knows scikit-learn's steps.
"""

from __future__ import annotations

import re
from typing import Any

from sklearn.compose import ColumnTransformer
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder

from core.preparation.plan import MANY_VALUES, MOST_NATIVE_VALUES, Plan
from core.preparation.transformers import Categories, CommonScale, Dates, EmptyAsZero, Filled, Numbers, YesNo
from core.records import Column, Problem, Task

# Stands around a column's number in the names that `origins` asks for; no text of a table holds these characters.
_MARK = "\ue000{}\ue001"
_MARKED = re.compile("\ue000([0-9]+)\ue001")


def transformer(plan: Plan, task: Task, seed: int) -> Any:
    """The unfitted transformer for a plan.

    Native categories come first in its array, so that they can be named by position before anything is fitted.
    """
    if plan.only_numbers:  # without a ColumnTransformer: nothing to select, and it would cost more than a quick model
        return _numbers(plan)
    blocks: list[tuple[str, Any, tuple[Column, ...]]] = [
        ("categories", _categories(plan), plan.categories),
        ("numbers", _numbers(plan), plan.numbers),
        ("answers", _answers(plan), plan.answers),
        ("dates", _dates(plan), plan.dates),
        ("crowded", _crowded(plan, task, seed), plan.crowded),
    ]
    used = [(name, steps, [column.name for column in columns]) for name, steps, columns in blocks if columns]
    return ColumnTransformer(used, remainder="drop", sparse_threshold=0.0)


def origins(fitted: Any, problem: Problem) -> list[str]:
    """The original column's name for every column of the fitted transformer's array."""
    if not hasattr(fitted, "transformers_"):
        return _origins(fitted, [column.name for column in problem.features])
    blocks = [(steps, columns) for name, steps, columns in fitted.transformers_ if name != "remainder"]
    return [origin for steps, columns in blocks for origin in _origins(steps, list(columns))]


def labels(fitted: Any, problem: Problem) -> list[str]:
    """A readable name for every column of the fitted transformer's array."""
    names = fitted.get_feature_names_out([column.name for column in problem.features])
    named = [str(name).partition("__")[2] if hasattr(fitted, "transformers_") else str(name) for name in names]
    return [_label(name, origin) for name, origin in zip(named, origins(fitted, problem), strict=True)]


def _label(name: str, origin: str) -> str:
    """``housing_rents`` made of ``housing`` as ``housing: rents``."""
    if name == f"missingindicator_{origin}":
        return f"{origin}: missing"
    behind = name.removeprefix(origin).lstrip("_: ") if name.startswith(origin) else ""
    return f"{origin}: {behind}" if behind else origin


def _origins(steps: Any, columns: list[str]) -> list[str]:
    """As `origins`, for one block: its names are asked for with numbered marks in place of the columns' names."""
    named = steps.get_feature_names_out([_MARK.format(number) for number in range(len(columns))])
    return [columns[int(found[1])] for name in named if (found := _MARKED.search(name))]


def _numbers(plan: Plan) -> Any:
    return Pipeline([("read", Numbers()), _filled(plan, mark=True), *_scaled(plan)])


def _answers(plan: Plan) -> Any:
    return Pipeline([("read", YesNo()), _filled(plan, frequent=True, mark=True)])


def _dates(plan: Plan) -> Any:
    mark = not plan.needs.native_gaps  # once per date, not once for every number made of it
    return Pipeline([("read", Dates(mark_gaps=mark)), _filled(plan), *_scaled(plan)])


def _categories(plan: Plan) -> Any:
    if not plan.needs.native_categories:
        return Categories(_one_hot(plan))
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=float("nan"), max_categories=MOST_NATIVE_VALUES
    )
    return Categories(codes)


def _crowded(plan: Plan, task: Task, seed: int) -> Any:
    if not plan.averaged:
        return Categories(_one_hot(plan))
    # Plain folds: with stratified ones a class of fewer than five training rows would be an error or a warning.
    folds = KFold(5, shuffle=True, random_state=seed)
    averages = TargetEncoder(target_type="continuous" if task is Task.REGRESSION else "auto", cv=folds)
    return Pipeline([("read", Categories(averages)), *_scaled(plan)])


def _one_hot(plan: Plan) -> Any:
    return OneHotEncoder(
        sparse_output=False,
        handle_unknown="infrequent_if_exist",
        min_frequency=plan.rare,
        max_categories=MANY_VALUES + 1,
    )


def _filled(plan: Plan, frequent: bool = False, mark: bool = False) -> tuple[str, Any]:
    return "fill", EmptyAsZero() if plan.needs.native_gaps else Filled(frequent, mark)


def _scaled(plan: Plan) -> list[tuple[str, Any]]:
    return [("scale", CommonScale() if plan.pixels else StandardScaler())] if plan.needs.scaled else []
