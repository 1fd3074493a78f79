"""How sure one can be of a single answer, in plain sentences.

Takes what `core.conformal` found, gives plain text.
"""

from __future__ import annotations

import math

from core.conformal import Certainty
from core.held_out import Share
from core.records import Task

from .deciding import hundred, within
from .figures import count, number

# What the switch says that has every class, or every range, judged by itself, and why one would want that.
APART = {
    Task.CLASSIFICATION: (
        "For every class, the rare ones too",
        "Else the rows of rare classes may be missed more often than the others.",
    ),
    Task.REGRESSION: (
        "For every range of predictions",
        "Else all intervals have one width: too wide where the model errs little, too narrow where it errs much.",
    ),
}


def covered(found: Certainty) -> str:
    """How often the truth was inside: ``Of 100 rows 91 (89 to 93) had their true class in the set.``"""
    share = found.coverage
    assert share.value is not None
    what = "their true class in the set" if found.sets is not None else "their true value in the interval"
    return f"Of 100 rows {hundred(share.value)}{within(share)} had {what}."


def sizes(found: Certainty) -> str:
    """How much is left open: how many sets commit themselves, or how wide the intervals are."""
    if found.sets is None:
        return _widths(found)
    one = found.of_size(1).value or 0.0
    whole = f"; a set has {number(found.mean_size, 2)} classes on average" if found.sets.shape[1] > 2 else ""
    if one == 1:
        return "Every set holds one class only: the model is that sure without asking for more."
    return f"{hundred(one)} of 100 sets hold one class only{whole}."


def _widths(found: Certainty) -> str:
    """How wide intervals are, and from how wide to how wide where that depends on what is predicted."""
    if not math.isfinite(found.mean_size):
        return "Too few rows to bound anything."
    if not found.edges:
        return f"An interval is {number(found.mean_size)} wide."
    ends = number(2 * min(found.limits)), number(2 * max(found.limits))
    told = f"An interval is {number(found.mean_size)} wide on average"
    return f"{told}: from {ends[0]} to {ends[1]}, depending on what is predicted."


def too_few(found: Certainty) -> str:
    """That ranges of predicted numbers cannot be judged each by itself; empty where they are."""
    return "" if found.edges else "There are too few rows, or too few different predictions, to judge ranges apart."


def judged(found: Certainty) -> str:
    """Whether that is what was asked for."""
    share, asked = found.coverage, f"{hundred(found.level)} of 100"
    if share.low is None or share.high is None:
        return ""
    if share.high < found.level:
        return f"Asked for were {asked}: that falls short. The folds differ more than they would by chance."
    if share.low > found.level:
        why = ", as the likeliest class is always in the set" if found.sets is not None else ""
        return f"Asked for were {asked}: it is more than that{why}."
    return f"Asked for were {asked}, which fits."


def listed(shown: int, rows: int) -> tuple[str, str]:
    """Which rows are listed, and in which order."""
    missed = "those whose truth was missed"
    if shown == rows:
        return "All rows", f"first {missed}"
    return f"{count(shown, 'row')} of {count(rows)}", f"{missed}, then those that the model is least sure of"


def of_class(label: object, share: Share, level: float) -> str:
    """How often it was inside for the rows of one class."""
    if share.value is None:
        return f"No row is “{label}”."
    short = share.high is not None and share.high < level
    told = f"Of 100 rows that are “{label}”, {hundred(share.value)}{within(share)}"
    return f"{told}{': fewer than was asked for' if short else ''}."


def promise(found: Certainty) -> str:
    """What holds for new rows, and what it takes."""
    kind = "A set" if found.sets is not None else "An interval"
    least = "at least about" if found.sets is not None else "about"
    return (
        f"{kind} made in this way holds the truth for {least} {hundred(found.level)} of 100 new rows, whatever the "
        "model, as long as new rows are like these ones. It says nothing of one row alone, and not the same for every "
        "group."
    )


def method(found: Certainty, apart: bool) -> str:
    """How it is done, for the expert."""
    limits = ", ".join("any" if math.isinf(each) else number(abs(each)) for each in found.limits[:6])
    if found.sets is None:
        how = f"Prediction ± {limits}{_ranges(found)}, the conformal quantile of the absolute residuals of all folds"
        which = "Mondrian by ranges of predictions, " if found.edges else ""
        return (
            f"{how} ({which}Vovk 2012; Barber et al. 2021). Checked fold by fold: each by the quantile of the others."
        )
    which = "of each class by itself (Mondrian; Vovk 2012)" if apart else "of all rows"
    return (
        f"Least ambiguous sets (Sadinle, Lei, Wasserman 2019), cross-conformal by folds (Vovk 2012): a class is in the "
        f"set from a score of {limits} on, the conformal quantile {which}; the likeliest class is always in. "
        "Checked fold by fold: each by the quantile of the others."
    )


def _ranges(found: Certainty) -> str:
    """Which predictions the limits are for, where there are several."""
    if not found.edges:
        return ""
    return f" for predictions up to {', '.join(map(number, found.edges))} and beyond"
