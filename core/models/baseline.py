"""The floor that every other model has to beat."""

from __future__ import annotations

from core.models.entry import Cost, Model
from core.records import Param, Task

_MOST_FREQUENT = "The plainest floor: without looking at anything, say what occurs most often."

MODELS = (
    Model(
        name="baseline",
        title="Baseline",
        family="Baseline",
        about=(
            "Looks at nothing: always says the most frequent class, or the average. What a model must beat to be "
            "worth anything."
        ),
        expert="DummyClassifier (most frequent) or DummyRegressor (mean): the floor for every score.",
        build={Task.CLASSIFICATION: "sklearn.dummy:DummyClassifier", Task.REGRESSION: "sklearn.dummy:DummyRegressor"},
        params={
            Task.CLASSIFICATION: (
                Param(
                    "strategy",
                    "most_frequent",
                    "What it says without looking: the most frequent class, its share, or a draw by lot.",
                    choices=("most_frequent", "prior", "stratified", "uniform"),
                ),
            ),
            Task.REGRESSION: (
                Param(
                    "strategy",
                    "mean",
                    "What it says without looking: the average or the middle value.",
                    choices=("mean", "median"),
                ),
            ),
        },
        differs={Task.CLASSIFICATION: {"strategy": ("most_frequent", _MOST_FREQUENT)}},
        always_in=True,
        ticked=True,
        cost=Cost(0.001),
    ),
)
