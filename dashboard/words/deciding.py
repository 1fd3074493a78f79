"""What a cut-off brings, and what comes of it, in plain sentences.

Takes judgements of `core.decisions`, gives plain text. A difference is named only where the folds bear it out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from core.comparison import Interval
from core.decisions import CASES, PROBABILITY, Costs, Counts, Decision, Judgement
from core.held_out import Share

from .figures import count, joined, known, number, size

RIVALS = {
    "default": "the usual cut-off",
    "likeliest": "calling the likeliest class",
    "nobody": "flagging no one",
    "everybody": "flagging everyone",
    "constant": "always saying the same class",
}
VERSIONS = {"bakeoff": "Bakeoff", "scikit-learn": "scikit-learn", "torch": "PyTorch"}
NO_FOLDS = "How much of that is luck cannot be said from one division of the rows."


def amount(value: float | None, currency: str = "") -> str:
    """An amount without its sign: ``13,700``, ``4.20 €``; large ones to three digits that mean something."""
    if not known(value):
        return number(None)
    rounded = abs(rounding(value))
    text = f"{rounded:,.0f}" if rounded >= 100 or rounded == round(rounded) else f"{rounded:,.2f}"
    return f"{text} {currency}".rstrip()


def rounding(value: float) -> float:
    """An amount to three digits, to fewer where they are below a hundredth."""
    return round(value, 2) if abs(value) < 100 else round(value, 2 - math.floor(math.log10(abs(value))))


def per_cases(found: Interval, currency: str = "") -> str:
    """What 1,000 cases come to, as a clause: ``1,000 cases cost 13,700 (10,100 to 17,200)``."""
    if found.mean is None:
        return f"nothing is known of {CASES:,} cases"
    verb = "bring" if found.mean > 0 else "cost"
    return f"{CASES:,} cases {verb} {amount(found.mean, currency)}{_ends(found.low, found.high, found.mean)}"


def _ends(low: float | None, high: float | None, mean: float) -> str:
    """Where an amount may lie, nearest to 0 first; ends of another sign are said as what they are, equal ends not."""
    if low is None or high is None:
        return ""
    if low < 0 < high:
        return f" (anything from a loss of {amount(low)} to a gain of {amount(high)})"
    near, far = map(amount, sorted((low, high), key=abs))
    return f" ({near} to {far})" if mean and near != far else ""


def cut_off(value: float, on: str = PROBABILITY) -> str:
    """Who is flagged: ``from a probability of 2.7 % on``, ``no one``, ``everyone``."""
    if math.isinf(value):
        return "no one" if value > 0 else "everyone"
    if on == PROBABILITY:
        return f"from a probability of {_percent(value)} on"
    return f"from a decision score of {number(value)} on"


def _percent(value: float) -> str:
    """A probability to a tenth, and to more where that would not tell it from 0 and from 1: ``19.6 %``, ``50 %``."""
    share = 100 * value
    return f"{share:.1f}".removesuffix(".0") + " %" if 0.95 <= share <= 99.05 else f"{share:.2f} %"


def headline(title: str, found: Judgement, on: str, currency: str = "") -> str:
    """What the best model and its cut-off bring."""
    flagged = found.counts.flagged / found.counts.total
    often = "" if math.isinf(found.cut_off) else f", which is {hundred(flagged)} of 100 cases"
    return f"With {title}, flagging {cut_off(found.cut_off, on)}{often}: {per_cases(found.money(), currency)}."


def beside(found: Judgement, over: str, currency: str = "", called: str = "") -> str:
    """What that is beside a rival, `called` so or so: a number where the folds bear it out, else that they do not."""
    pair, rival = found.gain(over), RIVALS[called or over]
    if pair is None:
        theirs, mine = found.money(over).mean, found.money().mean
        assert theirs is not None and mine is not None
        if math.isclose(theirs, mine):
            return f"On these rows {rival} comes to the same."
        return f"On these rows that is {amount(mine - theirs, currency)} {_side(mine - theirs)} than with {rival}."
    if not known(pair.low) or not known(pair.high):
        return ""
    if pair.low == pair.high == 0:
        return f"It comes to the same as {rival}."
    if pair.low <= 0 <= pair.high:
        ends = f"{amount(pair.low)} worse to {amount(pair.high)} better"
        return f"Whether that is better than {rival} cannot be told (anything from {ends})."
    near, far = sorted((pair.low, pair.high), key=abs)
    size = f"{amount(pair.difference, currency)} {_side(pair.difference)}"
    return f"That is {size} than with {rival} ({amount(near)} to {amount(far)})."


def _side(difference: float) -> str:
    return "better" if difference > 0 else "worse"


def beaten(found: Judgement, rival: str) -> bool:
    """Whether a choice is better than a rival as far as the folds tell, or at all where there is only one."""
    pair = found.gain(rival)
    if pair is None or pair.low is None:
        return (found.money().mean or 0.0) > (found.money(rival).mean or 0.0)
    return pair.low > 0


def ties(others: Sequence[str]) -> str:
    """Which models bring as much, as far as can be told."""
    return f"{joined(others)} cannot be told apart from it." if others else ""


def no_help(found: Judgement, rival: str, title: str, on: str, currency: str = "") -> list[str]:
    """What to say where the best model is not better than doing without, as far as can be told."""
    idle = f"{RIVALS[rival].capitalize()}, {per_cases(found.money(rival), currency)}"
    pair = found.gain(rival)
    if pair is not None and pair.low == pair.high == 0:
        return [f"No model brings more than {RIVALS[rival]}.", f"{idle}."]
    told = [f"Whether any model brings more than {RIVALS[rival]} cannot be told.", f"{idle}."]
    usual = [beside(found, "default", currency)] if beaten(found, "default") else []
    return [*told, headline(title, found, on, currency), *usual]


def happened(counts: Counts, positive: Any, of: int = CASES) -> str:
    """What becomes of so many cases at a cut-off, in natural frequencies."""
    if not counts.total:
        return "There are no cases to speak of."
    hits, alarms, misses = (round(of * each / counts.total) for each in (counts.hits, counts.alarms, counts.misses))
    rejections = max(0, of - hits - alarms - misses)
    return (
        f"Of {of:,} cases {count(hits + alarms)} {'is' if hits + alarms == 1 else 'are'} flagged: {hits:,} rightly, "
        f"{alarms:,} by false alarm. {misses:,} that are “{positive}” {'is' if misses == 1 else 'are'} missed, "
        f"{rejections:,} are rightly left alone."
    )


ENDS = {
    (True, True): "found",
    (True, False): "missed",
    (False, True): "flagged",
    (False, False): "rightly left alone",
}


def rows_at(rows: int, actual: bool, flagged: bool, positive: Any, title: str, flags: str) -> str:
    """Which rows came to one of the four ends of a cut-off, as a clause.

    ``124 rows that are “yes” and were missed by Logistic regression, flagging from a probability of 20 % on``;
    `actual` says whether they are positive, `flags` is of `cut_off`.
    """
    be, were = ("is", "was") if rows == 1 else ("are", "were")
    which = f"{be} “{positive}”" if actual else f"{be} not “{positive}”"
    end = ENDS[(actual, flagged)]
    return f"{count(rows, 'row')} that {which} and {were} {end} by {title}, flagging {flags}"


def hundred(share: float) -> str:
    """So many in a hundred; with a decimal where rounding would make it all or none."""
    if 0 < share < 1 and round(100 * share) in (0, 100):
        return f"{100 * min(max(share, 0.001), 0.999):.1f}"
    return f"{100 * share:.0f}"


def within(share: Share) -> str:
    """Where a share may lie, in a hundred, in brackets; empty where that is not known."""
    if share.low is None or share.high is None:
        return ""
    return f" ({hundred(share.low)} to {hundred(share.high)})"


def figures_about(positive: Any) -> tuple[tuple[tuple[str, ...], str], ...]:
    """The figures beside a slider, money, recall, precision: what they are called, and what stands small under them.

    Which of several names one has, and what goes into the gaps, tells `figures`.
    """
    return (
        ((f"{CASES:,} cases cost", f"{CASES:,} cases bring"), "of all held-out rows, at this cut-off"),
        ((f"of 100 “{positive}” are found",), "recall: {0} found, {1} missed"),
        ((f"of 100 flagged are “{positive}”",), "precision: {0} rightly, {2} by false alarm"),
    )


def figures(
    counts: Counts, costs: Costs, found: Share, right: Share, currency: str = ""
) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """The first figure's name, the figures, and the rows that were found, missed, and flagged by false alarm."""
    money = CASES * costs.money(counts) / counts.total
    ends = tuple(f"{each:,.0f}" for each in (counts.hits, counts.misses, counts.alarms))
    return int(money > 0), (amount(money, currency), _share(found), _share(right)), ends


def _share(share: Share) -> str:
    return "–" if share.value is None else hundred(share.value) + within(share)


def rosy(chosen: bool) -> str:
    """How far the numbers beside the slider can be trusted."""
    if chosen:
        return (
            "All held-out rows at this one cut-off, which was chosen on them: a little too good. What is said above "
            "was judged on rows that took no part in the choice."
        )
    return "All held-out rows at this one cut-off. Try many, and the best of them looks a little too good."


def formula(costs: Costs) -> str:
    """The cut-off that true probabilities call for."""
    if costs.optimum is None:
        return "Nothing is at stake, so no cut-off is called for."
    return (
        f"If the probabilities were true, flagging from {_percent(costs.optimum)} on would be best: "
        f"({number(costs.alarm)} + {number(costs.rejection)}) ÷ ({number(costs.alarm)} + {number(costs.rejection)} + "
        f"{number(costs.miss)} + {number(costs.hit)}), formula 2 of Elkan (2001), The foundations of cost-sensitive "
        "learning. A model whose own best cut-off lies elsewhere says too high or too low probabilities, or its folds "
        "are too small to tell."
    )


def how_chosen(halved: bool, folds: int) -> str:
    """How the money was judged."""
    if halved:
        return (
            "The cut-off is chosen on one half of the held-out rows and judged on the other, and the other way round; "
            "the one to use is chosen on both. " + NO_FOLDS
        )
    return (
        f"For each of {folds} folds the cut-off is chosen on the rows of the other folds and judged on this one, so no "
        "money is told of rows that it was chosen on; the cut-off to use is chosen on all of them. Intervals (95 %) "
        "allow for folds sharing training rows (Nadeau and Bengio 2003)."
    )


def classes_headline(title: str, found: Judgement, currency: str = "") -> str:
    """What calling the cheapest class brings."""
    changed, rows = found.folds.attrs["changed"], found.folds.attrs["rows"]
    other = f"{hundred(changed / rows)} of 100 rows are called otherwise than by the likeliest class"
    return f"With {title}, {per_cases(found.money(), currency)}; {other}."


def how_judged(halved: bool) -> str:
    """How the money of several classes was judged."""
    luck = NO_FOLDS if halved else "Intervals (95 %) allow for folds sharing training rows (Nadeau and Bengio 2003)."
    return (
        "Each fold is judged by a model that has not seen its rows. The class is called whose cost is least by the "
        f"model’s probabilities (Elkan 2001): where these are off, so is the choice. {luck}"
    )


def kept(title: str, flags: str) -> str:
    """That a decision goes with a model."""
    return f"{title} now flags {flags}. That is kept with the comparison, and goes with the model wherever it goes."


def to_take_home(title: str, rows: int, seconds: str) -> str:
    """What can be made of a model that a decision is kept with, and how long that takes (``about 3 seconds``)."""
    return (
        f"{title} can be taken along as one file that answers as is kept here. For that it learns once more, from all "
        f"{count(rows, 'practice row')}, {seconds} where a core is free."
    )


def in_the_file(about: Mapping[str, Any], bytes_: int) -> str:
    """What the file of a model holds, from what it says about itself, see `core.model_files`."""
    decision = Decision.from_json(about["decision"])
    flags = (
        "calls the class that costs least" if decision.matrix else f"flags {cut_off(decision.threshold, decision.on)}"
    )
    sealed = f"; {count(about['sealed'], 'sealed row')} took no part" if about["sealed"] else ""
    versions = ", ".join(f"{VERSIONS[name]} {about['versions'][name]}" for name in VERSIONS)
    return (
        f"In the file ({size(bytes_)}) is {about['title']} with its preparation, trained on all "
        f"{count(about['rows'], 'practice row')}{sealed}. It {flags}, as was found with the models of the folds, which "
        f"learned from fewer rows: this one itself was not judged. Made with {versions}; open it with the same. It is "
        "no pickle: opening it runs nothing that is in it."
    )
