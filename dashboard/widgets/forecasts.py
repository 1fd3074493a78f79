"""What a comparison will take, told before its start: in all, and for each model on its card.

The first figures come from the size of the table; trials on samples refine them while the page is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.forecast import Forecast, against_limits
from core.records import ModelSpec, Problem, RunSpec
from dashboard import session, words

POLL = 0.7  # seconds between two looks, while trials are under way


def forecasts(
    spec: RunSpec,
    problem: Problem,
    folds: int,
    total: DeltaGenerator,
    places: Mapping[str, DeltaGenerator],
    others: Sequence[ModelSpec],
) -> None:
    """Tell what a comparison will take, as a part of the page that draws itself again until all is known.

    Parameters
    ----------
    spec : RunSpec
        What would be started.
    folds : int
    total : DeltaGenerator
        Where the sentence about the whole goes.
    places : mapping of str to DeltaGenerator
        Where the sentences about the models go, by their ids.
    others : sequence of ModelSpec
        Models that are not ticked: those that would not fit into the limits are told.
    """
    waits = bool(session.expected(spec, problem).on_trial)

    def look() -> None:
        known = session.expected(spec, problem)
        if waits and not known.on_trial:
            st.rerun()
        total.caption(in_all(spec, folds, known), width="content")
        for id in known.expected:
            if id in places:
                places[id].caption(_of_one(known, id), help=words.escape(_how(known, id)))

    for each in others:
        if reason := against_limits(spec, problem, each, memory=int(session.supervisor().get("memory", 0))):
            places[each.id].caption(_marked(reason))
    st.fragment(look, run_every=POLL if waits else None, key="forecast")()


def in_all(spec: RunSpec, folds: int, known: Forecast) -> str:
    """How many trainings there will be and how long they will take, in Markdown."""
    models = len(spec.models)
    told = f"**{words.count(models, 'model')}** on {words.count(folds, 'fold')}, {words.about(known.seconds)}"
    if spec.run_limit and known.seconds > spec.run_limit:
        told += f", more than the {words.duration(spec.run_limit)} that it may take"
    if known.against:
        told += f"; :orange[{len(known.against)} will not fit into the limits]"
    return told


def _of_one(known: Forecast, id: str) -> str:
    """What one training of a model will take, in Markdown."""
    if reason := known.against.get(id):
        return _marked(reason)
    told = words.about(known.expected[id].seconds)
    return f":gray[:material/timer: {told} per training{' …' if id in known.on_trial else ''}]"


def _marked(reason: str) -> str:
    return f":orange[:material/warning: {words.sentence(reason)}]"


def _how(known: Forecast, id: str) -> str:
    how = known.expected[id].how
    return f"Estimated {how}." + (" It is being tried on a sample now." if id in known.on_trial else "")
