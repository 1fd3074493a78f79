"""From what is marked in a picture to rows of the table.

A picture's frame says in ``attrs["picks"]`` how its rows stand for rows of the table: by a range (``column``, ``low``,
``high``: the frame's columns with the ends; ``last``: the end that belongs to its range), by a label (``column``,
``label``, ``labels``: all labels of the picture, of which one that no value bears stands for the others), by place
(``rows``), or by gaps (``gaps``). A condition is the same as plain values. Conditions of one mark hold together; of
several marks, any.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.profile.values import OTHERS, as_numbers

Condition = dict[str, Any]
Marks = Sequence[Sequence[Mapping[str, Any]]]


def chosen(frame: pd.DataFrame, places: Iterable[int]) -> list[list[Condition]]:
    """The conditions of the marked rows of a picture's frame, one list per mark; points become one mark together."""
    picks = frame.attrs.get("picks", [])
    wanted = [place for place in dict.fromkeys(places) if 0 <= place < len(frame)]
    if not wanted or not picks:
        return []
    if "rows" in picks[0]:
        return [[{"rows": [int(each) for each in frame[picks[0]["rows"]].iloc[wanted]]}]]
    return [[condition(pick, frame.iloc[place]) for pick in picks] for place in wanted]


def condition(pick: Mapping[str, Any], row: pd.Series[Any]) -> Condition:
    """What one mark says of one column, as plain values."""
    if "gaps" in pick:
        return {"missing": list(row[pick["gaps"]]), "among": list(pick["among"])}
    if "label" in pick:
        label = str(row[pick["label"]])
        rest = label.strip("()") == OTHERS and label == pick["labels"][-1]
        return {"column": pick["column"], **({"but": pick["labels"][:-1]} if rest else {"label": label})}
    low, high = (_plain(row[pick[side]]) for side in ("low", "high"))
    return {"column": pick["column"], "low": low, "high": high, "closed": high == pick.get("last")}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, pd.Timestamp) else float(value)


def mask(frame: pd.DataFrame, marks: Marks) -> NDArray[np.bool_]:
    """Which rows of a table are marked, shape (rows,)."""
    found = np.zeros(len(frame), dtype=bool)
    for mark in marks:
        held = np.ones(len(frame), dtype=bool)
        for each in mark:
            held &= _holds(frame, each)
        found |= held
    return found


def _holds(frame: pd.DataFrame, condition: Mapping[str, Any]) -> NDArray[np.bool_]:
    if "rows" in condition:
        held = np.zeros(len(frame), dtype=bool)
        held[[place for place in condition["rows"] if place < len(frame)]] = True
        return held
    if "missing" in condition:
        return _gapped(frame, condition)
    values = frame[condition["column"]]
    if "low" in condition:
        numbers = as_numbers(values)
        low, high = (_end(condition[side]) for side in ("low", "high"))
        with np.errstate(invalid="ignore"):
            below = numbers <= high if condition["closed"] else numbers < high
            return below & (numbers >= low)
    if "but" in condition:
        known: NDArray[np.bool_] = values.notna().to_numpy()
        return known & ~_among(values, condition["but"])
    return _among(values, [condition["label"]])


def _end(value: Any) -> float:
    return float(pd.Timestamp(value).as_unit("ns").value) if isinstance(value, str) else float(value)


def _among(values: pd.Series[Any], labels: Sequence[str]) -> NDArray[np.bool_]:
    """Which values are called so."""
    wanted = set(labels)
    if isinstance(values.dtype, pd.CategoricalDtype):
        hits = np.array([str(each) in wanted for each in values.cat.categories] + [False])
        return hits[values.cat.codes.to_numpy()]
    codes, known = pd.factorize(values)
    hits = np.array([str(each) in wanted for each in known] + [False])
    return hits[codes]


def _gapped(frame: pd.DataFrame, condition: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Which rows lack just these of the columns."""
    held = np.ones(len(frame), dtype=bool)
    for name in condition["among"]:
        held &= frame[name].isna().to_numpy() == (name in condition["missing"])
    return held
