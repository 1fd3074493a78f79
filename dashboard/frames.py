"""From a run's results to the frames that charts are drawn from.

Knows results and diagnostics; knows no Streamlit and draws nothing. What is shown of a run's models, and under which
theme, is in `dashboard.looks`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from core.comparison import interval
from core.curves import KINDS, VALUES, line, turn
from core.diagnostics import DIAGNOSES, Held
from core.metrics import METRICS, Metric
from core.results import Comparison, ModelResult
from dashboard.charts import Subject


@dataclass(frozen=True)
class Shown:
    """What is looked at: a run's models with what is stored of them.

    Attributes
    ----------
    held, importances : mapping of model id to what is there of it
    ready : mapping of str to DataFrame
        Frames of `core.diagnostics.DIAGNOSES` that are made already, by name and model id; what is not among them is
        made when it is asked for.
    """

    result: Comparison
    models: Sequence[str]
    metric: str
    held: Mapping[str, Held] = field(default_factory=dict)
    importances: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    ready: Mapping[tuple[str, str], pd.DataFrame] = field(default_factory=dict)

    def of(self, model: str) -> Shown:
        """The same for one model only."""
        return replace(self, models=[model])

    def title(self, model: str) -> str:
        """What people call a model."""
        return self.result.model(model).title

    def frame(self, diagnosis: str, model: str) -> pd.DataFrame:
        """A frame about a model that has predictions."""
        made = self.ready.get((diagnosis, model))
        return DIAGNOSES[diagnosis].make(self.held[model], self.result.problem) if made is None else made

    def frames(self, diagnosis: str) -> dict[str, pd.DataFrame]:
        """The frames about all models that have predictions, by their titles."""
        return {self.title(id): self.frame(diagnosis, id) for id in self.models if id in self.held}

    def stored(self, model: str) -> set[str]:
        """What there is of a model, in the words of `dashboard.charts.NEEDS`."""
        found = self.result.model(model)
        given = self.held[model].whole if model in self.held else None
        there = {
            "scores": bool(found.done),
            "predictions": given is not None,
            "probabilities": given is not None and (given.probabilities is not None or given.scores is not None),
            "curve": any(each.curve for each in found.fits),
            "importances": model in self.importances,
        }
        return {name for name, is_there in there.items() if is_there}


def subject_of(result: Comparison, metric: Metric, model: str = "") -> Subject:
    """What a chart speaks of, in words."""
    guesses = [each.mean(metric.name) for each in result.models if _guesses(each)]
    return Subject(
        target=result.problem.target,
        metric=metric.title,
        greater_is_better=metric.greater_is_better,
        model=model,
        guessing=next((each for each in guesses if each is not None), None),
    )


def _guesses(model: ModelResult) -> bool:
    from core.models import MODELS

    return MODELS[model.spec.name].always_in


def score_spread(result: Comparison, models: Sequence[str], metric: str) -> pd.DataFrame:
    """A metric's value on every fold, with each model's mean and interval; models without a value are left out."""
    rows = [
        (each.title, fit.fold + 1, fit.outcome.scores[metric], each.mean, each.low, each.high)
        for each in result.standings(metric)
        if each.id in models and each.mean is not None
        for fit in result.model(each.id).done
        if fit.outcome is not None and fit.outcome.scores.get(metric) is not None
    ]
    frame = pd.DataFrame(rows, columns=["model", "fold", "score", "mean", "low", "high"])
    frame.attrs["greater_is_better"] = METRICS[metric].greater_is_better
    return frame.astype({"score": float, "mean": float, "low": float, "high": float})


def chances(result: Comparison, metric: str, rope: float) -> pd.DataFrame:
    """How likely each model is to be better than each other one, by their titles, for the chart of this name."""
    frame = result.evidence(metric).chances(rope)
    for column in ("a", "b"):
        frame[column] = frame[column].map(lambda id: result.model(id).title)
    return frame.rename(columns={"a": "model", "b": "against"}).dropna(subset="p_better")


FINE, COARSE = 500, 200  # points that are drawn of a model's first fold, and of each other
MOST_LINES = 20  # beyond so many folds only the first of each model is drawn


def learning_curve(
    result: Comparison,
    models: Sequence[str],
    *,
    kinds: Sequence[str] = KINDS,
    over: str = "step",
    earlier: Mapping[str, Comparison] | None = None,
) -> pd.DataFrame:
    """The learning curves of some models, with the points where validation turns up.

    Parameters
    ----------
    kinds : sequence of str
        Which of `core.curves.KINDS`.
    over : str
        What is drawn across: ``step`` or ``seconds``; a curve that lacks it is left out.
    earlier : mapping of str to Comparison, optional
        Earlier runs by their names, of which all curves are laid under; what this run took over from them is not.

    Returns
    -------
    DataFrame
        For the chart of this name; ``attrs["turns"]`` has the step at which a model's first fold turned up, by its id.
    """
    values = [f"{part}_{kind}" for kind in kinds for part in ("train", "valid")]
    chosen = [("", result.model(id)) for id in models]
    known = {fit.key for _, model in chosen for fit in model.fits if fit.key}
    chosen += [(name, model) for name, other in (earlier or {}).items() for model in other.models]
    whole = sum(bool(fit.curve) for _, model in chosen for fit in model.fits) <= MOST_LINES
    parts, turns = [], {}
    for name, model in chosen:
        fits = [fit for fit in model.fits if _has(fit.curve, over, values) and not (name and fit.key in known)]
        for place, fit in enumerate(fits if whole and not name else fits[:1]):
            columns = line(fit.curve, ["step", over, *(values if place else VALUES)], COARSE if place else FINE)
            found = None if place else turn(columns)
            columns["turn"] = np.arange(len(columns["step"])) == found
            if found is not None and not name:
                turns[model.id] = columns["step"][found]
            shown = {each: columns[each] for each in ("step", over, *values, "turn")}
            parts.append((shown, model.title, fit.fold + 1, name))
    frame = _joined(parts, list(dict.fromkeys(model.title for _, model in chosen)))
    frame.attrs.update(over=over, turns=turns)
    return frame


def _has(curve: Sequence[Mapping[str, float]], over: str, values: Sequence[str]) -> bool:
    """Whether there is something of a curve to draw."""
    return bool(curve) and over in curve[-1] and any(each in curve[-1] for each in values)


def _joined(parts: Sequence[tuple[Mapping[str, np.ndarray], str, int, str]], titles: list[str]) -> pd.DataFrame:
    """Lines one below the other, each with its model, its fold and its run."""
    if not parts:
        return pd.DataFrame({"step": [], "model": pd.Categorical([], categories=titles)})
    lines, models, folds, runs = zip(*parts, strict=True)
    sizes = [len(each["step"]) for each in lines]
    columns = {name: np.concatenate([each[name] for each in lines]) for name in lines[0]}
    codes = np.repeat(np.array([titles.index(each) for each in models]), sizes)
    model = pd.Series(pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(titles)))
    of = {name: np.repeat(np.array(each, object), sizes) for name, each in (("fold", folds), ("earlier", runs))}
    return pd.DataFrame(columns | {"model": model} | of)


def overlaid(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One model's frame below the other's, with their titles; the first model's ``attrs``."""
    parts = [frame.assign(model=title) for title, frame in frames.items()]
    known = [each for each in parts if len(each)] or parts[:1]
    joined = pd.concat(known, ignore_index=True)
    joined.attrs.update(known[0].attrs)
    return joined


def importances(shown: Shown) -> pd.DataFrame:
    """The importances that there are, one model's below the other's."""
    parts = [shown.importances[id].assign(model=shown.title(id)) for id in shown.models if id in shown.importances]
    return pd.concat(parts, ignore_index=True)


@dataclass(frozen=True, slots=True)
class Cell:
    """One score of one model: mean over the folds with its spread and range, or the reason why there is none."""

    mean: float | None
    spread: float | None
    low: float | None
    high: float | None
    undefined: str


def all_scores(result: Comparison, models: Sequence[str], metrics: Sequence[Metric]) -> dict[str, dict[str, Cell]]:
    """Every score of every model: metric name to model id to cell."""
    return {
        metric.name: {id: _cell(result, result.model(id), metric) for id in models if result.model(id).done}
        for metric in metrics
    }


def _cell(result: Comparison, model: ModelResult, metric: Metric) -> Cell:
    values = [each for each in model.values(metric.name) if each is not None]
    if not values or len(values) < len(model.done):
        return Cell(None, None, None, None, model.undefined(metric.name))
    likely = interval(values, result.test_share, repeats=result.repeats, bounds=(metric.low, metric.high))
    return Cell(likely.mean, _spread(values), likely.low, likely.high, "")


def _spread(values: Sequence[float]) -> float | None:
    """The folds' standard deviation; None for one fold."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else None
