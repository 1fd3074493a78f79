"""Several models that answer together: bagging, voting and stacking, by scikit-learn's own classes.

The members are named in a setting and built from MODELS, so that whatever is a model can be a member. They share the
preparation of the whole: numbers without gaps, on a common scale.
"""

from __future__ import annotations

import re
from typing import Any

from core.models.entry import Cost, Memory, Model, Rounds
from core.preparation import Needs
from core.records import Param, Task

_FAMILY = "Ensembles"
_CLASSES = "feed_forward, hist_gradient_boosting, random_forest, logistic_regression"
_NUMBERS = "feed_forward, hist_gradient_boosting, random_forest, ridge"
_ALSO = "the same one several times learns from several seeds"


def bagged_classifier(
    member: str = "feed_forward",
    n_estimators: int = 5,
    max_samples: float = 1.0,
    class_weight: Any = None,
    common_scale: bool = False,
    random_state: Any = None,
) -> Any:
    """Copies of one model, each learning from its own draw of the rows; their probabilities are averaged."""
    from sklearn.ensemble import BaggingClassifier

    return BaggingClassifier(
        _only(member, Task.CLASSIFICATION, random_state, common_scale, class_weight),
        n_estimators=n_estimators,
        max_samples=max_samples,
        random_state=random_state,
    )


def bagged_regressor(
    member: str = "feed_forward",
    n_estimators: int = 5,
    max_samples: float = 1.0,
    common_scale: bool = False,
    random_state: Any = None,
) -> Any:
    """Copies of one model, each learning from its own draw of the rows; their numbers are averaged."""
    from sklearn.ensemble import BaggingRegressor

    return BaggingRegressor(
        _only(member, Task.REGRESSION, random_state, common_scale),
        n_estimators=n_estimators,
        max_samples=max_samples,
        random_state=random_state,
    )


def voting_classifier(
    members: str = _CLASSES, class_weight: Any = None, common_scale: bool = False, random_state: Any = None
) -> Any:
    """Different models, whose probabilities are averaged."""
    from sklearn.ensemble import VotingClassifier

    _check_probabilities(members)
    named = _members(members, Task.CLASSIFICATION, random_state, common_scale, class_weight)
    return VotingClassifier(named, voting="soft")


def voting_regressor(members: str = _NUMBERS, common_scale: bool = False, random_state: Any = None) -> Any:
    """Different models, whose numbers are averaged."""
    from sklearn.ensemble import VotingRegressor

    return VotingRegressor(_members(members, Task.REGRESSION, random_state, common_scale))


def stacking_classifier(
    members: str = _CLASSES, cv: int = 5, class_weight: Any = None, common_scale: bool = False, random_state: Any = None
) -> Any:
    """Different models, and a logistic regression that learns from what they say of rows that they have not seen."""
    from sklearn.ensemble import StackingClassifier
    from sklearn.linear_model import LogisticRegression

    last = LogisticRegression(max_iter=1_000, class_weight=class_weight)
    named = _members(members, Task.CLASSIFICATION, random_state, common_scale, class_weight)
    return StackingClassifier(named, last, cv=cv)


def stacking_regressor(
    members: str = _NUMBERS, cv: int = 5, common_scale: bool = False, random_state: Any = None
) -> Any:
    """Different models, and a ridge regression that learns from what they say of rows that they have not seen."""
    from sklearn.ensemble import StackingRegressor
    from sklearn.linear_model import RidgeCV

    return StackingRegressor(_members(members, Task.REGRESSION, random_state, common_scale), RidgeCV(), cv=cv)


def named(names: str, task: Task) -> list[Model]:
    """The entries that a setting names.

    Raises
    ------
    UnknownName
        For a name that no model bears; says near misses.
    ValueError
        If there is none, or one is not made for the task.
    """
    from core.models import MODELS  # the table that these entries stand in themselves

    found = [MODELS[name] for name in re.findall(r"[^\s,;+]+", str(names))]
    if not found:
        raise ValueError("An ensemble needs at least one member.")
    for model in found:
        if task not in model.build:
            raise ValueError(model.wrong_task(task))
    return found


def _members(
    names: str, task: Task, random_state: Any, common_scale: bool, class_weight: Any = None
) -> list[tuple[str, Any]]:
    """The named models, each of which may be told weights; one that is named again learns from the next seed."""
    from core.models import made
    from core.models.weights import hearing

    members: dict[str, Any] = {}
    for model in named(names, task):
        again = sum(label.partition(" ")[0] == model.name for label in members)
        seed = random_state + again if isinstance(random_state, int) else random_state
        told = {"random_state": seed, "common_scale": common_scale, "class_weight": class_weight}
        members[f"{model.name} {again + 1}" if again else model.name] = hearing(made(model, task, told))
    return list(members.items())


def _only(name: str, *given: Any) -> Any:
    members = _members(name, *given)
    if len(members) > 1:
        raise ValueError(f"Bagging copies one model; {len(members)} were named.")
    return members[0][1]


def _check_probabilities(names: str) -> None:
    for model in named(names, Task.CLASSIFICATION):
        if model.gives != "probabilities":
            raise ValueError(f"{model.title} gives no probabilities, and their mean is what the members vote with.")


def _names(default: str) -> Param:
    return Param("members", default, f"Which models take part, by name; {_ALSO}.")


_BAG = (
    Param("member", "feed_forward", "Which model is copied, by name."),
    Param("n_estimators", 5, "How many copies there are: more is steadier and slower.", low=1, high=1_000, log=True),
    Param("max_samples", 1.0, "How many rows each copy draws, as a share of all.", low=0.01, high=1.0),
)
_FOLDS = Param("cv", 5, "In how many parts the rows are divided, so that each is answered unseen.", low=2, high=20)

MODELS = (
    Model(
        name="bagging",
        title="Bagged networks",
        family=_FAMILY,
        about="Several networks, each trained on its own draw of the rows; the mean of their answers is steadier.",
        expert="Bagging of five feed-forward networks, or of any other model, on bootstrap samples.",
        build={
            Task.CLASSIFICATION: "core.models.ensembles:bagged_classifier",
            Task.REGRESSION: "core.models.ensembles:bagged_regressor",
        },
        params={Task.CLASSIFICATION: _BAG, Task.REGRESSION: _BAG},
        needs=Needs(scaled=True),
        weighs_classes=True,
        watched="core.models.rounds:grown",
        listens=True,
        members="member",
        cost=Cost(2.0, rows=0.85, columns=0.1, base=0.8, rounds=Rounds("n_estimators")),
        memory=Memory(cells=40, base=40 * 2**20),
        gpus=1.0,
    ),
    Model(
        name="voting",
        title="Voting",
        family=_FAMILY,
        about="A network, boosting, a forest and a linear model answer together: their answers are averaged.",
        expert="Soft voting: the mean of the members' probabilities, or of their numbers.",
        build={
            Task.CLASSIFICATION: "core.models.ensembles:voting_classifier",
            Task.REGRESSION: "core.models.ensembles:voting_regressor",
        },
        params={Task.CLASSIFICATION: (_names(_CLASSES),), Task.REGRESSION: (_names(_NUMBERS),)},
        needs=Needs(scaled=True),
        weighs_classes=True,
        watched="core.models.rounds:as_a_whole",
        members="members",
        cost=Cost(0.6, rows=0.95, columns=0.3, base=0.35),
        memory=Memory(cells=40, trees=4_800, base=40 * 2**20),
        gpus=1.0,
    ),
    Model(
        name="stacking",
        title="Stacking",
        family=_FAMILY,
        about="As voting, but a last model learns whom of them to believe, from answers about rows they had not seen.",
        expert=(
            "Stacked generalisation: logistic or ridge regression on the members' out-of-fold answers, five folds."
        ),
        build={
            Task.CLASSIFICATION: "core.models.ensembles:stacking_classifier",
            Task.REGRESSION: "core.models.ensembles:stacking_regressor",
        },
        params={Task.CLASSIFICATION: (_names(_CLASSES), _FOLDS), Task.REGRESSION: (_names(_NUMBERS), _FOLDS)},
        needs=Needs(scaled=True),
        weighs_classes=True,
        watched="core.models.rounds:as_a_whole",
        members="members",
        cost=Cost(3.3, rows=0.95, columns=0.3, base=2.0),
        memory=Memory(cells=40, trees=4_800, base=40 * 2**20),
        gpus=1.0,
    ),
)
