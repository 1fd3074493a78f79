"""What all ways of looking at a table share: the table, what is asked of a worker, and a picture in which to mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from core.asking import request_profile
from core.profile import PARTS, Sort, sort_of, unpacked
from core.records import ColumnKind, FitState, Problem, Table, Task
from dashboard import session, words
from dashboard.charts import CHARTS, Subject
from dashboard.widgets.explore.marked import marked, turn
from dashboard.widgets.figures import show_chart
from dashboard.widgets.page import waiting

CLICK = ("points",)
FRAME = ("points", "box", "lasso")
CLASSES = (ColumnKind.CATEGORY, ColumnKind.ORDERED, ColumnKind.YES_NO)


@dataclass(frozen=True)
class Explored:
    """A table and what was decided about it.

    Attributes
    ----------
    target : str
        Empty where none was chosen.
    classes : tuple of str
        Columns of numbers that stand for classes.
    sorts : dict of str to Sort
        Of every column.
    """

    table: Table
    target: str
    classes: tuple[str, ...]
    sorts: dict[str, Sort]

    def of_sort(self, *sorts: Sort) -> list[str]:
        """The names of the columns of some sorts."""
        return [name for name, sort in self.sorts.items() if sort in sorts]


def explored(table: Table, problem: Problem | None) -> Explored:
    """A table as it is to be looked at; a number that is taken for a category, or holds classes, is one."""
    roles = session.roles(table)
    target = problem.target if problem else roles.target
    chosen = {each.name for each in table.columns if roles.kinds.get(each.name, each.kind) in CLASSES}
    if problem is not None and problem.task == Task.CLASSIFICATION:
        chosen.add(problem.target)
    plain = {name for name in chosen if sort_of(table.frame[name].dtype) is Sort.NUMBER}
    classes = tuple(sorted(plain))
    return Explored(table, target, classes, _sorts(str(session.store().folder), table.fingerprint, classes, table))


@st.cache_resource(max_entries=16, show_spinner=False)
def _sorts(folder: str, fingerprint: str, classes: tuple[str, ...], _table: Table) -> dict[str, Sort]:
    dtypes = _table.frame.dtypes
    return {str(name): sort_of(dtype, as_category=name in classes) for name, dtype in dtypes.items()}


def ask(about: Explored, name: str, **settings: Any) -> pd.DataFrame | None:
    """A part of the profile; None while a worker finds it out, or after saying why there is none."""
    settings |= {"classes": list(about.classes)} if about.classes else {}
    job = session.settled(request_profile(session.store(), name, about.table.fingerprint, **settings))
    if job.state != FitState.DONE:
        waiting(job, PARTS[name].waiting)
        return None
    frame = unpacked(job.result)
    return frame


def picture(
    about: Explored, name: str, frame: pd.DataFrame, subject: Subject, key: str, said: str, ways: Sequence[str] = CLICK
) -> list[int]:
    """Draw a chart; what is marked in it are rows below, or rows of its own frame where it says nothing of rows.

    Returns
    -------
    list of int
        The marked rows of the frame.
    """
    points = show_chart(CHARTS[name], frame, subject, f"{key}-{turn()}", said=said, ways=ways if len(frame) else ())
    if frame.attrs.get("sample"):
        st.caption(words.escape(frame.attrs["sample"]))
    places = [place for each in points if (place := _place(each)) is not None]
    if "picks" in frame.attrs:
        marked(about.table, frame, places, key, CHARTS[name].title)
    return places


def _place(point: dict[str, Any]) -> int | None:
    """The row of the frame that a point stands for."""
    told = point.get("customdata")
    if isinstance(told, dict):  # as a browser sends what was a list
        told = list(told.values())
    place = told[-1] if isinstance(told, list) else point.get("point_index")
    return int(place) if isinstance(place, int | float) else None


def followed(key: str, places: list[int], names: Sequence[Any], into: str) -> None:
    """Choose in the field `into` what was clicked on in a picture, once per click."""
    seen = f"{key}-seen"
    if places != st.session_state.get(seen, []):
        st.session_state[seen] = places
        if places and places[0] < len(names):
            st.session_state[into] = names[places[0]]


def select(label: str, options: Sequence[str], key: str, default: str = "", **more: Any) -> str:
    """A choice among columns that outlives the tab; of another table's columns the default is taken."""
    if st.session_state.get(key) not in options:
        st.session_state[key] = default if default in options else options[0]
    return str(st.selectbox(label, options, key=key, persist_state="session", **more))
