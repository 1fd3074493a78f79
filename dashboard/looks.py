"""LOOKS: what is shown of a run's models on the page that looks closer, by the chart's name and under which theme.

Each says how its frame is made and what it tells in a sentence. Knows results and diagnostics; knows no Streamlit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from core.diagnostics import agreement
from core.records import Problem
from dashboard.frames import Shown, importances, learning_curve, overlaid, score_spread
from dashboard.words import diagnosing, pictured

THEMES: Mapping[str, str] = {
    "errs": "Where it errs",
    "sure": "How sure it is",
    "curves": "Curves",
    "relies": "What it relies on",
    "learned": "How it learned",
    "scores": "All scores",
}
NAMED = 3  # models of which a sentence over an overlaid chart speaks

Frames = Mapping[str, pd.DataFrame]
Said = Callable[[Frames, Problem], str]


def _nothing(frames: Frames, problem: Problem) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Look:
    """A chart on the page.

    Attributes
    ----------
    theme : str
        A key of `THEMES`.
    diagnosis : str
        The name in `core.diagnostics.DIAGNOSES` of what it is made of, a frame per model; empty where `make` makes it.
    make : callable or None
        From what is shown to the frame.
    said : callable
        A sentence from the models' frames, by their titles, and the problem.
    caption : callable
        The same for an expert, below the chart.
    cells : bool
        Whether a row of the frame stands for rows of the table: those of its actual and predicted class.
    choices : mapping of str to str
        What the chart's colours can be of: label to column, the first one first.
    two_classes : bool
        Whether it speaks of the positive class of two only.
    """

    theme: str
    diagnosis: str = ""
    make: Callable[[Shown], pd.DataFrame] | None = None
    said: Said = _nothing
    caption: Said = _nothing
    cells: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)
    two_classes: bool = False

    def frame(self, shown: Shown, several: bool = True) -> pd.DataFrame:
        """The frame to draw: where a chart shows several models, one below the other."""
        if self.make is not None:
            return self.make(shown)
        frames = shown.frames(self.diagnosis)
        return overlaid(frames) if several else next(iter(frames.values()))

    def tells(self, shown: Shown, problem: Problem, *, expert: bool = False) -> str:
        """What it shows, in a sentence or a few."""
        frames = shown.frames(self.diagnosis) if self.diagnosis else _all_models(self, shown)
        return (self.caption if expert else self.said)(frames, problem) if frames else ""


def _all_models(look: Look, shown: Shown) -> Frames:
    return {"": look.frame(shown)} if look.said is not _nothing or look.caption is not _nothing else {}


def each(say: Callable[[str, pd.DataFrame], str]) -> Said:
    """A sentence for each of the first few models."""
    return lambda frames, problem: " ".join(
        filter(None, (say(title, frame) for title, frame in list(frames.items())[:NAMED]))
    )


def first(say: Callable[[str, pd.DataFrame], str]) -> Said:
    """A sentence for the first model alone."""
    return lambda frames, problem: next((say(title, frame) for title, frame in frames.items()), "")


def _confusion(frames: Frames, problem: Problem) -> str:
    title, frame = next(iter(frames.items()))
    rows = frame["count"] / frame.attrs.get("repeats", 1.0)  # each once
    counts = dict(zip(zip(frame["actual"], frame["predicted"], strict=True), rows, strict=True))
    if problem.positive is not None:
        yes = problem.positive
        actual = sum(n for (of, _), n in counts.items() if of == yes)
        marked = sum(n for (_, named), n in counts.items() if named == yes)
        return diagnosing.found_and_marked(title, yes, counts[yes, yes], actual, marked)
    found = [counts[label, label] for label in problem.classes]
    actual_of = [sum(n for (of, _), n in counts.items() if of == label) for label in problem.classes]
    return diagnosing.hardest(title, problem.classes, found, actual_of)


def _per_class(frames: Frames, problem: Problem) -> str:
    frame = next(iter(frames.values()))
    missing = frame.attrs.get("undefined", {})
    told = [f"{name} is {diagnosing.undefined(reason)}" for name, reason in list(missing.items())[:NAMED]]
    return f"{'; '.join(told)}." if told else ""


def _outcomes(frames: Frames, problem: Problem) -> str:
    title, frame = next(iter(frames.items()))
    if frame.empty:
        return ""
    dots = dict(zip(frame["outcome"], frame["dots"].astype(int), strict=True))
    return diagnosing.of_a_hundred(title, problem.positive, dots)


def _roc(frames: Frames, problem: Problem) -> str:
    areas = {
        title: float(frame.groupby("curve", sort=False)["auc"].first().mean())
        for title, frame in frames.items()
        if len(frame)
    }
    folds = next(iter(frames.values())).attrs.get("undefined", {})
    two = problem.classes[-1] if problem.positive is None and len(problem.classes) == 2 else problem.positive
    return f"{diagnosing.pairs_in_order(areas, two)} {diagnosing.without_curve(folds)}".strip()


def _one_curve(say: Callable[[str, pd.DataFrame], str]) -> Said:
    """About the only curve of the first model, or the lowest of several."""

    def told(frames: Frames, problem: Problem) -> str:
        for title, frame in frames.items():
            if len(frame):
                by = next(name for name in ("average_precision", "lift_first") if name in frame)
                lowest = frame.sort_values(by, kind="stable")["curve"].iloc[0]
                return say(title, frame[frame["curve"] == lowest])
        return ""

    return told


def _agreement(shown: Shown) -> pd.DataFrame:
    return agreement({shown.title(id): shown.held[id] for id in shown.models if id in shown.held}, shown.result.problem)


def _off_by(frames: Frames, problem: Problem) -> str:
    title, frame = next(iter(frames.items()))
    return diagnosing.off_by(title, frame, problem.target)


def _nearer(frames: Frames, problem: Problem) -> str:
    title, frame = next(iter(frames.items()))
    return pictured.nearer_than_the_mean(title, frame, problem.target)


def _over_folds(frames: Frames, problem: Problem) -> str:
    frame = next(iter(frames.values()))
    return pictured.over_folds(frame, greater_is_better=bool(frame.attrs.get("greater_is_better", True)))


def _over_half(frames: Frames, problem: Problem) -> str:
    title, frame = next(iter(frames.items()))
    return diagnosing.over_half(title, frame, problem.positive)


LOOKS: Mapping[str, Look] = {
    "confusion": Look(
        "errs",
        "confusion",
        said=_confusion,
        cells=True,
        choices={"Share by row": "share", "Share by column": "named", "Counts": "count"},
    ),
    "outcomes": Look("errs", "outcomes", said=_outcomes, two_classes=True),
    "mistakes": Look("errs", "mistakes", said=first(diagnosing.mistaken), cells=True),
    "per_class": Look("errs", "one_against_rest", said=_per_class),
    "predicted_against_actual": Look("errs", "residuals", said=_nearer),
    "residuals": Look("errs", "residuals", said=first(diagnosing.leaning)),
    "residual_distribution": Look("errs", "residual_distribution", said=_off_by),
    "error_by_size": Look("errs", "error_by_size", said=first(diagnosing.by_size)),
    "agreement": Look(
        "errs",
        make=_agreement,
        said=lambda frames, problem: diagnosing.alike(next(iter(frames.values())), bool(problem.classes)),
    ),
    "calibration": Look(
        "sure",
        "calibration",
        said=each(diagnosing.as_sure_as_right),
        caption=first(lambda title, frame: diagnosing.brier_parts(frame)),
    ),
    "score_distribution": Look("sure", "score_distribution", said=_over_half),
    "quantile_coverage": Look("sure", "quantile_coverage", said=each(diagnosing.bounds_hold)),
    "roc": Look("curves", "roc", said=_roc),
    "precision_recall": Look("curves", "precision_recall", said=_one_curve(diagnosing.half_found)),
    "gain": Look("curves", "gains", said=_one_curve(diagnosing.gone_through)),
    "lift": Look("curves", "gains", said=_one_curve(diagnosing.lifted)),
    "importances": Look("relies", make=importances, said=first(lambda title, frame: pictured.relied_on(frame))),
    "learning_curve": Look(
        "learned",
        make=lambda shown: learning_curve(shown.result, shown.models),
        said=first(lambda title, frame: pictured.learned(frame)),
    ),
    "score_spread": Look(
        "scores", make=lambda shown: score_spread(shown.result, shown.models, shown.metric), said=_over_folds
    ),
}
