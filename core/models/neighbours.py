"""Ask the rows that look most alike."""

from __future__ import annotations

from core.models.entry import Cost, Model, both
from core.preparation import Needs
from core.records import Param, Task

MODELS = (
    Model(
        name="k_neighbors",
        title="k nearest neighbours",
        family="Neighbours",
        about="Looks up the few training rows that are most alike and goes by what they say.",
        expert="Vote or mean of the k nearest training rows by Euclidean distance on standardised columns.",
        build={
            Task.CLASSIFICATION: "sklearn.neighbors:KNeighborsClassifier",
            Task.REGRESSION: "sklearn.neighbors:KNeighborsRegressor",
        },
        params=both(
            Param("n_neighbors", 5, "How many rows are asked: more means smoother.", low=1, high=500, log=True),
            Param("weights", "uniform", "Whether nearer rows count for more.", choices=("uniform", "distance")),
            Param(
                "p",
                2,
                "How distance is measured: 1 adds up the differences, 2 is the straight line.",
                low=1.0,
                high=10.0,
            ),
        ),
        needs=Needs(scaled=True),
        ticked=True,
        cost=Cost(0.003, rows=1.6, columns=0.6, asking=0.8),  # next to nothing to fit: this is what predicting costs
    ),
)
