"""A decision that travels with a model: from which score on it flags, or what its mistakes cost.

Plain values, written as JSON: into the store by run and model, and into the exported results. How it was chosen stands
in it, so that nobody need remember.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.decisions.costs import Floats
from core.decisions.several import cheapest
from core.decisions.weighing import PROBABILITY, SCORE
from core.metrics.judged import Judged, probabilities_given, scores_given
from core.records import Predictions, Problem

EVERYONE, NO_ONE, FROM = "everyone", "no one", "from the cut-off on"
BY_HAND, BY_MONEY = "by hand", "by money"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a model's answer is made of its scores by.

    Attributes
    ----------
    target : str
    classes : tuple
        In the order of their codes.
    positive : Any
        The class that is flagged; None where there are several.
    flags : str
        `EVERYONE`, `NO_ONE`, or `FROM` a cut-off on; empty where there are several classes.
    cut_off : float or None
        A case is flagged where its score is this or more.
    on : str
        What the cut-off is on: the probability of `positive`, or the decision score towards it.
    costs : mapping of str to float
        ``miss``, ``alarm``, ``hit`` and ``rejection`` per case.
    matrix : tuple of tuple of float
        Costs by actual class (down) and called class (across), where there are several.
    currency : str
    chosen : str
        `BY_MONEY` or `BY_HAND`.
    chosen_on : str
        The rows that it was chosen on, in words.
    money, low, high : float or None
        What comes of 1,000 cases, judged on other rows than it was chosen on, with an interval of 95 %; None for a
        cut-off that was set by hand.
    """

    target: str
    classes: tuple[Any, ...]
    positive: Any = None
    flags: str = ""
    cut_off: float | None = None
    on: str = ""
    costs: Mapping[str, float] | None = None
    matrix: tuple[tuple[float, ...], ...] = ()
    currency: str = ""
    chosen: str = BY_MONEY
    chosen_on: str = ""
    money: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def threshold(self) -> float:
        """The cut-off as a number, infinite where none or all are flagged."""
        return {EVERYONE: -math.inf, NO_ONE: math.inf}.get(self.flags, self.cut_off or 0.0)

    def to_json(self) -> dict[str, Any]:
        """Plain values; without those that say nothing."""
        return {key: value for key, value in asdict(self).items() if value not in (None, "", ())}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Decision:
        """The decision that `to_json` wrote; what is not known here is left out."""
        known = {each.name for each in fields(cls)}
        lists = {"classes": tuple(raw.get("classes", ())), "matrix": tuple(map(tuple, raw.get("matrix", ())))}
        return cls(**{key: value for key, value in raw.items() if key in known} | lists)

    def fits(self, problem: Problem) -> bool:
        """Whether it speaks of this problem's target and classes."""
        return (self.target, self.classes) == (problem.target, problem.classes)

    def called(self, predictions: Predictions, problem: Problem) -> NDArray[Any] | None:
        """The class code of each row as it decides, shape (rows,); None where the predictions do not suit it."""
        judged = Judged(predictions, problem)
        if not self.fits(problem) or (predictions.weights is not None and not predictions.weights.all()):
            return None
        if self.matrix:
            given = judged.probabilities
            return None if probabilities_given(judged) or given is None else cheapest(given, np.array(self.matrix))
        on = SCORE if judged.probabilities is None else PROBABILITY
        if on != self.on or scores_given(judged) or judged.leanings is None:
            return None
        return np.where(judged.leanings >= self.threshold, judged.positive, 1 - judged.positive)


def flags_of(cut_off: float) -> dict[str, Any]:
    """``flags`` and ``cut_off`` of a decision from a cut-off, which may be infinite."""
    if math.isinf(cut_off):
        return {"flags": NO_ONE if cut_off > 0 else EVERYONE, "cut_off": None}
    return {"flags": FROM, "cut_off": cut_off}


def matrix_of(matrix: Floats) -> tuple[tuple[float, ...], ...]:
    """A cost matrix as a decision holds it."""
    return tuple(tuple(float(cell) for cell in row) for row in matrix)
