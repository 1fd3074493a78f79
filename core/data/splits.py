"""SPLITS: how rows are divided into folds, and what is sealed for an exam before.

Takes samples and a `Split`, gives positions. The divisions are scikit-learn's own; what is added is the check
beforehand, in words, of whether a problem can be divided so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.catalogue import Catalogue
from core.data.errors import Unusable
from core.data.grouped import by_group, by_twins, twins, whole_groups
from core.data.packed import Folds
from core.records import Problem, Samples, Split, Table, Task
from core.wording import counted, quoted

LONGEST_LEAVE_ONE_OUT = 500
SEAL = 0  # the seed of what is sealed: another seed of a run must not put sealed rows among those to practise on
_BOTH = frozenset({Task.CLASSIFICATION, Task.REGRESSION})
Pairs = Iterable[tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True, slots=True)
class SplitKind:
    """A way to divide rows.

    Attributes
    ----------
    about : str
        One plain sentence.
    tasks : frozenset of Task
        What it can be used for.
    divide : callable
        From the practice rows, the task, the split and the seed to pairs of training and test positions.
    count : callable
        From the split and the number of practice rows to the number of folds.
    needs : str
        The role that a column must have: "group", "time" or empty.
    folded : bool
        Whether the number of folds is for a person to choose.
    repeated, shuffles : bool
        Whether it heeds `Split.repeats`, and `Split.shuffle`.
    of_each_class : bool
        Whether every fold needs rows of each class.
    most_rows : int
        So many practice rows at most; 0 for any number.
    together : callable or None
        From the samples to codes of those that must stay on one side, where no column says so.
    """

    name: str
    title: str
    about: str
    divide: Callable[[Samples, Task, Split, int], Pairs]
    count: Callable[[Split, int], int]
    tasks: frozenset[Task] = _BOTH
    needs: str = ""
    folded: bool = True
    repeated: bool = False
    shuffles: bool = True
    of_each_class: bool = False
    most_rows: int = 0
    together: Callable[[Samples], np.ndarray] | None = None


def _stratified(rows: Samples, task: Task, split: Split, seed: int) -> Pairs:
    from sklearn.model_selection import StratifiedKFold

    return _pairs(StratifiedKFold(split.folds, shuffle=split.shuffle, random_state=_seed(split, seed)), rows)


def _kfold(rows: Samples, task: Task, split: Split, seed: int) -> Pairs:
    from sklearn.model_selection import KFold

    return _pairs(KFold(split.folds, shuffle=split.shuffle, random_state=_seed(split, seed)), rows)


def _repeated(rows: Samples, task: Task, split: Split, seed: int) -> Pairs:
    from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold

    kind = RepeatedStratifiedKFold if task is Task.CLASSIFICATION else RepeatedKFold
    return _pairs(kind(n_splits=split.folds, n_repeats=split.repeats, random_state=seed), rows)


def _holdout(rows: Samples, task: Task, split: Split, seed: int) -> Pairs:
    if not split.shuffle:
        return [_last(np.arange(len(rows.y)), split.test_share)]
    return [_shuffled(np.arange(len(rows.y)), rows, task, split.test_share, seed)]


def _time(rows: Samples, task: Task, split: Split, seed: int) -> Pairs:
    from sklearn.model_selection import TimeSeriesSplit

    order = _by_time(rows)
    return [(order[train], order[test]) for train, test in TimeSeriesSplit(split.folds).split(order)]


def _leave_one_out(rows: Samples, task: Task, split: Split, seed: int) -> Pairs:
    from sklearn.model_selection import LeaveOneOut

    return _pairs(LeaveOneOut(), rows)


def _pairs(splitter: Any, rows: Samples, groups: np.ndarray | None = None) -> Pairs:
    pairs: Pairs = splitter.split(rows.rows, rows.y, groups)  # those that need no groups warn where there are some
    return pairs


def _seed(split: Split, seed: int) -> int | None:
    return seed if split.shuffle else None  # scikit-learn refuses a seed where nothing is shuffled


def _by_time(rows: Samples) -> np.ndarray:
    assert rows.times is not None
    return np.argsort(rows.times, kind="stable")


def _last(order: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """All but the last share of the rows, and that share (rounded up, like scikit-learn's)."""
    cut = len(order) - int(np.ceil(share * len(order)))
    return order[:cut], order[cut:]


def _shuffled(
    positions: np.ndarray, rows: Samples, task: Task, share: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """The division that scikit-learn's ``train_test_split`` makes, stratified for classes."""
    from sklearn.model_selection import ShuffleSplit, StratifiedShuffleSplit

    kind = StratifiedShuffleSplit if task is Task.CLASSIFICATION else ShuffleSplit
    train, test = next(kind(n_splits=1, test_size=share, random_state=seed).split(positions, rows.y))
    return positions[train], positions[test]


def _as_many(split: Split, rows: int) -> int:
    return split.folds


SPLITS: Catalogue[SplitKind] = Catalogue(
    "split",
    SplitKind(
        "stratified",
        "Stratified folds",
        "Every row is judged once; each fold has the classes in the same proportion.",
        _stratified,
        _as_many,
        tasks=frozenset({Task.CLASSIFICATION}),
        of_each_class=True,
    ),
    SplitKind("kfold", "Folds", "Every row is judged once, by a model that did not see it.", _kfold, _as_many),
    SplitKind(
        "holdout",
        "Hold-out",
        "One part of the rows judges, the others train: quick, but down to luck in small tables.",
        _holdout,
        lambda split, rows: 1,
        folded=False,
    ),
    SplitKind(
        "repeated",
        "Repeated folds",
        "Folds drawn several times anew: slower, and luck weighs less.",
        _repeated,
        lambda split, rows: split.folds * split.repeats,
        repeated=True,
        of_each_class=True,
    ),
    SplitKind(
        "group",
        "Group folds",
        "Rows that belong together, such as one customer's, never stand on both sides.",
        by_group,
        _as_many,
        needs="group",
    ),
    SplitKind(
        "together",
        "Folds, equal rows together",
        "Rows that are the same in every feature never stand on both sides.",
        by_twins,
        _as_many,
        of_each_class=True,
        together=twins,
    ),
    SplitKind(
        "time",
        "Time folds",
        "Always trained on the past and judged on what came later.",
        _time,
        _as_many,
        needs="time",
        shuffles=False,
    ),
    SplitKind(
        "loo",
        "Leave one out",
        "Each row is judged by a model trained on all others: only for small tables.",
        _leave_one_out,
        lambda split, rows: rows,
        folded=False,
        shuffles=False,
        most_rows=LONGEST_LEAVE_ONE_OUT,
    ),
)


def default_split(task: Task) -> Split:
    """Five shuffled folds, stratified where classes are predicted."""
    return Split(next(kind.name for kind in SPLITS.values() if task in kind.tasks))


def fold_count(split: Split, rows: int) -> int:
    """How many folds a split makes of so many practice rows."""
    return SPLITS[split.kind].count(split, rows)


def check_split(problem: Problem, split: Split, table: Table | None = None) -> None:
    """Refuse a split that a problem cannot be divided by.

    Parameters
    ----------
    problem : Problem
    split : Split
    table : Table, optional
        Lets the number of groups be checked beforehand; without it, `folds` finds out.

    Raises
    ------
    UnknownName
        If there is no such split.
    Unusable
        With the reason and what to do.
    """
    kind = SPLITS[split.kind]
    _check_fit(kind, problem)
    _check_shares(split)
    practice = problem.rows - int(np.ceil(split.exam * problem.rows))
    _check_folds(kind, split, practice)
    if problem.task is Task.CLASSIFICATION:
        _check_classes(kind, problem, split)
    if kind.needs == "group" and table is not None:
        groups = int(table.frame[problem.group].nunique())
        _check_groups(problem.group, groups - int(np.ceil(split.exam * groups)), split)


def _check_fit(kind: SplitKind, problem: Problem) -> None:
    if problem.task not in kind.tasks:
        others = next(each.title for each in SPLITS.values() if problem.task in each.tasks)
        raise Unusable(
            f"{kind.title} keep the proportion of classes, but {quoted(problem.target)} is predicted as a number. "
            f"Choose {others!r} instead."
        )
    if kind.needs and not getattr(problem, kind.needs):
        raise Unusable(f"{kind.title} need a {kind.needs} column. Choose one, or another split.")


def _check_shares(split: Split) -> None:
    if not 0 <= split.exam <= 0.5:
        raise Unusable(f"The exam can hold back between 0 and half of the rows (0 to 0.5), not {split.exam:g}.")
    if not 0 < split.test_share < 1:
        raise Unusable(f"The share of rows that judge must lie between 0 and 1, not at {split.test_share:g}.")


def _check_folds(kind: SplitKind, split: Split, rows: int) -> None:
    if kind.most_rows and rows > kind.most_rows:
        raise Unusable(
            f"{kind.title} would train every model {rows:,} times; it is meant for at most {kind.most_rows:,} rows. "
            "Choose folds instead."
        )
    if kind.folded and split.folds < 2:
        raise Unusable(
            f"{counted(split.folds, 'fold')} cannot be: at least 2 are needed, one to judge while others train."
        )
    needed = split.folds + 1 if kind.needs == "time" else split.folds
    if kind.folded and needed > rows:
        raise Unusable(
            f"{counted(split.folds, 'fold')} need at least {needed:,} rows; there are {rows:,}. Use fewer folds."
        )
    if kind.repeated and split.repeats < 1:
        raise Unusable(f"{split.repeats} repeats cannot be: at least 1 is needed.")
    if kind.repeated and not split.shuffle:
        raise Unusable("Repeated folds differ only by how rows are shuffled. Switch shuffling on, or repeat nothing.")


def _check_classes(kind: SplitKind, problem: Problem, split: Split) -> None:
    """Every fold and the exam need rows of each class, where they are drawn class by class."""
    smallest = int(np.argmin(problem.counts))
    name, count = problem.classes[smallest], problem.counts[smallest]
    advice = "leave that class out."
    drawn = not kind.needs and (kind.of_each_class or split.shuffle)
    if split.exam and drawn and count < 2:
        raise Unusable(
            f"Class '{name}' has 1 row; an exam needs at least 2 rows of each class. Seal no exam or {advice}"
        )
    left = count - int(np.ceil(split.exam * count))
    if kind.of_each_class and left < split.folds:
        practice = f"{counted(left, 'row')} besides the exam" if split.exam else counted(left, "row")
        raise Unusable(
            f"Class '{name}' has {practice}; {split.folds} folds need at least {split.folds} rows of each class. "
            f"Use fewer folds or {advice}"
        )
    if kind.folded or kind.most_rows or not split.shuffle:
        return
    if left < 2:
        raise Unusable(
            f"Class '{name}' has {counted(left, 'row')}; a hold-out needs at least 2 rows of each class. "
            f"Use more rows or {advice}"
        )
    smaller = min(split.test_share, 1 - split.test_share) * (problem.rows * (1 - split.exam))
    if int(smaller) < len(problem.classes):
        raise Unusable(
            f"The smaller part of the hold-out has {counted(int(smaller), 'row')}, fewer than there are classes "
            f"({len(problem.classes):,}). Choose folds instead."
        )


def _check_groups(column: str, groups: int, split: Split) -> None:
    if groups < split.folds:
        practice = counted(groups, "group") + (" besides the exam" if split.exam else "")
        raise Unusable(
            f"{quoted(column)} has {practice}; {counted(split.folds, 'fold')} need at least as many. "
            "Use fewer folds or another group column."
        )


def practice_and_exam(samples: Samples, problem: Problem, split: Split) -> tuple[np.ndarray, np.ndarray]:
    """Which rows may be practised on and which are sealed for the exam: the same whatever the seed of a run.

    Parameters
    ----------
    samples : Samples
    problem : Problem
    split : Split
        Groups and equal rows are sealed whole, of times the latest are sealed, else classes in proportion.

    Returns
    -------
    tuple of ndarray
        Positions in `samples`, ascending; the second is empty where the split seals nothing.
    """
    everything = np.arange(len(samples.y))
    if not split.exam:
        return everything, everything[:0]
    needs, together = SPLITS[split.kind].needs, SPLITS[split.kind].together
    if needs == "time":
        parts = _last(_by_time(samples), split.exam)
    elif needs == "group":
        parts = whole_groups(samples, samples.groups, split.exam, SEAL)
    elif together:
        parts = whole_groups(samples, together(samples), split.exam, SEAL)
    elif not split.shuffle:
        parts = _last(everything, split.exam)
    else:
        parts = _shuffled(everything, samples, problem.task, split.exam, SEAL)
    return np.sort(parts[0]), np.sort(parts[1])


def folds(samples: Samples, problem: Problem, split: Split, seed: int) -> Folds:
    """The folds of the practice rows.

    Parameters
    ----------
    samples : Samples
    problem : Problem
    split : Split
    seed : int
        Decides how rows are shuffled; the same seed always gives the same folds.

    Returns
    -------
    sequence of Fold
        Positions in `samples`, as scikit-learn's splitter of that name gives them.

    Raises
    ------
    Unusable
        If the rows cannot be divided so.
    """
    check_split(problem, split)
    kind = SPLITS[split.kind]
    practice, _ = practice_and_exam(samples, problem, split)
    rows = _only(samples, practice)
    if kind.needs == "group":
        assert rows.groups is not None
        _check_groups(problem.group, len(np.unique(rows.groups)), split)
    pairs = kind.divide(rows, problem.task, split, seed)
    return Folds(((practice[train], practice[test]) for train, test in pairs), len(samples.y))


def _only(samples: Samples, positions: np.ndarray) -> Samples:
    """Some of the samples."""
    if len(positions) == len(samples.y):
        return samples
    groups, times = (None if each is None else each[positions] for each in (samples.groups, samples.times))
    return Samples(samples.frame, samples.y[positions], samples.rows[positions], groups, times)
