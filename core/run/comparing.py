"""All fits of a run, one after the other, in this process: what a notebook calls."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from core.data import default_split, load_table, make_problem, table_of_frame
from core.models import MODELS, default_models
from core.progress import Step, listening
from core.records import FitState, ModelSpec, Problem, Roles, RunSpec, Split, Table
from core.results import Comparison, FitResult
from core.run.execution import Fitted, Setting, execute, model_file, reason_of, setting
from core.run.planning import PlannedFit, plan, with_baseline

if TYPE_CHECKING:
    import pandas as pd

Report = Callable[[float, str], None]


def ignore(fraction: float, message: str) -> None:
    """A report that nobody reads."""


def compare(
    data: str | Path | pd.DataFrame | Table,
    target: str = "",
    *,
    models: Sequence[str | ModelSpec] = (),
    task: str = "",
    positive: Any = None,
    split: Split | str = "",
    group: str = "",
    time: str = "",
    weight: str = "",
    seed: int = 0,
    class_weight: str = "",
    report: Report = ignore,
) -> Comparison:
    """Compare models on a table, here and now, in this process.

    Parameters
    ----------
    data : str, Path, DataFrame or Table
        A name of the data set catalogue (``"iris"``, ``"moons:noise=0.3"``) or of a place elsewhere (``"openml:61"``),
        a file, or a table. What is fetched is kept in the data folder.
    target : str
        The column to predict; may be empty for a data set that is known for one.
    models : sequence of str or ModelSpec, or str
        Names of the model catalogue; empty takes the default selection. The baseline is always in.
    task, positive, group, time, weight
        See `core.records.Roles`; empty takes the proposal.
    split : Split or str
        How rows are divided; a name takes that kind with its defaults, empty the task's default.
    seed : int
        Decides the folds and every model's randomness.
    class_weight : str
        ``"balanced"`` weights classes by their rarity in the models that can.
    report : callable
        Called with the share done and a message, before each fit and during it.

    Returns
    -------
    Comparison
        With ``leaderboard()``, ``scores()``, ``predictions`` and ``to_json()``.

    Raises
    ------
    Unreadable, Unusable
        If the table cannot be read or learned from; the text says why.
    UnknownName, ValueError
        If a model, a split, a setting or a class weight does not exist.

    Examples
    --------
    >>> from core.run import compare
    >>> result = compare("iris", models=["logistic_regression"])
    >>> list(result.leaderboard()["id"])
    ['logistic_regression', 'baseline']
    """
    table = _as_table(data)
    roles = Roles(target or table.target, task=task, positive=positive, group=group, time=time, weight=weight)
    problem = make_problem(table, roles)
    models = [models] if isinstance(models, str) else models
    chosen = [each if isinstance(each, ModelSpec) else ModelSpec(each) for each in models or default_models(problem)]
    division = split if isinstance(split, Split) else _split(split, problem)
    spec = RunSpec(table.name, table.fingerprint, roles, division, with_baseline(chosen), seed, class_weight)
    return _compare(spec, table, report)


def _as_table(data: str | Path | pd.DataFrame | Table) -> Table:
    if isinstance(data, Table):
        return data
    if isinstance(data, (str, Path)):
        from core.jobs import data_folder  # who knows of runs

        return load_table(str(data), data_folder() / "tables")
    return table_of_frame(data, "table")


def _split(kind: str, problem: Problem) -> Split:
    default = default_split(problem.task)
    return dataclasses.replace(default, kind=kind) if kind else default


def _compare(spec: RunSpec, table: Table, report: Report) -> Comparison:
    began = perf_counter()
    shared = setting(spec, table)
    fits = plan(spec, shared.problem)
    results = [_try(shared, fit, _within(report, index, len(fits))) for index, fit in enumerate(fits)]
    seconds = perf_counter() - began
    return Comparison("", spec, shared.problem, len(table.frame), len(table.columns), tuple(results), seconds)


def _within(report: Report, index: int, count: int) -> Report:
    """A report whose 0 to 1 is one fit's part of the whole."""
    return lambda fraction, message: report((index + fraction) / count, message)


def _size(fitted: Fitted) -> int:
    """Bytes of the fitted model's file; 0 where it cannot be written, for the scores are kept all the same."""
    try:
        return len(model_file(fitted.pipeline))
    except Exception:
        return 0


def _try(shared: Setting, fit: PlannedFit, report: Report) -> FitResult:
    """Execute one fit; a model that fails is a result with a reason, and the others go on."""
    if fit.reason:
        return FitResult(fit.model.id, fit.fold, FitState.SKIPPED, fit.reason)
    title = MODELS[fit.model.name].title
    report(0.0, f"{title}, fold {fit.fold + 1}")

    def hear(step: Step) -> None:
        report(step.fraction, f"{title}, fold {fit.fold + 1}, {step.message}")

    try:
        with listening(hear):
            fitted = execute(shared, fit.model, fit.fold)
    except Exception as error:
        return FitResult(fit.model.id, fit.fold, FitState.FAILED, reason_of(error))
    outcome = dataclasses.replace(fitted.outcome, size_bytes=_size(fitted))
    return FitResult(fit.model.id, fit.fold, FitState.DONE, outcome=outcome, predictions=fitted.predictions)
