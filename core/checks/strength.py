"""How well a single column, or the order of the rows, tells the target: scores on rows that were held out.

Takes codes or numbers and the target, gives scores between 0 and 1. Knows nothing of tables.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

PARTS = 3  # folds of a score: it only has to tell the nearly perfect from the rest
LEAVES = 32
MOST_VALUES = 2_000  # different values of a category; more say nothing about rows that were held out

Codes = NDArray[np.int64]
Numbers = NDArray[np.float64]


def score_of_numbers(values: Numbers, y: NDArray[Any], classes: int, seed: int = 0) -> float:
    """How well a shallow tree tells the target by one column of numbers; gaps are a value of their own.

    Parameters
    ----------
    values : ndarray of shape (rows,)
    y : ndarray of shape (rows,)
        Class codes or numbers.
    classes : int
        How many classes there are; 0 for numbers.

    Returns
    -------
    float
        For classes the balanced accuracy, for numbers R², of rows that were held out.
    """
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    settings = {"max_leaf_nodes": LEAVES, "min_samples_leaf": max(1, len(y) // 200), "random_state": seed}
    said = np.empty(len(y), dtype=np.float64)
    for train, test in _parts(y, classes, seed):
        if classes:
            tree: Any = DecisionTreeClassifier(class_weight="balanced", **settings)
        else:
            tree = DecisionTreeRegressor(**settings)
        said[test] = tree.fit(values[train, None], y[train]).predict(values[test, None])
    return _score(said, y, classes)


def score_of_codes(codes: Codes, y: NDArray[Any], classes: int, seed: int = 0) -> float:
    """How well a category tells the target: by the share of each class, or the mean, that its value had elsewhere.

    Parameters and result are those of `score_of_numbers`; `codes` has the place of each row's value.
    """
    values = int(codes.max(initial=0)) + 1
    if values > MOST_VALUES:
        return 0.0
    said = np.empty(len(y), dtype=np.float64)
    for train, test in _parts(y, classes, seed):
        told = (
            _usual_class(codes[train], y[train], values, classes) if classes else _mean(codes[train], y[train], values)
        )
        said[test] = told[codes[test]]
    return _score(said, y, classes)


def _usual_class(codes: Codes, y: Codes, values: int, classes: int) -> Numbers:
    """The class that is the most frequent for each value, every class counted as if it had as many rows as others."""
    seen = np.bincount(codes * classes + y, minlength=values * classes).reshape(values, classes)
    weighed: Numbers = (seen / np.maximum(np.bincount(y, minlength=classes), 1)).argmax(axis=1).astype(np.float64)
    return weighed


def _mean(codes: Codes, y: Numbers, values: int) -> Numbers:
    """The mean of the target for each value, drawn towards that of all rows where there are few."""
    count = np.bincount(codes, minlength=values)
    total = np.bincount(codes, weights=y, minlength=values)
    drawn: Numbers = (total + y.mean()) / (count + 1)
    return drawn


def _parts(y: NDArray[Any], classes: int, seed: int) -> list[tuple[Codes, Codes]]:
    """Folds with the classes in proportion: row k of each class in the order of a draw goes to part k modulo parts."""
    order = np.random.default_rng(seed).permutation(len(y))
    if classes:
        order = order[np.argsort(y[order], kind="stable")]
    part = np.empty(len(y), dtype=np.int64)
    part[order] = np.arange(len(y)) % PARTS
    return [(np.flatnonzero(part != each), np.flatnonzero(part == each)) for each in range(PARTS)]


def _score(said: Numbers, y: NDArray[Any], classes: int) -> float:
    if not classes:
        spread = float(((y - y.mean()) ** 2).sum())
        return max(0.0, 1 - float(((y - said) ** 2).sum()) / spread) if spread else 0.0
    right = np.bincount(y[said == y], minlength=classes)
    present = np.bincount(y, minlength=classes)
    return float((right[present > 0] / present[present > 0]).mean())


def skill(score: float, classes: int) -> float:
    """A score as the share of the way from guessing (0) to perfect (1)."""
    chance = 1 / classes if classes else 0.0
    return max(0.0, (score - chance) / (1 - chance))


def likeness(y: NDArray[Any], classes: int) -> float:
    """How much a row's target is like that of the row before: 0 by chance, 1 where it is the same.

    For numbers the correlation of ranks at a distance of one row; for classes Cohen's kappa of a row and the next.
    """
    if len(y) < 3:
        return 0.0
    if classes:
        share = np.bincount(y, minlength=classes) / len(y)
        chance = float((share**2).sum())
        return (float((y[1:] == y[:-1]).mean()) - chance) / (1 - chance) if chance < 1 else 0.0
    return rank_correlation(y[1:], y[:-1])


def rank_correlation(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Spearman's rank correlation, over the rows that have both; 0 where one of them does not vary."""
    from scipy.stats import rankdata

    known = ~(np.isnan(a) | np.isnan(b))
    if known.sum() < 3:
        return 0.0
    ranks = rankdata(a[known]), rankdata(b[known])
    if any(np.ptp(each) == 0 for each in ranks):
        return 0.0
    return float(np.corrcoef(*ranks)[0, 1])


def within_groups(values: Numbers, groups: Codes) -> tuple[float, float]:
    """How alike rows of one group are, and how probable so much would be by chance.

    Parameters
    ----------
    values : ndarray of shape (rows,)
        Without gaps.
    groups : ndarray of shape (rows,)
        Codes 0, 1, …

    Returns
    -------
    tuple of float
        The intraclass correlation ICC(1) of a one-way analysis of variance, and its p value by the F test. Groups of
        unequal size enter with the usual mean size (n - Σ nᵢ² / n) / (k - 1).
    """
    from scipy.stats import f

    sizes = np.bincount(groups)
    kept = sizes > 0
    sizes, n = sizes[kept], len(values)
    k = len(sizes)
    if k < 2 or n <= k:
        return 0.0, 1.0
    means = np.bincount(groups, weights=values)[kept] / sizes
    between = float((sizes * (means - values.mean()) ** 2).sum()) / (k - 1)
    everything = float(((values - values.mean()) ** 2).sum())
    within = max(0.0, everything - between * (k - 1)) / (n - k)
    size = (n - float((sizes**2).sum()) / n) / (k - 1)
    if between + (size - 1) * within <= 0:
        return 0.0, 1.0
    p_value = float(f.sf(between / within, k - 1, n - k)) if within else 0.0
    return (between - within) / (between + (size - 1) * within), p_value
