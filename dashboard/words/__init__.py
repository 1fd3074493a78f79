"""Sentences and figures computed from numbers, for people.

Everything but `escape` gives plain text: a view escapes it before it becomes a Markdown label. Knows no Streamlit, no
store and no model.
"""

from __future__ import annotations

from .captions import how_it_was_done, provenance
from .figures import ago, count, duration, escape, joined, number, percent, size
from .judgement import Measure, hundred, metric_sentence, says, value_of, verdict

__all__ = [
    "Measure",
    "ago",
    "count",
    "duration",
    "escape",
    "how_it_was_done",
    "hundred",
    "joined",
    "metric_sentence",
    "number",
    "percent",
    "provenance",
    "says",
    "size",
    "value_of",
    "verdict",
]
