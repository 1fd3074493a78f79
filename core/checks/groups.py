"""Groups: an entity that comes again in several rows, whose rows are more alike than those of others.

Takes a `Setting`, gives findings. A model that has met a patient knows them again: folds drawn at random then say how
well it does for patients it knows, not for new ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.checks.entry import Check, Finding, Setting, Severity, Suggestion
from core.checks.naming import names_entity, names_identifier
from core.checks.order import clocks
from core.checks.strength import within_groups
from core.records import ColumnKind
from core.wording import counted, quoted

GROUP = "group"  # the split that keeps a group on one side, see `core.data.SPLITS`
FEWEST_GROUPS, FEWEST_UNNAMED = 8, 20
REPEATED, OFTEN = 1.3, 2.0  # rows per group, by name and without one
SIMILAR, VERY_SIMILAR = 0.1, 0.25  # intraclass correlation of the target
SIMILAR_FEATURES = 0.15  # the mean of the features'
FIXED, FIXED_COLUMNS = 0.95, 2  # an entity has traits: so many numbers that hardly differ within it
BEYOND_CHANCE = 1e-4
ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Entity:
    """A column whose values repeat, and how alike their rows are (intraclass correlations)."""

    name: str
    groups: int
    named: bool
    target: float
    features: float
    fixed: int

    @property
    def alike(self) -> bool:
        """Whether rows of one group have more in common than others."""
        return self.target >= SIMILAR or self.features >= SIMILAR_FEATURES

    @property
    def strength(self) -> tuple[bool, bool, float]:
        """What decides between several."""
        return self.named and self.alike, self.named, self.target + self.features


def _groups(setting: Setting) -> list[Finding]:
    found = sorted(_entities(setting), key=lambda each: each.strength, reverse=True)
    return [_told(setting, found[0])] if found else []


def _entities(setting: Setting) -> list[Entity]:
    rows, _ = setting.some(ROWS)
    numbers = {name: _filled(setting, name, rows) for name in setting.numbers}
    found = []
    for name in setting.judged:
        if (kept := _candidate(setting, name)) is None:
            continue
        named = names_entity(name) or names_identifier(name)
        each = _entity(
            setting, name, kept, named, {key: values for key, values in numbers.items() if key != name}, rows
        )
        if named or (each.fixed >= FIXED_COLUMNS and each.fixed >= len(numbers) / 4 and each.target >= SIMILAR):
            found.append(each)
    return found


def _candidate(setting: Setting, name: str) -> NDArray[np.int64] | None:
    """The codes of a column whose values repeat as those of an entity do; None where they do not."""
    column, values = setting.judged[name], setting.table.frame[name]
    if column.kind in (ColumnKind.CONSTANT, ColumnKind.EMPTY, ColumnKind.DATE, ColumnKind.YES_NO):
        return None
    if name == setting.problem.time or any(each.name == name for each in clocks(setting)):
        return None
    named = names_entity(name) or names_identifier(name)
    known = len(values) - column.missing
    if column.distinct < (FEWEST_GROUPS if names_entity(name) else FEWEST_UNNAMED):
        return None
    if column.distinct * (REPEATED if named else OFTEN) > known or known < 0.9 * len(values):
        return None
    if pd.api.types.is_numeric_dtype(values.dtype) and not bool((values.dropna() % 1 == 0).all()):
        return None
    codes: NDArray[np.int64] = pd.factorize(setting.column(name))[0].astype(np.int64)
    return codes


def _filled(setting: Setting, name: str, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """A number's ranks in some rows, gaps at the middle: a few extreme values should not decide."""
    from scipy.stats import rankdata

    values = setting.column(name).to_numpy(dtype=np.float64, na_value=np.nan)[rows]
    known = ~np.isnan(values)
    ranks = np.zeros(len(values))
    ranks[known] = rankdata(values[known])
    ranks[~known] = ranks[known].mean() if known.any() else 0.0
    return ranks


def _entity(
    setting: Setting,
    name: str,
    codes: NDArray[np.int64],
    named: bool,
    numbers: dict[str, NDArray[np.float64]],
    rows: NDArray[np.intp],
) -> Entity:
    """How alike the rows of one value are."""
    known = codes[rows] >= 0
    groups = codes[rows][known]
    target = _alike(_answers(setting, rows)[:, known], groups)
    features = [_beyond_chance(values[known], groups) for values in numbers.values()]
    return Entity(
        name,
        int(codes.max()) + 1,
        named,
        target,
        float(np.mean(features)) if features else 0.0,
        sum(each >= FIXED for each in features),
    )


def _answers(setting: Setting, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """The target as numbers, shape (1 or classes, rows): a row of zeros and ones for each class."""
    y = setting.samples.y[rows]
    if not setting.classes:
        return np.asarray(y[None], dtype=np.float64)
    return np.asarray(y[None] == np.arange(len(setting.problem.classes))[:, None], dtype=np.float64)


def _alike(answers: NDArray[np.float64], groups: NDArray[np.int64]) -> float:
    """How alike the target is within groups; of several classes the mean, weighted by how much each varies."""
    spread = answers.var(axis=1)
    found = np.array([_beyond_chance(each, groups) for each in answers])
    return float((found * spread).sum() / spread.sum()) if spread.sum() else 0.0


def _beyond_chance(values: NDArray[np.float64], groups: NDArray[np.int64]) -> float:
    """The intraclass correlation; 0 where it may be chance."""
    correlation, p_value = within_groups(values, groups)
    return max(0.0, correlation) if p_value < BEYOND_CHANCE else 0.0


def _told(setting: Setting, each: Entity) -> Finding:
    each_has = setting.rows / each.groups
    severity = Severity.LOW if not each.alike else Severity.MEDIUM
    if each.named and each.target >= VERY_SIMILAR:
        severity = Severity.HIGH
    return Finding(
        "groups",
        severity,
        f"{quoted(each.name)} has {counted(each.groups, 'different value')} in {setting.rows:,} rows, about "
        f"{each_has:.2g} for each{_alike_in_words(setting, each)}.",
        f"Divide by {quoted(each.name)}, so that a model is judged on those that it has not met."
        if each.alike
        else f"If the model is meant for new ones, divide by {quoted(each.name)}.",
        (each.name,),
        {"groups": each.groups, "target": each.target, "features": each.features, "named": each.named},
        Suggestion(split=GROUP, group=each.name),
    )


def _alike_in_words(setting: Setting, each: Entity) -> str:
    if not each.alike:
        return ", which are no more alike than others"
    by_target = each.target >= SIMILAR
    what, much = (quoted(setting.problem.target), each.target) if by_target else ("the other columns", each.features)
    return f", which are more alike in {what} than others are (likeness {much:.2f} of 1)"


def _known_groups(setting: Setting) -> str | None:
    if setting.problem.group:
        return f"the rows are divided by {quoted(setting.problem.group)}"
    return setting.pixels


GROUPS = Check(
    "groups",
    "Repeated entities",
    "Several rows of one person or thing, which a model would know again.",
    _groups,
    _known_groups,
)
