"""The leaderboard of a run: live while models are at work, with real buttons to stop them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core import jobs
from core.metrics import METRICS, Metric, default_metric, metrics_of
from core.models import MODELS
from core.records import FitState
from core.results import Comparison, ModelResult
from core.store import RunRow
from dashboard import session, words
from dashboard.charts import CHARTS
from dashboard.frames import score_spread, subject_of
from dashboard.widgets.figures import show_chart
from dashboard.widgets.page import provenance, state_badge

LIVE, IDLE = 1.0, 5.0  # seconds between two looks
OPEN = (FitState.QUEUED, FitState.RUNNING)
COUNTED = [*OPEN, FitState.DONE]  # what failed or was stopped got nowhere
# Badges in the table and their colours, which stay apart in the light and in the dark theme.
STATES = {
    "best": "#4F46E5",
    "tied": "#7C83FD",
    "done": "#2BA492",
    "running": "#2972E5",
    "queued": "#687792",
    "reused": "#8A94A6",
    "failed": "#C2410C",
    "skipped": "#AB8A1B",
    "cancelled": "#AB5C1B",
}
WORDS = {
    FitState.QUEUED: ":gray-badge[:material/schedule: queued]",
    FitState.RUNNING: ":blue-badge[:material/sync: running]",
    FitState.FAILED: ":red-badge[:material/error: failed]",
    FitState.CANCELLED: ":orange-badge[:material/stop_circle: stopped]",
    FitState.SKIPPED: ":gray-badge[:material/block: not tried]",
}


def leaderboard(run: RunRow) -> None:
    """Draw a run's leaderboard as a part of the page that draws itself again while the run goes on."""
    live = not jobs.ended(run)

    def look() -> None:
        now = session.store().run(run.id)
        if now is None or jobs.ended(now) == live:  # it was deleted, or has just ended: other parts change as well
            st.rerun()
        if live:  # a supervisor that was killed has a successor within a second, as long as somebody watches
            jobs.ensure_supervisor(session.store())
        _draw(now, session.comparison(now))

    st.fragment(look, run_every=LIVE if live else IDLE, key="leaderboard")()


def _draw(run: RunRow, result: Comparison) -> None:
    live = not jobs.ended(run)
    with st.container(border=True):
        metric = _heading(run, live)
        board = result.leaderboard(metric.name)
        st.caption(words.escape(provenance(run, result)))
        _verdict(board, metric, result, live)
        if live:
            table, side = st.columns([3, 1])
        else:
            table, side = st.container(), None
        with table:
            _grid(board, metric, result, live)
            _reasons(board)
            _unweighted(run)
        if side is not None:
            with side:
                _at_work(run, result)
    if not live:
        _spread(board, metric, result)


def _heading(run: RunRow, live: bool) -> Metric:
    """The heading with its state, the metric that ranks, and the button that stops everything."""
    proposal = default_metric(run.problem)
    names = [each.name for each in metrics_of(run.problem)]
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            st.subheader("Leaderboard", anchor=False, width="content")
            st.markdown(state_badge(run), width="content")
            if live:
                st.button(
                    "Stop",
                    key="stop",
                    icon=":material/stop:",
                    on_click=session.stop,
                    args=(run,),
                    help="Ends what is at work; what is finished stays.",
                )
        chosen = st.selectbox(
            "Ranked by",
            names,
            index=names.index(proposal.value),
            format_func=lambda name: METRICS[name].title,
            key="metric",
            bind="query-params",
            help=words.escape(f"{METRICS[proposal.value].title} is proposed, because {proposal.reason}."),
            width=260,
        )
    metric = METRICS[chosen]
    st.caption(
        words.escape(
            f"{metric.about} Ranked by {metric.title}"
            + (f", because {proposal.reason}." if chosen == proposal.value else ".")
        )
    )
    return metric


def _verdict(board: pd.DataFrame, metric: Metric, result: Comparison, live: bool) -> None:
    """What the comparison has come to, in plain sentences."""
    problem = result.problem
    rates: dict[str, Any] = {
        name: [result.model(each).mean(name) for each in board["id"]]
        for name in ("accuracy", "recall", "precision")
        if METRICS[name] in metrics_of(problem)
    }
    text = words.verdict(board.assign(**rates), metric, running=live, positive=problem.positive, target=problem.target)
    icon = "hourglass_top" if live else "gavel"
    with st.container(key="verdict"):
        st.markdown(f"#### :material/{icon}: {words.escape(text)}")


def _grid(board: pd.DataFrame, metric: Metric, result: Comparison, live: bool) -> None:
    """The table to look at, and the same as plain text for who cannot see it."""
    digits = _digits(board["mean"])
    shown = pd.DataFrame(
        {
            "rank": ["" if pd.isna(each) else str(each) for each in board["rank"]],
            "model": board["title"],
            "score": board["mean"].astype(float).round(digits),
            "spread": ["" if pd.isna(each) else f"± {each:,.{digits}f}" for each in board["spread"]],
            "interval": [_interval(low, high, digits) for low, high in zip(board["low"], board["high"], strict=True)],
            "progress": (board["progress"].astype(float) * 100).round().where(board["state"].isin(COUNTED)),
            "seconds": [words.duration(each) for each in board["fit_seconds"]],
            "curve": [_curve(result.model(each)) for each in board["id"]],
            "state": [_badges(row, board) for row in board.to_dict("records")],
        }
    )
    order = [str(each) for each in shown if each != ("interval" if live else "progress")]
    if not shown["curve"].map(len).any():
        order.remove("curve")
    best = board["title"].iloc[0] if len(board) and board["rank"].notna().any() else "nobody yet"
    st.dataframe(
        shown,
        hide_index=True,
        row_height=40,
        height="content",
        column_order=order,
        column_config=_columns(board, metric),
        key="board",
        alt=f"Leaderboard by {metric.title}: {len(board)} models, in front {best}.",
    )
    with st.expander("The same as a plain table", type="compact"):
        st.table(_plain(shown, metric), hide_index=True)


def _columns(board: pd.DataFrame, metric: Metric) -> dict[str, Any]:
    config = st.column_config
    worst, best = board["mean"].min(), board["mean"].max()
    low = metric.low if metric.low is not None else min(0.0, _or(worst, 0.0))
    high = metric.high if metric.high is not None else _or(best, 1.0)
    return {
        "rank": config.TextColumn("", width=36, help="Rank"),
        "model": config.TextColumn("Model", width=178),
        "score": config.ProgressColumn(
            metric.title,
            min_value=low,
            max_value=max(high, low + 1e-9),
            format=_format(board["mean"]),
            color="primary",
            help=words.escape(metric.about),
            width=125,
        ),
        "spread": config.TextColumn("Spread", help="Standard deviation over the folds.", width=72),
        "interval": config.TextColumn(
            "95 % interval", help="Where the mean may lie, given how the folds scatter.", width=110
        ),
        "progress": config.ProgressColumn("Progress", min_value=0, max_value=100, format="%d %%", width=88),
        "seconds": config.TextColumn("Training", help="Mean time to train on one fold.", width=75),
        "curve": config.LineChartColumn("Learning curve", color="primary", width=110),
        "state": config.MultiselectColumn("State", options=list(STATES), color=list(STATES.values()), width=115),
    }


def _or(value: Any, other: float) -> float:
    return other if pd.isna(value) else float(value)


def _digits(values: pd.Series) -> int:
    """Decimals that tell scores apart: three for shares, fewer for large numbers."""
    known = values.dropna().abs()
    return 3 if known.empty or known.max() < 10 else max(0, 3 - int(math.log10(known.max())))


def _format(values: pd.Series) -> str:
    known = values.dropna().abs()
    return "localized" if len(known) and known.max() >= 1000 else f"%.{_digits(values)}f"


def _interval(low: Any, high: Any, digits: int) -> str:
    if pd.isna(low) or pd.isna(high):
        return ""
    ends = (round(float(low), digits) + 0.0, round(float(high), digits) + 0.0)  # adding nothing turns −0 into 0
    return " to ".join(f"{each:,.{digits}f}".replace("-", "−") for each in ends)


def _curve(model: ModelResult) -> list[float]:
    """The first curve that a model has: of its validation loss, else of another measure."""
    points = next((each.curve for each in model.fits if len(each.curve) > 1), ())
    for name in ("valid_loss", "train_loss", "valid_score", "train_score"):
        values = [point[name] for point in points if point.get(name) is not None and math.isfinite(point[name])]
        if len(values) > 1:
            return values[:: max(1, len(values) // 60)]
    return []


def _badges(row: Mapping[Any, Any], board: pd.DataFrame) -> list[str]:
    """A row's state, and how it stands to the best; guessing is never the best, and nothing is tied with it."""
    first = board.iloc[0]
    marks = [row["state"]]
    if not first["baseline"] and not row["baseline"] and not pd.isna(row["rank"]):
        group = 1 if pd.isna(first["low"]) else int((board["tied"] & ~board["baseline"]).sum())  # one fold ties nothing
        marks = ["tied"] if row["tied"] and group > 1 else ["best"] if row["rank"] == 1 else marks
    return [*marks, "reused"] if row["reused"] else marks


def _plain(shown: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """The leaderboard as texts; escaped, because a table's cells are read as Markdown."""
    return pd.DataFrame(
        {
            "Rank": shown["rank"],
            "Model": [words.escape(each) for each in shown["model"]],
            words.escape(metric.title): [words.escape(words.number(each, 4)) for each in shown["score"]],
            "Spread": [words.escape(each) for each in shown["spread"]],
            "95 % interval": [words.escape(each) for each in shown["interval"]],
            "Progress": ["" if pd.isna(each) else f"{each:.0f} %" for each in shown["progress"]],
            "Training": [words.escape(each) for each in shown["seconds"]],
            "State": [", ".join(each) for each in shown["state"]],
        }
    )


def _reasons(board: pd.DataFrame) -> None:
    """Why models are not in the ranking, each reason once."""
    told: dict[tuple[str, str], list[str]] = {}
    for row in board.to_dict("records"):
        reason = row["reason"] or (row["undefined"] if row["state"] == FitState.DONE else "")
        if reason and row["state"] not in OPEN:
            told.setdefault((row["state"], reason), []).append(words.escape(row["title"]))
    for (state, reason), titles in told.items():
        badge = WORDS.get(FitState(state), ":gray-badge[:material/block: not ranked]")
        st.markdown(f"{badge} **{words.joined(titles, len(titles))}**: {words.escape(reason)}")


def _unweighted(run: RunRow) -> None:
    """Which models could not heed the class weights that were asked for."""
    entries = [MODELS[each.name] for each in run.spec.models]
    told = [entry.without_weights() for entry in entries if not entry.always_in] if run.spec.class_weight else []
    if sentences := list(dict.fromkeys(filter(None, told))):
        st.caption(words.escape(" ".join(sentences)))


def _at_work(run: RunRow, result: Comparison) -> None:
    """The models that are not through, each with its progress and its button."""
    waiting = [each for each in result.models if each.state in OPEN]
    st.markdown(f"**Still at work** :gray[{len(waiting)}]")
    for model in sorted(waiting, key=lambda each: each.state == FitState.QUEUED):
        with st.container(gap="xxsmall"):
            st.button(
                f"Stop {words.escape(model.title)}",
                key=f"stop-{model.id}",
                icon=":material/stop:",
                type="tertiary",
                on_click=session.stop,
                args=(run, model.id),
            )
            if model.state == FitState.RUNNING:
                st.progress(min(model.progress, 1.0), text=words.escape(_doing(model)))


def _doing(model: ModelResult) -> str:
    """What a model is at: ``fold 2 of 5, epoch 12 of 30``."""
    done = sum(each.state not in OPEN for each in model.fits)
    message = next((each.message for each in model.fits if each.state == FitState.RUNNING and each.message), "")
    fold = f"fold {min(done + 1, len(model.fits))} of {len(model.fits)}" if len(model.fits) > 1 else ""
    return ", ".join(each for each in (fold, message) if each) or "training"


def _spread(board: pd.DataFrame, metric: Metric, result: Comparison) -> None:
    """Every fold's score beside the means, where there is more than one fold."""
    frame = score_spread(result, board["id"].tolist(), metric.name)
    if len(frame) > frame["model"].nunique():
        with st.container(border=True):
            show_chart(CHARTS["score_spread"], frame, subject_of(result, metric), "score_spread")
