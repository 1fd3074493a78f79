"""What invented rows are worth, and how near they lie to real ones, in plain sentences.

Takes plain numbers, gives plain text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .figures import count, known, number, percent
from .judgement import Measure, value_of

FEW_HELD = 200  # held-out rows below which a few hundredths may be luck
NEARLY, MUCH_NEARER = 0.95, 0.65  # the latter would be 0.5 if invented rows were as far as real ones


def worth(
    measure: Measure, real: float | None, invented: float | None, guessing: float | None, target: str = ""
) -> str:
    """Say what models learn from invented rows, against real ones and against guessing.

    Parameters
    ----------
    measure : Measure
    real, invented, guessing : float or None
        Mean scores on the same held-out real rows.
    target : str
        The column that is predicted.
    """
    if not (known(real) and known(invented)):
        return (
            "No model could be trained on both real and invented rows, so nothing can be said of what they are worth."
        )
    note = "" if measure.greater_is_better else ", where less is better"
    told = (
        f"On average, models trained on invented rows get {value_of(measure, invented, target)} in {measure.title}"
        f"{note}, where those trained on real rows get {value_of(measure, real, target)}"
    )
    if not known(guessing):
        return f"{told}."
    return (
        f"{told} and guessing gets {value_of(measure, guessing, target)}: {_judged(measure, real, invented, guessing)}."
    )


def _judged(measure: Measure, real: float, invented: float, guessing: float) -> str:
    sign = 1 if measure.greater_is_better else -1
    gained, kept = sign * (real - guessing), sign * (invented - guessing)
    if gained <= 0:
        return "even real rows teach nothing here, so this tells nothing of the invented ones"
    if kept <= 0:
        return "the invented rows teach nothing"
    if kept >= gained:
        return "the invented rows teach as much as real ones"
    if kept >= NEARLY * gained:
        return "the invented rows teach nearly as much as real ones"
    return f"of what real rows teach beyond guessing, {percent(kept / gained, 0)} comes through"


def best(measure: Measure, real: Sequence[float], invented: Sequence[float], target: str = "") -> str:
    """What the best model reaches from either, for the mean hides that a weak one gains where a strong one loses."""
    pick = max if measure.greater_is_better else min
    first, second = (value_of(measure, pick(scores), target) for scores in (real, invented))
    return f"The best model reaches {first} from real rows, the best {second} from invented ones."


def luck(held: int) -> str:
    """A caution where few rows judge; empty otherwise."""
    judged = f"Judged once, on {count(held, 'real row')} that neither the network nor the models had seen"
    return f"{judged}: so few that differences of a few hundredths may be luck." if held < FEW_HELD else f"{judged}."


def copied(told: Mapping[str, Any]) -> str:
    """How many invented rows are copies of practice rows, and for comparison held-out real ones."""
    invented, held = (
        _of(told["copies"], told["rows"], "invented"),
        _of(told["held_copies"], told["held"], "held-out real"),
    )
    return f"{invented} the same as a practice row in every column; {held[0].lower()}{held[1:]}."


def _of(some: int, rows: int, sort: str) -> str:
    return f"{f'{some:,}' if some else 'None'} of the {count(rows, f'{sort} row')} {'is' if some < 2 else 'are'}"


def nearness(told: Mapping[str, Any]) -> str:
    """Whether invented rows hug the practice rows more closely than other real rows do."""
    middle = (
        f"{number(told['held_distance'], 2)} for real rows held out, {number(told['distance'], 2)} for invented ones"
    )
    first = f"The middle distance to the nearest practice row is {middle}"
    if told["nearer"] > MUCH_NEARER:
        return f"{first}: invented rows lie closer, a sign that the network has learned some rows by heart."
    return f"{first}: no sign that the network has learned rows by heart."


PRIVACY = (
    "That is no promise of privacy: invented rows hold values of real ones, and rare rows can show through. "
    "Handle them as carefully as the table that they were learned from."
)
