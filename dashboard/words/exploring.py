"""What a picture of a table shows, in one plain sentence computed from its numbers.

Takes frames of `core.profile` and their ``attrs``, gives plain text; a view escapes it. A picture without rows has an
empty sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.profile import Sort

from .figures import count, joined, known, number, percent

CHANCE = 0.01  # of all columns together: what happens more rarely is hardly chance
STRONG, SOME = 0.7, 0.3
FEW = 0.0005  # a share that is not worth a clause


def _said(text: str) -> str:
    """A sentence: its first letter is large, and it ends in a full stop."""
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _day(value: Any) -> str:
    return f"{pd.Timestamp(value):%Y-%m-%d}"


# ---- a column by itself


def column(row: Mapping[Any, Any]) -> str:
    """What the values of a column are like; `row` is one of part ``columns``."""
    if not row["distinct"]:
        return "Has no value at all."
    return _said(_COLUMN[Sort(row["sort"])](row))


def _numbers(row: Mapping[Any, Any]) -> str:
    if not known(row.get("median")):
        return "has no finite value"
    if row["low"] == row["high"]:
        return f"always {number(row['low'])}"
    q1, q3 = number(row["q1"]), number(row["q3"])
    half = f"half lie between {q1} and {q3}" if q1 != q3 else f"at least half are {number(row['median'])}"
    far = [
        f"{percent(row[name])} far {side}"
        for name, side in (("far_below", "below"), ("far_above", "above"))
        if row[name] >= FEW
    ]
    return f"{half}; {joined(far)}" if far else f"{half}, all between {number(row['low'])} and {number(row['high'])}"


def _dates(row: Mapping[Any, Any]) -> str:
    first, last = _day(row["low"]), _day(row["high"])
    return f"from {first} to {last}" if first != last else f"always {first}"


def _categories(row: Mapping[Any, Any]) -> str:
    total = sum(row["counts"]) or 1
    parts = [
        f"{label} ({percent(each / total, 0)})"
        for label, each in sorted(zip(row["labels"], row["counts"], strict=True), key=lambda pair: -pair[1])
        if label != row["others"]
    ]
    return f"always {row['labels'][0]}" if len(row["labels"]) == 1 else f"most often {joined(parts[:2])}"


def _text(row: Mapping[Any, Any]) -> str:
    return f"text, {count(row['length'], 'letter')} in the middle" if known(row.get("length")) else "text"


_COLUMN = {Sort.NUMBER: _numbers, Sort.DATE: _dates, Sort.CATEGORY: _categories, Sort.TEXT: _text}


def overview(row: Mapping[Any, Any]) -> str:
    """What a table lacks and repeats; `row` is that of part ``overview``."""
    gaps = f"{percent(row['share'])} of the cells are empty" if row["missing"] else "no cell is empty"
    whole = f"{count(row['complete'])} of {count(row['rows'], 'row')} are complete" if row["missing"] else ""
    many = row["duplicates"]
    twins = f"{count(many, 'row')} {'repeats' if many == 1 else 'repeat'} an earlier one" if many else "no row repeats"
    return _said("; ".join(filter(None, (gaps, whole, twins))))


# ---- a column and the target


def associations(frame: pd.DataFrame, target: str) -> str:
    """Which column has most to do with the target."""
    if frame.empty:
        return ""
    best = frame.iloc[0]
    bent = known(best["information"]) and best["information"] > 0.1 and best["information"] > 2 * best["strength"] ** 2
    told = f"the strongest tie with {target}: {best['column']}, {best['measure']} {number(best['strength'], 2)}"
    if bent:
        told += f", and mutual information {number(best['information'], 2)}, so the tie is not a straight one"
    weak = int((frame["p"] * len(frame) > CHANCE).sum())
    return _said(f"{told}; {weak} of {count(len(frame), 'column')} tell no more than chance would" if weak else told)


def by_class(frame: pd.DataFrame, first: str, second: str) -> str:
    """In which class a number is largest, and in which smallest."""
    both = zip(_of(frame, "labels"), _of(frame, "medians"), strict=True)
    pairs = [(label, each) for label, each in both if each is not None]
    if len(pairs) < 2:
        return ""
    pairs.sort(key=lambda pair: pair[1])
    written = _day if isinstance(pairs[0][1], str) else number
    (low, least), (high, most) = pairs[0], pairs[-1]
    if least == most:
        return _said(f"the middle value of {first} is {written(most)} in every group of {second}")
    return _said(f"the middle value of {first} is {written(most)} for {high}, and {written(least)} for {low}")


def shares(frame: pd.DataFrame, first: str, second: str) -> str:
    """For which class the shares differ most from value to value."""
    if frame.empty:
        return ""
    seen = frame[frame.groupby("value")["count"].transform("sum") >= 5]
    if seen.empty or seen["value"].nunique() < 2:
        return ""
    spread = seen.groupby("label")["share"].agg(lambda each: each.max() - each.min())
    part = seen[seen["label"] == spread.idxmax()]
    most, least = part.iloc[int(part["share"].argmax())], part.iloc[int(part["share"].argmin())]
    return _said(
        f"the share of {most['label']} is {percent(most['share'], 0)} where {first} is {most['value']}, "
        f"and {percent(least['share'], 0)} where it is {least['value']}"
    )


def density(frame: pd.DataFrame, first: str, second: str) -> str:
    """Which way the line through two numbers goes."""
    trend = frame.attrs.get("trend") or {}
    if not trend:
        return ""
    start, end = trend["y"][0], trend["y"][-1]
    inner = trend["y"][1:-1] or [start]
    low, high = min(inner), max(inner)
    size = max(abs(start), abs(end), abs(low), abs(high)) or 1.0
    if high > max(start, end) + 0.15 * size or low < min(start, end) - 0.15 * size:
        return _said(f"over {first}, {second} turns: in the middle it lies between {number(low)} and {number(high)}")
    if abs(end - start) < 0.05 * size:
        return _said(f"over {first}, {second} stays about the same, near {number(float(np.mean(trend['y'])))}")
    goes = "rises" if end > start else "falls"
    return _said(f"as {first} rises, {second} {goes} from about {number(start)} to about {number(end)}")


def periods(frame: pd.DataFrame, first: str, second: str) -> str:
    """How a number went over time."""
    if len(frame) < 2:
        return ""
    start, end, top = frame.iloc[0], frame.iloc[-1], frame.iloc[int(frame["median"].argmax())]
    return _said(
        f"the middle value of {second} was {number(start['median'])} in {start['period']} and {number(end['median'])} "
        f"in {end['period']}; highest in {top['period']} ({number(top['median'])})"
    )


def scatter(frame: pd.DataFrame, first: str, second: str) -> str:
    """What the line says, or how many rows there are."""
    trend = frame.attrs.get("trend") or {}
    if "slope" not in trend:
        return density(frame, first, second) or _said(f"{count(len(frame), 'row')} drawn") * bool(len(frame))
    goes = "rises" if trend["slope"] > 0 else "falls"
    by = f"for each 1 of {first}, {second} {goes} by {number(abs(trend['slope']))}"
    return _said(f"{by}; a straight line explains {percent(max(trend['r2'], 0.0), 0)} of how {second} varies")


PAIRS = {"by_class": by_class, "shares": shares, "density": density, "periods": periods, "points": scatter}


# ---- many columns


def correlations(frame: pd.DataFrame) -> str:
    """Which two columns go together most, and how many do."""
    if frame.empty:
        return ""
    best, strong = frame.iloc[0], int((frame["strength"] >= STRONG).sum())
    tie = "strongest tie" if best["strength"] >= SOME else "strongest tie is weak"
    told = f"{tie}: {best['a']} and {best['b']}, {best['measure']} {'−' if best['sign'] < 0 else ''}"
    told += number(best["strength"], 2)
    return _said(f"{told}; {strong} of {count(len(frame), 'pair')} above {STRONG}")


def gaps(frame: pd.DataFrame) -> str:
    """How many rows are complete, and what is empty together."""
    about = frame.attrs
    if not about.get("gapped"):
        return "No value is missing."
    told = f"{count(about['rows'] - about['incomplete'])} of {count(about['rows'], 'row')} have all values"
    if len(about["columns"]) < about["gapped"]:
        told += f" of the {len(about['columns'])} columns with the most gaps"
    pair = about["together"]
    return _said(f"{told}; {pair[0]} and {pair[1]} are empty together in {count(pair[2], 'row')}" if pair else told)


def views(frame: pd.DataFrame, target: str) -> str:
    """How well the best pair of columns shows the target."""
    if frame.empty:
        return ""
    best, about = frame.iloc[0], frame.attrs
    where = f"seen in {best['a']} and {best['b']}, a row’s ten nearest neighbours"
    if not about["classes"]:
        return _said(f"{where} explain {percent(max(best['score'], 0.0), 0)} of how {target} varies")
    return _said(
        f"{where} name {percent(best['score'], 0)} of the rows right, each class counting the same; "
        f"guessing names {percent(about['guessing'], 0)}"
    )


# ---- two groups


def group_difference(row: Mapping[Any, Any], names: list[str], columns: int) -> str:
    """How two groups differ in one column; `row` is one of part ``groups``, of so many columns in all."""
    first, second = names
    if row["sort"] == Sort.CATEGORY:
        parts = [f"{percent(row[side], 0)} in “{name}”" for side, name in (("first", first), ("second", second))]
        told = f"the share of {row['label']} is {joined(parts)}"
    else:
        written = _day if row["sort"] == Sort.DATE else number
        told = f"on average {written(row['first'])} in “{first}” and {written(row['second'])} in “{second}”"
    return _said(f"{told}; that may be chance" if row["p"] * columns > CHANCE else told)


def group_differences(frame: pd.DataFrame) -> str:
    """In how many columns two groups differ, and in which most."""
    if frame.empty:
        return ""
    sure = int((frame["p"] * len(frame) <= CHANCE).sum())
    if not sure:
        return _said(f"the groups differ in none of {count(len(frame), 'column')} by more than chance would make them")
    return _said(
        f"the groups differ in {sure} of {count(len(frame), 'column')} by more than chance would make them, "
        f"most in {frame.iloc[0]['column']}"
    )


def selected(rows: int, of: int) -> str:
    """How many rows are selected: ``137 of 2,000 rows selected``."""
    return f"{count(rows)} of {count(of, 'row')} selected"


def on_map(told: str, marked: int, missing: int, drawn: int, of: int) -> str:
    """Which rows are marked on a map, and how many of them it does not hold: it holds `drawn` of `of` rows."""
    first = f"Marked: {told}."
    if not missing:
        return first
    several = f"{count(missing)} of them {'is' if missing == 1 else 'are'}" if missing < marked else "None of them is"
    gone = f"{several} {'not ' if missing < marked else ''}on this map"
    return f"{first} {gone}, which shows {count(drawn)} of {count(of, 'row')}." if drawn < of else f"{first} {gone}."


def _of(frame: pd.DataFrame, name: str) -> list[Any]:
    return list(frame.attrs.get(name, ()))
