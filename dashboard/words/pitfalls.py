"""What is said of a table before training, and of two ways to divide its rows.

Takes numbers and plain values, gives plain text.
"""

from __future__ import annotations

from typing import Any

from .figures import count
from .judgement import Measure, says

# Why a split may flatter, by the split that does not.
FLATTERS = {
    "group": "rows of one {column} stood on both sides, so that models knew them again",
    "time": "models were asked about moments between those that they knew, and not about what comes later",
    "together": "some of the rows they were judged on were among those they had learned",
}
# What ordinary folds risk, by the split that does not.
RISKS = {
    "group": "rows of one {column} may stand on both sides, and models know them again",
    "time": "models are asked about moments between those that they know, and not about what comes later",
    "together": "equal rows may stand on both sides, and models are judged on what they have seen",
}


# What a column does that plays a part beside the target, by its role.
DOES = {
    "group": "says which rows belong together: they stay on one side of every fold",
    "time": "says when a row was recorded: models are judged on what came later",
    "weight": "says how much a row counts, in fits and in scores",
}


def role_of(column: str, role: str) -> str:
    """What a column is for that was chosen as group, time or weight."""
    return f"{column} is the {role}, as chosen by you. It {DOES[role]}; models do not see it."


def calm(checks: int) -> str:
    """What to say where there is nothing to worry about."""
    return f"Nothing stands out in {count(checks, 'check')}."


def guarded(split: str, column: str = "") -> str:
    """What the way to divide the rows that was taken guards against."""
    risk = RISKS.get(split, "the rows that judge may be easier than later ones").format(column=column)
    return f"You divide the rows as proposed. With folds drawn at random {risk}."


def two_splits(
    measure: Measure,
    title: str,
    yours: float,
    honest: float,
    split: str,
    *,
    column: str = "",
    front: str = "",
    positive: Any = None,
    target: str = "",
    accepted: bool = False,
) -> str:
    """What a model does by two ways of dividing the rows, and why they differ.

    Parameters
    ----------
    measure : Measure
    title : str
        Of the model that is best by the first way.
    yours, honest : float
        Its mean scores.
    split : str
        The honest kind of split.
    column : str
        By which it divides.
    front : str
        Title of the model that is best by the honest way.
    positive, target : Any
        See `says`.
    accepted : bool
        Whether the person's own way is the honest one, and the first one ordinary folds.
    """
    words = {"positive": positive, "target": target, "decimals": 1}
    by = f"divided by {column}" if column else "with equal rows on one side"
    way = "ordinary folds" if accepted else "your split"
    own = ", as you did," if accepted else ""
    first = f"By {way} {title} {says(measure, yours, **words)}; {by}{own} it {says(measure, honest, **words)}."
    worse = honest < yours if measure.greater_is_better else honest > yours
    if not worse or abs(yours - honest) <= 0.01 * max(abs(yours), abs(honest)):
        flattered = "would not have flattered" if accepted else "did not flatter"
        return f"{first} That is about the same: {way} {flattered} it."
    why = FLATTERS.get(split, "the rows were easier").format(column=column)
    other = f" In front is then {front}." if front and front != title else ""
    return f"{first} The first is too good to be true: {why}.{other}"
