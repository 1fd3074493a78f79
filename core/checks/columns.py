"""Checks that look at one column after the other: gaps, constants, infinite and extreme values, many values.

Takes a `Setting`, gives findings. What concerns several columns alike is one finding that names them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.checks.entry import Check, Finding, Setting, Severity, Suggestion
from core.checks.naming import names_identifier, sensitive
from core.records import ColumnKind
from core.wording import counted, listed, quoted

SOME, MANY, MOST = 0.05, 0.30, 0.60  # shares of a column that are missing
ALIKE = 0.995  # of the rows have the same value: next to nothing can be learned from the others
MANY_VALUES = 50
SKEWED = 2.0  # the skewness of an exponential distribution
FAR, SPREAD_OF = 10.0, (25, 75)  # so many quartile ranges beyond the quartiles is no tail any more
FEWEST = 20  # known values below which a distribution has no shape


# ---- gaps


def _shares(setting: Setting) -> dict[str, float]:
    """Each feature's share of missing values, where there are some."""
    shares = setting.features.isna().mean()
    return {str(name): float(share) for name, share in shares.items() if share > 0}


def _missing(setting: Setting) -> list[Finding]:
    gaps = {name: share for name, share in _shares(setting).items() if share < MOST}
    if not gaps:
        return []
    names = sorted(gaps, key=lambda name: -gaps[name])
    worst = gaps[names[0]]
    cells = round(sum(gaps.values()) * setting.rows)
    severity = Severity.MEDIUM if worst >= MANY else Severity.LOW
    return [
        Finding(
            "missing",
            severity,
            f"{counted(cells, 'value')} in {counted(len(names), 'column')} ({listed(names)}) "
            f"{'is' if cells == 1 else 'are'} missing; {quoted(names[0])} lacks most, {_percent(worst)} of its rows.",
            "Gaps are filled inside each fold, so nothing has to be done; ask why they are there."
            if worst < MANY
            else "Ask why so much is missing: filled gaps can hide that, and a column left out costs little.",
            tuple(names),
            {"missing": gaps},
        )
    ]


def _mostly_missing(setting: Setting) -> list[Finding]:
    gaps = {name: share for name, share in _shares(setting).items() if share >= MOST}
    if not gaps:
        return []
    names = sorted(gaps, key=lambda name: -gaps[name])
    known = round((1 - gaps[names[0]]) * setting.rows)
    return [
        Finding(
            "mostly_missing",
            Severity.MEDIUM,
            f"{listed(names)} {_have(names)} no value in most rows; {quoted(names[0])} is known in "
            f"{counted(known, 'row')} of {setting.rows:,}.",
            "Leave such columns out, unless a missing value itself says something.",
            tuple(names),
            {"missing": gaps},
            Suggestion(leave_out=tuple(names)),
        )
    ]


def _infinite(setting: Setting) -> list[Finding]:
    found = {each.column: each.count for each in setting.table.report if each.rule in INFINITE}
    if not found:
        return []
    return [
        Finding(
            "infinite",
            Severity.MEDIUM,
            f"{counted(sum(found.values()), 'infinite value')} in {listed(list(found))} "
            f"{'was' if sum(found.values()) == 1 else 'were'} read as missing.",
            "Look for a division by zero where the table was made.",
            tuple(found),
            {"infinite": found},
        )
    ]


INFINITE = frozenset({"infinite"})  # rules of reading, see `core.data.report.RULES`
MIXED = frozenset({"mixed", "not_a_number", "not_a_date"})


# ---- columns that say little


def _constant(setting: Setting) -> list[Finding]:
    nothing = [each.name for each in setting.judged.values() if each.kind in (ColumnKind.CONSTANT, ColumnKind.EMPTY)]
    nearly = [name for name in setting.names if name not in nothing and _one_value(setting.features[name])]
    names = [*nothing, *nearly]
    if not names or setting.problem.image_shape:
        return []
    usable = tuple(name for name in names if name in setting.samples.frame)
    return [
        Finding(
            "constant",
            Severity.LOW,
            f"{listed(names)} {_have(names)} the same value in {'every' if not nearly else 'nearly every'} row.",
            "Nothing can be learned from what does not vary; leave it out."
            if usable
            else "Nothing has to be done: models do not see what does not vary.",
            tuple(names),
            {"constant": nothing, "nearly": nearly},
            Suggestion(leave_out=usable) if usable else None,
        )
    ]


def _one_value(values: pd.Series[Any]) -> bool:
    if len(values) < 1 / (1 - ALIKE):
        return False
    counts = values.value_counts(dropna=False)
    return bool(len(counts) and counts.iloc[0] >= ALIKE * len(values))


def _identifier(setting: Setting) -> list[Finding]:
    seen = [name for name in setting.names if _like_identifier(setting, name)]
    hidden = [each.name for each in setting.judged.values() if each.kind is ColumnKind.IDENTIFIER]
    hidden = [name for name in hidden if name in setting.problem.left_out]
    found = []
    if seen:
        found.append(
            Finding(
                "identifier",
                Severity.MEDIUM,
                f"{listed(seen)} {_have(seen)} a different value in nearly every row, like an identifier.",
                "Leave it out: a model can only learn it by heart.",
                tuple(seen),
                {"seen": True},
                Suggestion(leave_out=tuple(seen)),
            )
        )
    if hidden:
        found.append(
            Finding(
                "identifier",
                Severity.LOW,
                f"{listed(hidden)} {_looks(hidden)} left out.",
                "Nothing has to be done.",
                tuple(hidden),
                {"seen": False},
            )
        )
    return found


def _like_identifier(setting: Setting, name: str) -> bool:
    """Whether a feature is different in nearly every row, and is a word or bears the name of an identifier."""
    values = setting.features[name].dropna()
    if len(values) < FEWEST or values.nunique() < 0.95 * len(values):
        return False
    if name in setting.categories:
        return True
    return name in setting.numbers and names_identifier(name) and bool((values % 1 == 0).all())


def _cardinality(setting: Setting) -> list[Finding]:
    many = {name: setting.codes(name)[1] for name in setting.categories}
    many = {name: each for name, each in many.items() if each > MANY_VALUES and not _like_identifier(setting, name)}
    if not many:
        return []
    names = sorted(many, key=lambda name: -many[name])
    rare = many[names[0]] > setting.rows / 10
    return [
        Finding(
            "cardinality",
            Severity.MEDIUM if rare else Severity.LOW,
            f"{listed(names)} {_have(names)} many different values; {quoted(names[0])} has {many[names[0]]:,}, one for "
            f"every {counted(round(setting.rows / many[names[0]]), 'row')}.",
            "Group values that mean the same, or leave the column out if models learn it by heart.",
            tuple(names),
            {"values": many},
        )
    ]


# ---- numbers


def _skew(setting: Setting) -> list[Finding]:
    from scipy.stats import skew

    rows, said = setting.some()
    found: dict[str, float] = {}
    for name in setting.numbers:
        values = _known(setting.features[name], rows)
        if len(np.unique(values)) > 10:
            found[name] = float(skew(values))
    if not setting.classes:
        found[setting.problem.target] = float(skew(setting.samples.y[rows]))
    strong = {name: each for name, each in found.items() if abs(each) > SKEWED}
    if not strong:
        return []
    names = sorted(strong, key=lambda name: -abs(strong[name]))
    return [
        Finding(
            "skew",
            Severity.LOW,
            f"{listed(names)} {_have(names)} most values on one side and a long tail on the other; {quoted(names[0])} "
            f"most of all (skewness {strong[names[0]]:.1f}){said}.",
            "Trees do not mind; for linear models and networks a logarithm often helps.",
            tuple(names),
            {"skewness": strong},
        )
    ]


def _outliers(setting: Setting) -> list[Finding]:
    rows, said = setting.some()
    far: dict[str, int] = {}
    marks: dict[str, tuple[float, int]] = {}
    for name in setting.numbers:
        values = _known(setting.features[name], rows)
        if len(values) < FEWEST:
            continue
        if mark := _mark(values):
            marks[name] = mark
        elif count := _far(values):
            far[name] = count
    return [*_told_marks(marks, said), *_told_far(far, said)]


def _known(values: pd.Series[Any], rows: np.ndarray) -> np.ndarray:
    """The values of some rows that are there, as numbers."""
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)[rows]
    known: np.ndarray = numbers[~np.isnan(numbers)]
    return known


def _far(values: np.ndarray) -> int:
    """How many values lie far beyond the middle half."""
    low, high = np.percentile(values, SPREAD_OF)
    reach = FAR * (high - low)
    return int(((values < low - reach) | (values > high + reach)).sum()) if reach else 0


def _mark(values: np.ndarray) -> tuple[float, int] | None:
    """A value at an end that is repeated and stands apart from all others, as a mark for "not known" does."""
    different, counts = np.unique(values, return_counts=True)
    if len(different) < FEWEST:
        return None
    for end, rest in ((-1, slice(None, -1)), (0, slice(1, None))):
        value, count = float(different[end]), int(counts[end])
        if count >= 3 and _special(value) and _apart(value, different[rest], counts[rest]):
            return value, count
    return None


def _special(value: float) -> bool:
    """Whether people write such a number where they know none: 0, -1, or nines."""
    return value in (0, -1) or (value % 1 == 0 and set(str(abs(int(value)))) == {"9"})


def _apart(value: float, others: np.ndarray, counts: np.ndarray) -> bool:
    """Whether a value is the only one below zero, or as far from the next as the middle half of the others is wide."""
    if value < 0 <= others.min() and value != -1:
        return True
    low, high = np.percentile(np.repeat(others, counts), SPREAD_OF)
    apart = float(np.abs(others - value).min())
    middle = others[(others >= low) & (others <= high)]
    widest = float(np.diff(middle).max()) if len(middle) > 1 else 0.0
    return apart >= max(high - low, 1.0) and apart > 4 * widest


def _told_marks(marks: Mapping[str, tuple[float, int]], said: str) -> list[Finding]:
    return [
        Finding(
            "outliers",
            Severity.MEDIUM,
            f"{quoted(name)} is {value:g} in {counted(count, 'row')}, far from all its other values{said}.",
            f"If {value:g} means “not known”, leave those cells empty in the file.",
            (name,),
            {"value": value, "count": count},
        )
        for name, (value, count) in marks.items()
    ]


def _told_far(far: Mapping[str, int], said: str) -> list[Finding]:
    if not far:
        return []
    names = sorted(far, key=lambda name: -far[name])
    return [
        Finding(
            "outliers",
            Severity.LOW,
            f"{listed(names)} {_have(names)} values very far from the rest; {quoted(names[0])} in "
            f"{counted(far[names[0]], 'row')}{said}.",
            "See whether they are errors; linear models, neighbours and networks are drawn towards them.",
            tuple(names),
            {"far": far},
        )
    ]


# ---- people


def _sensitive(setting: Setting) -> list[Finding]:
    traits = {name: trait for name in setting.names if (trait := sensitive(name))}
    if not traits:
        return []
    names = list(traits)
    return [
        Finding(
            "sensitive",
            Severity.LOW,
            f"{listed(names)} may say something about a person that should not decide about them.",
            "Ask whether a model may use it, and compare how well it does for each group.",
            tuple(names),
            {"traits": traits},
            Suggestion(leave_out=tuple(names)),
        )
    ]


# ---- words


def _have(names: list[str]) -> str:
    return "has" if len(names) == 1 else "have"


def _looks(names: list[str]) -> str:
    return "looks like an identifier and is" if len(names) == 1 else "look like identifiers and are"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share < 0.1 else f"{100 * share:.0f} %"


def _no_numbers(setting: Setting) -> str | None:
    return None if setting.numbers else "no feature holds numbers"


def _no_words(setting: Setting) -> str | None:
    return None if setting.categories else "no feature holds categories"


MISSING = Check("missing", "Missing values", "Cells without a value: they have to be filled in somehow.", _missing)
MOSTLY_MISSING = Check(
    "mostly_missing", "Mostly missing", "Columns that are empty in most rows and say little.", _mostly_missing
)
INFINITE_VALUES = Check(
    "infinite", "Infinite values", "Numbers that are infinite, as after a division by zero.", _infinite
)
CONSTANT = Check(
    "constant", "Constant columns", "Columns that have the same value in all or nearly all rows.", _constant
)
IDENTIFIERS = Check(
    "identifier", "Identifiers", "Columns that number the rows: there is nothing to learn in them.", _identifier
)
CARDINALITY = Check(
    "cardinality", "Many categories", "Categories with so many values that each is rare.", _cardinality, _no_words
)
SKEW = Check("skew", "Skewed numbers", "Numbers that lie close together but for a long tail.", _skew, _no_numbers)
OUTLIERS = Check(
    "outliers", "Outliers", "Numbers far from all others: errors, or marks for “not known”.", _outliers, _no_numbers
)
SENSITIVE = Check(
    "sensitive", "Sensitive columns", "Traits such as sex, age or origin, which may make a model unfair.", _sensitive
)
