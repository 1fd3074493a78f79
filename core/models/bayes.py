"""Bayes' rule with a simple idea of what each class looks like."""

from __future__ import annotations

from core.models.entry import Cost, Model
from core.records import Param, Task

MODELS = (
    Model(
        name="gaussian_naive_bayes",
        title="Gaussian naive Bayes",
        family="Bayes",
        about=(
            "Asks of each column by itself how typical its value is for a class, and multiplies the answers. "
            "Very quick."
        ),
        expert=(
            "Normal densities per class and column, taken as independent; probabilities are often too sure of "
            "themselves."
        ),
        build={Task.CLASSIFICATION: "sklearn.naive_bayes:GaussianNB"},
        params={
            Task.CLASSIFICATION: (
                Param(
                    "var_smoothing",
                    1e-9,
                    "Spread added to every column, as a share of the widest one's: more means smoother.",
                    low=0.0,
                    high=1.0,
                    log=True,
                ),
            )
        },
        cost=Cost(0.002, columns=0.8),
    ),
)
