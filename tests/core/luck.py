"""Data sets whose truth is known: two models that are equally good, and one that is worse by a known amount.

Each data set has three groups of columns that are drawn alike, the third with less of a signal. The same learner on
each of the first two groups is equally good by symmetry, whatever the learner; on the third it is worse, by what many
fresh training sets judged on many fresh rows show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from sklearn import config_context
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from core.comparison import compare_pair, in_order, interval, tied_with_best

ROWS, COLUMNS, SIGNAL, WEAKER = 100, 4, 1.0, 0.55
SETS = 400
PARTED = "nearest neighbours, one column each"  # the target depends on two columns, and each model sees one of them
LEARNERS: dict[str, Callable[[], Any]] = {
    "linear model": lambda: LogisticRegression(),
    "nearest neighbours": lambda: KNeighborsClassifier(5),
    PARTED: lambda: KNeighborsClassifier(5),
    "tree": lambda: DecisionTreeClassifier(max_depth=4, random_state=0),
    "boosting": lambda: GradientBoostingClassifier(n_estimators=15, max_depth=2, random_state=0),
}
PROTOCOLS = {"10 folds": (10, 1), "5 × 5 folds": (5, 5)}  # folds and repeats


def draw(rows: int, seed: int, *, parted: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Three groups of columns, shape (3, rows, columns), and two classes."""
    rng = np.random.default_rng(seed)
    if parted:
        both = rng.normal(size=(2, rows, 1))
        y = (both.sum(axis=0)[:, 0] + 0.3 * rng.normal(size=rows) > 0).astype(int)
        return np.stack([*both, both[1] + 0.8 * rng.normal(size=(rows, 1))]), y
    y = np.arange(rows) % 2
    groups = rng.normal(size=(3, rows, COLUMNS))
    groups[:, :, :2] += (np.array([SIGNAL, SIGNAL, WEAKER])[:, None, None] * y[:, None])[..., :1]
    return groups, y


@cache
def scores(learner: str, protocol: str, sets: int = SETS) -> np.ndarray:
    """Accuracy of every data set, model and fold, shape (sets, 3, folds × repeats)."""
    folds, repeats = PROTOCOLS[protocol]
    found = np.empty((sets, 3, folds * repeats))
    with config_context(assume_finite=True, skip_parameter_validation=True):
        for number in range(sets):
            groups, y = draw(ROWS, number, parted=learner == PARTED)
            parts = RepeatedStratifiedKFold(n_splits=folds, n_repeats=repeats, random_state=number).split(y, y)
            for place, (train, test) in enumerate(parts):
                for model, X in enumerate(groups):
                    said = LEARNERS[learner]().fit(X[train], y[train]).predict(X[test])
                    found[number, model, place] = np.mean(said == y[test])
    return found


@cache
def truth(learner: str, protocol: str, sets: int = SETS) -> np.ndarray:
    """The accuracy to be expected of a model that learns from as many rows as in a fold, shape (3,)."""
    rows = ROWS - ROWS // PROTOCOLS[protocol][0]
    found = np.empty((sets, 3))
    with config_context(assume_finite=True, skip_parameter_validation=True):
        for number in range(sets):
            parted = learner == PARTED
            groups, y = draw(rows, 10_000 + number, parted=parted)
            fresh, right = draw(2_000, 20_000 + number, parted=parted)
            for model in range(3):
                said = LEARNERS[learner]().fit(groups[model], y).predict(fresh[model])
                found[number, model] = np.mean(said == right)
    means = found.mean(axis=0)
    means[:2] = means[:2].mean()  # alike by symmetry
    return means


@dataclass(frozen=True)
class Claims:
    """Shares of the data sets.

    Attributes
    ----------
    false : float
        Where of two equally good models one is called better.
    covered, covered_better, covered_score : float
        Where the interval holds the true difference of equal and of unequal models, and the true score.
    found : float
        Where the better model is called so; `turned` where the worse is.
    """

    false: float
    covered: float
    covered_better: float
    covered_score: float
    found: float
    turned: float


def claims(learner: str, protocol: str, *, test_fraction: float | None = None, repeats: int | None = None) -> Claims:
    """What the test claims about all data sets; by default as Bakeoff does for this protocol."""
    folds, times = PROTOCOLS[protocol]
    options = {"test_fraction": test_fraction or 1 / folds, "repeats": times if repeats is None else repeats}
    known, true = scores(learner, protocol), truth(learner, protocol)
    equal = [compare_pair(each[0], each[1], **options) for each in known]
    better = [compare_pair(each[0], each[2], **options) for each in known]
    single = [interval(each[0], **options) for each in known]
    gap = true[0] - true[2]
    return Claims(
        np.mean([each.p_value < 0.05 for each in equal]),
        np.mean([each.low <= 0 <= each.high for each in equal]),
        np.mean([each.low <= gap <= each.high for each in better]),
        np.mean([each.low <= true[0] <= each.high for each in single]),
        np.mean([each.p_value < 0.05 and each.difference > 0 for each in better]),
        np.mean([each.p_value < 0.05 and each.difference < 0 for each in better]),
    )


def together(models: int, sets: int = SETS) -> tuple[float, float]:
    """Of so many equally good linear models on 10 folds: where one is set apart from the best, and without Holm."""
    apart = alone = 0
    for number in range(sets):
        rng = np.random.default_rng(number)
        y = np.arange(ROWS) % 2
        groups = rng.normal(size=(models, ROWS, COLUMNS))
        groups[:, :, :2] += SIGNAL * y[:, None]
        found: dict[str, list[float]] = {str(each): [] for each in range(models)}
        for train, test in RepeatedStratifiedKFold(n_splits=10, n_repeats=1, random_state=number).split(y, y):
            for name, X in zip(found, groups, strict=True):
                said = LEARNERS["linear model"]().fit(X[train], y[train]).predict(X[test])
                found[name].append(float(np.mean(said == y[test])))
        apart += len(tied_with_best(found, test_fraction=0.1)) < models
        best = in_order(found)[0]
        alone += any(
            compare_pair(found[best], found[name], test_fraction=0.1).p_value < 0.05 for name in found if name != best
        )
    return apart / sets, alone / sets
