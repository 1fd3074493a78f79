"""The models to choose from, as cards by family.

A model that takes part is a slot: a catalogue name, or ``name/2`` for a second copy with its own settings.
"""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.models import MODELS, Model, check_settings, default_models, model_title
from core.records import ModelSpec, Problem
from core.run import with_baseline
from dashboard import words
from dashboard.widgets.architecture import show_architecture
from dashboard.widgets.forms import changed, refill, settings_form

COLUMNS = 2


def pick_models(problem: Problem) -> dict[str, DeltaGenerator]:
    """Draw a card per family, in columns of about equal height.

    Returns
    -------
    dict
        The place for a sentence about each model that can take part, by the id that it would have.
    """
    families: dict[str, list[Model]] = {}
    for model in MODELS.values():
        families.setdefault(model.family, []).append(model)
    ticked = default_models(problem)
    heights = [0] * COLUMNS
    columns = st.columns(COLUMNS)
    places: dict[str, DeltaGenerator] = {}
    for family, models in families.items():
        place = heights.index(min(heights))
        heights[place] += len(models) + 1
        with columns[place].container(border=True):
            st.markdown(f"**{words.escape(family)}**")
            for model in sorted(models, key=lambda each: each.unsuitable(problem) is not None):
                places |= _model(model, problem, model.name in ticked)
    return places


def _model(model: Model, problem: Problem, ticked: bool) -> dict[str, DeltaGenerator]:
    reason = model.unsuitable(problem)
    if reason:
        with st.container(gap=None):
            st.checkbox(words.escape(model.title), disabled=True, key=f"no-{model.name}")
            st.caption(f":gray[:material/block: {words.sentence(reason)}]")
        return {}
    return dict(_slot(model, slot, problem, ticked or slot != model.name) for slot in _slots(model))


def _slot(model: Model, slot: str, problem: Problem, ticked: bool) -> tuple[str, DeltaGenerator]:
    with st.container(gap=None):
        _line(model, slot, problem, ticked)
        if slot == model.name:
            st.caption(words.escape(model.about))
        return _spec(model, slot, problem).id, st.empty()


def all_models(problem: Problem) -> tuple[ModelSpec, ...]:
    """Every model that can take part, with its settings, ticked or not."""
    return tuple(
        _spec(model, slot, problem)
        for model in MODELS.values()
        if model.unsuitable(problem) is None
        for slot in _slots(model)
    )


def _line(model: Model, slot: str, problem: Problem, ticked: bool) -> None:
    """The box to tick, and the buttons for settings and copies."""
    copied = slot != model.name
    spec = _spec(model, slot, problem)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.checkbox(
            words.escape(model_title(spec)),
            ticked,
            key=_key("use", slot, problem),
            persist_state="session",
            disabled=model.always_in and not copied,
            help=words.escape(model.expert),
            width="stretch",
        )
        if model.params.get(problem.task):
            _settings(model, slot, problem)
            if spec.settings:
                st.markdown(":violet-badge[changed]", width="content")
        if copied:
            st.button("Remove", key=f"drop-{slot}", type="tertiary", on_click=_drop, args=(slot,))
        elif model.params.get(problem.task):
            st.button(
                "Copy",
                key=f"copy-{slot}",
                type="tertiary",
                help="Add it a second time, with other settings.",
                on_click=_copy,
                args=(model.name,),
            )


def _settings(model: Model, slot: str, problem: Problem) -> None:
    """A button that opens the model's settings; they are drawn only while it is open.

    Its title stays the same: a browser closes what has another title all at once. It has a frame, because Streamlit
    darkens the letters of an open one without, and nobody can read them in the dark theme.
    """
    title = words.escape(model.title)
    panel = st.popover(
        "Settings",
        help=f"Settings of {title}",
        on_change="rerun",
        key=_key("panel", slot, problem),
    )
    if panel.open:
        with panel:
            st.markdown(f"**Settings of {title}**")
            if slot != model.name:
                st.text_input("Label", _number(slot), max_chars=24, key=f"label-{slot}", persist_state="session")
            settings = _spec(model, slot, problem).settings
            try:
                check_settings(model.name, problem.task, settings)
                show_architecture(model, problem, settings, _key("layers", slot, problem))
            except ValueError as error:
                st.error(words.sentence(error), icon=":material/error:")
            settings_form(model.params[problem.task], _key("set", slot, problem))
            for name, (value, why) in model.differs.get(problem.task, {}).items():
                st.caption(words.escape(f"{name}={value!r}: {why}"))


def _key(what: str, slot: str, problem: Problem) -> str:
    return f"{what}-{slot}-{problem.task}"


# ---- copies


def _copies() -> list[str]:
    return list(st.session_state.get("copies", ()))


def _slots(model: Model) -> list[str]:
    return [model.name, *(each for each in _copies() if each.partition("/")[0] == model.name)]


def _number(slot: str) -> str:
    return slot.partition("/")[2]


def _copy(name: str) -> None:
    numbers = [int(_number(each)) for each in _copies() if each.partition("/")[0] == name]
    st.session_state["copies"] = [*_copies(), f"{name}/{max(numbers, default=1) + 1}"]


def _drop(slot: str) -> None:
    st.session_state["copies"] = [each for each in _copies() if each != slot]


# ---- what was chosen


def chosen_models(problem: Problem) -> tuple[ModelSpec, ...]:
    """The models that are ticked, with their settings, those that are in every run in front."""
    ticked = default_models(problem)
    specs = [
        _spec(model, slot, problem)
        for model in MODELS.values()
        if model.unsuitable(problem) is None
        for slot in _slots(model)
        if st.session_state.get(_key("use", slot, problem), model.name in ticked or slot != model.name)
    ]
    return with_baseline(specs)


def recall_models(models: Iterable[ModelSpec], problem: Problem) -> None:
    """Tick, before the cards are drawn, the models of a run, with their settings and copies."""
    for model in MODELS.values():
        st.session_state[_key("use", model.name, problem)] = False
    copies: list[str] = []
    for spec in (each for each in models if each.name in MODELS):
        slot = spec.name
        if spec.label:
            slot = f"{spec.name}/{2 + sum(each.partition('/')[0] == spec.name for each in copies)}"
            copies.append(slot)
            st.session_state[f"label-{slot}"] = spec.label
        st.session_state[_key("use", slot, problem)] = True
        refill(MODELS[spec.name].params.get(problem.task, ()), _key("set", slot, problem), spec.settings)
    st.session_state["copies"] = copies


def _spec(model: Model, slot: str, problem: Problem) -> ModelSpec:
    label = "" if slot == model.name else _label(slot)
    return ModelSpec(model.name, label, changed(model.params.get(problem.task, ()), _key("set", slot, problem)))


def _label(slot: str) -> str:
    """A copy's label without the signs that have a meaning in a model's id."""
    given = str(st.session_state.get(f"label-{slot}", ""))
    return "".join(each for each in given if each.isalnum() or each in " -_").strip() or _number(slot)
