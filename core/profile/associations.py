"""Which columns have to do with the target, the strongest first.

scikit-learn is imported when it is worked out, never with this module.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.profile.measures import NOTHING, strength
from core.profile.values import Sort, Values, about_rows, drawn, values_of
from core.records import Table

MOST_CELLS, LEAST_ROWS, MOST_ROWS = 20_000_000, 2_000, 20_000
INFORMATION_ROWS, INFORMATION_COLUMNS = 2_000, 200
NEIGHBOURS = 3  # as Kraskov, Stögbauer and Grassberger (2004) advise


def associations(table: Table, settings: Mapping[str, Any]) -> pd.DataFrame:
    """Hold every column against the target.

    Parameters
    ----------
    settings : mapping
        ``target``; ``classes``: columns of numbers that stand for classes; ``seed`` of the sample.

    Returns
    -------
    DataFrame
        One row per column with which can be calculated, the strongest first: ``column``, ``sort``, ``strength`` (0 to
        1), ``measure``, ``sign``, ``test``, ``p``, ``information`` (see `information`; NaN where there are too many
        columns for it, and it is not among the strongest) and ``shared``, the larger of the strength's square and the
        information, by which they are ranked. ``attrs``: rows, of, sample, and ``left_out``, how many columns are text.
    """
    target, classes = settings["target"], settings.get("classes", ())
    rows = len(table.frame)
    most = int(np.clip(MOST_CELLS // max(len(table.columns), 1), LEAST_ROWS, MOST_ROWS))
    chosen = drawn(rows, most, settings.get("seed", 0))
    aim = values_of(table, target, chosen, classes)
    names = [each.name for each in table.columns if each.name != target]
    found = [] if aim is None else _strengths(table, aim, names, chosen, classes)
    frame = pd.DataFrame(found, columns=["column", "sort", "strength", "measure", "sign", "test", "p"])
    frame = frame.sort_values("strength", ascending=False, kind="stable", ignore_index=True)
    frame["information"] = [
        information(values_of(table, name, chosen, classes), aim) if place < INFORMATION_COLUMNS else math.nan
        for place, name in enumerate(frame["column"])
    ]
    frame["shared"] = frame[["information"]].assign(square=frame["strength"] ** 2).max(axis=1)
    frame = frame.sort_values("shared", ascending=False, kind="stable", ignore_index=True)
    frame.attrs.update(about_rows(rows, most), left_out=len(names) - len(frame))
    return frame


def _strengths(
    table: Table, aim: Values, names: list[str], chosen: Any, classes: Collection[str]
) -> list[tuple[Any, ...]]:
    found = []
    for name in names:
        values = values_of(table, name, chosen, classes)
        told = NOTHING if values is None else strength(values, aim)
        if values is not None and not math.isnan(told.value):
            found.append((name, str(values.sort), told.value, told.measure, told.sign, told.test, told.p))
    return found


def information(values: Values | None, aim: Values | None, seed: int = 0) -> float:
    """How much of the target a column tells, 0 to 1, whatever the shape of what joins them.

    scikit-learn's mutual information, on 2,000 rows at the most. Of classes: the share of their entropy. Of a number:
    1 − exp(−2 I), which is the square of the correlation where both are normal (Linfoot 1957).
    """
    from sklearn.feature_selection import mutual_info_classif, mutual_info_regression

    if values is None or aim is None:
        return math.nan
    both = np.flatnonzero(values.known & aim.known)
    part = drawn(len(both), INFORMATION_ROWS, seed)
    both = both if part is None else both[part]
    if len(both) < 4 * NEIGHBOURS:
        return math.nan
    x, y = (_plain(each)[both] for each in (values, aim))
    told = mutual_info_classif if aim.codes is not None else mutual_info_regression
    kind = values.sort is Sort.CATEGORY
    found = float(told(x[:, None], y, discrete_features=[kind], n_neighbors=NEIGHBOURS, random_state=seed)[0])
    if aim.codes is None:
        return 1 - math.exp(-2 * max(found, 0.0))
    shares = np.unique(y, return_counts=True)[1] / len(y)
    entropy = float(-(shares * np.log(shares)).sum())
    return float(np.clip(found / entropy, 0, 1)) if entropy > 0 else math.nan


def _plain(values: Values) -> Any:
    """Codes, or numbers on a scale that neighbours can be looked for on."""
    if values.codes is not None:
        return values.codes
    assert values.numbers is not None
    known = values.numbers[~np.isnan(values.numbers)]
    middle, spread = float(known.mean()), float(known.std())
    return (values.numbers - middle) / (spread or 1.0)
