"""What is asked of a run's groups, from what is stored: scores and treatment by group, and the weakest segments.

Takes a store and parameters; gives plain values, as derived results are. Runs in a worker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.decisions import Decision
from core.groups import by_group, fairness, grouping, rates, weakest
from core.groups.fairness import refused
from core.held_out import HeldOut, held_out
from core.records import Predictions, Problem, Table
from core.store import RunRow, Store


def groups_params(
    run: str, models: Sequence[str], column: str, metric: str, ranges: int, decisions: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """The parameters of scores and treatment by group; `decisions` are those that are kept with some of the models."""
    kept = {model: dict(decisions[model]) for model in models if model in decisions}
    named = {"run": run, "models": list(models), "column": column, "metric": metric}
    return {**named, "ranges": ranges, "decisions": kept}


def segments_params(run: str, model: str, decisions: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The parameters of a search for the segments in which a model errs most."""
    return {"run": run, "model": model, "decision": dict(decisions.get(model, {}))}


def groups(store: Store, params: Mapping[str, Any]) -> dict[str, Any]:
    """Scores by group of several models, and how their decisions treat the groups.

    Returns
    -------
    dict
        ``scores``, ``rates`` and ``differences``: frames as columns, each with the column ``model`` (an id), see
        `core.groups`; ``refused``: why there is no treatment to speak of, or None; ``level`` of a single difference;
        ``decided``: the models that a kept decision speaks for.
    """
    row, table = _run_of(store, params["run"])
    found: dict[str, list[pd.DataFrame]] = {"scores": [], "rates": [], "differences": []}
    level, decided, without = 0.95, [], refused(row.problem)
    for model in params["models"]:
        held = _held(store, row, model)
        parted = grouping(table, params["column"], held.predictions.rows, params["ranges"])
        units = _units(table, row.problem, held)
        scored = by_group(held, row.problem, parted, params["metric"], units=units, seed=row.spec.seed)
        found["scores"].append(scored.assign(model=model))
        if without:
            continue
        called, by_decision = _called(held.predictions, row.problem, params["decisions"].get(model))
        decided += [model] if by_decision else []
        found["rates"].append(rates(held, row.problem, called, parted).assign(model=model))
        differences = fairness(held, row.problem, called, parted)
        level = differences.attrs["level"]
        found["differences"].append(differences.assign(model=model))
    told = {name: _columns(pd.concat(parts, ignore_index=True)) if parts else {} for name, parts in found.items()}
    return {**told, "refused": without, "level": level, "decided": decided}


def segments(store: Store, params: Mapping[str, Any]) -> dict[str, Any]:
    """The segments in which a model errs most: a frame as columns, and what stands in its ``attrs``."""
    row, table = _run_of(store, params["run"])
    held = _held(store, row, params["model"])
    called, by_decision = _called(held.predictions, row.problem, params["decision"])
    frame = weakest(held, row.problem, table, called=called if row.problem.classes else None, seed=row.spec.seed)
    return {"frame": _columns(frame), "about": dict(frame.attrs), "decided": by_decision}


def _run_of(store: Store, run: str) -> tuple[RunRow, Table]:
    row = store.run(run)
    table = store.table(row.spec.fingerprint) if row else None
    if row is None or table is None:
        raise ValueError("The run or its table was deleted.")
    return row, table


def _held(store: Store, row: RunRow, model: str) -> HeldOut:
    """A model's stored predictions, fold by fold."""
    fits = [each for each in store.fits(row.id, curves=False) if each.model == model and each.outcome is not None]
    stored = {each.fold: store.files.predictions(each.key) for each in fits}
    held = held_out({fold: each for fold, each in stored.items() if each is not None}, row.problem, row.spec.seed)
    if not len(held.parts):
        raise ValueError("There are no predictions of this model for rows that it had not seen.")
    return held


def _units(table: Table, problem: Problem, held: HeldOut) -> np.ndarray:
    """What is drawn as a whole: a row, or all rows of one group where the folds heed groups."""
    rows = held.predictions.rows
    if not problem.group:
        return rows
    codes: np.ndarray = pd.factorize(table.frame[problem.group].iloc[rows], use_na_sentinel=False)[0]
    return codes


def _called(predictions: Predictions, problem: Problem, kept: Mapping[str, Any] | None) -> tuple[np.ndarray, bool]:
    """The class that each row was called, by a kept decision where there is one that suits."""
    decided = Decision.from_json(kept).called(predictions, problem) if kept and "target" in kept else None
    return (predictions.predicted, False) if decided is None else (decided, True)


def _columns(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """A frame as JSON knows it: what is not a number is None."""
    plain = frame.astype(object).where(frame.notna(), None)
    return {str(name): [_plain(each) for each in values] for name, values in plain.items()}


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
