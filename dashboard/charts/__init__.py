"""CHARTS: a frame in, a Plotly figure out.

Every chart is drawn by ``chart.draw(frame, palette, subject)``: `core` computes the frame, the view shows the figure,
and under it, as "show the numbers", `numbers` of the same frame. Knows no Streamlit.
"""

from __future__ import annotations

from core.catalogue import Catalogue
from core.profile import bars

from . import of_comparisons, of_decisions, of_models, of_studies, of_tables
from .entry import Chart
from .headings import numbers
from .images import examples
from .layout import Subject, escape
from .palette import Palette, palette

__all__ = ["CHARTS", "Chart", "Palette", "Subject", "bars", "escape", "examples", "numbers", "palette"]

CHARTS: Catalogue[Chart] = Catalogue(
    "chart",
    *of_models.ENTRIES,
    *of_comparisons.ENTRIES,
    *of_studies.ENTRIES,
    *of_decisions.ENTRIES,
    *of_tables.ENTRIES,
)
