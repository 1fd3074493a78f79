"""From a table and roles to a Problem, and from a Problem to the rows that an estimator takes.

Takes what was read and what a person decided; gives what is to be learned, or says in a sentence why nothing can be.
Uses pandas alone and is quick enough to be asked by a page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from core.catalogue import did_you_mean
from core.data.conversion import as_kind, coded, plain_numbers
from core.data.errors import Unusable
from core.data.kinds import FEATURE_KINDS
from core.data.proposals import MAX_CLASSES, propose_positive, propose_task, task_of
from core.data.roles import REASONS, at, check_roles, gaps, played, values_for, weights_of
from core.data.series import series_shape
from core.records import NUMBERS, Column, ColumnKind, Problem, Roles, Samples, Table, Task
from core.wording import counted, listed, quoted

MIN_ROWS = 10
_FEW_ROWS = 50
# Features of so many bytes are copied, into one block per kind: rows are taken from that many times as fast.
SMALL = 16 * 2**20
_BARRED = {
    ColumnKind.IDENTIFIER: "is different in every row, like an identifier: there is nothing to learn in it",
    ColumnKind.TEXT: "holds {reason}, which cannot be predicted here",
    ColumnKind.CONSTANT: "has the same value in every row: there is nothing to learn",
    ColumnKind.EMPTY: "has no values: there is nothing to learn from",
    ColumnKind.DATE: "holds dates, which cannot be predicted here",
}


def make_problem(table: Table, roles: Roles) -> Problem:
    """What is to be learned from a table.

    Parameters
    ----------
    table : Table
    roles : Roles
        What a person decided; what is left open is proposed.

    Returns
    -------
    Problem

    Raises
    ------
    Unusable
        If nothing can be learned so; the text says why and what to do.
    """
    columns = {column.name: column for column in table.columns}
    _check_names(table, roles, columns)
    check_roles(table, roles)
    target = _target_column(columns[roles.target], roles)
    values, notes = _target_values(table, target, roles)
    task = _task(table, target, values, roles)
    known, dropped = _known_rows(table, roles, values, task)
    rows = int(known.sum())
    kept = values if rows == len(values) else values[known]
    classes, counts = _classes(kept, task)
    if roles.weight and rows and not weights_of(table, roles.weight)[known].any():
        raise Unusable(f"All rows that take part have the weight 0 in {quoted(roles.weight)}. Choose another weight.")
    features, left_out, converted = _features(table, roles)
    _check_enough(target.name, task, kept, classes, rows)
    return Problem(
        task=task,
        target=target.name,
        positive=_positive(roles, classes, counts, target.name),
        classes=classes,
        counts=counts,
        features=features,
        left_out=left_out,
        rows=rows,
        group=roles.group,
        time=roles.time,
        weight=roles.weight,
        notes=(*notes, *dropped, *converted, *_warnings(rows, features)),
        image_shape=_image_shape(table, features),
        series_shape=series_shape(features),
    )


def without_target(table: Table, roles: Roles) -> Problem:
    """All that there is to look at in a table of which nothing is to be predicted.

    Parameters
    ----------
    table : Table
    roles : Roles
        What a person decided, without a target.

    Returns
    -------
    Problem
        One without classes, whose target is called "".

    Raises
    ------
    Unusable
        If no column is left.
    """
    features, left_out, notes = _features(table, roles)
    rows = len(table.frame)
    return Problem(Task.REGRESSION, "", None, (), (), features, left_out, rows, notes=notes)


def _check_names(table: Table, roles: Roles, columns: dict[str, Column]) -> None:
    if len(columns) < 2:
        only = quoted(next(iter(columns)))
        raise Unusable(f"The table has one column, {only}: it needs one to predict and at least one to learn from.")
    if not roles.target:
        few = len(table.frame) < MIN_ROWS  # then choosing would not help
        told = f"The table has {counted(len(table.frame), 'row')}, and at least {MIN_ROWS} are needed."
        raise Unusable(told if few else "No target is chosen. Choose the column to predict.")
    for name in (roles.target, *played(roles).values(), *roles.left_out, *roles.used, *roles.kinds):
        if name not in columns:
            raise Unusable(did_you_mean("column", name, columns))
    for kind in roles.kinds.values():
        try:
            ColumnKind(kind)
        except ValueError as error:
            known = [str(each) for each in ColumnKind]
            raise Unusable(did_you_mean("kind of column", kind, known)) from error


def _target_column(column: Column, roles: Roles) -> Column:
    chosen = roles.kinds.get(column.name)
    kind = ColumnKind(chosen) if chosen else column.kind
    if kind in _BARRED:
        barred = _BARRED[kind].format(reason=column.reason)
        raise Unusable(f"The target {quoted(column.name)} {barred}. Choose another target.")
    return replace(column, kind=kind)


def _target_values(table: Table, target: Column, roles: Roles) -> tuple[pd.Series[Any], tuple[str, ...]]:
    values = table.frame[target.name]
    if target.name not in roles.kinds:
        return values, ()
    changed, lost = as_kind(values, target.kind)
    note = f"{counted(lost, 'value')} of the target {quoted(target.name)} cannot be read as {target.kind}."
    return changed, (note,) if lost else ()


def _task(table: Table, target: Column, values: pd.Series[Any], roles: Roles) -> Task:
    if roles.task:
        if roles.task not in list(Task):
            raise Unusable(did_you_mean("task", roles.task, [str(each) for each in Task]))
        task = Task(roles.task)
    elif target.name in roles.kinds:
        task = task_of(values, int(values.nunique())).value
    else:
        task = propose_task(table, target.name).value
    if task is Task.REGRESSION and plain_numbers(values) is None:
        raise Unusable(
            f"The target {quoted(target.name)} holds words, not numbers, so no number can be predicted. "
            "Predict a class instead, or choose another target."
        )
    return task


def _known_rows(table: Table, roles: Roles, values: pd.Series[Any], task: Task) -> tuple[np.ndarray, tuple[str, ...]]:
    """Which rows take part, and why the others do not."""
    known = np.ones(len(values), dtype=bool)
    notes: list[str] = []
    if roles.drop_classes:
        chosen = _dropped(roles.drop_classes, values, task)
        noun = "class" if len(roles.drop_classes) == 1 else "classes"
        rows = counted(int(chosen.sum()), "row")
        notes.append(f"{rows} of the {noun} {listed(roles.drop_classes)} left out by you.")
        known &= ~chosen
    for name, lacking in {"target": values.isna().to_numpy(), **gaps(table, roles)}.items():
        lost = int((known & lacking).sum())
        if lost:
            notes.append(f"{counted(lost, 'row')} without a {name} left out.")
            known &= ~lacking
    return known, tuple(notes)


def _dropped(names: tuple[str, ...], values: pd.Series[Any], task: Task) -> np.ndarray:
    """Which rows are of classes that a person does not want."""
    if task is Task.REGRESSION:
        raise Unusable("Classes can be left out only where a class is predicted.")
    codes, different = coded(values)
    texts = _as_texts(different)
    found = {texts[code] for code in pd.unique(codes[codes >= 0])}
    for name in names:
        if name not in found:
            raise Unusable(did_you_mean("class", name, sorted(found)))
    chosen: np.ndarray = np.array([*(text in names for text in texts), False])[codes]
    return chosen


def _as_texts(classes: Iterable[Any]) -> list[str]:
    return [str(_plain(each)) for each in classes]


def _plain(value: Any) -> Any:
    """A class as a plain Python value; whole floats as whole numbers."""
    value = value.item() if isinstance(value, np.generic) else value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _classes(values: pd.Series[Any], task: Task) -> tuple[tuple[Any, ...], tuple[int, ...]]:
    """The classes in the order of their categories, or sorted, and how many rows each has."""
    if task is Task.REGRESSION:
        return (), ()
    if isinstance(values.dtype, pd.CategoricalDtype):
        counts = values.value_counts(sort=False)
    else:
        counts = values.value_counts().sort_index()
    counts = counts[counts > 0]
    return tuple(_plain(each) for each in counts.index), tuple(int(each) for each in counts)


def _check_enough(target: str, task: Task, values: pd.Series[Any], classes: tuple[Any, ...], rows: int) -> None:
    if rows < MIN_ROWS:
        raise Unusable(
            f"{counted(rows, 'row')} with a known target {'is' if rows == 1 else 'are'} too few: "
            f"at least {MIN_ROWS} are needed."
        )
    single = len(classes) == 1 if task is Task.CLASSIFICATION else bool((values == values.iloc[0]).all())
    if single:
        raise Unusable(f"The target {quoted(target)} has only one value in the rows that take part: nothing to learn.")
    if len(classes) > MAX_CLASSES:
        raise Unusable(
            f"The target {quoted(target)} has {len(classes):,} different classes; at most {MAX_CLASSES} can be told "
            "apart here. Group them, predict a number, or choose another target."
        )


def _features(table: Table, roles: Roles) -> tuple[tuple[Column, ...], dict[str, str], tuple[str, ...]]:
    """Columns to learn from, the others with the reason, and notes on kinds that a person chose."""
    features, left_out, notes = [], {}, []
    for column in table.columns:
        if column.name == roles.target:
            continue
        reason = _why_not(column, roles)
        if reason:
            left_out[column.name] = reason
            continue
        feature, lost = _feature(table, column, roles.kinds.get(column.name))
        features.append(feature)
        if lost:
            notes.append(
                f"{counted(lost, 'value')} of {quoted(column.name)} cannot be read as {feature.kind}: missing."
            )
    if not features:
        raise Unusable(f"No column is left to learn from. {_reasons(left_out)}")
    return tuple(features), left_out, tuple(notes)


def _why_not(column: Column, roles: Roles) -> str:
    """Why a column is no feature; empty where it is one."""
    if column.kind is ColumnKind.EMPTY:
        return "all its values are missing"
    for role, name in played(roles).items():
        if column.name == name:
            return REASONS[role]
    if column.name in roles.left_out:
        return roles.left_out[column.name] or "left out by you"
    chosen = roles.kinds.get(column.name)
    if chosen and ColumnKind(chosen) not in FEATURE_KINDS:
        return f"you took it for {'an' if chosen[0] in 'aei' else 'a'} {chosen} column"
    return "" if chosen or column.name in roles.used else column.leave_out


def _feature(table: Table, column: Column, chosen: str | None) -> tuple[Column, int]:
    """The column as a model sees it, and how many values its kind cost."""
    values = table.frame[column.name]
    kind = ColumnKind(chosen) if chosen else column.kind
    if kind not in FEATURE_KINDS:  # used in spite of the proposal: by what its values are
        kind = ColumnKind.NUMBER if pd.api.types.is_numeric_dtype(values.dtype) else ColumnKind.CATEGORY
        kind = ColumnKind.DATE if pd.api.types.is_datetime64_any_dtype(values.dtype) else kind
    if kind is column.kind:
        answers = not chosen and kind is ColumnKind.YES_NO and pd.api.types.is_numeric_dtype(values.dtype)
        return replace(column, kind=ColumnKind.NUMBER if answers else kind, leave_out=""), 0  # as it is: 0 and 1
    changed, lost = as_kind(values, kind)
    if not changed.notna().any():
        raise Unusable(f"No value of {quoted(column.name)} can be read as {kind}. Choose another kind for it.")
    reason = "chosen by you" if chosen else column.reason
    return Column(column.name, kind, reason, int(changed.isna().sum()), int(changed.nunique()), ""), lost


def _reasons(left_out: dict[str, str]) -> str:
    shown = list(left_out.items())[:3]
    more = f" And {len(left_out) - 3:,} more." if len(left_out) > 3 else ""
    return " ".join(f"{quoted(name)}: {reason}." for name, reason in shown) + more


def _positive(roles: Roles, classes: tuple[Any, ...], counts: tuple[int, ...], target: str) -> Any:
    if roles.positive is None or roles.positive == "":
        return propose_positive(classes, counts).value
    if len(classes) != 2:
        having = f"{quoted(target)} has {len(classes):,}" if classes else f"{quoted(target)} is a number"
        raise Unusable(f"A positive class can be chosen only where there are two classes; {having}.")
    wanted = str(_plain(roles.positive))
    found = [each for each in classes if str(each) == wanted]
    if not found:
        raise Unusable(did_you_mean("class", roles.positive, map(str, classes)))
    return found[0]


def _warnings(rows: int, features: Iterable[Column]) -> list[str]:
    width = len(list(features))
    notes = []
    if rows < _FEW_ROWS:
        notes.append(f"Only {counted(rows, 'row')}: all scores are uncertain.")
    if width > rows:
        notes.append(f"More columns ({width:,}) than rows ({rows:,}): models can easily learn by heart.")
    return notes


def _image_shape(table: Table, features: tuple[Column, ...]) -> tuple[int, ...]:
    """The shape of the image, as long as all its pixels take part and nothing else does."""
    pixels = int(np.prod(table.image_shape)) if table.image_shape else 0
    whole = pixels == len(features) and all(feature.kind in NUMBERS for feature in features)
    return table.image_shape if whole else ()


def samples(table: Table, problem: Problem) -> Samples:
    """A problem's rows in the form that an estimator takes.

    Parameters
    ----------
    table : Table
        The one that the problem was made from.
    problem : Problem

    Returns
    -------
    Samples
        Numbers as float64 or int64, categories as categoricals, dates as datetime64; codes or numbers as target.
    """
    target = _target_of(table, problem)
    known = ~np.isnan(target)
    for lacking in gaps(table, problem).values():
        known &= ~lacking
    rows = np.flatnonzero(known)
    frame = table.frame[[each.name for each in problem.features]].reset_index(drop=True)
    read_as = {column.name: column.kind for column in table.columns}
    for each in problem.features:
        if each.kind is not read_as[each.name]:
            frame[each.name] = as_kind(table.frame[each.name], each.kind)[0].array
    if frame.memory_usage(index=False).sum() <= SMALL:
        frame = frame.copy()
    y = at(target, rows)
    return Samples(frame, y.astype(np.int64) if problem.classes else y, rows, **values_for(table, problem, rows))


def _target_of(table: Table, problem: Problem) -> np.ndarray:
    """Each row's class code or number, NaN where it has none; zeros where nothing is to be predicted."""
    if not problem.target:
        return np.zeros(len(table.frame))
    return _codes(table, problem) if problem.task is Task.CLASSIFICATION else _numbers_of_target(table, problem)


def _codes(table: Table, problem: Problem) -> np.ndarray:
    """Each row's class code, NaN where it has none of the problem's classes."""
    codes, different = coded(table.frame[problem.target])
    code_of = {str(each): float(code) for code, each in enumerate(problem.classes)}
    turned: np.ndarray = np.array([*(code_of.get(text, np.nan) for text in _as_texts(different)), np.nan])[codes]
    return turned


def _numbers_of_target(table: Table, problem: Problem) -> np.ndarray:
    values = table.frame[problem.target]
    numbers = plain_numbers(values)
    return plain_numbers(as_kind(values, ColumnKind.NUMBER)[0]) if numbers is None else numbers  # type: ignore[return-value]
