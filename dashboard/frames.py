"""FRAMES: from a run's results to the frame that a chart is drawn from, by the chart's name.

Knows results and diagnostics; knows no Streamlit and draws nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from core import diagnostics
from core.curves import KINDS, VALUES, line, turn
from core.metrics import METRICS, Metric, per_class
from core.records import Predictions, Problem
from core.results import Comparison, ModelResult
from dashboard.charts import Subject


@dataclass(frozen=True)
class Shown:
    """What is looked at: a run's models with what is stored of them.

    Attributes
    ----------
    predictions, importances : mapping of model id to what is there of it
    """

    result: Comparison
    models: Sequence[str]
    metric: str
    predictions: Mapping[str, Predictions] = field(default_factory=dict)
    importances: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def of(self, model: str) -> Shown:
        """The same for one model only."""
        return Shown(self.result, [model], self.metric, self.predictions, self.importances)

    def stored(self, model: str) -> set[str]:
        """What there is of a model, in the words of `dashboard.charts.NEEDS`."""
        found = self.result.model(model)
        given = self.predictions.get(model)
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


def _overlaid(shown: Shown, make: Callable[[Predictions, Problem], pd.DataFrame]) -> pd.DataFrame:
    """One model's frame below the other's."""
    parts = [
        make(shown.predictions[id], shown.result.problem).assign(model=shown.result.model(id).title)
        for id in shown.models
        if id in shown.predictions
    ]
    known = [each for each in parts if len(each)]
    return pd.concat(known or parts[:1], ignore_index=True)


def _single(shown: Shown, make: Callable[[Predictions, Problem], pd.DataFrame]) -> pd.DataFrame:
    return make(shown.predictions[shown.models[0]], shown.result.problem)


def _importances(shown: Shown) -> pd.DataFrame:
    parts = [
        shown.importances[id].assign(model=shown.result.model(id).title)
        for id in shown.models
        if id in shown.importances
    ]
    return pd.concat(parts, ignore_index=True)


FRAMES: Mapping[str, Callable[[Shown], pd.DataFrame]] = {
    "score_spread": lambda shown: score_spread(shown.result, shown.models, METRICS[shown.metric].name),
    "confusion": lambda shown: _single(shown, diagnostics.confusion),
    "per_class": lambda shown: _single(shown, per_class),
    "roc": lambda shown: _overlaid(shown, diagnostics.roc),
    "precision_recall": lambda shown: _overlaid(shown, diagnostics.precision_recall),
    "predicted_against_actual": lambda shown: _single(shown, diagnostics.residuals),
    "residuals": lambda shown: _single(shown, diagnostics.residuals),
    "learning_curve": lambda shown: learning_curve(shown.result, shown.models),
    "importances": _importances,
}
