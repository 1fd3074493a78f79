"""Where a model is right and where it errs: cells, curves, certainty and misses from stored predictions.

Takes predictions, fold by fold, and their `Problem`; gives long frames to draw or to show, with numpy and pandas, and
scipy's special functions for intervals. A frame that cannot be made is empty; ``frame.attrs["reason"]`` says why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from core.catalogue import Catalogue
from core.diagnostics.agreement import agreement
from core.diagnostics.cells import confusion, mistakes, one_against_rest, outcomes, rows_of
from core.diagnostics.certainty import calibration, score_distribution
from core.diagnostics.curves import CURVE_POINTS, gains, precision_recall, roc, roc_over_folds
from core.diagnostics.held import Held
from core.diagnostics.misses import error_by_size, quantile_coverage, residual_distribution, residuals
from core.diagnostics.shares import area_interval, share_interval
from core.records import Predictions, Problem

__all__ = [
    "CURVE_POINTS",
    "DIAGNOSES",
    "Diagnosis",
    "Held",
    "agreement",
    "area_interval",
    "calibration",
    "confusion",
    "error_by_size",
    "gains",
    "mistakes",
    "one_against_rest",
    "outcomes",
    "precision_recall",
    "quantile_coverage",
    "residual_distribution",
    "residuals",
    "roc",
    "roc_over_folds",
    "rows_of",
    "score_distribution",
    "share_interval",
]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A frame about one model.

    Attributes
    ----------
    make : callable
        From what is held of it and the problem.
    """

    name: str
    make: Callable[[Held, Problem], pd.DataFrame]


def _of_all_rows(make: Callable[[Predictions, Problem], pd.DataFrame]) -> Callable[[Held, Problem], pd.DataFrame]:
    return lambda held, problem: make(held.whole, problem)


# What takes long for many rows is made by a worker, see `core.derived`.
DIAGNOSES: Catalogue[Diagnosis] = Catalogue(
    "diagnosis",
    Diagnosis("confusion", _of_all_rows(confusion)),
    Diagnosis("outcomes", _of_all_rows(outcomes)),
    Diagnosis("mistakes", _of_all_rows(mistakes)),
    Diagnosis("one_against_rest", _of_all_rows(one_against_rest)),
    Diagnosis("roc", roc_over_folds),
    Diagnosis("precision_recall", _of_all_rows(precision_recall)),
    Diagnosis("gains", _of_all_rows(gains)),
    Diagnosis("calibration", _of_all_rows(calibration)),
    Diagnosis("score_distribution", _of_all_rows(score_distribution)),
    Diagnosis("residuals", _of_all_rows(residuals)),
    Diagnosis("error_by_size", _of_all_rows(error_by_size)),
    Diagnosis("residual_distribution", _of_all_rows(residual_distribution)),
    Diagnosis("quantile_coverage", quantile_coverage),
)
