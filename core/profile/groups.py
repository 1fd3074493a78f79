"""Two groups of rows held against each other: in which columns they differ, the most first."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.profile.measures import cramer
from core.profile.pairs import by_class, shares
from core.profile.selecting import mask
from core.profile.values import Sort, Values, about_rows, drawn, values_of
from core.records import Table

MOST_ROWS = 100_000
MOST_CELLS = 20_000_000
FEWEST = 5  # rows of a group with a value, below which a column is not compared

Mask = NDArray[np.bool_]


def groups(table: Table, settings: Mapping[str, Any]) -> pd.DataFrame:
    """Compare two groups of rows, column by column.

    Parameters
    ----------
    settings : mapping
        ``way``: ``"value"`` (``column``, ``value``: rows of a value against all others that have one), ``"months"``
        (``column``: the last month of a date against the one before), ``"marks"`` (``marks``: rows that are marked, see
        `core.profile.selecting`, against the rest) or ``"part"`` (``share``: the first part of the rows against the
        rest); ``classes``: columns of numbers that stand for classes; ``seed`` of the sample; ``picture``: a column
        whose two groups are to be drawn, then the frame is that of `core.profile.pairs.by_class` or ``shares``.

    Returns
    -------
    DataFrame
        ``column``, ``sort``, ``difference`` (0 to 1: the largest distance between the two distribution functions of a
        number, after Kolmogorov and Smirnov; Cramér's V of a category), ``measure``, ``p``, ``smd`` (of numbers: the
        difference of the means in standard deviations of both groups together), ``first`` and ``second`` (the means; of
        a category the shares of ``label``, whose share differs most). ``attrs``: ``names`` and ``sizes`` of the groups.

    Raises
    ------
    ValueError
        If one of the groups has no rows.
    """
    first, second, names = WAYS[settings["way"]](table, settings)
    sizes = [int(first.sum()), int(second.sum())]
    for name, size in zip(names, sizes, strict=True):
        if size < FEWEST:
            raise ValueError(f"The group “{name}” has {size:,} rows, and at least {FEWEST} are needed to compare.")
    wide = max(MOST_CELLS // max(len(table.columns), 1), 2_000)
    rows = _part(first, second, min(MOST_ROWS, wide), settings.get("seed", 0))
    split = Values("group", Sort.CATEGORY, codes=np.where(first[rows], 0, 1), labels=tuple(names))
    if settings.get("picture"):
        frame = _picture(table, settings["picture"], rows, split, settings.get("classes", ()))
    else:
        frame = _differences(table, rows, split, settings)
    frame.attrs.update(about_rows(sum(sizes), len(rows)), names=names, sizes=sizes)
    return frame


def _part(first: Mask, second: Mask, most: int, seed: int) -> NDArray[np.int64]:
    """Rows of either group, no more than so many of both together."""
    either = np.flatnonzero(first | second)
    part = drawn(len(either), most, seed)
    return either if part is None else either[part]


def _differences(table: Table, rows: Any, split: Values, settings: Mapping[str, Any]) -> pd.DataFrame:
    skipped = settings.get("column", "")
    found = []
    for each in table.columns:
        values = None if each.name == skipped else values_of(table, each.name, rows, settings.get("classes", ()))
        told = None if values is None else difference(values, split)
        if values is not None and told is not None:
            found.append({"column": each.name, "sort": str(values.sort), **told})
    names = ["column", "sort", "difference", "measure", "p", "smd", "label", "first", "second"]
    frame = pd.DataFrame(found, columns=names)
    return frame.sort_values("difference", ascending=False, kind="stable", ignore_index=True)


def difference(values: Values, split: Values) -> dict[str, Any] | None:
    """How two groups differ in one column; None where one of them has hardly a value."""
    assert split.codes is not None
    sides = [values.known & (split.codes == code) for code in (0, 1)]
    if min(int(side.sum()) for side in sides) < FEWEST:
        return None
    return _of_numbers(values, sides) if values.numbers is not None else _of_labels(values, split, sides)


def _of_numbers(values: Values, sides: list[Mask]) -> dict[str, Any]:
    from scipy.stats import ks_2samp

    assert values.numbers is not None
    one, other = (values.numbers[side] for side in sides)
    told = ks_2samp(one, other, method="asymp")
    means = float(one.mean()), float(other.mean())
    spread = math.sqrt((float(one.var(ddof=1)) + float(other.var(ddof=1))) / 2)
    smd = (means[0] - means[1]) / spread if spread > 0 else 0.0
    dated = values.sort is Sort.DATE
    shown = [pd.Timestamp(int(each)).isoformat() if dated else each for each in means]
    return {
        "difference": float(told.statistic),
        "measure": "Kolmogorov–Smirnov distance",
        "p": float(told.pvalue),
        "smd": smd,
        "label": "",
        "first": shown[0],
        "second": shown[1],
    }


def _of_labels(values: Values, split: Values, sides: list[Mask]) -> dict[str, Any]:
    assert values.codes is not None and split.codes is not None
    known = values.known
    told = cramer(values.codes[known], split.codes[known])
    shares = [np.bincount(values.codes[side], minlength=len(values.labels)) / int(side.sum()) for side in sides]
    place = int(np.abs(shares[0] - shares[1]).argmax())
    return {
        "difference": 0.0 if math.isnan(told.value) else told.value,
        "measure": "Cramér’s V",
        "p": 1.0 if math.isnan(told.p) else told.p,
        "smd": math.nan,
        "label": values.labels[place],
        "first": float(shares[0][place]),
        "second": float(shares[1][place]),
    }


def _picture(table: Table, name: str, rows: Any, split: Values, classes: Any) -> pd.DataFrame:
    values = values_of(table, name, rows, classes, 15)
    if values is None:
        raise ValueError(f"{name!r} is free text, which has no picture.")
    frame = by_class(values, split) if values.numbers is not None else shares(split, values)
    frame.attrs["picks"] = [each for each in frame.attrs["picks"] if each["column"] != split.name]
    return frame


# ---- ways to part the rows


def _by_value(table: Table, settings: Mapping[str, Any]) -> tuple[Mask, Mask, list[str]]:
    column, value = settings["column"], str(settings["value"])
    first = mask(table.frame, [[{"column": column, "label": value}]])
    second = ~first & table.frame[column].notna().to_numpy()
    others = table.frame[column][second].astype(str).unique()[:2]
    return first, second, [f"{column} is {value}", f"{column} is {others[0] if len(others) == 1 else 'something else'}"]


def _by_months(table: Table, settings: Mapping[str, Any]) -> tuple[Mask, Mask, list[str]]:
    months = table.frame[settings["column"]].to_numpy().astype("datetime64[M]")
    known = ~np.isnat(months)
    if not known.any():
        raise ValueError(f"{settings['column']!r} has no dates.")
    last = months[known].max()
    return months == last, months == last - 1, [str(last), str(last - 1)]


def _by_marks(table: Table, settings: Mapping[str, Any]) -> tuple[Mask, Mask, list[str]]:
    first = mask(table.frame, settings["marks"])
    return first, ~first, ["selected", "the rest"]


def _by_part(table: Table, settings: Mapping[str, Any]) -> tuple[Mask, Mask, list[str]]:
    share = float(settings["share"])
    first = np.arange(len(table.frame)) < round(share * len(table.frame))
    return first, ~first, [f"the first {share:.0%}", f"the last {1 - share:.0%}"]


WAYS: Mapping[str, Callable[[Table, Mapping[str, Any]], tuple[Mask, Mask, list[str]]]] = {
    "value": _by_value,
    "months": _by_months,
    "marks": _by_marks,
    "part": _by_part,
}
