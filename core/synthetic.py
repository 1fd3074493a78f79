"""How good invented rows are: a generative network learns from practice rows, and its rows are put to the test.

Takes a table, a problem and a way to divide the rows; gives the invented rows, scores of models that were trained on
real and on invented rows and judged on the same held-out real ones, both clouds on one map, and how near to the
practice rows the invented ones lie. scikit-learn and torch are imported when rows are invented, never with this module.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from core.data import SPLITS, folds, samples
from core.metrics import default_metric
from core.models import MODELS, default_models
from core.preparation import Needs, preparation, width
from core.progress import Step, retelling, tell
from core.projections import placed
from core.records import Fold, ModelSpec, Problem, Roles, RunSpec, Samples, Split, Table
from core.run import Setting, execute, reason_of
from core.wording import counted

if TYPE_CHECKING:
    import pandas as pd

HELD_OUT, PARTS = 0.25, 4
MOST_ROWS = 10_000
"""Practice rows, and held-out ones; of more a sample is taken."""

MOST_MODELS, USUAL_MODELS = 6, 5
MOST_POINTS, MOST_NEIGHBOURS = 1_500, 2_000
MARK = "synthetic"  # a column of the file that says so of every row
STEPS = 1_200
STEP, STEP_PER_COLUMN = 0.012, 1e-4  # seconds of a step of the network, and more for each column that a row becomes


def quick_models(problem: Problem) -> tuple[str, ...]:
    """The models that judge where nobody chose any: the quickest of those that a person starts with."""
    named = [name for name in default_models(problem) if not MODELS[name].always_in]
    quickest = sorted(named, key=lambda name: MODELS[name].seconds(problem))[:USUAL_MODELS]
    return tuple(name for name in named if name in quickest)


def expected_seconds(problem: Problem, models: Sequence[str]) -> float:
    """About how long inventing and judging takes on one core."""
    learning, judging = _expected(problem, models)
    return learning + sum(judging)


def _expected(problem: Problem, models: Sequence[str]) -> tuple[float, list[float]]:
    """About how many seconds the network learns, and each model twice."""
    part = replace(problem, rows=min(int(problem.rows * (1 - HELD_OUT)), MOST_ROWS))
    learning = STEPS * (STEP + STEP_PER_COLUMN * width(part, Needs(blind=True)))
    return learning, [2 * MODELS[name].seconds(part) for name in models]


def _shares(problem: Problem, models: Sequence[str]) -> tuple[float, list[float]]:
    """The same as shares of the whole."""
    learning, judging = _expected(problem, models)
    whole = learning + sum(judging)
    return learning / whole, [each / whole for each in judging]


def hold_out(split: Split) -> Split:
    """One division that keeps apart what a split keeps apart, and its sealed exam untouched."""
    kind = SPLITS[split.kind]
    apart = bool(kind.needs or kind.together)
    return replace(split, kind=kind.name if apart else "holdout", folds=PARTS, repeats=1, test_share=HELD_OUT)


def judge(
    table: Table, problem: Problem, roles: Roles, split: Split, models: Sequence[str], seed: int = 0
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Invent as many rows as there are practice rows, and find out what they are worth.

    Parameters
    ----------
    table : Table
    problem : Problem
    roles : Roles
    split : Split
        What it seals as an exam is never touched.
    models : sequence of str
        Names of `core.models.MODELS`.
    seed : int

    Returns
    -------
    invented : DataFrame of shape (practice rows, features + 1)
    told : dict
        Plain values that turn into JSON: ``metric``, ``guessing``, ``models`` (each with ``name``, ``real``,
        ``synthetic`` and ``reason``), ``rows``, ``held``, ``cloud`` (``x``, ``y`` and ``row``, which is -1 for an
        invented one), ``explained``, ``copies``, ``held_copies``, ``distance``, ``held_distance``, ``nearer``,
        ``curve`` and ``notes``.

    Raises
    ------
    Unusable
        If the rows cannot be divided so.
    """
    rows = samples(table, problem)
    fold = list(folds(rows, problem, hold_out(split), seed))[-1]
    rng = np.random.default_rng(seed)
    practice, notes = _some(fold.train, "practice", rng)
    held, more = _some(fold.test, "held-out", rng)
    real = Fold(0, practice, held)
    learning, judging = _shares(problem, models)
    with retelling(lambda step: Step(learning * step.fraction, f"the network learns: {step.message}")):
        network = _learned(_frame(table, problem, rows, practice), rows, practice, problem, seed)
    invented = network.sample(len(practice))
    metric = default_metric(problem).value
    spec = RunSpec(table.name, table.fingerprint, roles, split, (), seed)
    on_real = Setting(spec, problem, rows, [real])
    on_invented = Setting(spec, problem, *_replaced(rows, real, invented, problem))
    scores = []
    for number, name in enumerate(models):
        tell(Step(learning + sum(judging[:number]), f"{MODELS[name].title} learns from both"))
        scores.append(_scores(name, metric, on_real, on_invented))
    floor = next(name for name, model in MODELS.items() if model.always_in)
    told = {
        "metric": metric,
        "guessing": _scores(floor, metric, on_real)["real"],
        "models": scores,
        "rows": len(practice),
        "held": len(held),
        "curve": network.curve_,
        "notes": [*notes, *more, *network.notes_],
    }
    known, others = (_frame(table, problem, rows, each) for each in (practice, held))
    return invented, told | _closeness(rows, real, invented, problem, rng, seed) | _copies(known, others, invented)


def _some(rows: np.ndarray, which: str, rng: np.random.Generator) -> tuple[np.ndarray, list[str]]:
    if len(rows) <= MOST_ROWS:
        return np.sort(rows), []
    chosen = np.sort(rng.choice(rows, MOST_ROWS, replace=False))
    return chosen, [f"{MOST_ROWS:,} of {counted(len(rows), f'{which} row')} took part, drawn at random."]


def _frame(table: Table, problem: Problem, rows: Samples, positions: np.ndarray) -> pd.DataFrame:
    """Some rows with their answers, as a network learns them."""
    import pandas as pd

    frame = rows.take(positions).reset_index(drop=True)
    y = rows.y[positions]
    if problem.classes:
        frame[problem.target] = pd.Categorical.from_codes(y, categories=pd.Index(list(problem.classes)))
    else:
        dtype = table.frame[problem.target].dtype
        frame[problem.target] = y.astype(dtype) if getattr(dtype, "kind", "") in "iu" else y
    return frame


def _learned(frame: pd.DataFrame, rows: Samples, practice: np.ndarray, problem: Problem, seed: int) -> Any:
    """The network; rows that count more are there more often."""
    from core.networks.generative import TabularGAN

    if rows.weights is not None and rows.weights[practice].sum() > 0:
        chances = rows.weights[practice] / rows.weights[practice].sum()
        drawn = np.random.default_rng(seed).choice(len(practice), len(practice), p=chances)
        frame = frame.iloc[np.sort(drawn)].reset_index(drop=True)
    return TabularGAN(problem.target, steps=STEPS, random_state=seed).fit(frame)


def _replaced(rows: Samples, real: Fold, invented: pd.DataFrame, problem: Problem) -> tuple[Samples, list[Fold]]:
    """The same held-out rows, and invented ones in place of those to learn from."""
    import pandas as pd

    count = len(invented)
    target = invented[problem.target]
    y = target.cat.codes.to_numpy(dtype=np.int64) if problem.classes else target.to_numpy(dtype=np.float64)
    frame = pd.concat([invented.drop(columns=problem.target), rows.take(real.test)], ignore_index=True)
    weights = None if rows.weights is None else np.concatenate([np.ones(count), rows.weights[real.test]])
    places = np.arange(len(frame))
    both = Samples(frame, np.concatenate([y, rows.y[real.test]]), places, weights=weights)
    return both, [Fold(0, places[:count], places[count:])]


def _scores(name: str, metric: str, on_real: Setting, on_invented: Setting | None = None) -> dict[str, Any]:
    """What a model reaches after learning from either, and why where it reaches nothing."""
    told: dict[str, Any] = {"name": name, "real": None, "synthetic": None, "reason": ""}
    for which, shared in (("real", on_real), ("synthetic", on_invented)):
        try:
            with retelling(lambda step: None):  # how far one of several is, is not how far all is
                outcome = execute(shared, ModelSpec(name), 0).outcome if shared else None
        except Exception as error:  # it is one of several; the others count all the same
            told["reason"] = reason_of(error)
        else:
            told[which] = outcome.scores.get(metric) if outcome else None
            told["reason"] = told["reason"] or (outcome.undefined.get(metric, "") if outcome else "")
    return told


def _closeness(
    rows: Samples, real: Fold, invented: pd.DataFrame, problem: Problem, rng: np.random.Generator, seed: int
) -> dict[str, Any]:
    """Both clouds on the map of the practice rows, and how far the nearest practice row is."""
    from sklearn.neighbors import NearestNeighbors

    prepared = preparation(problem, Needs(scaled=True, blind=True), seed)
    known = prepared.fit_transform(rows.take(real.train), rows.y[real.train])
    others = prepared.transform(invented.drop(columns=problem.target))
    near = NearestNeighbors(n_neighbors=1).fit(known)
    unseen = prepared.transform(rows.take(_few(real.test, MOST_NEIGHBOURS, rng)))
    held, ours = (near.kneighbors(each)[0][:, 0] for each in (unseen, _few(others, MOST_NEIGHBOURS, rng)))
    chosen = _few(np.arange(len(known)), MOST_POINTS, rng)
    before, after, explained = placed(known, _few(others, MOST_POINTS, rng), seed)
    x, y = np.concatenate([before[chosen], after]).T
    numbers = [*rows.rows[real.train[chosen]].tolist(), *[-1] * len(after)]
    return {
        "cloud": {"x": x.round(4).tolist(), "y": y.round(4).tolist(), "row": numbers},
        "explained": explained,
        "distance": float(np.median(ours)),
        "held_distance": float(np.median(held)),
        "nearer": float(np.mean(ours < np.median(held))),
    }


def _few(values: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    return values if len(values) <= most else values[np.sort(rng.choice(len(values), most, replace=False))]


def _copies(practice: pd.DataFrame, held: pd.DataFrame, invented: pd.DataFrame) -> dict[str, int]:
    """How many rows are the same as a practice row in every column: invented ones, and for comparison held-out ones."""
    import pandas as pd

    known, others, ours = (pd.util.hash_pandas_object(each, index=False) for each in (practice, held, invented))
    return {"copies": int(ours.isin(known).sum()), "held_copies": int(others.isin(known).sum())}


def as_csv(invented: pd.DataFrame) -> bytes:
    """Invented rows as a file in which every one is called synthetic."""
    name = MARK
    while name in invented:
        name += "_"
    return invented.assign(**{name: "invented"}).to_csv(index=False).encode("utf-8-sig")


def file_name(dataset: str) -> str:
    """What a file of rows is called that were invented after a data set."""
    return f"{re.sub(r'[^A-Za-z0-9]+', '_', dataset).strip('_') or 'table'}_synthetic_invented_rows.csv"
