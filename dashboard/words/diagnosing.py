"""What the pictures of a model show, in plain sentences: hits and misses, how sure it is, how far off.

Takes plain values and the frames of `core.diagnostics`, gives plain text; empty where there is nothing that the numbers
support. Knows no store.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.diagnostics.shares import share_interval

from .figures import count, joined, known, number, percent
from .judgement import hundred

LEVEL = 0.95


def within(low: float | None, high: float | None) -> str:
    """A share's range in a hundred: `` (73 to 83)``; empty where it is not known."""
    return f" ({100 * low:.0f} to {100 * high:.0f})" if known(low) and known(high) else ""


def share(part: float, whole: float) -> str:
    """A counted share with its range: ``78 (73 to 83)``."""
    return f"{hundred(part / whole).removesuffix(' of 100')}{within(*(share_interval(part, whole) or (None, None)))}"


def mean_and_range(mean: float, spread: float | None, low: float | None, high: float | None) -> str:
    """A score for a cell: ``0.953 ± 0.021 (0.921 to 0.985)``."""
    digits = 3 if abs(mean) < 10 else max(0, 3 - int(math.log10(abs(mean))))
    told = f"{mean:,.{digits}f}" + (f" ± {spread:,.{digits}f}" if known(spread) else "")
    told += f" ({low:,.{digits}f} to {high:,.{digits}f})" if known(low) and known(high) else ""
    return told.replace("-", "−")


def undefined(reason: str) -> str:
    """Why there is no number, for a cell: ``not defined (fold 3: only one class in these rows)``."""
    told = reason.strip().rstrip(".")
    parts = [f"{part[0].lower()}{part[1:]}" for part in told.split(": ", 1) if part]
    return f"not defined ({': '.join(parts)})" if parts else "not defined"


def found_and_marked(model: str, positive: Any, hits: float, actual: float, marked: float) -> str:
    """Of the rows of a class how many are found, and of those that are called so how many are.

    Parameters
    ----------
    hits, actual, marked : float
        Rows of the class that were found, that there are, and that were called so, rightly or not.
    """
    if not actual:
        return f"There is no row that is “{positive}”: nothing to find."
    found = f"Of 100 rows that are “{positive}”, {model} finds {share(hits, actual)}"
    if not marked:
        return f"{found}; it marks none as “{positive}”."
    return f"{found}; of 100 it marks as “{positive}”, {share(hits, marked)} are."


def hardest(model: str, classes: Sequence[Any], found: Sequence[float], actual: Sequence[float]) -> str:
    """Which class is found least often, if that can be told from the one found most often."""
    known_of = [each for each in zip(classes, found, actual, strict=True) if each[2]]
    if len(known_of) < 2:
        return "There is only one class in these rows." if known_of else ""
    low = min(known_of, key=lambda each: each[1] / each[2])
    high = max(known_of, key=lambda each: each[1] / each[2])
    bounds = [share_interval(each[1], each[2], 1 - (1 - LEVEL) / len(known_of)) or (0.0, 1.0) for each in (low, high)]
    if bounds[0][1] < bounds[1][0]:
        return (
            f"{model} finds “{low[0]}” least often: of 100 such rows {share(low[1], low[2])}; "
            f"“{high[0]}” most often: {share(high[1], high[2])}."
        )
    return (
        f"No class is clearly harder for {model} than another: of 100 rows it finds from {share(low[1], low[2])} "
        f"(“{low[0]}”) to {share(high[1], high[2])} (“{high[0]}”)."
    )


def of_a_hundred(model: str, positive: Any, dots: Mapping[str, int]) -> str:
    """A hundred rows and what becomes of them; `dots` by outcome, see `core.diagnostics.outcomes`."""
    are, missed = dots["found"] + dots["missed"], dots["missed"]
    told = f"Of 100 rows, {are} {'is' if are == 1 else 'are'} “{positive}”: {model} finds {dots['found']} of them"
    told += f" and misses {missed}" if missed else ""
    alarms = dots["false alarm"]
    return f"{told}. It also marks {alarms or 'none'} that {'is' if alarms == 1 else 'are'} not."


def mistaken(model: str, frame: pd.DataFrame) -> str:
    """The most frequent mistake of `core.diagnostics.mistakes`."""
    if frame.empty:
        return ""
    first, wrong = frame.iloc[0], int(frame["count"].sum())
    told = f"{model} names {count(wrong, 'row')} wrong"
    kind = f"“{first['actual']}” taken for “{first['predicted']}”"
    most = int(first["count"])
    if wrong == 1:
        return f"{told}: {kind}."
    if len(frame) == 1:
        return f"{told}, each time {kind}."
    if most == int(frame["count"].iloc[1]):
        return f"{told}; several mistakes are equally frequent, {kind} among them: {count(most, 'time')} each."
    return f"{told}, most often {kind}: {count(most, 'time')}."


def rows_in_cell(rows: int, actual: Any, predicted: Any, model: str = "") -> str:
    """Which rows a cell of the confusion matrix holds: ``7 rows that are “a”, named “b” by A``, as a clause."""
    by = f" by {model}" if model else ""
    return f"{count(rows, 'row')} that {'is' if rows == 1 else 'are'} “{actual}”, named “{predicted}”{by}"


def pairs_in_order(areas: Mapping[str, float], positive: Any) -> str:
    """Areas under the ROC curve by model, as pairs that are put in order; `positive` is None for several classes."""
    if not areas:
        return ""
    told = [f"{model} in {hundred(area).removesuffix(' of 100')}" for model, area in areas.items()]
    told[0] += " of 100 pairs"
    of = f"that is “{positive}” and one that is not" if positive is not None else "of a class and one of another"
    return f"Of a row {of}, the right one is put first by {joined(told, 6)}; guessing would in 50."


def without_curve(reasons: Mapping[str, str]) -> str:
    """Which folds have no curve, and why: `reasons` by their numbers."""
    if not reasons:
        return ""
    told = "; ".join(f"fold {fold}: {reason[0].lower()}{reason[1:].rstrip('.')}" for fold, reason in reasons.items())
    return f"A curve is not defined for each fold ({told})."


def half_found(model: str, frame: pd.DataFrame) -> str:
    """What it takes to find half of a class: a point of `core.diagnostics.precision_recall`'s curve of one class."""
    there = frame[frame["recall"] >= 0.5]
    if there.empty:
        return ""
    point, label = there.iloc[0], there["curve"].iloc[0]  # a row of numbers would make 2 a 2.0
    told = f"To find half of the rows that are “{label}”, {model} marks rows of which "
    return f"{told}{hundred(point['precision'])} are; of rows marked at random {hundred(point['chance'])} would be."


def gone_through(model: str, frame: pd.DataFrame, wanted: float = 0.8) -> str:
    """How many rows must be gone through to find most of a class: a point of `core.diagnostics.gains`'s curve."""
    there = frame[frame["found"] >= wanted]
    if there.empty:
        return ""
    point, label = there.iloc[0], there["curve"].iloc[0]
    rows, found = hundred(point["called"]), hundred(point["found"])
    told = f"Going through {rows} rows, those first of which {model} is surest, finds {found} that are "
    return f"{told}“{label}”."


def lifted(model: str, frame: pd.DataFrame) -> str:
    """How much richer the surest tenth is than all rows."""
    if frame.empty or not known(frame["lift_first"].iloc[0]):
        return ""
    times, label = frame["lift_first"].iloc[0], frame["curve"].iloc[0]
    return f"Where {model} is surest, {number(times, 2)} times as many rows are “{label}” as among all rows."


def as_sure_as_right(model: str, frame: pd.DataFrame) -> str:
    """Whether what is said happens as often: the bin of `core.diagnostics.calibration` that is furthest off.

    A fault is only claimed where it lies outside the interval at 95 % for all bins together (Bonferroni).
    """
    if frame.empty:
        return ""
    level = 1 - (1 - LEVEL) / len(frame)
    rows = frame["count"] / frame.attrs.get("repeats", 1.0)
    hits = frame["happened"] * rows
    bounds = [share_interval(*each, level) or (0.0, 1.0) for each in zip(hits, rows, strict=True)]
    off = (frame["said"] - frame["happened"]).abs()
    counted = frame["low"].notna().all()
    outside = [not low <= said <= high for (low, high), said in zip(bounds, frame["said"], strict=True)]
    faulty = counted and any(outside)
    row = frame.iloc[int((off.where(np.array(outside), -1.0) if faulty else frame["said"]).to_numpy().argmax())]
    of = frame.attrs.get("of")
    does = "it is right" if of is None else f"it is “{of}”"
    digits = 0 if 0.05 <= row["said"] <= 0.95 else 1  # near the ends whole ones hide what is claimed
    times = f"{100 * row['happened']:.{digits}f} of 100 times"
    span = f" ({100 * row['low']:.{digits}f} to {100 * row['high']:.{digits}f})" if known(row["low"]) else ""
    first = f"When {model} says {percent(row['said'], digits)}, {does} {times}{span}"
    if faulty:
        high = row["said"] > row["happened"]
        sure, much = ("too sure", "much") if high else ("not sure enough", "little")
        return f"{first}: {f'it is {sure}' if of is None else f'it says too {much}'} there."
    fair = "is it clearly too sure or not sure enough" if of is None else "does it clearly say too much or too little"
    return f"{first}." + (f" Nowhere {fair}." if counted else "")


def brier_parts(frame: pd.DataFrame) -> str:
    """The Brier score and its parts, for an expert: ``attrs`` of `core.diagnostics.calibration`."""
    told: Mapping[Any, Any] = frame.attrs
    if "brier" not in told:
        return ""
    parts = {name: number(told[name], 2) for name in ("reliability", "resolution", "uncertainty", "within")}
    return (
        f"Brier score {number(told['brier'])} = {parts['reliability']} (reliability: how far said and happened lie "
        f"apart, less is better) − {parts['resolution']} (resolution: how far it tells rows apart, more is better) + "
        f"{parts['uncertainty']} (uncertainty of the rows themselves) + {parts['within']} (within the groups)."
    )


def over_half(model: str, frame: pd.DataFrame, positive: Any) -> str:
    """How many rows of a class, and of the others, get a probability of at least half."""
    if frame.empty or not frame.attrs.get("probable") or frame.attrs.get("of") is None:
        return ""
    frame = frame.assign(count=frame["count"] / frame.attrs.get("repeats", 1.0))
    upper = frame[frame["from"] >= 0.5 - 1e-9]
    own, others = upper["label"] == positive, upper["label"] != positive
    of_own = frame.loc[frame["label"] == positive, "count"].sum()
    of_others = frame.loc[frame["label"] != positive, "count"].sum()
    if not of_own or not of_others:
        return ""
    told = f"Of 100 rows that are “{positive}”, {share(upper.loc[own, 'count'].sum(), of_own)} get half or more"
    return f"{told} from {model}; of 100 others {share(upper.loc[others, 'count'].sum(), of_others)}."


def off_by(model: str, frame: pd.DataFrame, target: str) -> str:
    """How far predictions of a number are off: `core.diagnostics.residual_distribution`."""
    if frame.empty:
        return ""
    half, most = number(frame.attrs["half"]), number(frame.attrs["most"])
    return f"Of 100 predictions of {target} by {model}, 50 are off by at most {half} and 90 by at most {most}."


def leaning(model: str, frame: pd.DataFrame) -> str:
    """Whether predictions are too high or too low on average: `core.diagnostics.residuals`."""
    if len(frame) < 2:
        return ""
    rows = len(frame) / frame.attrs.get("repeats", 1.0)
    mean, reach = frame["residual"].mean(), 1.96 * frame["residual"].std() / rows**0.5
    if abs(mean) <= reach:
        return f"On average {model} is neither clearly too high nor too low, over {count(rows, 'row')}."
    low, high = sorted((abs(mean) - reach, abs(mean) + reach))
    side = "little" if mean > 0 else "much"
    return f"On average {model} says {number(abs(mean))} too {side} ({number(low)} to {number(high)})."


def by_size(model: str, frame: pd.DataFrame) -> str:
    """Whether large values are missed by more than small ones: `core.diagnostics.error_by_size`."""
    if len(frame) < 2:
        return ""
    small, large, worst = frame.iloc[0], frame.iloc[-1], frame.iloc[int(frame["miss"].to_numpy().argmax())]
    told = [f"values from {_span(each)} are off by {_miss(each)}" for each in (large, small)]
    ends = max(small["high"], large["high"]) if known(small["high"]) and known(large["high"]) else None
    if known(ends) and known(worst["low"]) and worst["low"] > ends:
        return f"{model} misses values from {_span(worst)} by most: by {_miss(worst)} on average; {told[0]}, {told[1]}."
    if known(small["high"]) and known(large["high"]):
        if large["low"] > small["high"]:
            return f"{model} misses large values by more: {told[0]} on average, {told[1]}."
        if small["low"] > large["high"]:
            return f"{model} misses small values by more: {told[1]} on average, {told[0]}."
    return f"Large values are not clearly missed by more than small ones: with {model} {told[0]} on average, {told[1]}."


def _span(row: pd.Series) -> str:
    return f"{number(row['from'])} to {number(row['to'])}"


def _miss(row: pd.Series) -> str:
    bounds = f" ({number(row['low'])} to {number(row['high'])})" if known(row["low"]) and known(row["high"]) else ""
    return f"{number(row['miss'])}{bounds}"


def bounds_hold(model: str, frame: pd.DataFrame) -> str:
    """Whether as many rows lie between bounds as were to: `core.diagnostics.quantile_coverage`."""
    if frame.empty:
        return ""
    low, high = (frame.iloc[int(np.argmin(np.abs(frame["level"].to_numpy() - level)))] for level in (0.1, 0.9))
    wanted, rows = high["level"] - low["level"], high["count"] / frame.attrs.get("repeats", 1.0)
    inside = (high["covered"] - low["covered"]) * rows
    bounds = share_interval(inside, rows) or (0.0, 1.0)
    told = f"Of 100 rows, {100 * wanted:.0f} were to lie between the bounds of {model}; {share(inside, rows)} do"
    if bounds[0] <= wanted <= bounds[1]:
        return f"{told}, as far as {count(rows, 'row')} can tell as many as were to."
    return f"{told}: the bounds are too {'narrow' if inside / rows < wanted else 'wide'}."


def alike(frame: pd.DataFrame, classes: bool) -> str:
    """Which two models agree most, and how often both are wrong: `core.diagnostics.agreement`."""
    rows = frame.dropna(subset=["agree"]) if len(frame) else frame
    if rows.empty:
        return ""
    most = rows.iloc[int(rows["agree"].to_numpy().argmax())]
    two = f"{most['model_a']} and {most['model_b']}"
    if not classes:
        told = number(most["agree"], 2)
        return f"The errors of {two} go together with a correlation of {told} (1: they miss the same rows alike)."
    said = f"{hundred(most['agree'])} rows{within(most['low'], most['high'])}"
    told = f"{two} say the same for {said}; neither is right for {hundred(most['none'])}"
    only = max(most["only_a"], most["only_b"])
    one = most["model_a"] if most["only_a"] >= most["only_b"] else most["model_b"]
    return f"{told}." if only == 0 else f"{told}, only {one} for {hundred(only)}."
