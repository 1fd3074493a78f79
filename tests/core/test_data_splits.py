"""Splits: the same rows as scikit-learn's splitters, exams that keep what belongs together, refusals in sentences."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import model_selection as sk

from core.catalogue import UnknownName
from core.data import (
    SPLITS,
    SplitKind,
    Unusable,
    check_split,
    default_split,
    fold_count,
    folds,
    make_problem,
    practice_and_exam,
    samples,
    table_of_frame,
)
from core.records import Fold, Problem, Roles, Samples, Split, Table, Task


def setting(rows: int = 120, task: Task = Task.CLASSIFICATION, **changes: Any) -> tuple[Table, Problem, Samples]:
    random = np.random.default_rng(1)
    target: Any = random.choice(["a", "b", "c"], rows, p=[0.6, 0.3, 0.1])
    if task is Task.REGRESSION:
        target = random.normal(size=rows)
    columns = {
        "x": random.normal(size=rows),
        "customer": random.integers(0, 15, rows),
        "region": random.choice(["n", "e", "s", "w", "x", "y"], rows),
        "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(random.permutation(rows), unit="D"),
        "target": target,
    }
    table = table_of_frame(pd.DataFrame(columns | changes))
    problem = make_problem(table, Roles("target", task=task, group="customer", time="day"))
    return table, problem, samples(table, problem)


def same(found: list[Fold], pairs: Any) -> bool:
    expected = list(pairs)
    assert len(found) == len(expected)
    assert [fold.number for fold in found] == list(range(len(expected)))
    return all(
        np.array_equal(fold.train, train) and np.array_equal(fold.test, test)
        for fold, (train, test) in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize("seed", [0, 7])
def test_folds_are_scikit_learns_for_classes(seed: int) -> None:
    _, problem, rows = setting()
    X, y = rows.X, rows.y

    def found(kind: str, **options: Any) -> list[Fold]:
        return folds(rows, problem, Split(kind, **options), seed)

    assert same(found("stratified"), sk.StratifiedKFold(5, shuffle=True, random_state=seed).split(X, y))
    assert same(found("stratified", folds=3, shuffle=False), sk.StratifiedKFold(3).split(X, y))
    assert same(found("kfold", folds=4), sk.KFold(4, shuffle=True, random_state=seed).split(X, y))
    assert same(found("kfold", shuffle=False), sk.KFold(5).split(X, y))
    repeated = sk.RepeatedStratifiedKFold(n_splits=3, n_repeats=4, random_state=seed)
    assert same(found("repeated", folds=3, repeats=4), repeated.split(X, y))
    grouped = sk.GroupKFold(5, shuffle=True, random_state=seed)
    assert same(found("group"), grouped.split(X, y, rows.groups))
    assert same(found("group", shuffle=False), sk.GroupKFold(5).split(X, y, rows.groups))
    assert same(found("loo"), sk.LeaveOneOut().split(X, y))
    halves = sk.train_test_split(np.arange(len(y)), test_size=0.2, stratify=y, random_state=seed)
    assert same(found("holdout"), [halves])
    assert same(found("holdout", shuffle=False), [(np.arange(96), np.arange(96, 120))])


def test_folds_are_scikit_learns_for_numbers() -> None:
    _, problem, rows = setting(task=Task.REGRESSION)
    X, y = rows.X, rows.y
    assert same(folds(rows, problem, Split("kfold"), 5), sk.KFold(5, shuffle=True, random_state=5).split(X, y))
    repeated = sk.RepeatedKFold(n_splits=4, n_repeats=2, random_state=5)
    assert same(folds(rows, problem, Split("repeated", folds=4, repeats=2), 5), repeated.split(X, y))
    halves = sk.train_test_split(np.arange(len(y)), test_size=0.25, random_state=5)
    assert same(folds(rows, problem, Split("holdout", test_share=0.25), 5), [halves])


@pytest.mark.parametrize("kind", SPLITS.values(), ids=lambda kind: kind.name)
@pytest.mark.parametrize("exam", [0.0, 0.25])
def test_every_split_divides_the_practice_rows(kind: SplitKind, exam: float) -> None:
    task = next(iter(sorted(kind.tasks)))
    _, problem, rows = setting(task=task)
    split = Split(kind.name, folds=4, repeats=2, exam=exam)
    check_split(problem, split)
    practice, sealed = practice_and_exam(rows, problem, split)
    assert sorted([*practice, *sealed]) == list(range(120))
    assert (np.diff(practice) > 0).all() and abs(len(sealed) - exam * 120) <= 12
    found = folds(rows, problem, split, 3)
    assert len(found) == fold_count(split, len(practice))
    for fold in found:
        assert set(fold.train) | set(fold.test) <= set(practice)
        assert not set(fold.train) & set(fold.test) and len(fold.test) and len(fold.train)
    again = folds(rows, problem, split, 3)
    assert all(np.array_equal(one.test, two.test) for one, two in zip(found, again, strict=True))
    assert kind.title and kind.about.endswith(".") and len(kind.about) < 100


def test_another_seed_shuffles_otherwise() -> None:
    _, problem, rows = setting()
    one, two = (folds(rows, problem, Split("stratified"), seed)[0].test for seed in (0, 1))
    assert not np.array_equal(one, two)


def test_time_folds_train_on_the_past() -> None:
    _, problem, rows = setting()
    assert rows.times is not None
    split = Split("time", folds=4, exam=0.2)
    practice, sealed = practice_and_exam(rows, problem, split)
    assert len(sealed) == 24 and rows.times[practice].max() < rows.times[sealed].min()
    found = folds(rows, problem, split, 0)
    assert len(found) == 4
    for earlier, later in pairwise(found):
        assert rows.times[earlier.test].max() < rows.times[later.test].min()
    for fold in found:
        assert rows.times[fold.train].max() < rows.times[fold.test].min()
    order = np.argsort(rows.times, kind="stable")
    expected = [(order[train], order[test]) for train, test in sk.TimeSeriesSplit(5).split(order)]
    assert same(folds(rows, problem, Split("time"), 0), expected)


@pytest.mark.parametrize("column", ["customer", "region"])
def test_groups_never_stand_on_both_sides(column: str) -> None:
    table, _, _ = setting()
    problem = make_problem(table, Roles("target", group=column))
    rows = samples(table, problem)
    groups = table.frame[column].astype(str).to_numpy()
    split = Split("group", folds=3, exam=0.3)
    practice, sealed = practice_and_exam(rows, problem, split)
    assert len(sealed) and not set(groups[practice]) & set(groups[sealed])
    for fold in folds(rows, problem, split, 2):
        assert not set(groups[fold.train]) & set(groups[fold.test])


@pytest.mark.parametrize("task", list(Task))
def test_equal_rows_never_stand_on_both_sides(task: Task) -> None:
    table, _, _ = setting(task=task)
    doubled = table_of_frame(pd.concat([table.frame, table.frame]).sample(frac=1, random_state=0))
    problem = make_problem(doubled, Roles("target", task=task))
    rows = samples(doubled, problem)
    same_row = rows.X.astype(str).agg("|".join, axis=1).to_numpy()
    split = Split("together", folds=4, exam=0.25)
    practice, sealed = practice_and_exam(rows, problem, split)
    assert len(sealed) and not set(same_row[practice]) & set(same_row[sealed])
    for fold in folds(rows, problem, split, 2):
        assert not set(same_row[fold.train]) & set(same_row[fold.test])
    alike = replace(rows, frame=rows.frame.iloc[np.zeros(len(rows.frame), dtype=int)].reset_index(drop=True))
    with pytest.raises(Unusable, match="only 1 different row; 4 folds need at least as many"):
        folds(alike, problem, Split("together", folds=4), 0)


def test_exams_keep_the_proportion_of_classes() -> None:
    _, problem, rows = setting()
    practice, sealed = practice_and_exam(rows, problem, Split("stratified", exam=0.25))
    assert len(sealed) == 30
    shares = [np.bincount(rows.y[part]) / len(part) for part in (practice, sealed)]
    np.testing.assert_allclose(*shares, atol=0.03)
    unshuffled = practice_and_exam(rows, problem, Split("kfold", exam=0.25, shuffle=False))
    assert unshuffled[1].tolist() == list(range(90, 120))


def test_defaults() -> None:
    assert default_split(Task.CLASSIFICATION) == Split("stratified", folds=5, repeats=1, shuffle=True, exam=0.0)
    assert default_split(Task.REGRESSION) == Split("kfold", folds=5)
    assert list(SPLITS) == ["stratified", "kfold", "holdout", "repeated", "group", "together", "time", "loo"]
    assert fold_count(Split("repeated", folds=4, repeats=3), 100) == 12
    assert fold_count(Split("holdout"), 100) == 1 and fold_count(Split("loo"), 100) == 100


REFUND = ["paid"] * 60 + ["open"] * 59 + ["refund"]


@pytest.mark.parametrize(
    ("rows", "changes", "split", "sentence"),
    [
        (
            120,
            {"target": REFUND},
            Split("stratified"),
            "Class 'refund' has 1 row; 5 folds need at least 5 rows of each class. "
            "Use fewer folds or leave that class out.",
        ),
        (120, {"target": REFUND}, Split("repeated"), "Class 'refund' has 1 row; 5 folds need at least 5"),
        (120, {"target": REFUND}, Split("holdout"), "a hold-out needs at least 2 rows of each class"),
        (120, {"target": REFUND}, Split("kfold", exam=0.2), "an exam needs at least 2 rows of each class"),
        (120, {}, Split("stratified", folds=1), "1 fold cannot be: at least 2 are needed"),
        (20, {}, Split("kfold", folds=30), "30 folds need at least 30 rows; there are 20. Use fewer folds."),
        (20, {}, Split("time", folds=20), "20 folds need at least 21 rows"),
        (600, {}, Split("loo"), "would train every model 600 times; it is meant for at most 500 rows"),
        (120, {}, Split("repeated", repeats=0), "at least 1 is needed"),
        (120, {}, Split("repeated", shuffle=False), "Switch shuffling on"),
        (120, {}, Split("kfold", exam=0.9), "between 0 and half of the rows"),
        (120, {}, Split("holdout", test_share=1.0), "must lie between 0 and 1"),
        (120, {}, Split("holdout", test_share=0.01), "fewer than there are classes"),
    ],
)
def test_refusals_for_classes(rows: int, changes: dict[str, Any], split: Split, sentence: str) -> None:
    _, problem, _ = setting(rows, **changes)
    with pytest.raises(Unusable) as raised:
        check_split(problem, split)
    assert sentence in str(raised.value)


def test_a_rare_class_is_no_matter_for_plain_folds() -> None:
    _, problem, rows = setting(target=REFUND)
    assert len(folds(rows, problem, Split("kfold"), 0)) == 5


def test_stratified_folds_of_numbers_are_refused() -> None:
    _, problem, rows = setting(task=Task.REGRESSION)
    with pytest.raises(Unusable, match=r"`target` is predicted as a number. Choose 'Folds' instead"):
        folds(rows, problem, Split("stratified"), 0)


def test_group_and_time_folds_need_their_column() -> None:
    table, _, _ = setting()
    problem = make_problem(table, Roles("target"))
    for kind in ("group", "time"):
        with pytest.raises(Unusable, match=f"need a {kind} column"):
            check_split(problem, Split(kind))


def test_fewer_groups_than_folds_are_refused() -> None:
    table, problem, rows = setting(customer=np.arange(120) % 3)
    check_split(problem, Split("group"))
    sentence = "`customer` has 3 groups; 5 folds need at least as many"
    with pytest.raises(Unusable, match=sentence):
        check_split(problem, Split("group"), table)
    with pytest.raises(Unusable, match=sentence):
        folds(rows, problem, Split("group"), 0)
    with pytest.raises(Unusable, match="`customer` has 1 group besides the exam; 2 folds need"):
        check_split(problem, Split("group", 2, exam=0.5), table)


def test_an_unknown_split_is_answered_with_near_misses() -> None:
    _, problem, _ = setting()
    with pytest.raises(UnknownName, match=r"No split is called 'stratifed'\. Did you mean 'stratified'"):
        check_split(problem, Split("stratifed"))
