"""Which column is prepared how: decided once per problem from what the columns hold, never from a fold.

Takes a `Problem` and a model's `Needs`, gives a `Plan`. Knows neither scikit-learn nor pandas, so that the page and the
command line may ask for it at any time.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.records import NUMBERS, Column, ColumnKind, Problem

#: A category column with more values than this does not get one column per value.
MANY_VALUES = 30

#: More values than this do not fit beside the gap in the 255 bins of a model that takes categories as they are.
MOST_NATIVE_VALUES = 255

_ANSWERS = frozenset({ColumnKind.YES_NO})
_DATES = frozenset({ColumnKind.DATE})
_IGNORED = frozenset({ColumnKind.CONSTANT, ColumnKind.EMPTY})


@dataclass(frozen=True, slots=True)
class Needs:
    """What a model needs of the columns it learns from.

    Attributes
    ----------
    scaled : bool
        Whether numbers must be brought to a common scale.
    native_categories : bool
        Whether it takes categories as they are; else they become numbers before it sees them.
    native_gaps : bool
        Whether it takes missing numbers as they are; else they are filled.
    blind : bool
        Whether the target must not be looked at, e.g. for a map of the rows that is coloured by it.
    """

    scaled: bool = False
    native_categories: bool = False
    native_gaps: bool = False
    blind: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The columns by what is done with them.

    Attributes
    ----------
    numbers, answers, dates, categories : tuple of Column
        Answers are yes/no columns. Text and identifiers that a person kept count as categories.
    crowded : tuple of Column
        Categories with too many values for one column each, or for a model that takes categories as they are.
    averaged : bool
        Whether crowded columns are replaced by the target's average per value; else their most frequent values get a
        column each.
    ignored : tuple of Column
        Columns with one value or none: nothing can be learned from them.
    rare : int
        A value in fewer training rows than this shares a column with the other rare ones.
    pixels : bool
        Whether the numbers are the pixels of an image.
    """

    needs: Needs
    numbers: tuple[Column, ...]
    answers: tuple[Column, ...]
    dates: tuple[Column, ...]
    categories: tuple[Column, ...]
    crowded: tuple[Column, ...]
    averaged: bool
    ignored: tuple[Column, ...]
    rare: int
    pixels: bool

    @property
    def only_numbers(self) -> bool:
        """Whether there is nothing but numbers, all of them used."""
        return not (self.answers or self.dates or self.categories or self.crowded or self.ignored)


def plan(problem: Problem, needs: Needs) -> Plan:
    """Decide for every feature how it is prepared for a model with these needs."""

    def of(kinds: frozenset[ColumnKind]) -> tuple[Column, ...]:
        return tuple(column for column in problem.features if column.kind in kinds)

    labels = of(frozenset(ColumnKind) - NUMBERS - _ANSWERS - _DATES - _IGNORED)
    averaged = not needs.blind and len(problem.classes) <= MANY_VALUES  # regression has no classes
    most = MOST_NATIVE_VALUES if needs.native_categories else MANY_VALUES
    kept = needs.native_categories and not averaged  # better the most frequent as they are than a column each
    crowded = tuple(column for column in labels if column.distinct > most and not kept)
    return Plan(
        needs=needs,
        numbers=of(NUMBERS),
        answers=of(_ANSWERS),
        dates=of(_DATES),
        categories=tuple(column for column in labels if column not in crowded),
        crowded=crowded,
        averaged=averaged,
        ignored=of(_IGNORED),
        rare=rare_below(problem.rows),
        pixels=bool(problem.image_shape),
    )


def rare_below(rows: int) -> int:
    """How many training rows a value needs for a column of its own: 2 in small tables, 5 from 1,000 rows."""
    return min(5, max(2, rows // 200))


def width(problem: Problem, needs: Needs) -> int:
    """About how many columns the model sees: for estimates, not for arrays."""
    decided = plan(problem, needs)
    seen = len(decided.numbers) + len(decided.answers) + 4 * len(decided.dates)
    if not needs.native_gaps:
        seen += sum(column.missing > 0 for column in (*decided.numbers, *decided.answers, *decided.dates))
    seen += len(decided.crowded) * (_averages(problem) if decided.averaged else MANY_VALUES)
    if needs.native_categories:
        return seen + len(decided.categories)
    return seen + sum(column.distinct + (column.missing > 0) for column in decided.categories)


def sorts(problem: Problem, needs: Needs) -> tuple[int, int, int, tuple[int, ...]]:
    """What sort of columns a model sees that takes gaps and categories as they are: for pictures, not for arrays.

    Returns
    -------
    varied, others, gaps : int
        Columns of more than two different numbers, of fewer, and of either those with gaps.
    values : tuple of int
        How many values each category has, a gap being one.
    """
    decided = plan(problem, needs)
    varied = [column for column in decided.numbers if column.distinct > 2]
    gaps = sum(column.missing > 0 for column in (*decided.numbers, *decided.answers))
    gaps += 4 * sum(column.missing > 0 for column in decided.dates)
    values = (column.distinct + (column.missing > 0) for column in decided.categories)
    return (
        len(varied) + 4 * len(decided.dates) + len(decided.crowded) * _averages(problem),
        len(decided.numbers) - len(varied) + len(decided.answers),
        gaps,
        tuple(min(each, MOST_NATIVE_VALUES) for each in values),
    )


def _averages(problem: Problem) -> int:
    """How many averages of the target stand for a crowded column."""
    return len(problem.classes) if len(problem.classes) > 2 else 1
