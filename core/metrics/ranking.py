"""Rows in the order of a score: what is found and what is falsely alarmed on the way down.

Takes truth and scores; gives the counts that ROC and precision-recall curves and their areas are made of,
so that a curve and its figure cannot disagree. numpy only.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


class Ranking:
    """Rows of one class against the rest, from the highest score down.

    Parameters
    ----------
    truth : ndarray of bool, shape (n,)
        Whether a row is of the class; some are and some are not.
    scores : ndarray of shape (n,)
        Finite; larger leans more to the class.
    weights : ndarray of shape (n,), optional
        How much each row counts, above 0.

    Attributes
    ----------
    thresholds : ndarray of shape (m,)
        The m distinct scores, falling.
    hits, alarms : ndarray of shape (m,)
        Rows of the class, and of the rest, with at least that score; their weights added up. Rows with equal scores
        fall together: the order among them is not the model's.
    """

    def __init__(self, truth: NDArray[np.bool_], scores: Floats, weights: Floats | None = None) -> None:
        order = np.argsort(-scores)
        falling = scores[order]
        last = np.append(np.flatnonzero(np.diff(falling)), len(falling) - 1)
        self.thresholds = falling[last]
        if weights is None:
            self.hits: Floats = np.cumsum(truth[order], dtype=float)[last]
            self.alarms: Floats = last + 1 - self.hits
        else:  # each added up by itself: what remains of a difference would be no 0
            self.hits, self.alarms = (np.cumsum((each * weights)[order])[last] for each in (truth, ~truth))

    @cached_property
    def recall(self) -> Floats:
        """Share of the class found, shape (m + 1,), from 0 on; also called true positive rate."""
        return np.append(0.0, self.hits / self.hits[-1])

    @cached_property
    def false_alarm_rate(self) -> Floats:
        """Share of the rest called the class, shape (m + 1,), from 0 on."""
        return np.append(0.0, self.alarms / self.alarms[-1])

    @cached_property
    def precision(self) -> Floats:
        """Share of the called rows that are of the class, shape (m + 1,); 1 by convention where none is called."""
        return np.append(1.0, self.hits / (self.hits + self.alarms))

    @cached_property
    def roc_auc(self) -> float:
        """Area under recall over false alarms, by trapezoids."""
        return float(np.trapezoid(self.recall, self.false_alarm_rate))

    @cached_property
    def average_precision(self) -> float:
        """Area under precision over recall, by steps."""
        return float(np.diff(self.recall) @ self.precision[1:])
