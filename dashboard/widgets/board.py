"""The leaderboard's table, the same as plain text, and the reasons below it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import streamlit as st

from core.metrics import Metric, first_metrics
from core.records import FitState, Hold
from core.results import Comparison, ModelResult
from core.standing import Standing, nobody_wins
from dashboard import words

OPEN = (FitState.QUEUED, FitState.RUNNING)
COUNTED = (*OPEN, FitState.DONE)  # what failed or was stopped got nowhere
# Badges in the table and their colours, which stay apart in the light and in the dark theme.
STATES = {
    "best": "#4F46E5",
    "tied": "#7C83FD",
    "done": "#2BA492",
    "running": "#2972E5",
    "queued": "#687792",
    "reused": "#8A94A6",
    "failed": "#C2410C",
    "not tried": "#AB8A1B",
    "stopped": "#AB5C1B",
    "stopping": "#AB5C1B",
    "paused": "#AB8A1B",
    "stopped early": "#AB5C1B",
    "not converged": "#AB8A1B",
    "loss not finite": "#C2410C",
}
# What a state is called where its own word is not plain enough.
CALLED = {FitState.CANCELLED: "stopped", FitState.SKIPPED: "not tried"}
WORDS = {
    FitState.QUEUED: ":gray-badge[:material/schedule: queued]",
    FitState.RUNNING: ":blue-badge[:material/sync: running]",
    FitState.FAILED: ":red-badge[:material/error: failed]",
    FitState.CANCELLED: ":orange-badge[:material/stop_circle: stopped]",
    FitState.SKIPPED: ":gray-badge[:material/block: not tried]",
}


def state_of(model: ModelResult) -> str:
    """Where a model stands, in a word or two."""
    if model.stopping:
        return "stopping"
    return str(model.hold) if model.hold == Hold.PAUSED else CALLED.get(model.state, str(model.state))


def grid(standings: Sequence[Standing], metric: Metric, result: Comparison, live: bool) -> None:
    """The table to look at, and the same as plain text for who cannot see it."""
    digits = _digits([each.mean for each in standings])
    models = [result.model(each.id) for each in standings]
    others = () if live else first_metrics(result.problem, metric.name)[1:]  # there is room once nothing moves
    beside = dict(zip(_BESIDE, others, strict=False))
    shown: dict[str, list[Any]] = {
        "rank": [_rank(each, standings) for each in standings],
        "model": [each.title for each in standings],
        "score": [None if each.mean is None else round(each.mean, digits) for each in standings],
        "spread": ["" if each.spread is None else f"± {each.spread:,.{digits}f}" for each in standings],
        "interval": [_interval(each.low, each.high, digits) for each in standings],
        **{name: _means(models, each.name) for name, each in beside.items()},
        "progress": [_percent(each) if each.state in COUNTED else None for each in standings],
        "seconds": [words.duration(each.fit_seconds) for each in standings],
        "curve": [_curve(each) for each in models],
        "state": [_badges(row, model, standings) for row, model in zip(standings, models, strict=True)],
    }
    order = [each for each in shown if each != ("interval" if live else "progress")]
    if not any(shown["curve"]):
        order.remove("curve")
    st.dataframe(
        pa.table(shown, schema=pa.schema([each for each in _SCHEMA if each.name in shown])),
        hide_index=True,
        row_height=36,
        height="content",
        column_order=order,
        column_config=_columns(standings, metric, beside, badges=max(map(len, shown["state"]), default=1)),
        key="board",
        alt=f"Leaderboard by {metric.title}: {len(standings)} models, {_told_front(standings)}.",
    )
    plain = st.expander("The same as a plain table", type="compact", key="plain", on_change="rerun")
    if plain.open:
        plain.table(_plain(shown, metric, beside, digits))


_BESIDE = ("second", "third")  # metrics beside the one that ranks
_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("rank", "model")),
        ("score", pa.float64()),
        *((name, pa.string()) for name in ("spread", "interval", *_BESIDE)),
        ("progress", pa.float64()),
        ("seconds", pa.string()),
        ("curve", pa.list_(pa.float64())),
        ("state", pa.list_(pa.string())),
    ]
)


def _columns(
    standings: Sequence[Standing], metric: Metric, beside: Mapping[str, Metric], badges: int
) -> dict[str, Any]:
    config = st.column_config
    means = [each.mean for each in standings if each.mean is not None]
    low = min(0.0, *means, 0.0 if metric.low is None else metric.low)
    high = max(low + 1e-9, *means, -math.inf if metric.high is None else metric.high)
    return {
        "rank": config.TextColumn("", width=40, alignment="right", help="“1=” is a first place that is shared."),
        "model": config.TextColumn("Model", width=180),
        "score": config.ProgressColumn(
            words.escape(metric.title),
            min_value=low,
            max_value=high,
            format=_format(means),
            color="primary",
            help=words.escape(metric.about),
            width=125,
        ),
        "spread": config.TextColumn("Spread", help="Standard deviation over the folds.", width=72),
        "interval": config.TextColumn(
            "95 % interval", help="Where the mean may lie, given how the folds scatter.", width=110
        ),
        **{
            name: config.TextColumn(
                words.escape(each.title),
                help=words.escape(each.about),
                width=min(160, max(80, 7 * len(each.title))),
                alignment="right",
            )
            for name, each in beside.items()
        },
        "progress": config.ProgressColumn("Progress", min_value=0, max_value=100, format="%d %%", width=88),
        "seconds": config.TextColumn("Training", help="Mean time to train on one fold.", width=75),
        "curve": config.LineChartColumn("Learning curve", color="primary", width=110),
        "state": config.MultiselectColumn(
            "State", options=list(STATES), color=list(STATES.values()), width=115 if badges < 2 else 195
        ),
    }


def _means(models: Sequence[ModelResult], metric: str) -> list[str]:
    """The models' means by another metric."""
    means = [each.mean(metric) for each in models]
    digits = _digits(means)
    return ["" if each is None else f"{each:,.{digits}f}".replace("-", "−") for each in means]


def _largest(means: Sequence[float | None]) -> float:
    return max((abs(each) for each in means if each is not None), default=0.0)


def _digits(means: Sequence[float | None]) -> int:
    """Decimals that tell scores apart: three for shares, fewer for large numbers."""
    largest = _largest(means)
    return 3 if largest < 10 else max(0, 3 - int(math.log10(largest)))


def _format(means: Sequence[float | None]) -> str:
    return "localized" if _largest(means) >= 1000 else f"%.{_digits(means)}f"


def _percent(row: Standing) -> float:
    return round(row.progress * 100.0)


def _interval(low: float | None, high: float | None, digits: int) -> str:
    if low is None or high is None:
        return ""
    ends = (round(low, digits) + 0.0, round(high, digits) + 0.0)  # adding nothing turns −0 into 0
    return " to ".join(f"{each:,.{digits}f}".replace("-", "−") for each in ends)


def _curve(model: ModelResult) -> list[float]:
    """The first curve that a model has: of its validation loss, else of another measure."""
    points = next((each.curve for each in model.fits if len(each.curve) > 1), ())
    for name in ("valid_loss", "train_loss", "valid_score", "train_score"):
        values = [point[name] for point in points if point.get(name) is not None and math.isfinite(point[name])]
        if len(values) > 1:
            return values[:: max(1, len(values) // 60)]
    return []


def _rank(row: Standing, standings: Sequence[Standing]) -> str:
    """A row's rank; all that share the first place are first, with the sign of a tie."""
    return "" if row.rank is None else "1=" if _shares(row, standings) else str(row.rank)


def _shares(row: Standing, standings: Sequence[Standing]) -> bool:
    """Whether a row is one of several that share the first place, guessing among them where it cannot be told from the
    best; what could not be told from luck ties nothing."""
    return row.tied and any(each.low is not None for each in standings) and sum(each.tied for each in standings) > 1


def _badges(row: Standing, model: ModelResult, standings: Sequence[Standing]) -> list[str]:
    """A row's state, and how it stands to the best; where guessing is among the best, nobody is called that."""
    state = state_of(model)
    if _shares(row, standings):
        state = "tied"
    elif row.rank == 1 and not nobody_wins(standings):
        state = "best"
    return [state, *row.marks, *(["reused"] if row.reused else [])]


def _told_front(standings: Sequence[Standing]) -> str:
    """Who is in front, for who cannot see it."""
    if nobody_wins(standings):
        return "no model beats guessing"
    return f"in front {next((each.title for each in standings if each.rank == 1), 'nobody yet')}"


def _plain(shown: Mapping[str, Sequence[Any]], metric: Metric, beside: Mapping[str, Metric], digits: int) -> pa.Table:
    """The leaderboard as texts; escaped, because a table's cells are read as Markdown."""
    texts = {
        "Rank": shown["rank"],
        "Model": shown["model"],
        metric.title: ["" if each is None else f"{each:,.{digits}f}" for each in shown["score"]],
        "Spread": shown["spread"],
        "95 % interval": shown["interval"],
        **{each.title: shown[name] for name, each in beside.items()},
        "Progress": ["" if each is None else f"{each:.0f} %" for each in shown["progress"]],
        "Training": shown["seconds"],
        "State": [", ".join(each) for each in shown["state"]],
    }
    return pa.table({words.escape(name): [words.escape(each) for each in column] for name, column in texts.items()})


def reasons(standings: Sequence[Standing], result: Comparison) -> None:
    """Why models are not in the ranking, and what is to be known of those that are; each sentence once."""
    if odd := words.out_of_step(standings):
        st.caption(words.escape(odd))
    told: dict[tuple[str, str], list[str]] = {}
    for row in standings:
        for badge, reason in _told(row, result.model(row.id)):
            told.setdefault((badge, reason), []).append(words.escape(row.title))
    for (badge, reason), titles in told.items():
        st.markdown(f"{badge} **{words.joined(titles, len(titles))}**: {words.sentence(reason)}")


def _told(row: Standing, model: ModelResult) -> list[tuple[str, str]]:
    """What is said of a model below the table: its badge in Markdown, and a sentence."""
    state, sentences = FitState(row.state), []
    reason = row.reason or (row.undefined if state == FitState.DONE else "")
    if reason and state not in OPEN:
        sentences.append((WORDS.get(state, ":gray-badge[:material/block: not ranked]"), reason))
    if row.marks:
        badges = " ".join(f":orange-badge[{words.escape(mark)}]" for mark in row.marks)
        sentences.append((badges, " ".join(model.notes) or "its score stands, but it could have come to more."))
    if 0 < row.reused_folds < row.folds_done:
        told = (
            f"{row.reused_folds} of {row.folds_done} folds were trained in an earlier comparison and taken from there."
        )
        sentences.append((":gray-badge[reused]", told))
    return sentences
