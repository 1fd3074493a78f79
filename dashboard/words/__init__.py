"""Sentences and figures computed from numbers, for people.

Everything but `escape` and `sentence` gives plain text: a view escapes it before it becomes a Markdown label. Knows no
Streamlit, no store and no model.
"""

from __future__ import annotations

from . import exploring
from .captions import how_it_was_done, provenance
from .figures import about, ago, count, duration, escape, joined, number, percent, sentence, size
from .judgement import Measure, front, hundred, metric_sentence, says, value_of, verdict
from .log import Entry, as_text, without_folders
from .pitfalls import calm, role_of, two_splits
from .waiting import paused, place, sharing, time_left

__all__ = [
    "Entry",
    "Measure",
    "about",
    "ago",
    "as_text",
    "calm",
    "count",
    "duration",
    "escape",
    "exploring",
    "front",
    "how_it_was_done",
    "hundred",
    "joined",
    "metric_sentence",
    "number",
    "paused",
    "percent",
    "place",
    "provenance",
    "role_of",
    "says",
    "sentence",
    "sharing",
    "size",
    "time_left",
    "two_splits",
    "value_of",
    "verdict",
    "without_folders",
]
