"""The run engine against plain scikit-learn: ten models on five folds, the same rows, the same settings, in one run.

The limit is the sum of bare fit and predict times in this process, one thread, divided by the cores. A run that keeps
every core busy with nothing else reaches it.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from core import jobs
from core.data import make_problem, samples
from core.models import MODELS, build
from core.records import FitState, ModelSpec, Roles, RunSpec, Split, Table
from core.run import setting
from core.store import Store
from core.supervisor import slots

TEN = (
    "logistic_regression",
    "k_neighbors",
    "gaussian_naive_bayes",
    "lda",
    "decision_tree",
    "random_forest",
    "extra_trees",
    "ada_boost",
    "gradient_boosting",
    "hist_gradient_boosting",
)
SPLIT = Split("stratified")


def run() -> dict[str, Any]:
    """Measure; rows of name, value, target, unit, passed."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        try:
            _warm_up(store)
            rows = [*_whole_run(store, "breast_cancer"), *_whole_run(store, _synthetic(store)), _first_row(store)]
        finally:
            jobs.stop_supervisor(store)
    return {"rows": rows}


def _warm_up(store: Store) -> None:
    table = jobs.read(store, "iris")
    _run(store, table, ("logistic_regression", "random_forest", "hist_gradient_boosting"), seed=99)


def _synthetic(store: Store) -> str:
    """20,000 rows of 30 numbers, 10 of which tell something; made here."""
    import pandas as pd
    from sklearn.datasets import make_classification

    X, y = make_classification(20_000, 30, n_informative=10, random_state=0)
    frame = pd.DataFrame(X, columns=[f"number_{index}" for index in range(30)]).assign(label=np.where(y, "yes", "no"))
    frame.to_parquet(store.tables / "synthetic.parquet")
    return "synthetic.parquet"


def _whole_run(store: Store, source: str) -> list[dict[str, Any]]:
    table = jobs.read(store, source)
    spec = _spec(table, TEN, 0)
    bare = _bare(spec, table)
    id = _run(store, table, TEN, seed=0)
    row = store.run(id)
    assert row is not None and row.seconds is not None
    allowed = 1.15 * bare / slots() + 1.0
    name = f"{source}: ten models × 5 folds"
    return [
        {
            "name": f"{name}, wall time ÷ (bare ÷ cores)",
            "value": row.seconds / (bare / slots()),
            "target": allowed / (bare / slots()),
            "unit": f"× ({row.seconds:.2f} s; bare {bare:.2f} s)",
            "passed": row.seconds <= allowed,
        }
    ]


def _bare(spec: RunSpec, table: Table) -> float:
    """Seconds of every fit and one prediction of the held-out rows, one after the other, in this process."""
    shared = setting(spec, table)
    X, y, total = shared.samples.X, shared.samples.y, 0.0
    for model in spec.models:
        for fold in shared.folds:
            pipeline = build(model, shared.problem, spec.seed)
            train, test = X.iloc[fold.train], X.iloc[fold.test]
            predict = "predict_proba" if MODELS[model.name].gives == "probabilities" else "predict"
            began = time.perf_counter()
            pipeline.fit(train, y[fold.train])
            getattr(pipeline, predict)(test)
            total += time.perf_counter() - began
    return total


def _spec(table: Table, names: tuple[str, ...], seed: int) -> RunSpec:
    models = tuple(ModelSpec(each) for each in names)
    roles = Roles(table.target or table.columns[-1].name)
    return RunSpec(table.name, table.fingerprint, roles, SPLIT, models, seed)


def _run(store: Store, table: Table, names: tuple[str, ...], seed: int) -> str:
    id = jobs.submit(store, _spec(table, names, seed), table)
    while True:
        row = store.run(id)
        assert row is not None
        if jobs.ended(row):
            return id
        time.sleep(0.02)


def _first_row(store: Store) -> dict[str, Any]:
    """From the submission to the first finished model on iris, workers warm; the median of three."""
    table = jobs.read(store, "iris")
    assert len(samples(table, make_problem(table, Roles(table.target))).y) == 150
    waits = []
    for seed in (1, 2, 3):
        began = time.perf_counter()
        id = jobs.submit(store, _spec(table, ("baseline", *TEN), seed), table)
        while not any(each.state == FitState.DONE for each in store.fits(id)):
            time.sleep(0.01)
        waits.append(time.perf_counter() - began)
        while not jobs.ended(store.run(id)):  # type: ignore[arg-type]
            time.sleep(0.02)
    value = median(waits)
    return {
        "name": "iris: first finished fit after the start",
        "value": value,
        "target": 2.0,
        "unit": "s",
        "passed": value <= 2.0,
    }
