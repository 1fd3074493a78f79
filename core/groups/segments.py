"""Where a model errs most: searched for on half of the rows, and judged on the other half.

The worst of many segments looks bad by luck alone; so what the first half points to is told by the second, which took
no part in the search, with intervals that allow for how many segments are told (Bonferroni). Segments are ranges or
values of one column, or of two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from core.diagnostics.shares import share_interval
from core.groups.fairness import difference_of
from core.groups.grouping import Grouping, able, grouping
from core.held_out import HeldOut, Mask, Share
from core.profile.values import Codes, Floats
from core.records import Problem, Table

MOST_TOLD, FEWEST, SMALLEST_SHARE = 5, 30, 0.02
MOST_COLUMNS, MOST_IN_PAIRS = 300, 40  # columns that are searched, and of which every two are
ALIKE = 0.5  # segments that share more of their rows tell the same
CAUTION = 1.64  # standard errors that a segment's error is lowered by before segments are ranked


@dataclass(frozen=True, slots=True)
class _Found:
    """A segment: a group of each of one or two columns."""

    parts: tuple[tuple[Grouping, int], ...]
    promise: float

    def rows(self) -> Mask:
        both: Mask = np.logical_and.reduce([each.codes == code for each, code in self.parts])
        return both

    def text(self) -> str:
        return " and ".join(
            f"{each.column} {'' if each.spans(code) else '= '}{each.labels[code]}" for each, code in self.parts
        )


def weakest(
    held: HeldOut,
    problem: Problem,
    table: Table,
    *,
    called: Codes | None = None,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """The segments of the rows in which a model errs most.

    Parameters
    ----------
    held : HeldOut
    problem : Problem
    table : Table
        All columns of which there are groups are searched, but for the target.
    called : ndarray of shape (n,), optional
        The class code that each row was called, where that is not what the model predicted.
    seed : int
        Decides the halves; where rows belong to groups, a group is in one half.
    level : float
        That the intervals of all segments hold together.

    Returns
    -------
    DataFrame
        Columns ``segment`` (in words), ``columns``, ``rows`` (of the half that judges), ``error`` (share named wrongly,
        or mean absolute error), ``others`` (the same of all other rows there), ``difference`` with ``low`` and
        ``high``, and ``confirmed``: whether the other half says the same. ``attrs``: ``tried`` segments, ``searched``
        and ``judged`` rows, and a ``reason`` where it is empty.
    """
    rows, errors, weights = _errors(held, problem, called)
    first = _first_half(rows, table, problem, seed)
    columns = ["segment", "columns", "rows", "error", "others", "difference", "low", "high", "confirmed"]
    fewest = max(FEWEST, int(SMALLEST_SHARE * len(rows) / 2))
    groups = [grouping(table, name, rows) for name in _searched(table, problem)]
    found, tried = (
        _search(groups, errors, weights, first, fewest) if min(first.sum(), (~first).sum()) > 2 * fewest else ([], 0)
    )
    told = [
        row for each in found if (row := _judged(each, errors, weights, ~first, problem, len(found), fewest, level))
    ]
    frame = pd.DataFrame(told, columns=columns)
    frame.attrs.update(tried=tried, searched=int(first.sum()), judged=int((~first).sum()))
    if frame.empty:
        frame.attrs["reason"] = (
            "No segment stands out on the half of the rows that was searched."
            if tried
            else f"{len(rows):,} rows are too few to search in one half and to judge on the other."
        )
    return frame


def _errors(held: HeldOut, problem: Problem, called: Codes | None) -> tuple[Codes, Floats, Floats]:
    """Each row's position in the table, its mean error over repeats, and its weight (1 in the mean)."""
    given = held.predictions
    said = given.predicted if called is None else called
    wrong = (said != given.actual).astype(float) if problem.classes else np.abs(said - given.actual)
    rows, first, code = np.unique(given.rows, return_index=True, return_inverse=True)
    means, weights = np.bincount(code, wrong) / np.bincount(code), held.weights[first]
    finite = np.isfinite(means)
    return rows[finite], means[finite], weights[finite] / weights[finite].mean()


def _first_half(rows: Codes, table: Table, problem: Problem, seed: int) -> Mask:
    """The half that is searched, at random; rows of one group stay together."""
    units = rows if not problem.group else pd.factorize(table.frame[problem.group].iloc[rows])[0]
    different, code = np.unique(units, return_inverse=True)
    chosen: Mask = (np.random.default_rng(seed).permutation(len(different)) % 2 == 0)[code]
    return chosen


def _searched(table: Table, problem: Problem) -> list[str]:
    names = [each.name for each in table.columns if each.name != problem.target and able(each) is None]
    return names[:MOST_COLUMNS]


def _search(
    groups: Sequence[Grouping], errors: Floats, weights: Floats, first: Mask, fewest: int
) -> tuple[list[_Found], int]:
    """The most promising segments of the first half, none much like another, and how many were tried."""
    values, heavy = errors[first], weights[first]
    single = [each for group in groups for each in _cells((group,), first, values, heavy, fewest)]
    best = {id(each.parts[0][0]): each.promise for each in sorted(single, key=lambda found: found.promise)}
    paired = sorted((each for each in groups if id(each) in best), key=lambda each: -best[id(each)])[:MOST_IN_PAIRS]
    double = [each for pair in combinations(paired, 2) for each in _cells(pair, first, values, heavy, fewest)]
    kept: list[_Found] = []
    masks: list[Mask] = []
    for each in sorted((*single, *double), key=lambda found: -found.promise):
        if each.promise <= 0 or len(kept) == MOST_TOLD:
            break
        mask = each.rows() & first
        if all((mask & other).sum() <= ALIKE * (mask | other).sum() for other in masks):
            kept.append(each)
            masks.append(mask)
    return kept, len(single) + len(double)


def _cells(groups: tuple[Grouping, ...], first: Mask, values: Floats, weights: Floats, fewest: int) -> Iterator[_Found]:
    """Every group of one column, or every two of two, with rows enough; how much worse it is, cautiously."""
    width = len(groups[-1].labels)
    codes = groups[0].codes[first] if len(groups) == 1 else groups[0].codes[first] * width + groups[1].codes[first]
    count, size = np.bincount(codes), np.bincount(codes, weights)
    total, square = np.bincount(codes, weights * values), np.bincount(codes, weights * values**2)
    enough = (count >= fewest) & (len(values) - count >= fewest) & (size > 0) & (weights.sum() - size > 0)
    for cell in np.flatnonzero(enough):
        mean = total[cell] / size[cell]
        others = (total.sum() - total[cell]) / (weights.sum() - size[cell])
        variance = max(square[cell] / size[cell] - mean**2, 0.0) + 1e-3 * values.var()
        promise = mean - others - CAUTION * np.sqrt(variance / count[cell])
        places = (int(cell),) if len(groups) == 1 else divmod(int(cell), width)
        yield _Found(tuple(zip(groups, places, strict=True)), float(promise))


def _judged(
    found: _Found,
    errors: Floats,
    weights: Floats,
    judging: Mask,
    problem: Problem,
    told: int,
    fewest: int,
    level: float,
) -> dict[str, Any] | None:
    """What the half that was not searched says of a segment; None where it has too few rows there."""
    inside = found.rows() & judging
    outside = judging & ~inside
    if inside.sum() < fewest // 2 or outside.sum() < fewest // 2:
        return None
    each_level = 1 - (1 - level) / told
    a, b = (_Part.of(errors[each], weights[each]) for each in (inside, outside))
    difference, low, high = (_of_shares if problem.classes else _of_means)(a, b, each_level)
    return {
        "segment": found.text(),
        "columns": [each.column for each, _ in found.parts],
        "rows": int(inside.sum()),
        "error": a.mean,
        "others": b.mean,
        "difference": difference,
        "low": low,
        "high": high,
        "confirmed": low is not None and low > 0,
    }


@dataclass(frozen=True, slots=True)
class _Part:
    """Errors in short: their weighted mean and variance, and how many rows of one weight they are worth (Kish)."""

    mean: float
    variance: float
    worth: float

    @classmethod
    def of(cls, errors: Floats, weights: Floats) -> _Part:
        mean = float(np.average(errors, weights=weights))
        worth = float(weights.sum() ** 2 / (weights @ weights))
        spread = float(np.average((errors - mean) ** 2, weights=weights))
        return cls(mean, spread * worth / (worth - 1), worth)


def _of_shares(a: _Part, b: _Part, level: float) -> tuple[float | None, float | None, float | None]:
    return difference_of(*(_share(each, level) for each in (a, b)))


def _share(part: _Part, level: float) -> Share:
    value = min(1.0, part.mean)
    low, high = share_interval(value * part.worth, part.worth, level) or (None, None)
    return Share(value, low, high, round(part.worth))


def _of_means(a: _Part, b: _Part, level: float) -> tuple[float, float, float]:
    """Welch's interval (1947, Biometrika 34, 28-35)."""
    from scipy.special import stdtrit

    parts = [each.variance / each.worth for each in (a, b)]
    whole, difference = sum(parts), a.mean - b.mean
    if whole == 0:
        return difference, difference, difference
    degrees = whole**2 / sum(part**2 / (each.worth - 1) for part, each in zip(parts, (a, b), strict=True))
    reach = float(stdtrit(degrees, (1 + level) / 2)) * float(np.sqrt(whole))
    return difference, difference - reach, difference + reach
