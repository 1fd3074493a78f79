"""Watching models learn: their curves in one picture, and beside it what is at work, with the buttons to lead it.

It is part of what draws itself again while a run goes on, so nothing in it may cost much, and nothing may jump.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import pyarrow as pa
import streamlit as st

from core import jobs
from core.curves import KINDS
from core.metrics import Metric
from core.models import MODELS
from core.records import RUN_ENDED, FitState, Hold
from core.results import Comparison, FitResult, ModelResult
from core.store import RunRow
from dashboard import session, words
from dashboard.charts import CHARTS
from dashboard.frames import learning_curve, subject_of
from dashboard.widgets import board
from dashboard.widgets.figures import show_chart

CHART = CHARTS["learning_curve"]
KIND_TITLES = {"loss": "Loss", "score": "Score"}
OVER_TITLES = {"step": "Epochs", "seconds": "Seconds"}
DEAF = "It learns in one go: it cannot be paused, and nothing of it is kept when it is stopped."
MOST_EARLIER = 5
AWAITED = "The first points are on their way."


def learning(run: RunRow, result: Comparison, metric: Metric) -> None:
    """The card with the curves of a run and with what is at work in it; nothing where there is neither."""
    live = not jobs.ended(run)
    curved = [each.id for each in result.models if any(fit.curve for fit in each.fits)]
    models = [each.id for each in result.models if each.id in curved or (live and _learns_in_steps(each))]
    if not (models or live):
        return
    with st.container(border=True, key="learning"):
        if not models:
            at_work(run, result)
            return
        picture, side = st.columns([3, 1])
        with side:
            kind, over, earlier = _choices(run, result, curved)
            if live:
                at_work(run, result)
        with picture:
            _picture(result, models, metric, (kind, over), earlier)


def _learns_in_steps(model: ModelResult) -> bool:
    entry = MODELS[model.spec.name]
    return entry.listens or bool(entry.watched)


def _choices(run: RunRow, result: Comparison, curved: Sequence[str]) -> tuple[str, str, Mapping[str, Comparison]]:
    """What is drawn, over what, and the earlier runs that are laid under it."""
    kind = st.segmented_control(
        "Show",
        KINDS,
        default=KINDS[0],
        format_func=KIND_TITLES.__getitem__,
        key="curves_kind",
        persist_state="session",
        required=True,
    )
    over = "step"
    if any("seconds" in fit.curve[-1] for id in curved for fit in result.model(id).fits if fit.curve):
        over = st.segmented_control(
            "Over",
            list(OVER_TITLES),
            default=over,
            format_func=OVER_TITLES.__getitem__,
            key="curves_over",
            persist_state="session",
            required=True,
        )
    earlier = _earlier_runs(str(session.store().folder), run.id, session.owners())
    laid: list[str] = []
    if earlier:
        own = {each.title for each in result.models}
        alike = [name for name, each in earlier.items() if own.intersection(_curved(each))]
        laid = st.multiselect(
            "Earlier comparisons",
            list(earlier),
            default=alike[:1],
            format_func=lambda name: f"{name}, {words.joined(_curved(earlier[name]), 2)}",
            key=f"curves_earlier-{run.id}",
            help="Their curves are drawn faintly under these.",
        )
    return kind or KINDS[0], over or "step", {name: earlier[name] for name in laid if name in earlier}


@st.cache_resource(max_entries=24, ttl=10, show_spinner=False)
def _earlier_runs(folder: str, run: str, whose: tuple[str, ...]) -> Mapping[str, Comparison]:
    """The visitor's last runs on the same table and target that were over before this one and left curves, by name."""
    now = session.store().run(run)
    found: dict[str, Comparison] = {}
    for each in session.runs(tuple(RUN_ENDED)) if now else []:
        if now and each.number < now.number and _same_problem(each, now) and len(found) < MOST_EARLIER:
            result = session.comparison(each)
            if _curved(result):
                began = datetime.fromtimestamp(each.created)
                today = began.date() == datetime.now().date()
                found[f"{began:%H:%M:%S}" if today else f"{began.day} {began:%b %Y, %H:%M:%S}"] = result
    return found


def _curved(result: Comparison) -> list[str]:
    """The titles of the models of a run that have a curve."""
    return [each.title for each in result.models if any(fit.curve for fit in each.fits)]


def _same_problem(one: RunRow, other: RunRow) -> bool:
    return (one.spec.fingerprint, one.spec.roles.target) == (other.spec.fingerprint, other.spec.roles.target)


def _picture(
    result: Comparison,
    models: Sequence[str],
    metric: Metric,
    axes: tuple[str, str],
    earlier: Mapping[str, Comparison],
) -> None:
    kind, over = axes
    frame = learning_curve(result, models, kinds=[kind], over=over, earlier=earlier)
    drawn = set(frame.loc[frame["earlier"] == "", "model"]) if len(frame) else set()
    lacking = [
        each.title for each in map(result.model, models) if each.title not in drawn and any(f.curve for f in each.fits)
    ]
    frame.attrs["awaited"] = "" if lacking else AWAITED
    if lacking and not len(frame):
        frame.attrs["awaited"] = f"No model here tells its {kind}."
    show_chart(CHART, frame, subject_of(result, metric), "learning_curves", lazy=True)
    for id, step in frame.attrs["turns"].items():
        model = result.model(id)
        told = words.by_heart(model.title, MODELS[model.spec.name].stage, step)
        st.markdown(f":orange-badge[:material/trending_up: by heart] {words.escape(told)}")
    if lacking and len(frame):
        st.caption(words.escape(f"Without a curve of its {kind}: {words.joined(lacking, 6)}."))
    _small_figures(result, models)


def _small_figures(result: Comparison, models: Sequence[str]) -> None:
    """Learning rate and gradient norm of each model as of its latest step, on request."""
    rows = [(model, _latest(model)) for model in map(result.model, models)]
    known = [(model, point) for model, point in rows if "learning_rate" in point or "gradient_norm" in point]
    if not known:
        return
    box = st.expander("Learning rate and gradient norm", type="compact", key="curves_figures", on_change="rerun")
    if box.open:
        shown = {"Model": [words.escape(model.title) for model, _ in known]}
        for name, title in (("step", "Step"), ("learning_rate", "Learning rate"), ("gradient_norm", "Gradient norm")):
            shown[title] = [words.escape(words.number(point.get(name))) for _, point in known]
        box.table(pa.table(shown))


def _latest(model: ModelResult) -> Mapping[str, float]:
    """The last point of the fit that is at work, else of the first that has a curve."""
    fits = sorted((each for each in model.fits if each.curve), key=lambda each: each.state != FitState.RUNNING)
    return fits[0].curve[-1] if fits else {}


# ---- what is at work


def at_work(run: RunRow, result: Comparison) -> None:
    """The models that are not through: those that are being trained with their progress, all with their buttons."""
    mine = session.mine(run)
    waiting = [each for each in result.models if each.state in board.OPEN]
    st.markdown(f"**Still at work** :gray[{len(waiting)}]")
    for model in sorted(waiting, key=lambda each: _running(each) is None):
        if model.stopping:
            st.markdown(f":orange-badge[:material/hourglass_top: stopping] {words.escape(model.title)}")
            continue
        listens = MODELS[model.spec.name].listens and (_running(model) is not None or model.hold != Hold.NONE)
        if not mine or listens:
            paused = ":orange-badge[:material/pause: paused] " if model.hold == Hold.PAUSED else ""
            if listens or _running(model) is not None:
                st.markdown(f"{paused}{words.escape(model.title)}")
        else:
            _stop(run, model, f"Stop {words.escape(model.title)}", help=_why_only_stopped(model))
        if _running(model) is not None or listens:
            st.progress(min(model.progress, 1.0), text=words.escape(_doing(model)))
        if mine and listens:
            _lead(run, model)


def _lead(run: RunRow, model: ModelResult) -> None:
    """The buttons of a model that listens; always the same number, so that nothing jumps."""
    paused = model.hold == Hold.PAUSED
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            "Go on" if paused else "Pause",
            key=f"hold-{model.id}",
            icon=":material/play_arrow:" if paused else ":material/pause:",
            type="tertiary",
            on_click=session.hold,
            args=(run, model.id, Hold.NONE if model.hold != Hold.NONE else Hold.PAUSED),
            help="Goes on from here." if paused else "Stands still until you let it go on; that time does not count.",
        )
        st.button(
            f"One {MODELS[model.spec.name].stage}",
            key=f"step-{model.id}",
            icon=":material/skip_next:",
            type="tertiary",
            disabled=not paused,
            on_click=session.hold,
            args=(run, model.id, Hold.STEP),
            help="Learns one more and stands still again; pause it first.",
        )
        waiting = sum(each.state == FitState.QUEUED for each in model.fits)
        _stop(run, model, "Stop and keep", help=words.stop_and_keep(waiting))


def _stop(run: RunRow, model: ModelResult, label: str, help: str) -> None:
    st.button(
        label,
        key=f"stop-{model.id}",
        icon=":material/stop:",
        type="tertiary",
        on_click=session.stop,
        args=(run, model.id),
        help=help,
    )


def _why_only_stopped(model: ModelResult) -> str:
    return "It has not begun." if _running(model) is None else DEAF


def _running(model: ModelResult) -> FitResult | None:
    """The fold that is furthest of those that are being trained: of folds that learn at once, one may have ended.

    None where none is being trained.
    """
    return max((each for each in model.fits if each.state == FitState.RUNNING), key=_progress, default=None)


def _progress(fit: FitResult) -> float:
    return fit.progress


def _doing(model: ModelResult) -> str:
    """What a model is at: ``fold 2 of 5, epoch 12 of 30, 153,000 rows per second, at most 14 s left``."""
    fit = _running(model) or next((each for each in model.fits if each.state in board.OPEN), None)
    states = [each.state for each in model.fits]
    done = sum(each not in board.OPEN for each in states)
    fold = words.folds(states.count(FitState.RUNNING), done, len(states))
    point = fit.curve[-1] if fit and fit.curve and model.hold == Hold.NONE else {}
    left = point["seconds"] * (1 / fit.progress - 1) if fit and fit.progress and "seconds" in point else None
    pace = words.pace(fit.message if fit else "", point.get("samples_per_second"), left)
    return ", ".join(each for each in (fold, pace) if each) or "training"
