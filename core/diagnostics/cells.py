"""How classes were named: the confusion matrix, its rows, each class against the rest, what is mistaken for what.

Takes predictions and their problem; gives long frames.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from core.diagnostics.held import empty, repeats, with_reason
from core.diagnostics.shares import area_interval, share_interval
from core.metrics.judged import Judged, rows_given, scores_given
from core.records import Predictions, Problem

EXAMPLES = 5  # rows of each mistake
DOTS = 100


def confusion(predictions: Predictions, problem: Problem) -> pd.DataFrame:
    """Count rows by actual and predicted class, each once: what people look for here is rows, not weights.

    Parameters
    ----------
    predictions : Predictions
        Of a classification problem with K classes.
    problem : Problem

    Returns
    -------
    DataFrame of shape (K * K, 5)
        Columns ``actual``, ``predicted`` (classes), ``count``, ``share``: of the rows of that actual class, and
        ``named``: of the rows that were given that name; 0 where there are none. In the order of the classes, the
        predicted class moving fastest. ``attrs["weighted"]`` says whether metrics weight the rows.
    """
    counts = Judged(replace(predictions, weights=None), problem).confusion
    size = len(problem.classes)
    totals, named = np.repeat(counts.sum(axis=1), size), np.tile(counts.sum(axis=0), size)
    classes = pd.Index(problem.classes)
    frame = pd.DataFrame(
        {
            "actual": classes.repeat(size),
            "predicted": classes[np.tile(np.arange(size), size)],
            "count": counts.ravel(),
            "share": counts.ravel() / np.maximum(totals, 1),
            "named": counts.ravel() / np.maximum(named, 1),
        }
    )
    frame.attrs.update(weighted=predictions.weights is not None, repeats=repeats(predictions))
    return frame


def rows_of(predictions: Predictions, problem: Problem, actual: Any, predicted: Any) -> pd.DataFrame:
    """The rows of one cell of the confusion matrix, the surest first.

    Returns
    -------
    DataFrame
        Columns ``row`` (position in the table), ``actual``, ``predicted``, ``sure`` (the probability given to the named
        class, or how far its decision score lies above the next; missing where the model does not say).
    """
    codes = [problem.classes.index(each) for each in (actual, predicted)]
    places = np.flatnonzero((predictions.actual == codes[0]) & (predictions.predicted == codes[1]))
    sure = _sureness(predictions)[places]
    order = np.argsort(-sure, kind="stable")
    columns = {"row": predictions.rows[places][order], "actual": actual, "predicted": predicted, "sure": sure[order]}
    return pd.DataFrame(columns, index=range(len(places)))


def _sureness(predictions: Predictions) -> np.ndarray:
    """How sure a model was of the class it named, shape (n,); nan where it does not say."""
    own = predictions.predicted.astype(np.int64)
    given = predictions.probabilities if predictions.probabilities is not None else predictions.scores
    if given is None or not len(own):
        return np.full(len(own), np.nan)
    if given.ndim == 1:
        return np.where(own == 1, given, -given)
    of_own = given[np.arange(len(own)), own]
    if predictions.probabilities is not None:
        return np.asarray(of_own)
    others = given.copy()
    others[np.arange(len(own)), own] = -np.inf
    return np.asarray(of_own - others.max(axis=1))


def mistakes(predictions: Predictions, problem: Problem) -> pd.DataFrame:
    """What is mistaken for what, the most frequent mistake first.

    Returns
    -------
    DataFrame
        Columns ``actual``, ``predicted``, ``count``, ``share`` (of the rows of that actual class), ``low`` and ``high``
        (its interval), ``examples`` (positions of some rows, those first of which the model was surest).
    """
    cells = confusion(predictions, problem)
    totals = cells.groupby("actual", sort=False)["count"].transform("sum")
    wrong = cells.assign(total=totals)[(cells["actual"] != cells["predicted"]) & (cells["count"] > 0)]
    wrong = wrong.sort_values("count", ascending=False, kind="stable").reset_index(drop=True)
    if wrong.empty:
        return empty(
            ("actual", "predicted", "count", "share", "low", "high", "examples"),
            "No row was named wrong.",
            texts=("examples",),
        )
    times = repeats(predictions)
    counted = zip(wrong["count"] / times, wrong["total"] / times, strict=True)
    bounds = [share_interval(*each) or (0.0, 1.0) for each in counted]
    wrong["low"], wrong["high"] = zip(*bounds, strict=True)
    examples = _examples(predictions, len(problem.classes))
    code = {label: place for place, label in enumerate(problem.classes)}
    pairs = zip(wrong["actual"], wrong["predicted"], strict=True)
    wrong["examples"] = [examples[code[actual] * len(code) + code[named]] for actual, named in pairs]
    return wrong[["actual", "predicted", "count", "share", "low", "high", "examples"]]


def _examples(predictions: Predictions, size: int) -> dict[int, list[int]]:
    """Rows of each cell of the confusion matrix, numbered line by line: a few of which the model was surest."""
    cells = predictions.actual.astype(np.int64) * size + predictions.predicted.astype(np.int64)
    order = np.lexsort((-_sureness(predictions), cells))
    starts = np.flatnonzero(np.diff(cells[order], prepend=-1))
    return {
        int(cells[order[start]]): predictions.rows[part[:EXAMPLES]].tolist()
        for start, part in zip(starts, np.split(order, starts[1:]), strict=True)
    }


def one_against_rest(predictions: Predictions, problem: Problem) -> pd.DataFrame:
    """Each class by itself, with intervals.

    Returns
    -------
    DataFrame of shape (classes, ...)
        Indexed by class: ``precision``, ``recall``, ``f1``, ``specificity``, ``auc``, each missing where there is
        nothing to divide by, and ``support``; the same name with ``_low`` and ``_high`` for the bounds at 95 %
        (Wilson's for shares, Hanley and McNeil's for the area), missing where rows are weighted: weights are no counts.
        ``attrs["undefined"]`` has the reason for what is missing, by class and name.
    """
    judged = Judged(predictions, problem)
    if reason := rows_given(judged):
        return with_reason(pd.DataFrame(index=pd.Index([], name="class", dtype=object)), reason)
    ranked, times = scores_given(judged), repeats(predictions)
    counts, lines = judged.confusion, []
    reasons: dict[str, str] = {}
    for code, label in enumerate(problem.classes):
        line, why = _one(judged, counts, code, ranked, times)
        lines.append(line)
        reasons |= {f"{label}: {name}": told for name, told in why.items()}
    frame = pd.DataFrame(lines, index=pd.Index(problem.classes, name="class"))
    frame.attrs.update(weighted=judged.weights is not None, undefined=reasons)
    return frame


def _one(
    judged: Judged, counts: Any, code: int, ranked: str | None, times: float
) -> tuple[dict[str, Any], dict[str, str]]:
    """One class's figures, and why some are missing."""
    hits, said, truth, total = counts[code, code], counts[:, code].sum(), counts[code].sum(), counts.sum()
    parts = {
        "precision": (hits, said, "never called so"),
        "recall": (hits, truth, "no such row"),
        "specificity": (total - said - truth + hits, total - truth, "no other row"),
    }
    line: dict[str, Any] = {"support": truth}
    why = {}
    for name, (part, whole, reason) in parts.items():
        line[name] = part / whole if whole > 0 else np.nan
        bounds = share_interval(part / times, whole / times) if judged.weights is None else None
        line[f"{name}_low"], line[f"{name}_high"] = bounds or (np.nan, np.nan)
        if whole <= 0:
            why[name] = reason
    line["f1"] = 2 * hits / (said + truth) if said + truth > 0 else np.nan
    ranking = judged.rankings.get(_ranked_as(judged, code)) if ranked is None else None
    line["auc"] = ranking.roc_auc if ranking else np.nan
    alone = ranking is not None and judged.weights is None
    bounds = area_interval(line["auc"], truth / times, (total - truth) / times) if alone else None
    line["auc_low"], line["auc_high"] = bounds or (np.nan, np.nan)
    if ranking is None:
        why["auc"] = ranked or "only one class"
    return line, why


def _ranked_as(judged: Judged, code: int) -> int:
    """Of two classes both have the same area."""
    return judged.positive if judged.binary else code


def _whole(counts: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers in the ratio of two counts that add up to so many."""
    first = round(total * counts[0] / (counts.sum() or 1.0))
    return np.array([first, total - first])


def outcomes(predictions: Predictions, problem: Problem) -> pd.DataFrame:
    """What becomes of a hundred rows of a problem with two classes.

    Returns
    -------
    DataFrame of shape (4, 4)
        Columns ``outcome`` (found, missed, false alarm, left alone), ``count``, ``share`` and ``dots``: whole numbers
        that add up to 100: first the rows of either class, so that they are the same for every model, then what
        becomes of them, as near to the shares as they can be. Empty with a reason for other problems.
    """
    judged = Judged(replace(predictions, weights=None), problem)
    columns = ("outcome", "count", "share", "dots")
    reason = rows_given(judged) or (None if judged.binary else "This is for two classes.")
    if reason:
        return empty(columns, reason, texts=("outcome",))
    yes, no = judged.positive, 1 - judged.positive
    cells = judged.confusion
    counts = np.array([cells[yes, yes], cells[yes, no], cells[no, yes], cells[no, no]])
    are = round(DOTS * counts[:2].sum() / counts.sum())
    dots = np.concatenate([_whole(counts[:2], are), _whole(counts[2:], DOTS - are)])
    told = ["found", "missed", "false alarm", "left alone"]
    return pd.DataFrame({"outcome": told, "count": counts, "share": counts / counts.sum(), "dots": dots})
