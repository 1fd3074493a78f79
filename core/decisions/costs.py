"""What a mistake costs, and what a right answer brings: of a yes-or-no question, or of several classes.

Plain values; knows nothing of the project but its words.

References
----------
.. [1] Elkan (2001). The foundations of cost-sensitive learning. IJCAI 2001, 973-978.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
CASES = 1_000  # that money is told for


@dataclass(frozen=True, slots=True)
class Costs:
    """What each of the four things that can happen costs or brings, per case, in any one unit.

    Attributes
    ----------
    miss, alarm : float
        What is lost where a case of the positive class is not flagged, and where another one is.
    hit, rejection : float
        What is gained where a case of the positive class is flagged, and where another one is not.

    Raises
    ------
    ValueError
        If one is negative or no finite number.
    """

    miss: float
    alarm: float
    hit: float = 0.0
    rejection: float = 0.0

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not (math.isfinite(value) and value >= 0):
                told = "what is lost by a miss or an alarm, and what is gained by a hit or a rejection"
                raise ValueError(f"{name} is {value}; it must be 0 or more: {told}.")

    @property
    def stake_yes(self) -> float:
        """What flagging a case of the positive class is worth, beside not flagging it."""
        return self.miss + self.hit

    @property
    def stake_no(self) -> float:
        """What not flagging another case is worth, beside flagging it."""
        return self.alarm + self.rejection

    @property
    def optimum(self) -> float | None:
        """The cut-off that is best where probabilities are true, formula 2 of [1]_; None where nothing is at stake.

        ``(alarm + rejection) / (alarm + rejection + miss + hit)``
        """
        whole = self.stake_no + self.stake_yes
        return self.stake_no / whole if whole else None

    @property
    def pointless(self) -> str | None:
        """Why there is nothing to weigh up; None where there is."""
        if not self.stake_yes and not self.stake_no:
            return "All amounts are 0, so every cut-off comes to the same."
        if not self.stake_yes:
            return "Where a miss costs nothing and a hit brings nothing, it is always best to flag no one."
        if not self.stake_no:
            return "Where a false alarm costs nothing, it is always best to flag everyone."
        return None

    def money(self, counts: Counts) -> Any:
        """What comes of so many of each, all together: above 0 gained, below 0 lost."""
        gained = self.hit * counts.hits + self.rejection * counts.rejections
        return gained - self.miss * counts.misses - self.alarm * counts.alarms


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases came to which end; their weights added up. Numbers, or arrays of one shape."""

    hits: Any
    alarms: Any
    misses: Any
    rejections: Any

    @property
    def total(self) -> Any:
        """All cases."""
        return self.hits + self.alarms + self.misses + self.rejections

    @property
    def flagged(self) -> Any:
        """Those that were flagged, rightly or not."""
        return self.hits + self.alarms


def check_matrix(matrix: Sequence[Sequence[float | None]], classes: int) -> Floats:
    """A cost matrix as numbers.

    Parameters
    ----------
    matrix : sequence of sequence of float
        What is lost where a case of a class (down) is called a class (across); below 0 what is gained.
    classes : int

    Returns
    -------
    ndarray of shape (classes, classes)

    Raises
    ------
    ValueError
        If it has another shape, or a cell is empty or no finite number.
    """
    if [len(row) for row in matrix] != [classes] * classes:
        raise ValueError(f"The costs are to have a line and a column for each of the {classes} classes.")
    found = np.array([[math.nan if cell is None else float(cell) for cell in row] for row in matrix])
    if not np.isfinite(found).all():
        raise ValueError("Every cell of the costs needs a number; 0 for what costs nothing.")
    return found


def plain_matrix(classes: int) -> Floats:
    """Costs of 1 for every mistake, whichever it is, shape (classes, classes)."""
    costs: Floats = 1.0 - np.eye(classes)
    return costs
