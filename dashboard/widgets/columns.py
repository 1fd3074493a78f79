"""The columns of a table: what they are, which one is predicted, which ones the models see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.data import propose_positive, propose_task
from core.records import Column, ColumnKind, Problem, Table, Task
from dashboard import naming, session, words
from dashboard.charts import CHARTS, Subject, bars, examples
from dashboard.widgets import roles
from dashboard.widgets.figures import show_chart

PREVIEW_ROWS, PREVIEW_COLUMNS = 200, 50
TASKS = {Task.CLASSIFICATION: "Classes", Task.REGRESSION: "Numbers"}
LEFT_OUT_TOLD = 5


# ---- what is to be predicted


def pick_target(table: Table) -> None:
    """Choose the column to predict; the proposed one stands there with its reason."""
    names = [column.name for column in table.columns]
    proposal = session.target_proposal(table)
    chosen = session.roles(table).target
    st.session_state["target_column"] = chosen or None
    st.selectbox(
        "What to predict",
        names,
        index=None,
        key="target_column",
        placeholder="Choose a column",
        on_change=_target_picked,
        args=(table,),
    )
    if not proposal.value:
        st.caption(words.sentence(f"No suggestion: {proposal.reason}."))
    elif not chosen:
        st.caption(
            words.sentence(
                f"Suggested was {proposal.value}, because {proposal.reason}. Without an answer to predict, "
                "look around under Explore, further down, and on the Map."
            )
        )
    elif chosen == proposal.value:
        st.caption(words.sentence(f"Suggested, because {proposal.reason}."))
    else:
        st.caption(words.sentence(f"Suggested was {proposal.value}, because {proposal.reason}."))


def _target_picked(table: Table) -> None:
    session.choose_target(table, st.session_state["target_column"] or "")


def pick_task(table: Table, problem: Problem | None) -> None:
    """Switch between classes and numbers; a choice that does not suit can be taken back."""
    decided = session.roles(table)
    task = problem.task if problem else decided.task
    if not task:
        return
    proposal = propose_task(table, decided.target)
    st.session_state["task"] = Task(task)
    st.segmented_control(
        "What it holds",
        list(TASKS),
        required=True,
        format_func=TASKS.__getitem__,
        key="task",
        on_change=_task_picked,
        args=(table,),
    )
    st.caption(words.sentence(f"Suggested: {TASKS[Task(proposal.value)].lower()}, because {proposal.reason}."))


def _task_picked(table: Table) -> None:
    session.decide(table, task=str(st.session_state["task"] or ""), positive=None)


def pick_positive(table: Table, problem: Problem) -> None:
    """Choose the class that is looked for, where there are two."""
    if len(problem.classes) != 2:
        return
    proposal = propose_positive(problem.classes, problem.counts)
    st.session_state["positive"] = problem.positive
    st.segmented_control(
        "The class to look for",
        list(problem.classes),
        required=True,
        format_func=words.escape,
        key="positive",
        on_change=_positive_picked,
        args=(table,),
    )
    if problem.positive == proposal.value:
        st.caption(words.sentence(f"Suggested, because {proposal.reason}."))


def _positive_picked(table: Table) -> None:
    session.decide(table, positive=st.session_state["positive"])


def pick_noun(table: Table) -> None:
    """Let a person say once what a row is, so that sentences speak of that."""
    key = f"noun-{table.fingerprint}"
    st.session_state.setdefault(key, naming.noun(table))

    def take() -> None:
        naming.call(table, st.session_state[key])

    st.text_input(
        "One row is a …",
        key=key,
        on_change=take,
        placeholder="row",
        max_chars=words.naming.LONGEST,
        help="For example customer: then results say “of 100 customers”. Two forms can be given: child/children.",
    )


def pick_dropped(table: Table, problem: Problem | None) -> None:
    """Leave classes out, where there are enough of them; they can be taken back when none are left."""
    dropped = list(session.roles(table).drop_classes)
    classes = problem.classes if problem else ()
    if len(classes) < 3 and not dropped:
        return
    st.session_state["dropped"] = dropped
    st.multiselect(
        "Classes to leave out",
        [*dropped, *(str(each) for each in classes)],
        key="dropped",
        placeholder="None",
        on_change=_dropped,
        args=(table,),
    )


def _dropped(table: Table) -> None:
    session.decide(table, drop_classes=tuple(st.session_state["dropped"]), positive=None)


def target_chart(table: Table, problem: Problem | None) -> None:
    """How often each class or each range of the target occurs; for images, some of them."""
    target = problem.target if problem else session.roles(table).target
    if not target:
        st.caption("Here you will see how the column is distributed.")
        return
    classes = problem is not None and problem.task == Task.CLASSIFICATION
    values = table.frame[target]
    frame = (
        pd.DataFrame({"label": [str(each) for each in problem.classes], "count": problem.counts})
        if problem is not None and classes
        else bars(values)
    )
    show_chart(CHARTS["class_balance" if classes else "histogram"], frame, Subject(target=target), "target")
    if problem is not None and problem.image_shape:
        pictures(table, problem)


def pictures(table: Table, problem: Problem) -> None:
    """Some rows of a table of images, as images."""
    pixels = [column.name for column in problem.features]
    classes = problem.classes if problem.task == Task.CLASSIFICATION else ()
    frame = examples(table.frame, pixels, problem.image_shape, problem.target, classes)
    show_chart(CHARTS["image_examples"], frame, Subject(target=problem.target), "examples")


# ---- what was found out and decided


def notes(title: str, sentences: Sequence[str], icon: str, caption: str = "") -> None:
    """Sentences behind a heading that says how many there are; nothing where there are none."""
    if not sentences:
        return
    with st.expander(f"{title} ({len(sentences)})", icon=f":material/{icon}:"):
        st.markdown("\n".join(f"- {words.sentence(each)}" for each in sentences))
        if caption:
            st.caption(caption)


def preview(table: Table) -> None:
    """The first rows and columns."""
    frame = table.frame.iloc[:PREVIEW_ROWS, :PREVIEW_COLUMNS]
    with st.container(border=True):
        st.subheader("Preview", anchor=False)
        rows, columns = table.frame.shape
        part = f"The first {len(frame):,} of {rows:,} rows" if len(frame) < rows else words.count(rows, "row")
        if columns > PREVIEW_COLUMNS:
            part += f" and {PREVIEW_COLUMNS} of {columns:,} columns"
        st.caption(f"{part}.")
        preview_of(frame, f"Preview of {table.title}: {part}.", key="preview")


def preview_of(frame: pd.DataFrame, spoken: str, key: str | None = None) -> None:
    """A few rows as a table; dates without a time of day are shown as dates."""
    days = {
        name: st.column_config.DateColumn(format="YYYY-MM-DD")
        for name, values in frame.select_dtypes("datetime").items()
        if (values.dropna() == values.dropna().dt.normalize()).all()
    }
    height = min(280, 35 * (len(frame) + 1) + 3)
    st.dataframe(frame, height=height, key=key, alt=spoken, column_config=days)  # type: ignore[arg-type]


# ---- the columns


def edit(table: Table, problem: Problem | None) -> None:
    """The columns with their roles and what they were taken for; a person may decide otherwise."""
    target = problem.target if problem else session.roles(table).target
    plays = "".join(f"-{role}={name}" for name, role in roles.special(table, problem).items())
    key = f"columns-{table.fingerprint}-{target}{session.columns_edition()}{plays}"
    if key not in st.session_state:  # later edits are kept by the editor on top of what stood here at first
        kinds = dict(session.decisions(table).get("kinds", {}))
        st.session_state["columns_base"] = {"roles": roles.shown(table, problem), "kinds": kinds}
    base = _frame(table, target, st.session_state.get("columns_base", {}))
    with st.container(border=True):
        st.subheader("Columns", anchor=False)
        st.caption("Give a column another role, or change what it is taken for.")
        sentences = [*roles.in_words(table, problem), *_left_out(problem)]
        st.markdown("\n".join(f"- {words.sentence(each)}" for each in sentences))
        edited = st.data_editor(
            base,
            hide_index=True,
            key=key,
            height=min(35 * (len(base) + 1) + 3, 440),
            disabled=["Column", "Missing", "Different values", "Why"],
            column_config=_editor_columns(),
            alt="The columns, their roles, and what they are taken for",
        )
    _take_over(table, problem, edited)


def _left_out(problem: Problem | None) -> list[str]:
    """The first columns that are left out, with the reason; those with a role of their own are told by it."""
    aside = {problem.weight} if problem else set()
    told = [f"{name}: {why}" for name, why in (problem.left_out if problem else {}).items() if name not in aside]
    more = len(told) - LEFT_OUT_TOLD
    return [*told[:LEFT_OUT_TOLD], *([f"and {more:,} more"] if more > 0 else [])]


def _take_over(table: Table, problem: Problem | None, edited: pd.DataFrame) -> None:
    """Keep what was changed; the page is drawn anew where that is something."""
    now, changed = roles.shown(table, problem), False
    for name, role in zip(edited["Column"], edited["Role"], strict=True):
        if role != now[name]:
            roles.give(table, problem, name, role)
            changed = True
    proposed = {each.name: str(each.kind) for each in table.columns}
    kinds = dict(zip(edited["Column"], edited["Taken for"], strict=True))
    decided = session.decisions(table).get("kinds", {})
    kept = {name: kind for name, kind in (decided | kinds).items() if kind != proposed[name]}
    if kept != decided:
        session.decide(table, kinds=kept)
        changed = True
    if changed:
        st.rerun()


def _frame(table: Table, target: str, stood: dict[str, Any]) -> pd.DataFrame:
    plays, kinds = stood.get("roles", {}), stood.get("kinds", {})
    rows = [
        {
            "Role": plays.get(each.name, roles.FEATURE),
            "Column": each.name,
            "Taken for": str(kinds.get(each.name, each.kind)),
            "Missing": each.missing,
            "Different values": each.distinct,
            "Why": _why(each),
        }
        for each in table.columns
        if each.name != target
    ]
    return pd.DataFrame(rows, columns=["Role", "Column", "Taken for", "Missing", "Different values", "Why"])


def _why(column: Column) -> str:
    return f"left out: {column.leave_out}" if column.leave_out else column.reason


def _editor_columns() -> dict[str, Any]:
    config = st.column_config
    return {
        "Role": config.SelectboxColumn(options=list(roles.ROLES), required=True, width=110),
        "Column": config.TextColumn(width=200),
        "Taken for": config.SelectboxColumn(options=[str(each) for each in ColumnKind], required=True, width=130),
        "Missing": config.NumberColumn(format="localized", width=90),
        "Different values": config.NumberColumn(format="localized", width=130),
        "Why": config.TextColumn(width="large"),
    }
