"""Whether a model is as sure as it should be: calibration with its parts, and how scores lie by actual class.

Takes predictions with probabilities or decision scores; gives long frames.

References
----------
.. [1] Murphy (1973). A new vector partition of the probability score. Journal of Applied Meteorology 12, 595-600.
   doi:10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2
.. [2] Stephenson, Coelho, Jolliffe (2008). Two extra components in the Brier score decomposition. Weather and
   Forecasting 23, 752-757. doi:10.1175/2007WAF2006116.1
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.diagnostics.held import empty, repeats
from core.diagnostics.misses import grouped
from core.diagnostics.shares import share_interval
from core.metrics.judged import Judged, probabilities_given, rows_given, scores_given, within_bounds
from core.records import Predictions, Problem

Floats = NDArray[np.floating[Any]]

BINS = 10
BARS = 20
PARTS = ("brier", "reliability", "resolution", "uncertainty", "within")


def calibration(predictions: Predictions, problem: Problem, bins: int = BINS) -> pd.DataFrame:
    """Hold what a model said would happen against what happened.

    For two classes it is the probability of the positive one, for several that of the class that was named, against
    whether it was right. Rows are gathered into bins of about equally many rows, equal probabilities staying together.

    Parameters
    ----------
    bins : int
        At most so many.

    Returns
    -------
    DataFrame
        Columns ``from``, ``to`` (least and greatest probability of the bin), ``said`` (their mean), ``happened`` (the
        share), ``low``, ``high`` (Wilson's interval; missing where rows are weighted), ``count``. ``attrs`` has the
        Brier score and its parts [1]_: ``brier`` = ``reliability`` - ``resolution`` + ``uncertainty`` + ``within``,
        where the last is what lies within the bins [2]_, and ``of``, the class that is spoken of, or None.
    """
    columns = ("from", "to", "said", "happened", "low", "high", "count")
    judged = Judged(predictions, problem)
    if reason := rows_given(judged) or probabilities_given(judged):
        return empty(columns, reason)
    try:
        given = within_bounds(judged.probabilities)
    except ValueError as error:
        return empty(columns, f"Could not be computed: {error}.")
    named = judged.predicted.astype(np.int64)
    said = given[:, judged.positive] if judged.binary else given[np.arange(len(named)), named]
    truth = judged.actual == (judged.positive if judged.binary else named)
    weights = judged.weights if judged.weights is not None else np.ones(len(said))
    groups = grouped(said, bins)
    times = repeats(predictions)
    lines = [_bin(said[each], truth[each], weights[each], times if judged.weights is None else None) for each in groups]
    frame = pd.DataFrame(lines, columns=list(columns))
    sums = np.array([weights[each].sum() for each in groups])
    frame.attrs.update(_parts(said, truth, weights, frame, sums))
    frame.attrs.update(of=problem.classes[judged.positive] if judged.binary else None, repeats=times)
    return frame


def _bin(said: Floats, truth: NDArray[np.bool_], weights: Floats, times: float | None) -> tuple[float, ...]:
    bounds = share_interval(truth.sum() / times, len(truth) / times) if times else None
    low, high = bounds or (np.nan, np.nan)
    means = (np.average(each, weights=weights) for each in (said, truth))
    return said.min(), said.max(), *means, low, high, len(said)


def _parts(
    said: Floats, truth: NDArray[np.bool_], weights: Floats, frame: pd.DataFrame, sums: Floats
) -> dict[str, Any]:
    """The Brier score (of whether it happened) and its parts."""
    total = sums.sum()
    rate = float(np.average(truth, weights=weights))
    brier = float(np.average(np.square(said - truth), weights=weights))
    reliability = float(sums @ np.square(frame["said"] - frame["happened"]) / total)
    resolution = float(sums @ np.square(frame["happened"] - rate) / total)
    uncertainty = rate * (1 - rate)
    within = brier - (reliability - resolution + uncertainty)
    return dict(zip(PARTS, (brier, reliability, resolution, uncertainty, within), strict=True))


def score_distribution(predictions: Predictions, problem: Problem) -> pd.DataFrame:
    """How sure a model was of the positive class, by actual class; for several classes, of the actual one.

    Returns
    -------
    DataFrame
        Columns ``label`` (actual class), ``from``, ``to`` (bounds of probability or decision score), ``count``,
        ``share`` (of the rows of that class). Each row counts once. ``attrs["of"]`` is the class that is spoken of, or
        None for the actual one; ``attrs["probable"]`` says whether these are probabilities.
    """
    columns = ("label", "from", "to", "count", "share")
    judged = Judged(predictions, problem)
    if reason := rows_given(judged) or scores_given(judged):
        return empty(columns, reason, texts=("label",))
    given, own = judged.leanings, judged.actual.astype(np.int64)
    assert given is not None
    scores = given if judged.binary else given[np.arange(len(own)), own]
    probable = judged.probabilities is not None
    low, high = (0.0, 1.0) if probable else (float(scores.min()), float(scores.max()))
    edges = np.linspace(low, high if high > low else low + 1, BARS + 1)
    parts = []
    for code, label in enumerate(problem.classes):
        counts, _ = np.histogram(scores[own == code].clip(edges[0], edges[-1]), edges)
        if counts.sum():
            columns_of = {"from": edges[:-1], "to": edges[1:], "count": counts, "share": counts / counts.sum()}
            parts.append(pd.DataFrame({"label": [label] * BARS, **columns_of}))
    frame = pd.concat(parts, ignore_index=True)
    spoken = problem.classes[judged.positive] if judged.binary else None
    frame.attrs.update(of=spoken, probable=probable, repeats=repeats(predictions))
    return frame
