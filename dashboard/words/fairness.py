"""For whom a model is good and how groups are treated, in plain sentences; what is fair is left to people.

Takes rows of the frames of `core.groups`, gives plain text. No difference is claimed that the interval does not bear
out, and none of groups with too few rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.groups.fairness import ALARMS, ODDS, OPPORTUNITY, PARITY

from .deciding import hundred
from .figures import count, known, number

# What a measure says of a group, and of the other one behind it.
SAYS = {
    PARITY: ("Of 100 rows with {group}, {a} are flagged", "of 100 with {other}, {b}"),
    OPPORTUNITY: ("Of 100 rows with {group} that are “{positive}”, {a} are found", "of 100 with {other}, {b}"),
    ALARMS: ("Of 100 rows with {group} that are not “{positive}”, {a} are flagged wrongly", "of 100 with {other}, {b}"),
}
NO_VERDICT = (
    "These are differences and how sure they are. Which of them matters, and what is fair, depends on what the answer "
    "is used for. Where one group has more to be found than another, no answer of use makes all of them equal at once "
    "(Barocas, Hardt, Narayanan 2023)."
)


def named(column: str, group: str) -> str:
    """A group as it stands in a sentence: ``age over 62``, ``region “east”``."""
    return f"{column} {group}" if group.startswith(("up to ", "over ")) else f"{column} “{group}”"


def difference(row: Mapping[str, Any], column: str, positive: Any) -> str:
    """One measure of two groups: ``Of 100 … 60 are found, of 100 … 72: 12 fewer (3 to 21).``"""
    if row["measure"] == ODDS:
        return odds(row, column)
    first, second = SAYS[row["measure"]]
    words = {"group": named(column, row["group"]), "other": named(column, row["other"]), "positive": positive}
    if not known(row["difference"]):
        return f"Not defined for {words['group']}, as there is no such row."
    told = f"{first.format(**words, a=hundred(row['a']))}, {second.format(**words, b=hundred(row['b']))}"
    return f"{told}: {_apart(row)}."


def odds(row: Mapping[str, Any], column: str) -> str:
    """Both rates in one number."""
    group, other = named(column, row["group"]), named(column, row["other"])
    if not known(row["difference"]):
        return f"Found and flagged wrongly, {group} beside {other}: not defined, as one of the two has no row."
    return f"Found and flagged wrongly, {group} beside {other}, whichever differs more: {_apart(row)}."


def _apart(row: Mapping[str, Any]) -> str:
    """A difference, and what may be said of it."""
    if not row["enough"]:
        return "too few rows to say"
    low, high, size = row["low"], row["high"], row["difference"]
    if low <= 0 <= high:
        return f"no difference can be told ({_signed(low)} to {_signed(high)} would fit)"
    near, far = sorted((abs(low), abs(high)))
    return f"{hundred(abs(size))} {'more' if size > 0 else 'fewer'} ({hundred(near)} to {hundred(far)})"


def _signed(difference: float) -> str:
    return f"{hundred(abs(difference))} {'more' if difference > 0 else 'fewer'}"


def ratio(row: Mapping[str, Any]) -> str:
    """The same as a ratio, for the expert: ``0.83 (0.71 to 0.96)``."""
    if not known(row["ratio"]):
        return "not defined"
    high = number(row["ratio_high"]) if known(row["ratio_high"]) else "any size"
    return f"{number(row['ratio'])} ({number(row['ratio_low'])} to {high})"


def differing(rows: int, told: int) -> str:
    """How many of the differences the rows bear out."""
    if not rows:
        return "There are no two groups to hold against each other."
    if not told:
        return "No difference between these groups can be told from these rows."
    return f"{told:,} of {count(rows, 'difference')} can be told from these rows."


def levels(level: float, decided: bool) -> str:
    """How the intervals are to be read, and whose answers they speak of."""
    whose = "with the cut-off that is kept with it" if decided else "as the model answers without a chosen cut-off"
    several = "" if level <= 0.95 else f"; each is of {100 * level:.1f} %, so that all of a measure hold together"
    return (
        f"Answers {whose}. Intervals: Wilson, Newcombe 1998, Donner and Zou 2012{several}. They speak of which rows "
        "happened to be there, not of what models that learn from other rows would answer."
    )


def group_scores(said: int, groups: int) -> str:
    """How many groups something can be said of."""
    if said == groups:
        return f"Something can be said of {'both' if groups == 2 else f'all {groups}'} groups."
    return f"Too little is known to say anything of {groups - said} of {groups} groups: few rows, or a wide interval."


def ranges(folds: int) -> str:
    """What the ranges of groups' scores allow for."""
    rows = "Ranges are of 95 %, from rows that are drawn again and again"
    if folds < 2:
        return f"{rows}. They say nothing of what a model that learns from other rows would score: that takes folds."
    return (
        f"{rows}; for other rows to learn from they are widened by how far {folds} folds differ (Nadeau and Bengio "
        "2003)."
    )


def segment(row: Mapping[str, Any], classes: bool, target: str) -> str:
    """A weak segment: what was found, and whether other rows bear it out."""
    if classes:
        here = f"Where {row['segment']}, {hundred(row['error'])} of 100 rows are named wrongly"
        told = f"{here}, and {hundred(row['others'])} of 100 others"
    else:
        told = f"Where {row['segment']}, answers are off by {number(row['error'])} {target}, all others by "
        told += f"{number(row['others'])}"
    if not row["confirmed"]:
        return f"{told}; on the rows that judge, that may be luck."
    shown: Callable[[float], str] = number
    if classes:  # 8 and 2 are not 7 apart
        whole = round(100 * row["error"]) - round(100 * row["others"]) == round(100 * row["difference"])
        shown = hundred if whole else _tenths
    return f"{told}: {shown(row['difference'])} more ({shown(row['low'])} to {shown(row['high'])})."


def _tenths(share: float) -> str:
    return f"{100 * share:.1f}"


def search(about: Mapping[str, Any], told: int, confirmed: int) -> str:
    """How the segments were found, and what to make of it."""
    first = f"{about['tried']:,} segments of one or two columns were tried on {about['searched']:,} rows"
    if not told:
        return f"{first}, and none stood out."
    last = f"the {count(told)} that stood out most were judged on {about['judged']:,} other rows"
    held = "None of them was borne out." if not confirmed else f"{confirmed} of {told} was borne out."
    held = held if confirmed < 2 else f"{confirmed} of {told} were borne out."
    return f"{first}; {last}, with intervals wide enough for {count(told, 'look')}. {held}"
