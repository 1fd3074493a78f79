"""Questions asked in turn: one tree, and many that vote."""

from __future__ import annotations

from core.models.entry import Cost, Memory, Model, Rounds
from core.records import Param, Task

_FAMILY = "Trees"
_DEPTH = Param(
    "max_depth", None, "How many questions may follow each other.", low=1, high=100, none_means="as many as it takes"
)
_LEAF = Param("min_samples_leaf", 1, "How many rows an answer must rest on at least.", low=1, high=1_000, log=True)
_SPLIT = Param("min_samples_split", 2, "How many rows a question must divide at least.", low=2, high=1_000, log=True)
_PRUNE = Param("ccp_alpha", 0.0, "How much is cut back afterwards: more means a smaller tree.", low=0.0, high=1.0)
_TREES = Param("n_estimators", 100, "How many trees vote: more is steadier and slower.", low=1, high=5_000, log=True)


def _criterion(*choices: str) -> Param:
    return Param("criterion", choices[0], "How a good question is told from a bad one.", choices=choices)


def _columns(default: str | float | None, none_means: str = "") -> Param:
    about = "How many columns each question may choose from; also a share between 0 and 1."
    return Param("max_features", default, about, choices=("sqrt", "log2", 0.5, 1.0), none_means=none_means)


_GINI = _criterion("gini", "entropy", "log_loss")
_SQUARED = _criterion("squared_error", "absolute_error")


def _forest(bootstrap: bool) -> dict[Task, tuple[Param, ...]]:
    draws = Param("bootstrap", bootstrap, "Whether each tree sees a random draw of the rows instead of all.")
    shared = (_TREES, _DEPTH, _LEAF)
    return {
        Task.CLASSIFICATION: (*shared, _columns("sqrt"), draws, _GINI),
        Task.REGRESSION: (*shared, _columns(1.0), draws, _SQUARED),
    }


MODELS = (
    Model(
        name="decision_tree",
        title="Decision tree",
        family=_FAMILY,
        about=(
            "Asks one question after the other, such as “is the price above 20?”, until it has an answer. Can be read."
        ),
        expert=(
            "One CART tree, grown until its leaves are pure: it learns its training rows by heart unless it is "
            "held back."
        ),
        build={
            Task.CLASSIFICATION: "sklearn.tree:DecisionTreeClassifier",
            Task.REGRESSION: "sklearn.tree:DecisionTreeRegressor",
        },
        params={
            Task.CLASSIFICATION: (_DEPTH, _LEAF, _SPLIT, _columns(None, none_means="all of them"), _PRUNE, _GINI),
            Task.REGRESSION: (_DEPTH, _LEAF, _SPLIT, _columns(None, none_means="all of them"), _PRUNE, _SQUARED),
        },
        weighs_classes=True,
        ticked=True,
        cost=Cost(0.0056, rows=1.1, columns=0.6),
        memory=Memory(trees=48),
    ),
    Model(
        name="random_forest",
        title="Random forest",
        family=_FAMILY,
        about=(
            "Asks many decision trees, each grown on a different draw of the rows, and lets them vote. Rarely far off."
        ),
        expert=(
            "Bagged CART trees with random columns at each split (all of them for numbers, as is scikit-learn's "
            "default)."
        ),
        build={
            Task.CLASSIFICATION: "sklearn.ensemble:RandomForestClassifier",
            Task.REGRESSION: "sklearn.ensemble:RandomForestRegressor",
        },
        params=_forest(bootstrap=True),
        weighs_classes=True,
        ticked=True,
        watched="core.models.rounds:grown",
        listens=True,
        cost=Cost(0.14, rows=1.1, columns=0.4, base=0.08, rounds=Rounds("n_estimators")),
        memory=Memory(trees=48),
    ),
    Model(
        name="extra_trees",
        title="Extra trees",
        family=_FAMILY,
        about="Like a random forest, with questions drawn at random: quicker, and often as good.",
        expert="Extremely randomised trees: thresholds drawn at random, no bootstrap.",
        build={
            Task.CLASSIFICATION: "sklearn.ensemble:ExtraTreesClassifier",
            Task.REGRESSION: "sklearn.ensemble:ExtraTreesRegressor",
        },
        params=_forest(bootstrap=False),
        weighs_classes=True,
        watched="core.models.rounds:grown",
        listens=True,
        cost=Cost(0.06, rows=1.1, columns=0.6, base=0.06, rounds=Rounds("n_estimators")),
        memory=Memory(trees=76),
    ),
)
