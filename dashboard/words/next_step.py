"""What to do next with a comparison that has ended: one step, with its reason.

Takes what is known of the comparison, gives a sentence and the page that it leads to. Knows no store.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a comparison that has ended.

    Attributes
    ----------
    ranked : int
        Models with a score that do more than guess.
    beats_guessing : bool
        Whether the best of them does better than guessing, and not by luck as far as can be told.
    judged_once : bool
        Whether every model was judged on one part of the rows alone.
    tied : int
        Models that cannot be told from the best, itself among them.
    suspicious : bool
        Whether something was found that makes scores lie.
    sealed : int
        Rows that were set aside for an exam.
    opened : bool
        Whether they were looked at.
    two_classes : bool
    """

    ranked: int
    beats_guessing: bool
    judged_once: bool
    tied: int
    suspicious: bool
    sealed: int
    opened: bool
    two_classes: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A step that could come next.

    Attributes
    ----------
    holds : callable
        Whether it is the one to take; the first that is counts.
    told : str
        Why, and what to do.
    view, label, icon : str
        The page that it leads to, what its link says, and its picture.
    """

    holds: Callable[[Known], bool]
    told: str
    view: str
    label: str
    icon: str


STEPS = (
    Step(
        lambda known: not known.ranked,
        "No model came through; the leaderboard says why. Other models, other columns or higher limits may do better.",
        "data",
        "Look at the data",
        "table_chart",
    ),
    Step(
        lambda known: known.suspicious,
        "Something makes these scores look better than they are. See to that first: all else rests on it.",
        "data",
        "Look at the data",
        "report",
    ),
    Step(
        lambda known: not known.beats_guessing,
        "The columns may say too little about the target. See which of them do, or bring more rows or columns.",
        "data",
        "Look at the columns",
        "table_chart",
    ),
    Step(
        lambda known: known.judged_once,
        "One part of the rows judged all models. See how far luck could have decided, or use folds.",
        "better",
        "Is it better, or luck?",
        "balance",
    ),
    Step(
        lambda known: bool(known.sealed) and not known.opened,
        "Choose a model, then open the sealed rows: they say what it does on rows that had no say in the choice.",
        "proof",
        "Open the exam",
        "lock_open",
    ),
    Step(
        lambda known: known.two_classes,
        "Say what a miss and a false alarm cost you, and see where the cut-off belongs.",
        "decide",
        "What does a mistake cost?",
        "payments",
    ),
    Step(
        lambda known: known.tied > 1,
        "Several models do equally well as far as can be told. See how likely one of them is better.",
        "better",
        "Is it better, or luck?",
        "balance",
    ),
    Step(
        lambda known: True,
        "See where the best model errs, and what it relies on.",
        "look_closer",
        "Look closer",
        "troubleshoot",
    ),
)


def next_step(known: Known) -> Step:
    """The step to take next."""
    return next(each for each in STEPS if each.holds(known))
