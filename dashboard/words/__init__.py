"""Sentences and figures computed from numbers, for people.

Everything but `escape` and `sentence` gives plain text: a view escapes it before it becomes a Markdown label. Knows no
Streamlit, no store and no model.
"""

from __future__ import annotations

from . import (
    afterwards,
    certainty,
    comparing,
    deciding,
    diagnosing,
    exploring,
    fairness,
    glossary,
    invented,
    naming,
    next_step,
    odd,
    pictured,
    proof,
)
from .captions import how_it_was_done, provenance
from .figures import NO_VALUE, about, ago, count, duration, escape, joined, number, percent, sentence, size
from .judgement import Measure, beats, front, hundred, metric_sentence, out_of_step, says, value_of, verdict
from .learning import by_heart, folds, pace, stop_and_keep, to_learn
from .log import Entry, as_text, without_folders
from .pitfalls import calm, guarded, role_of, two_splits
from .waiting import how_far, paused, place, sharing, time_left

__all__ = [
    "NO_VALUE",
    "Entry",
    "Measure",
    "about",
    "afterwards",
    "ago",
    "as_text",
    "beats",
    "by_heart",
    "calm",
    "certainty",
    "comparing",
    "count",
    "deciding",
    "diagnosing",
    "duration",
    "escape",
    "exploring",
    "fairness",
    "folds",
    "front",
    "glossary",
    "guarded",
    "how_far",
    "how_it_was_done",
    "hundred",
    "invented",
    "joined",
    "metric_sentence",
    "naming",
    "next_step",
    "number",
    "odd",
    "out_of_step",
    "pace",
    "paused",
    "percent",
    "pictured",
    "place",
    "proof",
    "provenance",
    "role_of",
    "says",
    "sentence",
    "sharing",
    "size",
    "stop_and_keep",
    "time_left",
    "to_learn",
    "two_splits",
    "value_of",
    "verdict",
    "without_folders",
]
