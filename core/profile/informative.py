"""Which two columns, drawn against each other, show the target best.

scipy is imported when it is worked out, never with this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from core.profile.associations import associations
from core.profile.values import Floats, Values, about_rows, drawn, values_of
from core.records import Table

MOST_ROWS, CANDIDATES, SHOWN = 1_000, 20, 20
NEIGHBOURS = 10


def views(table: Table, settings: Mapping[str, Any]) -> pd.DataFrame:
    """Rank pairs of columns by how well neighbours on their picture share the target.

    Every row is judged by its ten nearest neighbours in the two standardised columns (the row itself is none). Of
    classes: the share of rows named right, each class counting the same, votes weighted so that a rare class counts as
    much as a frequent one; guessing gets one in so many classes. Of a number: the share of its variance that the
    neighbours' mean explains.

    Parameters
    ----------
    settings : mapping
        ``target``; ``classes``: columns of numbers that stand for classes; ``seed`` of the sample.

    Returns
    -------
    DataFrame
        ``a``, ``b``, ``score`` of up to 20 pairs, the best first. ``attrs``: ``guessing``, ``tried`` (pairs),
        ``columns`` (those that were paired: the 20 that have most to do with the target), ``of``, and the sample.
    """
    target, classes, seed = settings["target"], settings.get("classes", ()), settings.get("seed", 0)
    ranked = associations(table, settings)["column"].tolist()[:CANDIDATES]
    rows = drawn(len(table.frame), MOST_ROWS, seed)
    aim = values_of(table, target, rows, classes)
    placed = {} if aim is None else {name: _placed(values_of(table, name, rows, classes)) for name in ranked}
    found = [] if aim is None else [(a, b, _score(placed[a], placed[b], aim)) for a, b in combinations(placed, 2)]
    frame = pd.DataFrame(found, columns=["a", "b", "score"]).dropna()
    frame = frame.sort_values("score", ascending=False, kind="stable", ignore_index=True).head(SHOWN)
    used = len(aim.labels) if aim is not None and aim.codes is not None else 0
    about = about_rows(len(table.frame), MOST_ROWS)
    frame.attrs.update(about, guessing=1 / used if used else 0.0, tried=len(found), columns=len(placed), classes=used)
    frame.attrs["all"] = len(table.columns) - 1
    return frame


def _placed(values: Values | None) -> Floats:
    """A column on an axis with mean 0 and spread 1; gaps in the middle, categories at their codes."""
    assert values is not None
    plain = values.numbers if values.codes is None else np.where(values.known, values.codes, np.nan)
    assert plain is not None
    known = plain[values.known].astype(float)
    spread = float(known.std()) if len(known) else 0.0
    return np.nan_to_num((plain - (known.mean() if len(known) else 0.0)) / (spread or 1.0))


def _score(a: Floats, b: Floats, aim: Values) -> float:
    known = aim.known
    points = np.column_stack([a, b])[known]
    if len(points) <= NEIGHBOURS:
        return float("nan")
    near = _neighbours(points)
    if aim.codes is None:
        assert aim.numbers is not None
        return _explained(aim.numbers[known], near)
    return _named_right(aim.codes[known], near, len(aim.labels))


def _neighbours(points: Floats) -> Any:
    """The places of the nearest others of each point, shape (n, 10)."""
    from scipy.spatial import KDTree

    # An unbalanced tree, because a balanced one takes long to build where many points are the same.
    near = KDTree(points, balanced_tree=False).query(x=points, k=NEIGHBOURS + 1)[1]
    own = near == np.arange(len(points))[:, None]
    own[~own.any(axis=1), -1] = True  # among many equal points it may not be found itself: then the last one goes
    return near[~own].reshape(len(points), NEIGHBOURS)


def _explained(actual: Floats, near: Any) -> float:
    total = float(((actual - actual.mean()) ** 2).sum())
    return 1 - float(((actual - actual[near].mean(axis=1)) ** 2).sum()) / total if total > 0 else float("nan")


def _named_right(codes: Any, near: Any, classes: int) -> float:
    sizes = np.bincount(codes, minlength=classes)
    votes = np.stack([(codes[near] == each).mean(axis=1) / max(size, 1) for each, size in enumerate(sizes)], axis=1)
    right = votes.argmax(axis=1) == codes
    return float(np.mean([right[codes == each].mean() for each in np.flatnonzero(sizes)]))
