"""Small trees in a row, each mending what the ones before got wrong."""

from __future__ import annotations

from core.models.entry import Cost, Model, Rounds
from core.preparation import Needs
from core.records import Param, Task

_FAMILY = "Boosting"
_LEAF = "How many rows an answer must rest on at least."


def _rate(default: float) -> Param:
    about = "How much of each tree's advice is taken: less needs more trees."
    return Param("learning_rate", default, about, low=1e-4, high=2.0, log=True)


def _trees(name: str, default: int) -> Param:
    return Param(name, default, "How many trees follow each other.", low=1, high=5_000, log=True)


_GRADIENT = (
    _rate(0.1),
    _trees("n_estimators", 100),
    Param(
        "max_depth",
        3,
        "How many questions may follow each other in a tree.",
        low=1,
        high=50,
        none_means="as many as it takes",
    ),
    Param("subsample", 1.0, "Which share of the rows each tree sees.", low=0.01, high=1.0),
    Param("min_samples_leaf", 1, _LEAF, low=1, high=1_000, log=True),
)
_HISTOGRAM = (
    _rate(0.1),
    _trees("max_iter", 100),
    Param(
        "max_leaf_nodes", 31, "How many answers a tree may have.", low=2, high=1_000, log=True, none_means="any number"
    ),
    Param(
        "max_depth",
        None,
        "How many questions may follow each other in a tree.",
        low=1,
        high=50,
        none_means="as many as it takes",
    ),
    Param("min_samples_leaf", 20, _LEAF, low=1, high=1_000, log=True),
    Param("l2_regularization", 0.0, "How strongly large answers are held back.", low=0.0, high=1e6),
)

MODELS = (
    Model(
        name="ada_boost",
        title="AdaBoost",
        family=_FAMILY,
        about="Asks one small question after the other, each time looking harder at the rows it got wrong so far.",
        expert="AdaBoost with decision stumps (SAMME) for classes, with trees of depth 3 (R2) for numbers.",
        build={
            Task.CLASSIFICATION: "sklearn.ensemble:AdaBoostClassifier",
            Task.REGRESSION: "sklearn.ensemble:AdaBoostRegressor",
        },
        params={
            Task.CLASSIFICATION: (_trees("n_estimators", 50), _rate(1.0)),
            Task.REGRESSION: (
                _trees("n_estimators", 50),
                _rate(1.0),
                Param(
                    "loss",
                    "linear",
                    "How a miss counts when rows are weighed anew.",
                    choices=("linear", "square", "exponential"),
                ),
            ),
        },
        watched="core.models.rounds:boosted",
        listens=True,
        cost=Cost(0.042, rows=1.05, columns=0.4, base=0.07, rounds=Rounds("n_estimators")),
    ),
    Model(
        name="gradient_boosting",
        title="Gradient boosting",
        family=_FAMILY,
        about=(
            "Grows small trees one after the other, each correcting what is still wrong. Strong, but slow on "
            "large tables."
        ),
        expert="Gradient-boosted CART trees of depth 3 with exact splits.",
        build={
            Task.CLASSIFICATION: "sklearn.ensemble:GradientBoostingClassifier",
            Task.REGRESSION: "sklearn.ensemble:GradientBoostingRegressor",
        },
        params={Task.CLASSIFICATION: _GRADIENT, Task.REGRESSION: _GRADIENT},
        watched="core.models.rounds:monitored",
        listens=True,
        cost=Cost(0.13, rows=1.05, columns=0.4, base=0.06, per_class=True, rounds=Rounds("n_estimators")),
    ),
    Model(
        name="hist_gradient_boosting",
        title="Histogram gradient boosting",
        family=_FAMILY,
        about=(
            "Gradient boosting made quick by rounding numbers into bins; takes gaps and categories as they are. "
            "Often the best."
        ),
        expert=(
            "Histogram-based gradient boosting after LightGBM, with native gaps and categories; stops early "
            "above 10,000 rows."
        ),
        build={
            Task.CLASSIFICATION: "sklearn.ensemble:HistGradientBoostingClassifier",
            Task.REGRESSION: "sklearn.ensemble:HistGradientBoostingRegressor",
        },
        params={Task.CLASSIFICATION: _HISTOGRAM, Task.REGRESSION: _HISTOGRAM},
        needs=Needs(native_categories=True, native_gaps=True),
        weighs_classes=True,
        ticked=True,
        watched="core.models.rounds:binned",
        listens=True,
        cost=Cost(
            0.075,
            rows=0.35,
            columns=0.7,
            per_class=True,
            rounds=Rounds("max_iter", 70, above=10_000, unless="early_stopping"),
        ),
    ),
)
