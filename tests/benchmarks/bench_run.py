"""The run engine against plain scikit-learn: sixteen classifiers on five folds, the same rows, the same settings.

The limit is the sum of bare fit and predict times in this process, one thread, divided by the cores: a run that keeps
every core busy with nothing else reaches it. It is measured before and after the run, and the mean counts, because the
machine's speed drifts. Beside it stand scikit-learn's ``cross_validate`` with as many jobs as cores, model by model,
and what the cores lose to each other: the same bare work again, shared among as many processes as cores.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from core import jobs
from core.engines.local import QUIET
from core.models import MODELS, build
from core.records import FitState, ModelSpec, Roles, RunSpec, Split, Table
from core.run import Setting, setting
from core.store import Store
from core.supervisor import slots

SIXTEEN = (
    ModelSpec("baseline"),
    ModelSpec("logistic_regression"),
    ModelSpec("ridge"),
    ModelSpec("k_neighbors"),
    ModelSpec("gaussian_naive_bayes"),
    ModelSpec("lda"),
    ModelSpec("qda", settings={"reg_param": 0.1}),  # without it, it fails on columns that depend on each other
    ModelSpec("svm_linear"),
    ModelSpec("svm_rbf"),
    ModelSpec("decision_tree"),
    ModelSpec("random_forest"),
    ModelSpec("extra_trees"),
    ModelSpec("ada_boost"),
    ModelSpec("gradient_boosting", settings={"n_estimators": 20}),  # a hundred take longer than the fifteen others
    ModelSpec("hist_gradient_boosting"),
    ModelSpec("sklearn_mlp"),
)
# A kernel machine alone would take as long on the large tables as the fifteen others together.
LARGE = tuple(
    each if each.name != "svm_rbf" else ModelSpec("sklearn_mlp", "small", {"hidden_layer_sizes": (20,)})
    for each in SIXTEEN
)
SPLIT = Split("stratified")


def run() -> dict[str, Any]:
    """Measure; rows of name, value, target, unit, passed."""
    rows: list[dict[str, Any]] = []
    with _store() as store:
        _warm_up(store)
        rows += _whole_run(store, "breast_cancer", SIXTEEN, 1.25)
        rows += _whole_run(store, "digits", SIXTEEN, 1.10)
        rows += [*_small_fits(store), _first_row(store)]
        rows += _whole_run(store, _numbers(store), LARGE, 1.10)
        rows += _whole_run(store, _mixed(store), LARGE, 1.10)
    return {"rows": [*rows, *_cold()]}


@contextmanager
def _store() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        try:
            yield store
        finally:
            jobs.stop_supervisor(store)


def _warm_up(store: Store) -> None:
    table = jobs.read(store, "iris")
    _finish(store, table, (ModelSpec("logistic_regression"), ModelSpec("random_forest")), seed=99)
    time.sleep(2 * QUIET + 2)  # by then every worker has everything imported


def _numbers(store: Store) -> str:
    """20,000 rows of 30 numbers, 10 of which tell something; made here."""
    import pandas as pd
    from sklearn.datasets import make_classification

    X, y = make_classification(20_000, 30, n_informative=10, random_state=0)
    frame = pd.DataFrame(X, columns=[f"number_{index}" for index in range(30)]).assign(label=np.where(y, "yes", "no"))
    frame.to_parquet(store.tables / "numbers.parquet")
    return "numbers.parquet"


def _mixed(store: Store) -> str:
    """50,000 rows of 14 numbers and 6 categories, one value in twenty missing; made here."""
    import pandas as pd
    from sklearn.datasets import make_classification

    X, y = make_classification(50_000, 20, n_informative=10, random_state=1)
    frame = pd.DataFrame(X, columns=[f"column_{index}" for index in range(20)])
    for index in range(14, 20):
        cut = pd.qcut(frame[f"column_{index}"], 3 + index % 4, labels=False)
        frame[f"column_{index}"] = cut.map(lambda code: f"kind {code}")
    holes = np.random.default_rng(0).random(frame.shape) < 0.05
    frame = frame.mask(holes).assign(label=np.where(y, "yes", "no"))
    frame.to_parquet(store.tables / "mixed.parquet")
    return "mixed.parquet"


def _whole_run(store: Store, source: str, models: tuple[ModelSpec, ...], target: float) -> list[dict[str, Any]]:
    """Wall time of a run on warm workers against the limit, and against ``cross_validate``; the median of three."""
    table = jobs.read(store, source)
    shared = setting(_spec(table, models, 0), table)
    short = len(table.frame) < 5_000
    ratios, gains, walls, losses = [], [], [], []
    for seed in range(3 if short else 1):
        spec = _spec(table, models, seed)
        before = _bare(spec, table)
        wall = _finish(store, table, models, seed)
        bare = (before + _bare(spec, table)) / 2 if short else before
        walls.append(wall)
        ratios.append(wall / (bare / slots()))
        losses += [_side_by_side(spec, table) / bare] if not seed else []
        gains.append(_cross_validated(shared) / wall if short else np.nan)
    name = f"{source.partition('.')[0]}: {len(models)} models × 5 folds"
    rows = [
        _row(f"{name}, wall ÷ (bare ÷ cores)", median(ratios), target, f"× ({median(walls):.2f} s)"),
        _told("  the same bare work on all cores at once ÷ one by one", median(losses), "×"),
    ]
    if short:
        rows.append(_row(f"{name}, cross_validate(n_jobs={slots()}) ÷ ours", median(gains), 1.3, "×", least=True))
    return rows


def _row(name: str, value: float, target: float, unit: str, *, least: bool = False) -> dict[str, Any]:
    passed = value >= target if least else value <= target
    return {"name": name, "value": float(value), "target": target, "unit": unit, "passed": bool(passed)}


def _told(name: str, value: float, unit: str) -> dict[str, Any]:
    """A row that is told and not judged."""
    return {"name": name, "value": float(value), "target": None, "unit": unit, "passed": True}


def _side_by_side(spec: RunSpec, table: Table) -> float:
    """Seconds of the same, summed over as many processes as there are slots, each with its share, all at once."""
    count = slots()
    with multiprocessing.get_context("spawn").Pool(count) as pool:
        pool.starmap(_bare, [(spec, table, slice(0, 0))] * count, chunksize=1)  # imports are not measured
        return sum(pool.starmap(_bare, [(spec, table, slice(each, None, count)) for each in range(count)], chunksize=1))


def _bare(spec: RunSpec, table: Table, part: slice = slice(None)) -> float:
    """Seconds of every fit and one prediction of the held-out rows, one after the other, in this process."""
    warnings.simplefilter("ignore")  # what models warn of is not measured
    shared = setting(spec, table)
    X, y, total = shared.samples.X, shared.samples.y, 0.0
    for model in spec.models:
        for fold in shared.folds[part]:
            pipeline = build(model, shared.problem, spec.seed)
            train, test = X.iloc[fold.train], X.iloc[fold.test]
            predict = "predict_proba" if MODELS[model.name].gives == "probabilities" else "predict"
            began = time.perf_counter()
            pipeline.fit(train, y[fold.train])
            getattr(pipeline, predict)(test)
            total += time.perf_counter() - began
    return total


def _cross_validated(shared: Setting) -> float:
    """Seconds of scikit-learn's own loop over the models with five metrics, as many jobs as there are slots."""
    from sklearn.model_selection import cross_validate

    cv = [(fold.train, fold.test) for fold in shared.folds]
    names = ["accuracy", "precision_macro", "recall_macro", "f1_macro"]
    began = time.perf_counter()
    for model in shared.spec.models:
        scoring = [*names, "roc_auc_ovr"] if MODELS[model.name].gives == "probabilities" else names
        pipeline = build(model, shared.problem, shared.spec.seed)
        cross_validate(pipeline, shared.samples.X, shared.samples.y, cv=cv, scoring=scoring, n_jobs=slots())
    return time.perf_counter() - began


def _spec(table: Table, models: tuple[ModelSpec, ...], seed: int, split: Split = SPLIT) -> RunSpec:
    roles = Roles(table.target or table.columns[-1].name)
    return RunSpec(table.name, table.fingerprint, roles, split, models, seed, time_limit=0.0)


def _finish(store: Store, table: Table, models: tuple[ModelSpec, ...], seed: int, split: Split = SPLIT) -> float:
    """Submit a run and wait for its end; gives the seconds from the one to the other."""
    began = time.perf_counter()
    id = jobs.submit(store, _spec(table, models, seed, split), table)
    while not jobs.ended(store.run(id)):  # type: ignore[arg-type]
        time.sleep(0.02)  # a look takes a third of a millisecond from what is measured
    wall = time.perf_counter() - began
    open_fits = [each for each in store.fits(id) if each.state != FitState.DONE]
    assert not open_fits, [(each.model, each.reason) for each in open_fits]
    while any(each.outcome is not None and each.outcome.size_bytes is None for each in store.fits(id)):
        time.sleep(0.05)  # what is measured afterwards would disturb the next run
    return wall


def _small_fits(store: Store) -> list[dict[str, Any]]:
    """What a fit costs that is over at once: the baseline on iris, 200 times, the store included."""
    table, split = jobs.read(store, "iris"), Split("repeated", folds=10, repeats=20)
    models = (ModelSpec("baseline"),)
    count = split.folds * split.repeats
    wall = median(_finish(store, table, models, seed, split) for seed in (201, 202, 203))
    bare = _bare(_spec(table, models, 0, split), table)
    return [
        _row(
            "iris: overhead of one small fit, a slot's time less the bare fit",
            (wall * slots() - bare) / count * 1e3,
            15.0,
            "ms",
        )
    ]


def _first_row(store: Store) -> dict[str, Any]:
    """From the submission to the first finished model on iris, workers warm; the median of three."""
    table = jobs.read(store, "iris")
    waits = []
    for seed in (1, 2, 3):
        began = time.perf_counter()
        id = jobs.submit(store, _spec(table, SIXTEEN[:-1], seed), table)
        while not any(each.state == FitState.DONE for each in store.fits(id)):
            time.sleep(0.01)
        waits.append(time.perf_counter() - began)
        while not jobs.ended(store.run(id)):  # type: ignore[arg-type]
            time.sleep(0.02)
    return _row("iris: first finished fit after the start", median(waits), 0.3, "s")


def _cold() -> list[dict[str, Any]]:
    """The first run when no process is there yet, against the limit and a second and a half; the median of three."""
    extra = []
    for seed in range(3):
        with _store() as store:
            table = jobs.read(store, "breast_cancer")
            jobs.stop_supervisor(store)
            wall = _finish(store, table, SIXTEEN, seed)
            extra.append(wall - _bare(_spec(table, SIXTEEN, seed), table) / slots())
    return [_row("breast_cancer: cold start, wall less (bare ÷ cores)", median(extra), 1.5, "s")]
