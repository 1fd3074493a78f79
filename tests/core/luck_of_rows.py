"""What a hold-out claims about data sets whose truth is known: models stay as they were fitted, rows are drawn again.

The truth of a score is the accuracy of this fitted model on the population, as many fresh rows show it, and that of a
difference the one of these two fitted models: other training rows would give other models, of which a hold-out says
nothing. Two learners that are equally good by symmetry give fitted models that are not; calling one of them better is
counted as false all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from sklearn import config_context
from sklearn.model_selection import train_test_split

from core.comparison import Resampled, bootstrap, compare_rows, resample_rows
from core.records import Predictions
from tests.core.luck import LEARNERS, PARTED, ROWS, SETS, draw

SHARE, FRESH = 0.3, 4_000
NAMES = ("a", "equal", "worse")


def accuracy(given: Predictions) -> float:
    """The weighted share of rows that are named rightly."""
    return float(np.average(given.predicted == given.actual, weights=given.weights))


@cache
def judged(learner: str, sets: int = SETS, rows: int = ROWS) -> list[tuple[Resampled, np.ndarray]]:
    """Of every data set the held-out rows drawn again, and the three fitted models' accuracy on fresh rows."""
    found = []
    with config_context(assume_finite=True, skip_parameter_validation=True):
        for number in range(sets):
            groups, y = draw(rows, number, parted=learner == PARTED)
            fresh, right = draw(FRESH, 20_000 + number, parted=learner == PARTED)
            train, test = train_test_split(np.arange(rows), test_size=SHARE, random_state=number, stratify=y)
            said, true = {}, []
            for name, X, others in zip(NAMES, groups, fresh, strict=True):
                model = LEARNERS[learner]().fit(X[train], y[train])
                said[name] = Predictions(test, y[test], model.predict(X[test]))
                true.append(np.mean(model.predict(others) == right))
            found.append((resample_rows(said, accuracy, seed=number), np.array(true)))
    return found


@dataclass(frozen=True)
class RowClaims:
    """Shares of the data sets.

    Attributes
    ----------
    false : float
        Where of two learners that are equally good one is called better.
    turned : float
        Where of two fitted models the worse one is called better: of the equally good learners, or of the unequal.
    covered, covered_better, covered_score : float
        Where the interval holds the true difference of these fitted models, of equal and of unequal learners, and the
        true score of this one. An interval that is not told (no model errs on any row) holds nothing.
    found : float
        Where the better learner is called so.
    """

    false: float
    turned: float
    covered: float
    covered_better: float
    covered_score: float
    found: float


def row_claims(learner: str, sets: int = SETS, rows: int = ROWS) -> RowClaims:
    """What a hold-out claims about all data sets."""
    false, wrong, worse, held, held_better, held_score, found = ([] for _ in range(7))
    for drawn, true in judged(learner, sets, rows):
        equal, better = compare_rows(drawn, "a", "equal"), compare_rows(drawn, "a", "worse")
        score = bootstrap(drawn, "a", bounds=(0.0, 1.0))
        same, gap = true[0] - true[1], true[0] - true[2]
        false.append(equal.p_value < 0.05)
        wrong.append(equal.p_value < 0.05 and equal.difference * same < 0)
        worse.append(better.p_value < 0.05 and better.difference * gap < 0)
        held.append(equal.low <= same <= equal.high)
        held_better.append(better.low <= gap <= better.high)
        held_score.append(score.low is not None and score.low <= true[0] <= score.high)
        found.append(better.p_value < 0.05 and better.difference > 0)
    turned = max(float(np.mean(wrong)), float(np.mean(worse)))
    shares = [float(np.mean(each)) for each in (held, held_better, held_score, found)]
    return RowClaims(float(np.mean(false)), turned, *shares)
