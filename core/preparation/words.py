"""What is done with the columns before a model sees them, in words for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.preparation.plan import MANY_VALUES, MOST_NATIVE_VALUES, Plan
from core.records import Column

_MARKED = "and a column says where they were"
_OWN_VALUE = "a gap as a value of its own"
_FOR = {False: "for one column each", True: "for this model to take as they are"}


def sentences(plan: Plan) -> tuple[str, ...]:
    """One sentence for each thing that is done; what is not done is not mentioned."""
    return (*_numbers(plan), *_answers(plan), *_dates(plan), *_categories(plan), *_crowded(plan), *_ignored(plan))


def _numbers(plan: Plan) -> Iterator[str]:
    if plan.numbers and plan.needs.scaled:
        scale = "mean 0 and spread 1 in the training rows"
        kind, common = ("pixel", ", all by the same step") if plan.pixels else ("number column", "")
        yield f"{_count(plan.numbers, kind)} brought to a common scale: {scale}{common}."
    elif plan.numbers:
        yield f"{_count(plan.numbers, 'number column')} used as {_they(plan.numbers)}."
    gaps = _with_gaps(plan.numbers)
    if gaps and plan.needs.native_gaps:
        yield f"Gaps in {_columns(gaps)} stay gaps: this model learns what to do with them."
    elif gaps:
        yield f"Gaps in {_columns(gaps)} are filled with the median of the training rows, {_MARKED}."


def _answers(plan: Plan) -> Iterator[str]:
    if plan.answers:
        yield f"{_count(plan.answers, 'yes/no column')} written as 0 and 1."
    gaps = _with_gaps(plan.answers)
    if gaps and plan.needs.native_gaps:
        yield f"Missing answers in {_columns(gaps)} stay gaps: this model learns what to do with them."
    elif gaps:
        yield f"Missing answers in {_columns(gaps)} are filled with the more common one, {_MARKED}."


def _dates(plan: Plan) -> Iterator[str]:
    if plan.dates:
        yield (
            f"{_count(plan.dates, 'date column')} turned into year, month, day of the week and days since the earliest "
            "date, and the hour where there are times."
        )
    gaps = _with_gaps(plan.dates)
    if gaps and not plan.needs.native_gaps:
        yield f"Missing dates in {_columns(gaps)} are filled with the median, {_MARKED}."


def _categories(plan: Plan) -> Iterator[str]:
    if not plan.categories:
        return
    if plan.needs.native_categories:
        yield f"{_count(plan.categories, 'category column')} taken as {_they(plan.categories)}, {_OWN_VALUE}."
        long = [column for column in plan.categories if column.distinct > MOST_NATIVE_VALUES]
        if long:
            yield f"In {_columns(long)} the rarest values count as one: this model tells {MOST_NATIVE_VALUES} apart."
        return
    yield (
        f"{_count(plan.categories, 'category column')} turned into one column per value, {_OWN_VALUE}; "
        f"values in fewer than {plan.rare} training rows share one."
    )


def _crowded(plan: Plan) -> Iterator[str]:
    for column in plan.crowded:
        start = f"“{column.name}” has {column.distinct:,} values, too many {_FOR[plan.needs.native_categories]}:"
        if plan.averaged:
            yield f"{start} each value becomes what the target is on average in the training rows that have it."
        else:
            reason = "the target is not looked at" if plan.needs.blind else "there are too many classes for averages"
            yield f"{start} the {MANY_VALUES} most frequent get one ({reason})."


def _ignored(plan: Plan) -> Iterator[str]:
    if plan.ignored:
        yield f"{_count(plan.ignored, 'column')} not used, as nothing varies there: {_names(plan.ignored)}."


def _with_gaps(columns: Sequence[Column]) -> list[Column]:
    return [column for column in columns if column.missing]


def _count(columns: Sequence[Column], noun: str) -> str:
    return f"1 {noun} is" if len(columns) == 1 else f"{len(columns):,} {noun}s are"


def _they(columns: Sequence[Column]) -> str:
    return "it is" if len(columns) == 1 else "they are"


def _columns(columns: Sequence[Column]) -> str:
    noun = "1 column" if len(columns) == 1 else f"{len(columns):,} columns"
    return f"{noun} ({_names(columns)})"


def _names(columns: Sequence[Column]) -> str:
    shown = [f"“{column.name}”" for column in columns[:3]]
    return ", ".join(shown + ["…"] * (len(columns) > 3))
