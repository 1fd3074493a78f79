"""FRAMES: from a run's results to the frame that a chart is drawn from, by the chart's name.

Knows results and diagnostics; knows no Streamlit and draws nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from core import diagnostics
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
            "curve": any(len(each.curve) > 1 for each in found.fits),
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


def learning_curve(result: Comparison, models: Sequence[str]) -> pd.DataFrame:
    """Every point of every learning curve, with its model and fold."""
    parts = [
        pd.DataFrame(list(fit.curve)).assign(model=result.model(id).title, fold=fit.fold + 1)
        for id in models
        for fit in result.model(id).fits
        if len(fit.curve) > 1
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["step", "model", "fold"])


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
