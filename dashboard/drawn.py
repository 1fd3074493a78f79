"""What was drawn lately: a page that is drawn again draws none of its figures anew.

A figure is known by all that decides it: the chart, the frame with its attributes, the colours, the words. Putting it
together takes Plotly tens of milliseconds, and Streamlit asks every figure for a copy of all that is in it.
"""

from __future__ import annotations

import hashlib
import json
import pickle
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.charts import Chart, Palette, Subject

MOST, MOST_MOVING = 96, 16  # figures that are kept


class Drawn(go.Figure):  # type: ignore[misc]  # Plotly has no types
    """A figure as plain values, which nobody may write to: it gives the same ones however often it is asked."""

    def __init__(self, figure: go.Figure) -> None:
        super().__init__()
        self._plain: dict[str, Any] = json.loads(figure.to_json())

    @property
    def plain(self) -> dict[str, Any]:
        """The figure as JSON has it: ``data`` and ``layout``."""
        return self._plain

    def to_dict(self) -> dict[str, Any]:
        """The same for Plotly, which takes the ids out of the traces."""
        return {**self._plain, "data": [dict(each) for each in self._plain["data"]]}

    @property
    def alt(self) -> str:
        """What it shows, in a sentence; empty where it does not say."""
        return str((self._plain["layout"].get("meta") or {}).get("alt", ""))


def drawn(chart: Chart, frame: pd.DataFrame, palette: Palette, subject: Subject, *, moving: bool = False) -> Drawn:
    """A chart's figure; drawn once, and again when it was not asked for in a while.

    Parameters
    ----------
    moving : bool
        Whether another one may come every second, so that only a few are kept.
    """
    given = (chart.name, palette.mode, repr(subject), _content(frame), chart, frame, palette, subject)
    return _moving(*given) if moving else _still(*given)


def _content(frame: pd.DataFrame) -> str:
    """A hash of all that is in a frame. It is never read back: a pickle only has all of it, quickly."""
    return hashlib.blake2b(pickle.dumps(frame, protocol=5), digest_size=16).hexdigest()


# Two functions, because Streamlit keeps one cache for a function and empties it when its size changes.
@st.cache_resource(max_entries=MOST, show_spinner=False)
def _still(
    name: str, mode: str, told: str, content: str, _chart: Chart, _frame: pd.DataFrame, _in: Palette, _of: Subject
) -> Drawn:
    return Drawn(_chart.draw(_frame, _in, _of))


@st.cache_resource(max_entries=MOST_MOVING, show_spinner=False)
def _moving(
    name: str, mode: str, told: str, content: str, _chart: Chart, _frame: pd.DataFrame, _in: Palette, _of: Subject
) -> Drawn:
    return Drawn(_chart.draw(_frame, _in, _of))
