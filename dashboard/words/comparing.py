"""Two models against each other, in sentences: what is known, what is not, and what it would take to know.

Takes numbers and titles, gives plain text. No sentence claims more than the interval does.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.comparison import Pair

from .figures import count, joined, known, number
from .judgement import Measure, too_few, value_of


def in_hundred(chance: float) -> str:
    """A probability as a natural frequency: ``96 in 100``; what is nearly sure is not rounded to it."""
    share = 100 * chance
    if share > 99.5:
        return "over 99 in 100"
    if 0 <= share < 0.5:
        return "under 1 in 100"
    return f"{share:.0f} in 100"


def amount(measure: Measure, difference: float, target: str = "") -> str:
    """A difference of two scores in the unit of the metric, without its sign: ``1.3 of 100 rows``, ``2.4 price``."""
    if "{hundred}" in measure.saying:
        return f"{abs(100 * difference):.{_decimals(100 * difference)}f} in 100"
    return value_of(measure, abs(difference), target)


def _decimals(value: float) -> int:
    return 1 if abs(value) >= 0.95 or value == 0 else 2


def reach(measure: Measure, pair: Pair, a: str, b: str, target: str = "") -> str:
    """How far one model is ahead, and how far it may be: with both ends where the two cannot be told apart."""
    if pair.difference == 0 and pair.low == 0 == pair.high:
        return f"{a} and {b} score exactly the same in {measure.title}."
    ahead, behind = (a, b) if pair.difference >= 0 else (b, a)
    by = amount(measure, pair.difference, target)
    first = f"On these rows {ahead} is ahead of {behind} by {by} in {measure.title}."
    if pair.low is None or pair.high is None:
        return first
    low, high = (pair.low, pair.high) if pair.difference >= 0 else (-pair.high, -pair.low)
    if low == high:
        return f"{first} Every fold shows the same difference."
    if low > 0:
        span = f"between {amount(measure, low, target)} and {amount(measure, high, target)}"
        return f"{first} In truth it may be {span}."
    return (
        f"{first} In truth it may be anything from {amount(measure, low, target)} behind to "
        f"{amount(measure, high, target)} ahead."
    )


def told_apart(pair: Pair, a: str, b: str, *, alone: bool = False) -> str:
    """Whether one of two is better, as far as the interval says; `alone` where among all models they are tied."""
    if pair.low is None or pair.high is None:
        return f"Whether {a} or {b} is better cannot be said."
    better, worse = (a, b) if pair.low > 0 else (b, a)
    if alone:
        return f"Taken by themselves {better} would be better than {worse}; among all models they are tied."
    if pair.low > 0 or pair.high < 0:
        return f"{better} is better than {worse}."
    return f"{a} and {b} cannot be told apart."


def among_many(comparisons: int) -> str:
    """Why a pair that looks separated by itself stands among the ties."""
    return (
        f"Among {count(comparisons, 'comparison')} with the model in front one such difference may well be luck, so "
        "the two still share the first place."
    )


def three_ways(pair: Pair, a: str, b: str, measure: Measure, rope: float, target: str = "") -> tuple[str, ...]:
    """The chances that a is better, that the two are practically equal, and that b is better, a sentence each."""
    if pair.p_a_better is None or pair.p_equal is None or pair.p_b_better is None:
        return ()
    by = f" by more than {amount(measure, rope, target)}" if rope else ""
    equal = f"They are within {amount(measure, rope, target)} of each other, the limit set above"
    return (
        f"{a} is better{by}: a chance of {in_hundred(pair.p_a_better)}.",
        *([f"{equal}: a chance of {in_hundred(pair.p_equal)}."] if rope else []),
        f"{b} is better{by}: a chance of {in_hundred(pair.p_b_better)}.",
    )


def score_words(measure: Measure, mean: float | None, low: float | None, high: float | None, target: str = "") -> str:
    """A score and where it may lie: ``0.953, perhaps 0.930 to 0.970``."""
    if not known(mean):
        return "Not defined."
    told = f"{measure.title} {value_of(measure, mean, target)}"
    return f"{told}, perhaps {where}." if (where := span(low, high)) else f"{told}."


def span(low: float | None, high: float | None) -> str:
    """Where a score may lie, beside it: ``0.930 to 0.970``; empty where that is not known."""
    return f"{number(low)} to {number(high)}" if known(low) and known(high) else ""


def identical(a: str, b: str) -> str:
    """Two models that answered the same for every row."""
    return f"{a} and {b} gave the same predictions for every row: there is nothing to tell apart."


def enough(needed: int | None, reason: str, rows: int, a: str, b: str, *, curves: bool = False) -> str:
    """How many rows would tell two models apart, or why that cannot be said.

    With `curves` it was reckoned from how both got better with rows, else as if they stayed as far apart as they are.
    """
    source = " That is reckoned from how both got better with more rows." if curves else ""
    if needed is None:
        return f"How many rows it would take to tell {a} from {b} cannot be said. {reason}{source}"
    few = too_few(needed, rows, a, b)
    return few + source if few else f"It takes about as many rows as there are ({rows:,}) to tell {a} from {b}."


def group(titles: Sequence[str], others: int) -> str:
    """The models that share the first place, and how many are behind."""
    if not titles:
        return "No model has a score yet."
    behind = f" {count(others, 'model')} {'is' if others == 1 else 'are'} behind." if others else ""
    if len(titles) == 1:
        return f"{titles[0]} is ahead of all others, by more than luck." if others else f"Only {titles[0]} has a score."
    share = "both share" if len(titles) == 2 else "share"
    return f"{joined(titles, most=6)} {share} the first place: none of them can be told from the best.{behind}"


def no_winner(floor: str) -> str:
    """Guessing is among the best: nobody has won anything."""
    return f"{floor}, which only guesses, cannot be told from the best: no model has shown that it learned something."


def over_tables(
    data_sets: int, left_out: int, p_value: float, first: str, separated: Sequence[str], level: float
) -> str:
    """What several tables say about several models."""
    lost = f" {count(left_out, 'table')} without a score of every model left out." if left_out else ""
    seen = f"On {count(data_sets, 'table')}"
    if p_value >= 1 - level:
        return f"{seen} the models do not rank more differently than chance may have them.{lost}"
    if not separated:
        return (
            f"{seen} the models differ, but which of them differ cannot be said with so few tables. "
            f"{first} ranks first on average.{lost}"
        )
    return f"{seen} {first} ranks first on average, ahead of {joined(separated, most=4)} by more than luck.{lost}"


def too_few_tables(tables: int) -> str:
    """Why tables cannot be compared yet."""
    here = "only this one" if tables < 2 else f"{tables}"
    return (
        f"Whether a model is better in general shows on several tables. Of your finished comparisons {here} "
        f"{'has' if tables < 2 else 'have'} these models; compare the same ones on other tables, and they appear here."
    )


def few_tables(tables: int) -> str:
    """A warning where there are hardly any tables; empty where there are enough."""
    return "" if tables >= 5 else f"{count(tables, 'table')} are very few: hardly any difference can show."


FOLDS = (
    "Each model is trained and judged once per fold, and the scores of two models are subtracted fold by fold. "
    "How much these differences scatter tells how much luck is in their mean.",
    "Folds share most of their training rows, so they scatter less than new data would make them. The interval is "
    "widened for that: the corrected resampled t test (Nadeau and Bengio 2003).",
    "The chances come from the same distribution, read as what is to be believed about the true difference: the "
    "Bayesian correlated t test (Corani and Benavoli 2015), with as much correlation as a fold has of the rows.",
)
REPEATS = (
    "The folds were drawn several times anew. That tells more of how much they scatter, but brings no new rows: the "
    "test counts the folds of one drawing (calibrated by simulation, as Bouckaert 2003 proposed).",
)
ROWS = (
    "There is one fold only, so the rows that judged are drawn again a thousand times, with replacement, and "
    "every model is scored on the same drawings (the bootstrap, Efron 1979). How much the scores vary tells how "
    "much luck is in them.",
    "What other training rows would have made of the models it cannot tell: for that it takes several folds.",
)
TIES = (
    "Every model is tested against the one with the best score. With many models one looks far off by luck, so "
    "the tests are made stricter the more there are (Holm 1979). What is not separated shares the first place.",
)
TABLES = (
    "On every table the models are ranked, equal scores sharing their ranks, and the ranks are averaged. "
    "Friedman’s test, in the form of Iman and Davenport, asks whether the averages differ more than chance would "
    "make them.",
    "After it, average ranks further apart than Nemenyi’s critical difference are told apart; models on one line "
    "of the picture are not (Demšar 2006). The chances in the table come from the Bayesian signed-rank test "
    "(Benavoli and others 2014), which looks at the sizes of the differences as well.",
)


def method(*, folds: int, repeats: int) -> tuple[str, ...]:
    """How it was worked out, a paragraph each."""
    return (*ROWS, *TIES) if folds == 1 else (*FOLDS, *(REPEATS if repeats > 1 else ()), *TIES)
