"""Bakeoff's own part: the tables, its run through the queue with two warm workers, and what the peers are handed."""

from __future__ import annotations

import json
import time
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from core import jobs
from core.data import DATASETS, load_table
from core.models import MODELS, build
from core.records import ModelSpec, Roles, RunSpec, Split, Table, Task
from core.results import FitResult
from core.run import setting
from core.store import Store

ROLES = Roles("label")
SPLIT = Split("stratified", folds=5)


def standardised(store: Store, name: str) -> Table:
    """A table of standardised numbers and a label, read by the queue like anybody's file.

    Bakeoff scales in its pipelines and the peers do not: so nobody's logistic regression has raw columns to fight with.
    """
    import pandas as pd

    X, y = _synthetic() if name not in DATASETS else _catalogued(name)
    spread = X.std(axis=0)
    X = (X - X.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    frame = pd.DataFrame(X, columns=[f"number_{index}" for index in range(X.shape[1])])
    frame.assign(label=[f"class {code}" for code in y]).to_parquet(store.tables / f"{name}.parquet")
    return jobs.read(store, f"{name}.parquet")


def _catalogued(name: str) -> tuple[np.ndarray, np.ndarray]:
    table = load_table(name)
    X = table.frame.drop(columns=table.target).to_numpy(dtype=float)
    return X, np.unique(table.frame[table.target].astype(str), return_inverse=True)[1]


def _synthetic() -> tuple[np.ndarray, np.ndarray]:
    """20,000 rows of 30 numbers, 10 of which tell something."""
    from sklearn.datasets import make_classification

    found: tuple[np.ndarray, np.ndarray] = make_classification(20_000, 30, n_informative=10, random_state=0)
    return found


def compete(store: Store, table: Table, names: tuple[str, ...], seed: int) -> dict[str, Any]:
    """One run that starts the workers and one that finds them: seconds of both, and accuracies of the second.

    The first has a seed that nobody else has, so that the second finds nothing to reuse.
    """
    if not jobs.stop_supervisor(store):
        raise RuntimeError("The supervisor does not end, so there is no cold start to be measured.")
    first, _ = _timed(store, table, names, 1_000_000 + seed)
    again, accuracy = _timed(store, table, names, seed)
    return {"first": first, "again": again, "accuracy": accuracy}


def _timed(store: Store, table: Table, names: tuple[str, ...], seed: int) -> tuple[float, dict[str, float | None]]:
    """Seconds from the submission to the whole result, and every model's mean accuracy; None where it fails."""
    spec = RunSpec(table.name, table.fingerprint, ROLES, SPLIT, _specs(names), seed)
    began = time.perf_counter()
    id = jobs.submit(store, spec, table)
    while not ((row := store.run(id)) and jobs.ended(row)):
        time.sleep(0.02)
    found = jobs.result(store, row)
    seconds = time.perf_counter() - began
    if any(fit.reused for fit in found.fits):
        raise RuntimeError("Fits of an earlier run were reused, so the time says nothing.")
    while any(each.outcome is not None and each.outcome.size_bytes is None for each in store.fits(id)):
        time.sleep(0.05)  # models whose size is still measured would disturb whoever comes next
    return seconds, {model.spec.name: _accuracy(model.fits) for model in found.models}


def _accuracy(fits: tuple[FitResult, ...]) -> float | None:
    scores = [fit.outcome.scores["accuracy"] for fit in fits if fit.outcome]
    return fmean(map(float, scores)) if len(scores) == SPLIT.folds else None  # type: ignore[arg-type]


def hand_out(table: Table, models: dict[str, str], seed: int, file: Path) -> None:
    """Write the rows, the folds and the models of one of Bakeoff's runs for a peer; see `child.Contest`."""
    spec = RunSpec(table.name, table.fingerprint, ROLES, SPLIT, _specs(tuple(models)), seed)
    shared = setting(spec, table)
    fold = np.empty(len(shared.samples.y), dtype=int)
    for each in shared.folds:
        fold[each.test] = each.number
    entries = []
    for model in spec.models:
        estimator = build(model, shared.problem, seed)[-1]
        usual = type(estimator)().get_params()
        settings = {key: value for key, value in estimator.get_params().items() if value != usual[key]}
        place = MODELS[model.name].build[Task.CLASSIFICATION]
        entries.append({"name": model.name, "class": place, "settings": settings, "pycaret": models[model.name]})
    X = shared.samples.X
    task = json.dumps({"models": entries, "seed": seed})
    np.savez(file, X=X.to_numpy(), y=shared.samples.y, fold=fold, columns=np.array(X.columns, dtype=str), task=task)


def _specs(names: tuple[str, ...]) -> tuple[ModelSpec, ...]:
    return tuple(ModelSpec(name) for name in names)
