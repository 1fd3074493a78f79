"""Weighted sums of the columns, with and without a price on large weights."""

from __future__ import annotations

from core.models.entry import Cost, Memory, Model
from core.preparation import Needs
from core.records import Param, Task

_FAMILY = "Linear"
_INTERCEPT = Param("fit_intercept", True, "Whether the sum starts from a constant of its own rather than from zero.")
_POSITIVE = Param("positive", False, "Whether no column may have a negative weight.")
_SETTLED = "The default of 100 steps often ends before the weights have settled."


def _alpha(about: str) -> Param:
    return Param("alpha", 1.0, about, low=1e-6, high=1e6, log=True)


def _steps(default: int | None, none_means: str = "") -> Param:
    about = "After how many steps it stops, settled or not."
    return Param("max_iter", default, about, low=1, high=100_000, log=True, none_means=none_means)


_RIDGE = (
    _alpha("How strongly large weights are held back: more means simpler."),
    _INTERCEPT,
    _POSITIVE,
    Param(
        "solver",
        "auto",
        "How the weights are found; matters for speed, hardly for the result.",
        choices=("auto", "svd", "cholesky", "lsqr", "sparse_cg", "sag", "saga"),
    ),
)
_LASSO = (
    _alpha("How strongly weights are held back: more means fewer columns used."),
    _INTERCEPT,
    _POSITIVE,
    _steps(1_000),
    Param("selection", "cyclic", "Whether weights are adjusted in turn or at random.", choices=("cyclic", "random")),
)
_DESCENT = (
    Param("alpha", 1e-4, "How strongly large weights are held back.", low=0.0, high=100.0, log=True),
    Param("penalty", "l2", "Whether weights are kept small, or few.", choices=("l2", "l1", "elasticnet")),
    _steps(1_000),
    Param("early_stopping", False, "Whether it sets rows aside and stops when they get no better."),
    Param("average", False, "Whether it keeps the average of its weights over all steps, which is steadier."),
)

MODELS = (
    Model(
        name="logistic_regression",
        title="Logistic regression",
        family=_FAMILY,
        about=(
            "Adds up the columns, each with a weight, and turns the sum into a probability. Quick, and easy to explain."
        ),
        expert="Multinomial logistic regression with an L2 penalty (C = 1), fitted by L-BFGS on standardised columns.",
        build={Task.CLASSIFICATION: "sklearn.linear_model:LogisticRegression"},
        params={
            Task.CLASSIFICATION: (
                Param("C", 1.0, "How freely weights may grow: less means simpler.", low=1e-6, high=1e6, log=True),
                _steps(1_000),
                _INTERCEPT,
                Param(
                    "solver",
                    "lbfgs",
                    "How the weights are found; matters for speed, hardly for the result.",
                    choices=("lbfgs", "newton-cg", "newton-cholesky", "sag", "saga"),
                ),
            )
        },
        differs={Task.CLASSIFICATION: {"max_iter": (1_000, _SETTLED)}},
        needs=Needs(scaled=True),
        weighs_classes=True,
        ticked=True,
        cost=Cost(0.003, columns=0.7),
    ),
    Model(
        name="linear_regression",
        title="Linear regression",
        family=_FAMILY,
        about=(
            "Adds up the columns, each with a weight, to come as close to the number as it can. Quick, and easy "
            "to explain."
        ),
        expert="Ordinary least squares, without a penalty.",
        build={Task.REGRESSION: "sklearn.linear_model:LinearRegression"},
        params={Task.REGRESSION: (_INTERCEPT, _POSITIVE)},
        ticked=True,
        cost=Cost(0.0013),
        memory=Memory(cells=26),
    ),
    Model(
        name="ridge",
        title="Ridge",
        family=_FAMILY,
        about="A linear model that keeps its weights small, so that it is not carried away by chance.",
        expert=(
            "Least squares with an L2 penalty; for classes on targets of -1 and 1, one against the rest, without "
            "probabilities."
        ),
        build={
            Task.CLASSIFICATION: "sklearn.linear_model:RidgeClassifier",
            Task.REGRESSION: "sklearn.linear_model:Ridge",
        },
        params={Task.CLASSIFICATION: _RIDGE, Task.REGRESSION: _RIDGE},
        needs=Needs(scaled=True),
        gives="scores",
        weighs_classes=True,
        cost=Cost(0.0013),
        memory=Memory(cells=30),
    ),
    Model(
        name="lasso",
        title="Lasso",
        family=_FAMILY,
        about="A linear model that drops the columns it can do without.",
        expert=(
            "Least squares with an L1 penalty by coordinate descent; alpha is in units of the target, so 1 may "
            "be a lot or little."
        ),
        build={Task.REGRESSION: "sklearn.linear_model:Lasso"},
        params={Task.REGRESSION: _LASSO},
        needs=Needs(scaled=True),
        cost=Cost(0.0013),
    ),
    Model(
        name="elastic_net",
        title="Elastic net",
        family=_FAMILY,
        about="Between ridge and lasso: keeps weights small and drops the columns it can do without.",
        expert="Least squares with L1 and L2 penalties by coordinate descent; alpha is in units of the target.",
        build={Task.REGRESSION: "sklearn.linear_model:ElasticNet"},
        params={
            Task.REGRESSION: (
                _alpha("How strongly weights are held back."),
                Param("l1_ratio", 0.5, "0 holds back like ridge, 1 like lasso.", low=0.0, high=1.0),
                *_LASSO[1:],
            )
        },
        needs=Needs(scaled=True),
        cost=Cost(0.0013),
    ),
    Model(
        name="sgd",
        title="Stochastic gradient descent",
        family=_FAMILY,
        about="A linear model that learns from one row after the other, many times over. For very long tables.",
        expert="Log loss for classes, squared error for numbers, with an L2 penalty; ends when an epoch gains little.",
        build={
            Task.CLASSIFICATION: "sklearn.linear_model:SGDClassifier",
            Task.REGRESSION: "sklearn.linear_model:SGDRegressor",
        },
        params={
            Task.CLASSIFICATION: (
                Param("loss", "log_loss", "How a wrong answer counts.", choices=("log_loss", "modified_huber")),
                *_DESCENT,
            ),
            Task.REGRESSION: _DESCENT,
        },
        differs={Task.CLASSIFICATION: {"loss": ("log_loss", "The default, hinge, gives no probabilities.")}},
        needs=Needs(scaled=True),
        weighs_classes=True,
        watched="core.models.rounds:anew",
        listens=True,
        cost=Cost(0.006, rows=0.9, columns=0.4, per_class=True),
    ),
)
