"""Which columns a fitted model goes by.

Takes a fitted pipeline and rows of original columns; gives one figure per column. What shuffles, scores and names the
columns is handed in, so this knows neither the metrics nor the preparation. Needs no scikit-learn of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.catalogue import Catalogue
from core.progress import Step, tell
from core.records import Problem

if TYPE_CHECKING:
    import pandas as pd

Scorer = Callable[[Any, Any, Any], float]
Floats = NDArray[np.floating[Any]]

REPEATS, MOST_ROWS = 5, 2_000
CLEAR = 2.0  # deviations of the shuffles that a difference must have


@dataclass(frozen=True, slots=True)
class Asked:
    """A fitted model and what its importances are asked with; see `importance` for each."""

    pipeline: Any
    X: pd.DataFrame
    y: NDArray[Any]
    scorer: Scorer | None = None
    origins: Sequence[str] | None = None
    seed: int = 0
    repeats: int = REPEATS
    most_rows: int = MOST_ROWS


@dataclass(frozen=True, slots=True)
class Found:
    """One figure per column of the table: `mean` and `spread` of shape (columns,), NaN where a spread is not known."""

    mean: Floats
    spread: Floats
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """A way to say which columns matter, and all that is needed to show it.

    Attributes
    ----------
    name, title : str
    about, expert : str
        One sentence for a lay person, one for an expert.
    unit : str
        What the figures are, for an axis.
    compute : callable
        From `Asked` to `Found`.
    unsuitable : callable
        From a fitted pipeline to the reason why it has none, or None.
    """

    name: str
    title: str
    about: str
    expert: str
    unit: str
    compute: Callable[[Asked], Found]
    unsuitable: Callable[[Any], str | None] = field(default=lambda pipeline: None)


def importance(
    name: str,
    pipeline: Any,
    X: pd.DataFrame,
    y: NDArray[Any],
    problem: Problem,
    *,
    scorer: Scorer | None = None,
    origins: Sequence[str] | None = None,
    seed: int = 0,
    repeats: int = REPEATS,
    most_rows: int = MOST_ROWS,
) -> pd.DataFrame:
    """How much each column matters to a fitted model.

    Parameters
    ----------
    name : str
        A name of `IMPORTANCES`.
    pipeline : estimator
        Fitted on columns like those of `X`.
    X : DataFrame of shape (rows, columns)
        Original columns, best of rows that the model was not trained on.
    y : ndarray of shape (rows,)
        Class codes or numbers.
    problem : Problem
        Whose features are the columns that are asked about.
    scorer : callable, optional
        From estimator, X and y to a number, greater is better. By default ``pipeline.score``: accuracy or R².
    origins : sequence of str, optional
        For each prepared column, the original column that it was made of. Needed for a model's own importances where
        the preparation made other columns than it was given.
    seed : int
        Of the shuffles, and of the sample of rows.
    repeats : int
        How often each column is shuffled.
    most_rows : int
        With more rows, a sample of this many is taken.

    Returns
    -------
    DataFrame of shape (columns, 3)
        Columns ``feature``, ``mean`` and ``spread`` (a standard deviation; NaN where it is not known), the most
        important first. ``attrs`` holds the ``unit`` and ``notes``, sentences that say what was sampled.

    Raises
    ------
    UnknownName
        If there is no importance of that name.
    ValueError
        If the model has none of that kind, with the reason, or `origins` do not fit the model.
    """
    import pandas as pd

    entry = IMPORTANCES[name]
    reason = entry.unsuitable(pipeline)
    if reason:
        raise ValueError(reason)
    X = X[[column.name for column in problem.features]]
    found = entry.compute(Asked(pipeline, X, y, scorer, origins, seed, repeats, most_rows))
    frame = pd.DataFrame({"feature": list(X.columns), "mean": found.mean, "spread": found.spread})
    frame = frame.sort_values("mean", ascending=False, kind="stable", ignore_index=True)
    frame.attrs.update(unit=entry.unit, notes=list(found.notes))
    return frame


def _permutation(asked: Asked) -> Found:
    """How much the score falls when a column's values are shuffled among the rows (Breiman 2001).

    The shuffles are those of ``sklearn.inspection.permutation_importance`` for the same seed, so the values are the
    same; own code because that function cannot say how far it is.
    """
    X, y, notes = _sampled(asked)
    score = asked.scorer or _own_score
    baseline = score(asked.pipeline, X, y)
    orders = _shuffles(len(X), asked.repeats, asked.seed)
    falls = np.zeros((X.shape[1], asked.repeats))
    for column in range(X.shape[1]):
        tell(Step(column / X.shape[1], f"shuffling column {column + 1} of {X.shape[1]}"))
        shuffled = _with_column_shuffled(X, column, orders)
        falls[column] = [baseline - score(asked.pipeline, each, y) for each in shuffled]
    return Found(falls.mean(axis=1), falls.std(axis=1), notes)


def _own_score(pipeline: Any, X: pd.DataFrame, y: NDArray[Any]) -> float:
    return float(pipeline.score(X, y))


def _sampled(asked: Asked) -> tuple[pd.DataFrame, NDArray[Any], tuple[str, ...]]:
    rows = len(asked.X)
    if rows <= asked.most_rows:
        return asked.X, asked.y, ()
    chosen = np.sort(np.random.default_rng(asked.seed).choice(rows, asked.most_rows, replace=False))
    note = f"Measured on {asked.most_rows:,} of {rows:,} rows, drawn at random (seed {asked.seed})."
    return asked.X.iloc[chosen], asked.y[chosen], (note,)


def _shuffles(rows: int, repeats: int, seed: int) -> list[NDArray[np.intp]]:
    """The orders in which scikit-learn puts a column, the same for every column: each shuffles the one before."""
    state = np.random.RandomState(np.random.RandomState(seed).randint(np.iinfo(np.int32).max + 1))
    shuffle, order = np.arange(rows), np.arange(rows)
    orders = []
    for _ in range(repeats):
        state.shuffle(shuffle)
        order = order[shuffle]
        orders.append(order)
    return orders


def _with_column_shuffled(X: pd.DataFrame, column: int, orders: Sequence[NDArray[np.intp]]) -> Iterator[pd.DataFrame]:
    name, values = X.columns[column], X.iloc[:, column]
    changed = X.copy()
    for order in orders:
        changed[name] = values.iloc[order].set_axis(X.index)
        yield changed


def _built_in(asked: Asked) -> Found:
    """The final estimator's own figures, those of prepared columns gathered by the column that they were made of."""
    final = _final(asked.pipeline)
    features = [str(each) for each in asked.X.columns]
    origins = features if asked.origins is None else [str(each) for each in asked.origins]
    if hasattr(final, "feature_importances_"):
        gather = _Gather(features, origins, len(final.feature_importances_))
        return Found(gather.summed(final.feature_importances_), _spread_over_trees(final, gather))
    X, _, notes = _sampled(asked)
    sizes = np.abs(np.atleast_2d(_dense(final.coef_))).mean(axis=0)
    gather = _Gather(features, origins, len(sizes))
    # A coefficient is per unit of its column; only times the column's spread can two of them be compared.
    moves = sizes * _prepared(asked.pipeline, X).std(axis=0)
    return Found(np.sqrt(gather.summed(moves**2)), np.full(len(features), np.nan), notes)


class _Gather:
    """Figures per prepared column to figures per original column."""

    def __init__(self, features: Sequence[str], origins: Sequence[str], count: int) -> None:
        if len(origins) != count:
            raise ValueError(
                f"The model sees {count} prepared columns, but {len(origins)} origins are given. "
                "Name the original column of each prepared one."
            )
        places = {name: place for place, name in enumerate(features)}
        strange = sorted({name for name in origins if name not in places})
        if strange:
            raise ValueError(f"Some prepared columns come from {strange[0]!r}, which is no column of these rows.")
        self._places = np.array([places[name] for name in origins], dtype=np.intp)
        self.size = len(features)

    def summed(self, values: Floats) -> Floats:
        """The sum over each original column's prepared ones; 0 for a column that nothing was made of."""
        weights: Floats = np.asarray(values, dtype=float)
        return np.bincount(self._places, weights=weights, minlength=self.size).astype(float)


def _spread_over_trees(final: Any, gather: _Gather) -> Floats:
    """How much the trees of a forest disagree; NaN where a model is no such average."""
    trees = getattr(final, "estimators_", None)
    # A forest's trees see all columns and stand side by side in a list; boosted ones correct each other in an array.
    if not isinstance(trees, list) or not all(hasattr(tree, "feature_importances_") for tree in trees):
        return np.full(gather.size, np.nan)
    disagreement: Floats = np.std([gather.summed(tree.feature_importances_) for tree in trees], axis=0)
    return disagreement


def _final(pipeline: Any) -> Any:
    """The estimator at the end of a pipeline, or what was given where that is no pipeline."""
    return pipeline.steps[-1][1] if hasattr(pipeline, "steps") else pipeline


def _prepared(pipeline: Any, X: pd.DataFrame) -> Floats:
    """The columns that the final estimator sees."""
    return _dense(pipeline[:-1].transform(X) if hasattr(pipeline, "steps") else X)


def _dense(values: Any) -> Floats:
    return np.asarray(values.toarray() if hasattr(values, "toarray") else values, dtype=float)


def _has_own(pipeline: Any) -> str | None:
    final = _final(pipeline)
    if hasattr(final, "feature_importances_") or hasattr(final, "coef_"):
        return None
    return "This model keeps no importances or coefficients of its own."


IMPORTANCES: Catalogue[Importance] = Catalogue(
    "importance",
    Importance(
        name="permutation",
        title="Shuffling a column",
        about="How much worse the model gets when a column's values are mixed up among the rows.",
        expert="Permutation importance (Breiman 2001) on held-out rows, over the original columns: fall of the score, "
        "mean and standard deviation over the shuffles. Columns that say the same thing stand in for each other "
        "and both look unimportant.",
        unit="fall of the score",
        compute=_permutation,
    ),
    Importance(
        name="built_in",
        title="The model's own",
        about="What the fitted model itself says it goes by; comparable within one model only.",
        expert="Impurity importances, summed over the columns made of one original column (spread: between trees of a "
        "forest); they favour columns with many values. Or sizes of coefficients times the deviation of their prepared "
        "column: mean over the classes, then the root of the sum of squares over the columns made of one.",
        unit="the model's own",
        compute=_built_in,
        unsuitable=_has_own,
    ),
)
