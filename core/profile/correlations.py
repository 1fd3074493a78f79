"""Which columns go together, whatever their kinds: a matrix of the strongest."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from core.profile.measures import NOTHING, Strength, strength
from core.profile.values import MOST_LABELS, Codes, Values, about_rows, drawn, values_of
from core.records import Table

MOST_ROWS, MOST_COLUMNS, CANDIDATES = 5_000, 40, 200


def correlations(table: Table, settings: Mapping[str, Any]) -> pd.DataFrame:
    """Measure every pair of columns and keep the columns with the strongest ties.

    Parameters
    ----------
    settings : mapping
        ``classes``: columns of numbers that stand for classes; ``seed`` of the sample; ``target``, which is kept in any
        case where there is one.

    Returns
    -------
    DataFrame
        One row per pair of at most 40 columns: ``a``, ``b``, ``strength`` (0 to 1), ``measure``, ``sign``, ``p``, the
        strongest first. ``attrs``: ``columns`` in the order in which those that go together stand side by side, ``of``
        how many columns, ``tried`` how many were looked at, and the sample.
    """
    classes, target = settings.get("classes", ()), settings.get("target", "")
    rows = drawn(len(table.frame), MOST_ROWS, settings.get("seed", 0))
    values = _candidates(table, rows, classes, target)
    pairs = {(a.name, b.name): strength(a, b) for a, b in combinations(values, 2)}
    kept = _strongest([each.name for each in values], pairs, target)
    found = [
        (a, b, told.value, told.measure, told.sign, told.p)
        for (a, b), told in pairs.items()
        if a in kept and b in kept and not math.isnan(told.value)
    ]
    frame = pd.DataFrame(found, columns=["a", "b", "strength", "measure", "sign", "p"])
    frame = frame.sort_values("strength", ascending=False, kind="stable", ignore_index=True)
    about = about_rows(len(table.frame), MOST_ROWS)
    frame.attrs.update(about, columns=_neighbours(kept, pairs), tried=len(values), all=len(table.columns))
    return frame


def _candidates(table: Table, rows: Codes | None, classes: Collection[str], target: str) -> list[Values]:
    """The first columns with which can be calculated; the target among them."""
    names = [each.name for each in table.columns]
    names.sort(key=lambda name: name != target)
    found: list[Values] = []
    for name in names:
        values = values_of(table, name, rows, classes, MOST_LABELS)
        if values is not None and _varies(values):
            found.append(values)
        if len(found) == CANDIDATES:
            break
    return found


def _varies(values: Values) -> bool:
    plain = values.numbers if values.numbers is not None else values.codes
    assert plain is not None
    known = plain[values.known]
    return bool(len(known) and known.min() < known.max())


def _strongest(names: list[str], pairs: Mapping[tuple[str, str], Strength], target: str) -> list[str]:
    """The columns of the strongest pairs, as many as can be shown."""
    kept: dict[str, None] = dict.fromkeys([target] if target in names else [])
    for (a, b), told in sorted(pairs.items(), key=lambda each: -np.nan_to_num(each[1].value)):
        if len(kept | dict.fromkeys((a, b))) > MOST_COLUMNS or math.isnan(told.value):
            break
        kept |= dict.fromkeys((a, b))
    return [name for name in names if name in kept]


def _neighbours(names: list[str], pairs: Mapping[tuple[str, str], Strength]) -> list[str]:
    """The columns in an order in which those that go together stand side by side."""
    from scipy.cluster.hierarchy import leaves_list, linkage

    if len(names) < 3:
        return names
    told = [pairs.get((a, b)) or pairs.get((b, a), NOTHING) for a, b in combinations(names, 2)]
    apart = 1 - np.nan_to_num([each.value for each in told])
    return [names[place] for place in leaves_list(linkage(apart, "average", optimal_ordering=True))]
