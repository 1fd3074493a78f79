"""Forms drawn from an entry's parameters, and the settings of a run.

A field's value lives under its key for the session; `changed` reads off what differs from the entry's defaults.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import streamlit as st

from core.catalogue import Catalogue, Entry
from core.data import SPLITS, SplitKind, Unusable, check_split, default_split
from core.forecast import GIB
from core.records import NUMBERS, ColumnKind, ModelSpec, Param, Problem, Roles, RunSpec, Split, Table, Task
from dashboard import session, words

E = TypeVar("E", bound=Entry)

CLASS_WEIGHT = "balanced"
FOLDS, REPEATS, SECONDS = 5, 3, 120
EXAM, EXAM_ROWS, EXAM_OF_A_CLASS = 20, 500, 25  # in a hundred; of a table with so many rows, and of each class so many
MOST_FOLDS, MOST_REPEATS, MOST_SECONDS, MOST_GIB, MOST_MINUTES = 50, 20, 86_400, 4096.0, 10_080
# The keys of a run's fields, or what those of models begin with.
FIELDS = (
    *("use-", "set-", "label-", "split-", "role-", "folds", "repeats", "exam", "seed", "balanced"),
    *("time_limit", "memory_limit", "run_minutes"),
)
# Which columns can play a role that a split needs.
ROLE_KINDS = {
    "group": frozenset(ColumnKind) - {ColumnKind.DATE, ColumnKind.IMAGE, ColumnKind.CONSTANT, ColumnKind.EMPTY},
    "time": NUMBERS | {ColumnKind.DATE, ColumnKind.IDENTIFIER},
}


# ---- one setting


def settings_form(params: Iterable[Param], prefix: str) -> None:
    """Draw a field for every parameter; `changed` with the same prefix tells what came of it."""
    for param in params:
        _field(param, f"{prefix}-{param.name}")


def changed(params: Iterable[Param], prefix: str) -> dict[str, Any]:
    """The settings that a person has changed, by name."""
    given: dict[str, Any] = {}
    for param in params:
        key = f"{prefix}-{param.name}"
        if key in st.session_state:
            value = _value(param, st.session_state[key])
            if value != param.default or type(value) is not type(param.default):
                given[param.name] = value
    return given


def refill(params: Iterable[Param], prefix: str, settings: Mapping[str, Any]) -> None:
    """Fill a form, before it is drawn, with what was set once; what its fields cannot show stays out."""
    for param in params:
        key = f"{prefix}-{param.name}"
        st.session_state.pop(key, None)
        if param.name in settings and _can_show(param, value := settings[param.name]):
            st.session_state[key] = _content(param, value)


def _can_show(param: Param, value: Any) -> bool:
    """Whether a field can show a value: the command line takes more than forms do."""
    if value is None or param.choices:
        return value in param.choices or (value is None and bool(param.none_means))
    if isinstance(param.default, bool | tuple | str):
        return isinstance(value, type(param.default))
    number = isinstance(value, int if _whole(param) else (int, float)) and not isinstance(value, bool)
    return number and (param.low is None or param.low <= value) and (param.high is None or value <= param.high)


def _content(param: Param, value: Any) -> Any:
    """What a field shows for a value."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return float(value) if isinstance(value, int) and not (isinstance(value, bool) or _whole(param)) else value


def _value(param: Param, raw: Any) -> Any:
    """What a field's content means; what is no list of whole numbers stays as it is, so that it can be refused."""
    if isinstance(param.default, tuple):
        parts = re.findall(r"[^\s,;()\[\]]+", str(raw))
        whole = all(re.fullmatch(r"-?[0-9]+", each) for each in parts)
        return (tuple(map(int, parts)) or param.default) if whole else str(raw)
    if raw is None and not param.none_means:
        return param.default
    return raw


def _field(param: Param, key: str) -> None:
    label = words.escape(param.name.replace("_", " ").capitalize())
    shared: dict[str, Any] = {"key": key, "help": words.escape(param.about), "persist_state": "session"}
    if param.choices:
        options = [*([None] if param.none_means else []), *param.choices]
        index = options.index(param.default) if param.default in options else 0
        st.selectbox(label, options, index=index, format_func=lambda each: _choice(param, each), **shared)
    elif isinstance(param.default, bool):
        st.toggle(label, param.default, **shared)
    elif isinstance(param.default, tuple):
        st.text_input(label, ", ".join(map(str, param.default)), placeholder="128, 128", **shared)
    elif isinstance(param.default, str):
        st.text_input(label, param.default, **shared)
    else:
        _number(param, label, shared)


def _choice(param: Param, value: Any) -> str:
    return param.none_means if value is None else str(value)


def _number(param: Param, label: str, shared: Mapping[str, Any]) -> None:
    """A number in its bounds: whole where the default is whole."""
    whole = _whole(param)
    kind: Any = int if whole else float
    low, high = (None if bound is None else kind(bound) for bound in (param.low, param.high))
    value = None if param.default is None else kind(param.default)
    st.number_input(
        label,
        low,
        high,
        value,
        step=1 if whole else _step(param),
        format=None if whole else "%g",
        placeholder=param.none_means or None,
        **shared,
    )


def _whole(param: Param) -> bool:
    return isinstance(param.low if param.default is None else param.default, int)


def _step(param: Param) -> float:
    """A step that moves the first digit."""
    size = abs(param.default or 0.0) or ((param.high or 1.0) - (param.low or 0.0)) / 10
    return float(10.0 ** math.floor(math.log10(size)))


# ---- one of a catalogue


def pick_method(label: str, entries: Catalogue[E], key: str, names: Iterable[str] = ()) -> E:
    """Let a person choose an entry by its title; the first one is chosen at first."""
    options = list(names) or list(entries)
    name = st.segmented_control(
        label,
        options,
        default=None if key in st.session_state else options[0],
        required=True,
        format_func=lambda each: entries[each].title,  # type: ignore[attr-defined]
        key=key,
        persist_state="session",
    )
    return entries[name or options[0]]


# ---- the settings of a run


def run_settings(table: Table, problem: Problem) -> None:
    """Draw how a comparison is to be made: the split, the seed, class weights, the limits."""
    left, right = st.columns(2)
    with left:
        _split_fields(table, problem)
        if problem.weight:
            st.caption(words.escape(words.role_of(problem.weight, "weight")))
    with right:
        st.number_input(
            "Seed", 0, 2**32 - 1, 0, key="seed", persist_state="session", help="Another seed deals the rows anew."
        )
        _limits()
        if problem.task == Task.CLASSIFICATION:
            st.toggle(
                "Count rare classes as much as frequent ones",
                key="balanced",
                persist_state="session",
                help="Class weights “balanced”, in the models that can weigh classes.",
            )


def _limits() -> None:
    """Draw what a training and the whole comparison may take."""
    st.number_input(
        "Seconds at most for each training (0: no limit)",
        0,
        MOST_SECONDS,
        SECONDS,
        step=10,
        key="time_limit",
        persist_state="session",
        help="A training that takes longer is ended; the others go on.",
    )
    left = session.supervisor().get("memory", 0) / GIB
    st.number_input(
        "GiB of memory at most for each training",
        0.0,
        MOST_GIB,
        None,
        step=0.5,
        format="%g",
        placeholder=f"{left:.1f}, what this machine has left" if left else "what this machine has left",
        key="memory_limit",
        persist_state="session",
        help="A training that takes more is ended; the others go on. Empty or 0: what this machine has left.",
    )
    st.number_input(
        "Minutes at most for the whole comparison (0: no limit)",
        0,
        MOST_MINUTES,
        0,
        step=1,
        key="run_minutes",
        persist_state="session",
        help="What is not finished then is ended; what is finished stays.",
    )


def _split_fields(table: Table, problem: Problem) -> None:
    kinds = [name for name, kind in SPLITS.items() if problem.task in kind.tasks]
    kind = SPLITS[
        st.selectbox(
            "How rows are divided",
            kinds,
            format_func=lambda name: SPLITS[name].title,
            key=f"split-{problem.task}",
            persist_state="session",
        )
    ]
    st.caption(words.escape(kind.about))
    if kind.needs:
        key = f"role-{kind.needs}"
        st.selectbox(
            f"Column of the {kind.needs}",
            [
                each.name
                for each in table.columns
                if (each.kind in ROLE_KINDS[kind.needs] or each.name == st.session_state.get(key))
                and each.name != problem.target
            ],
            index=None,
            key=key,
            persist_state="session",
        )
    if kind.folded:
        st.number_input("Folds", 2, MOST_FOLDS, FOLDS, key="folds", persist_state="session")
    if kind.repeated:
        st.number_input("Repeats", 2, MOST_REPEATS, REPEATS, key="repeats", persist_state="session")
    proposed = proposed_exam(problem, kind)
    st.slider(
        "Rows sealed for a last exam",
        0,
        50,
        proposed,
        step=5,
        format="%d %%",
        key=f"exam-{proposed}",
        persist_state="session",
        help="They are set aside before anything else and take no part in the comparison; the page Proof opens them. "
        f"{EXAM} % are proposed where there are {EXAM_ROWS:,} rows or more.",
    )


def proposed_exam(problem: Problem, kind: SplitKind) -> int:
    """How many rows of a hundred are sealed where nobody says otherwise: none of few, and none where classes or groups
    could run short."""
    enough = problem.rows >= EXAM_ROWS and min(problem.counts, default=problem.rows) >= EXAM_OF_A_CLASS
    return EXAM if enough and not kind.needs and not kind.together else 0


def chosen_split(task: Task, problem: Problem | None = None) -> Split:
    """The split as the form stands; as proposed where it was never drawn. Without a problem nothing is sealed."""
    state = st.session_state
    kind = SPLITS[state.get(f"split-{task}") or default_split(task).kind]
    proposed = proposed_exam(problem, kind) if problem else 0
    return replace(
        default_split(task),
        kind=kind.name,
        folds=state.get("folds", FOLDS) if kind.folded else FOLDS,
        repeats=state.get("repeats", REPEATS) if kind.repeated else 1,
        exam=state.get(f"exam-{proposed}", proposed) / 100,
    )


def divide(task: Task, split: Mapping[str, Any]) -> None:
    """Set the form to a proposed split, see `core.checks.propose_split`."""
    chosen = {f"split-{task}": split["kind"], "folds": split["folds"]}
    chosen |= {f"role-{role}": split[role] for role in ROLE_KINDS if split[role]}
    st.session_state.update(chosen)
    st.session_state["fields"] = {**st.session_state.get("fields", {}), **chosen}


def with_split_roles(roles: Roles, split: Split) -> Roles:
    """The roles with the column that the split needs."""
    needed = SPLITS[split.kind].needs
    columns: dict[str, Any] = {needed: st.session_state.get(f"role-{needed}") or ""} if needed else {}
    return replace(roles, **columns)


def objection(table: Table, roles: Roles, split: Split) -> str:
    """Why the rows cannot be divided so, known before anything is started; empty where nothing is against it."""
    try:
        check_split(session.problem(table, with_split_roles(roles, split)), split, table)
    except Unusable as error:
        return str(error)
    return ""


def chosen_limits(task: Task) -> dict[str, Any]:
    """Seed, class weights and limits as the form stands; numbers have no classes to weigh."""
    state = st.session_state
    return {
        "seed": int(state.get("seed", 0)),
        "class_weight": CLASS_WEIGHT if state.get("balanced") and task == Task.CLASSIFICATION else "",
        "time_limit": float(state.get("time_limit", SECONDS)),
        "memory_limit": float(state.get("memory_limit") or 0.0),
        "run_limit": float(state.get("run_minutes", 0)) * 60,
    }


def recall(spec: RunSpec, task: Task) -> None:
    """Set the form, before it is drawn, as it stood for a run."""
    split, needed = spec.split, SPLITS[spec.split.kind].needs
    st.session_state.update(
        {
            f"split-{task}": split.kind,
            "folds": min(split.folds, MOST_FOLDS),
            **{f"exam-{proposed}": round(100 * split.exam) for proposed in (0, EXAM)},
            "seed": spec.seed,
            "balanced": bool(spec.class_weight),
            "time_limit": min(math.ceil(spec.time_limit), MOST_SECONDS),
            "memory_limit": min(spec.memory_limit, MOST_GIB) or None,
            "run_minutes": min(math.ceil(spec.run_limit / 60), MOST_MINUTES),
        }
    )
    if split.repeats > 1:
        st.session_state["repeats"] = min(split.repeats, MOST_REPEATS)
    if needed:
        st.session_state[f"role-{needed}"] = getattr(spec.roles, needed)


def keep_fields() -> None:
    """Keep what the fields of a run show, for `restore_fields`."""
    st.session_state["fields"] = {key: st.session_state[key] for key in st.session_state if str(key).startswith(FIELDS)}


def restore_fields() -> None:
    """Have the fields of a run, not drawn yet, show what they showed last: the browser may have forgotten it."""
    st.session_state.update(st.session_state.get("fields", {}))


def chosen_spec(table: Table, roles: Roles, models: tuple[ModelSpec, ...], problem: Problem) -> RunSpec:
    """The run of these models as the form stands."""
    split = chosen_split(problem.task, problem)
    roles = with_split_roles(roles, split)
    return RunSpec(table.name, table.fingerprint, roles, split, models, **chosen_limits(problem.task))
