"""What part each column plays, in one place: what models see, what they do not, and the group, the time, the weight.

Group and time stand where the form of a comparison keeps them, with the split that needs them: what is chosen here is
shown there, and the other way round.
"""

from __future__ import annotations

from contextlib import suppress

from core.data import SPLITS, Unusable, default_split
from core.records import Problem, Roles, Table, Task
from dashboard import session, words
from dashboard.widgets import forms

FEATURE, LEFT_OUT, WEIGHT = "feature", "left out", "weight"
SPECIAL = (*forms.ROLE_KINDS, WEIGHT)
ROLES = (FEATURE, LEFT_OUT, *SPECIAL)


def in_force(table: Table, problem: Problem | None) -> Roles:
    """The roles as a comparison would be made with them now."""
    roles = session.roles(table)
    return forms.with_split_roles(roles, forms.chosen_split(_task(roles, problem)))


def special(table: Table, problem: Problem | None) -> dict[str, str]:
    """The columns that are group, time or weight, with their role."""
    roles, names = in_force(table, problem), {column.name for column in table.columns}
    return {name: role for role in SPECIAL if (name := getattr(roles, role)) in names - {roles.target}}


def shown(table: Table, problem: Problem | None) -> dict[str, str]:
    """Every column's role, but the target's."""
    use, target = session.decisions(table).get("use", {}), session.roles(table).target
    plain = {each.name: FEATURE if use.get(each.name, not each.leave_out) else LEFT_OUT for each in table.columns}
    return {name: role for name, role in (plain | special(table, problem)).items() if name != target}


def give(table: Table, problem: Problem | None, name: str, role: str) -> None:
    """Give a column a role, in the place of the column that had a special one, and of its own before."""
    before = shown(table, problem)[name]
    if before == WEIGHT:
        session.decide(table, weight="")
    elif before in SPECIAL and role not in forms.ROLE_KINDS:
        _divide(table, problem, default_split(_task(session.roles(table), problem)).kind)
    if role == WEIGHT:
        session.decide(table, weight=name)
    elif role in SPECIAL:
        kind = next(kind.name for kind in SPLITS.values() if kind.needs == role)
        _divide(table, problem, kind, **{role: name})
    else:
        _use(table, name, role == FEATURE)


def _divide(table: Table, problem: Problem | None, kind: str, group: str = "", time: str = "") -> None:
    task = _task(session.roles(table), problem)
    split = {"kind": kind, "folds": forms.chosen_split(task).folds, "group": group, "time": time}
    forms.divide(task, split)
    session.decide(table)


def _use(table: Table, name: str, wanted: bool) -> None:
    """Keep whether models see a column, where that is not what is proposed."""
    proposed = next(not each.leave_out for each in table.columns if each.name == name)
    rest = {key: value for key, value in session.decisions(table).get("use", {}).items() if key != name}
    session.decide(table, use=rest if wanted == proposed else rest | {name: wanted})


def _task(roles: Roles, problem: Problem | None) -> Task:
    return problem.task if problem else Task(roles.task or Task.CLASSIFICATION)


def in_words(table: Table, problem: Problem | None) -> list[str]:
    """Which columns models see and which they do not, and what the special ones are for, as sentences."""
    roles = in_force(table, problem)
    with suppress(Unusable):  # the page has said why
        problem = session.problem(table, roles)
    told = []
    if problem is not None:
        kept = words.count(len(problem.left_out), "is", "are")
        told = [
            f"Models see {words.count(len(problem.features), 'column')}"
            + (f"; {kept} kept from them." if problem.left_out else ".")
        ]
    return [*told, *(words.role_of(name, role) for name, role in special(table, problem).items())]
