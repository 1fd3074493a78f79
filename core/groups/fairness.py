"""How groups are treated by a yes-or-no decision: who is flagged, who is found, who is flagged wrongly.

Differences and ratios between groups with intervals; what is fair is for people to say. Definitions: Barocas, Hardt,
Narayanan (2023), Fairness and machine learning, chapter 3; Hardt, Price, Srebro (2016), NeurIPS 29, 3315-3323.

References
----------
.. [1] Newcombe (1998). Interval estimation for the difference between independent proportions. Statistics in Medicine
   17, 873-890, method 10.
.. [2] Donner, Zou (2012). Closed-form confidence intervals for functions of the normal mean and standard deviation.
   Statistical Methods in Medical Research 21, 347-359, equation 9: the ratio.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.groups.grouping import Grouping
from core.groups.scoring import FEWEST_ROWS
from core.held_out import HeldOut, Mask, Share
from core.metrics.judged import positive_code
from core.records import Problem

PARITY, OPPORTUNITY, ALARMS, ODDS = "parity", "opportunity", "alarms", "odds"


@dataclass(frozen=True, slots=True)
class Measure:
    """A way to hold two groups against each other.

    Attributes
    ----------
    title, expert : str
        In plain words, and what the literature calls it.
    among : bool or None
        The rows that it is a share of: those of the positive class, the others, or all.
    """

    title: str
    expert: str
    among: bool | None = None


MEASURES = {
    PARITY: Measure("How many are flagged", "Demographic parity: P(flagged)"),
    OPPORTUNITY: Measure("How many are found", "Equal opportunity: true positive rate", True),
    ALARMS: Measure("How many are flagged wrongly", "False positive rate", False),
    ODDS: Measure("Both of the last two", "Equalised odds: the larger of both differences"),
}
ASKED = (PARITY, OPPORTUNITY, ALARMS)  # shares; the last measure is made of two of them


def refused(problem: Problem) -> str | None:
    """Why nobody is flagged here, so that none of this applies; None where somebody is."""
    if len(problem.classes) == 2:
        return None
    told = f"here are {len(problem.classes)} classes" if problem.classes else "here a number is predicted"
    return f"How groups are treated is told of yes-or-no decisions; {told}."


def rates(
    held: HeldOut, problem: Problem, called: NDArray[np.integer], groups: Grouping, level: float = 0.95
) -> pd.DataFrame:
    """Who is flagged, found and flagged wrongly in each group.

    Parameters
    ----------
    called : ndarray of shape (n,)
        The class code that each held-out row was called.

    Returns
    -------
    DataFrame
        Columns ``measure`` (of `ASKED`), ``group``, ``rows`` (that it is a share of), ``value``, ``low``, ``high``
        (shares; None without a row) and ``enough`` (whether there are enough rows).
    """
    found = _shares(held, problem, called, groups, level)
    rows = [(*key, share.rows, share.value, share.low, share.high, said) for key, (share, said) in found.items()]
    frame = pd.DataFrame(rows, columns=["measure", "group", "rows", "value", "low", "high", "enough"])
    return frame.astype({"value": float, "low": float, "high": float})


Told = dict[tuple[str, str], tuple[Share, bool]]


def _shares(held: HeldOut, problem: Problem, called: NDArray[np.integer], groups: Grouping, level: float) -> Told:
    """The share of each measure and group, and whether enough rows stand behind it."""
    positive = positive_code(problem)
    flagged, true = called == positive, held.predictions.actual == positive
    found: Told = {}
    for measure in ASKED:
        rows = _among(measure, true)
        for code, label in enumerate(groups.labels):
            among = (groups.codes == code) & rows
            found[measure, label] = held.share(flagged, among, level), held.worth(among) >= FEWEST_ROWS
    return found


def _among(measure: str, true: Mask) -> Mask:
    wanted = MEASURES[measure].among
    return np.ones(len(true), bool) if wanted is None else true == wanted


def fairness(
    held: HeldOut, problem: Problem, called: NDArray[np.integer], groups: Grouping, level: float = 0.95
) -> pd.DataFrame:
    """Every group held against the largest one.

    With several groups each interval is wider, so that all of a measure hold together at the level (Bonferroni).

    Returns
    -------
    DataFrame
        Columns ``measure`` (of `MEASURES`), ``group``, ``other`` (the largest group), ``a`` and ``b`` (their shares),
        ``difference`` (a - b) with ``low`` and ``high`` [1]_, ``ratio`` (a / b) with ``ratio_low`` and ``ratio_high``
        [2]_, and ``enough``: whether both have enough rows. None where a share has no row, or a ratio no denominator.
        ``attrs["level"]`` is that of a single interval.
    """
    sizes = np.bincount(groups.codes, minlength=len(groups.labels))
    largest = groups.labels[int(sizes.argmax())]
    others = [each for each in groups.labels if each != largest]
    each_level = 1 - (1 - level) / max(1, len(others))
    told = _shares(held, problem, called, groups, each_level)
    rows = []
    for group in others:
        found = [_held_against(told, measure, group, largest) for measure in ASKED]
        rows += [*found, _odds(found[1], found[2])]
    columns = ["measure", "group", "other", "a", "b", "difference", "low", "high", "ratio", "ratio_low", "ratio_high"]
    frame = pd.DataFrame(rows, columns=[*columns, "enough"])
    frame.attrs["level"] = each_level
    return frame


def _held_against(told: Told, measure: str, group: str, other: str) -> dict[str, object]:
    (a, enough), (b, enough_there) = told[measure, group], told[measure, other]
    found: dict[str, object] = {"measure": measure, "group": group, "other": other, "a": a.value, "b": b.value}
    found |= dict(zip(("difference", "low", "high"), difference_of(a, b), strict=True))
    found |= dict(zip(("ratio", "ratio_low", "ratio_high"), ratio_of(a, b), strict=True))
    return found | {"enough": enough and enough_there}


def _odds(opportunity: dict[str, object], alarms: dict[str, object]) -> dict[str, object]:
    """The one of two measures with the larger difference; nothing where one of them is not defined."""
    both = (opportunity, alarms)
    sizes = [each["difference"] for each in both]
    if any(size is None for size in sizes):
        empty = dict.fromkeys(opportunity, None)
        return empty | {name: opportunity[name] for name in ("group", "other")} | {"measure": ODDS, "enough": False}
    larger = max(both, key=lambda each: abs(each["difference"]))  # type: ignore[arg-type]
    return larger | {"measure": ODDS, "enough": opportunity["enough"] and alarms["enough"]}


Ends = tuple[float | None, float | None, float | None]


def difference_of(a: Share, b: Share) -> Ends:
    """The difference of two independent shares with its interval, from their Wilson intervals [1]_."""
    if a.value is None or b.value is None or a.low is None or b.low is None or a.high is None or b.high is None:
        return None, None, None
    difference = a.value - b.value
    down = math.hypot(a.value - a.low, b.high - b.value)
    up = math.hypot(a.high - a.value, b.value - b.low)
    return difference, max(-1.0, difference - down), min(1.0, difference + up)


def ratio_of(a: Share, b: Share) -> Ends:
    """The ratio of two independent shares with its interval, from their Wilson intervals [2]_.

    The upper end is None where the denominator may be 0.
    """
    if a.value is None or not b.value or a.low is None or b.low is None or a.high is None or b.high is None:
        return None, None, None
    product = a.value * b.value
    low = _root(product, a.low, b.high, a.value, b.value, -1) if product else 0.0
    high = _root(product, a.high, b.low, a.value, b.value, 1) if b.low > 0 else None
    return a.value / b.value, max(0.0, low), high


def _root(product: float, end_a: float, end_b: float, a: float, b: float, sign: int) -> float:
    below = end_b * (2 * b - end_b)
    if abs(below) <= 1e-12 * b**2:  # the limit
        return end_a * (2 * a - end_a) / (2 * product)
    return (product + sign * math.sqrt(max(0.0, product**2 - end_a * (2 * a - end_a) * below))) / below
