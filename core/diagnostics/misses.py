"""How numbers were missed: residuals, errors by size of the target, quantile coverage.

Takes predictions of a regression problem; gives long frames.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.diagnostics.held import Held, empty, repeats, with_reason
from core.diagnostics.shares import share_interval
from core.metrics.judged import Judged, predicted_given
from core.records import Predictions, Problem

SIZES = 10  # groups of rows by the size of the target
BARS = 30
LEVELS = tuple(round(0.05 * step, 2) for step in range(1, 20))
FEWEST = 20  # rows of other folds below which their quantiles say little


def residuals(predictions: Predictions, problem: Problem) -> pd.DataFrame:
    """What was predicted and by how much it was missed.

    Parameters
    ----------
    predictions : Predictions
        Of a regression problem.
    problem : Problem

    Returns
    -------
    DataFrame of shape (n, 4)
        Columns ``row`` (position in the table), ``actual``, ``predicted`` and ``residual``, which is actual -
        predicted: above 0 where the prediction was too low. Rows without a finite prediction are left out, and the
        reason says how many.
    """
    finite = np.isfinite(predictions.predicted)
    actual, predicted = predictions.actual[finite], predictions.predicted[finite]
    columns = {"row": predictions.rows[finite], "actual": actual, "predicted": predicted}
    frame = pd.DataFrame({**columns, "residual": actual - predicted})
    frame.attrs["repeats"] = repeats(predictions)
    return with_reason(frame, predicted_given(Judged(predictions, problem)))


def error_by_size(predictions: Predictions, problem: Problem) -> pd.DataFrame:
    """How far off predictions are for small and for large values of the target.

    Returns
    -------
    DataFrame
        A line per group of about equally many rows with neighbouring actual values (equal ones stay together): columns
        ``from``, ``to`` (the least and the greatest actual value), ``middle`` (their mean), ``count``, ``miss`` (mean
        of |actual - predicted|), ``low``, ``high`` (its interval at 95 %, mean ± 1.96 standard errors; missing for a
        group of one) and ``bias`` (mean of actual - predicted). Each row counts once.
    """
    columns = ("from", "to", "middle", "count", "miss", "low", "high", "bias")
    rest = residuals(predictions, problem)
    if rest.empty:
        return empty(columns, rest.attrs.get("reason", "There are no rows to judge."))
    actual, off = rest["actual"].to_numpy(), rest["residual"].to_numpy()
    times = repeats(predictions)
    lines = []
    for places in grouped(actual, SIZES):
        values, misses = actual[places], np.abs(off[places])
        reach = 1.96 * misses.std(ddof=1) * np.sqrt(times / len(misses)) if len(misses) > 1 else np.nan
        low = max(0.0, misses.mean() - reach) if len(misses) > 1 else np.nan
        line = (values.min(), values.max(), values.mean(), len(values), misses.mean(), low, misses.mean() + reach)
        lines.append((*line, off[places].mean()))
    return with_reason(pd.DataFrame(lines, columns=list(columns)), rest.attrs.get("reason"))


def grouped(values: np.ndarray, most: int) -> list[np.ndarray]:
    """Places of neighbouring values in at most so many groups of about equal size; equal values stay together."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    cuts = np.unique([len(values) * step // most for step in range(1, most)])
    cuts = np.searchsorted(ordered, ordered[cuts[cuts > 0]], side="left") if len(values) else cuts
    return [each for each in np.split(order, np.unique(cuts)) if len(each)]


def residual_distribution(predictions: Predictions, problem: Problem) -> pd.DataFrame:
    """How often predictions are off by how much.

    Returns
    -------
    DataFrame
        Columns ``from``, ``to`` (bounds of actual - predicted), ``count`` and ``share``. The outermost hundredth on
        each side lies in the first and the last bar where it reaches far out; ``attrs["beyond"]`` counts those rows;
        ``half`` and ``most`` are what the errors of 50 and 90 % of the rows stay within.
    """
    rest = residuals(predictions, problem)
    if rest.empty:
        reason = rest.attrs.get("reason", "There are no rows to judge.")
        return empty(("from", "to", "count", "share"), reason)
    off = rest["residual"].to_numpy()
    low, high = np.quantile(off, [0.01, 0.99])
    if not high > low:
        low, high = off.min(), off.max()
    if not high > low:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, min(BARS, max(5, int(np.sqrt(len(off))))) + 1)
    counts, _ = np.histogram(off.clip(low, high), edges)
    frame = pd.DataFrame({"from": edges[:-1], "to": edges[1:], "count": counts, "share": counts / len(off)})
    half, most = (float(each) for each in np.quantile(np.abs(off), [0.5, 0.9]))
    frame.attrs.update(beyond=int(np.count_nonzero((off < low) | (off > high))), half=half, most=most)
    return with_reason(frame, rest.attrs.get("reason"))


def quantile_coverage(held: Held, problem: Problem) -> pd.DataFrame:
    """Whether a share of the rows really lies below the bound that was to have this share below it.

    The bound of a row is its prediction plus a quantile of the errors on all other folds, so no row sets its own bound.

    Returns
    -------
    DataFrame
        Columns ``level`` (the share that was wanted, 0.05 to 0.95), ``covered`` (the share of actual values below),
        ``low``, ``high`` (Wilson's interval), ``count`` (rows). Empty with a reason where folds cannot vouch for each
        other.
    """
    columns = ("level", "covered", "low", "high", "count")
    reason = predicted_given(Judged(held.whole, problem))
    if reason is None and len(held.folds) < 2:
        reason = "Needs at least two folds: the errors on one set the bounds for the other."
    if reason is None and len(held.whole.rows) < FEWEST:
        reason = f"Needs at least {FEWEST} rows; here are {len(held.whole.rows)}."
    if reason:
        return empty(columns, reason)
    below, rows = np.zeros(len(LEVELS)), 0
    off, numbers, table_rows = held.whole.actual - held.whole.predicted, held.numbers, held.whole.rows
    for fold, part in held.folds.items():
        others = off[(numbers != fold) & ~np.isin(table_rows, part.rows)]
        if len(others):
            bounds = np.quantile(others, LEVELS, method="inverted_cdf")
            below += (off[numbers == fold][:, None] <= bounds).sum(axis=0)
            rows += len(part.rows)
    if not rows:
        return empty(columns, "Every fold holds the same rows: none can set the bounds for another.")
    times = repeats(held.whole)
    intervals = [share_interval(each / times, rows / times) or (0.0, 1.0) for each in below]
    low, high = zip(*intervals, strict=True)
    frame = pd.DataFrame({"level": LEVELS, "covered": below / rows, "low": low, "high": high, "count": rows})
    frame.attrs["repeats"] = times
    return frame
