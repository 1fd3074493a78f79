"""Looking around in a table: its columns, what goes together, what is missing, rows as points, two groups, odd rows.

All figures come from workers (`core.asking`), a part at a time, when it is first looked at. What is marked in a picture
filters the table below. One fragment, so that a click draws nothing else of the page anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from core.records import Problem, Table
from dashboard.widgets.explore import against, columns, groups, odd, points, together
from dashboard.widgets.explore.asking import Explored, explored
from dashboard.widgets.explore.marked import rows_marked

__all__ = ["show"]


@dataclass(frozen=True)
class Tab:
    """A way to look at a table."""

    title: str
    draw: Callable[[Explored], None]


TABS = (
    Tab("Columns", columns.draw),
    Tab("Against the target", against.draw),
    Tab("Together", together.draw),
    Tab("Gaps", together.draw_gaps),
    Tab("Scatter", points.draw),
    Tab("Two groups", groups.draw),
    Tab("Odd rows", odd.draw),
)


def show(table: Table, problem: Problem | None) -> None:
    """Draw the part of the page on which a table is explored."""
    with st.container(border=True):
        st.subheader("Explore", anchor=False)
        st.fragment(_tabs, key="explore-part")(explored(table, problem))


def _tabs(about: Explored) -> None:
    tabs = st.tabs([tab.title for tab in TABS], key="explore", on_change="rerun")
    for place, tab in zip(tabs, TABS, strict=True):
        if place.open:
            with place:
                tab.draw(about)
    rows_marked(about)
