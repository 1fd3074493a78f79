"""CHARTS: a frame in, a Plotly figure out.

Every chart is drawn by ``chart.draw(frame, palette, subject)``: `core` computes the frame, the view shows the figure,
and under it, as "show the numbers", `numbers` of the same frame. Knows no Streamlit.
"""

from __future__ import annotations

from core.catalogue import Catalogue
from core.profile import bars

from . import entries_comparing, entries_deciding, entries_studies
from .entries import ENTRIES
from .entry import Chart
from .headings import numbers
from .images import examples
from .layout import Subject, escape
from .palette import Palette, palette

__all__ = ["CHARTS", "Chart", "Palette", "Subject", "bars", "escape", "examples", "numbers", "palette"]

CHARTS: Catalogue[Chart] = Catalogue(
    "chart", *ENTRIES, *entries_comparing.ENTRIES, *entries_studies.ENTRIES, *entries_deciding.ENTRIES
)
