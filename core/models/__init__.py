"""MODELS: every kind of model that can take part, and how one is built for a problem.

Takes a `ModelSpec` and a `Problem`, gives an unfitted scikit-learn pipeline behind its preparation. Knows classes by
name only: nothing is imported before a model is built. May not know data sets, metrics or the store.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator, Mapping
from typing import Any

from core.catalogue import Catalogue, resolve
from core.models import (
    baseline,
    bayes,
    boosting,
    discriminant,
    ensembles,
    kernels,
    linear,
    neighbours,
    networks,
    settings,
    shapes,
    trees,
)
from core.models.entry import Cost, Memory, Model, Rounds
from core.models.trusted import TRUSTED
from core.preparation import plan, preparation
from core.records import ModelSpec, Problem, Task

__all__ = [
    "MODELS",
    "TRUSTED",
    "Cost",
    "Memory",
    "Model",
    "Rounds",
    "build",
    "check_settings",
    "default_models",
    "made",
    "model_title",
]


def _own() -> Iterator[Model]:
    """The entries of a person's own modules, which ``BAKEOFF_MODELS`` names, separated by commas.

    Each has a tuple ``MODELS``. All processes of a data folder must see the same, so it is set before the first starts.
    """
    for name in filter(None, map(str.strip, os.environ.get("BAKEOFF_MODELS", "").split(","))):
        yield from importlib.import_module(name).MODELS


MODELS: Catalogue[Model] = Catalogue(
    "model",
    *baseline.MODELS,
    *linear.MODELS,
    *neighbours.MODELS,
    *bayes.MODELS,
    *discriminant.MODELS,
    *kernels.MODELS,
    *trees.MODELS,
    *boosting.MODELS,
    *networks.MODELS,
    *shapes.MODELS,
    *ensembles.MODELS,
    *_own(),
)


def model_title(model: ModelSpec) -> str:
    """What people call a model, with its label where it has one."""
    title = MODELS[model.name].title
    return f"{title} ({model.label})" if model.label else title


def default_models(problem: Problem) -> tuple[str, ...]:
    """The names of the models that a person starts with: a quick and varied selection, always with the baseline."""
    return tuple(name for name, model in MODELS.items() if model.ticked and model.unsuitable(problem) is None)


def build(spec: ModelSpec, problem: Problem, seed: int, class_weight: str = "") -> Any:
    """The unfitted pipeline for a model on a problem.

    Parameters
    ----------
    spec : ModelSpec
        What it sets goes before the entry's settings, which go before the class's defaults.
    problem : Problem
    seed : int
        Becomes ``random_state`` where the class has one, and shuffles the preparation's inner folds.
    class_weight : str
        ``"balanced"``, or empty. Left out where the class does not take it, see `Model.weighs_classes`.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Steps ``"prepare"`` and ``"model"``; takes a frame with the columns ``problem.features``.

    Raises
    ------
    UnknownName
        If there is no such model, or it has no such setting.
    ValueError
        If the model is not made for the task, or a value does not fit.
    """
    from sklearn.pipeline import Pipeline

    model = MODELS[spec.name]
    check_settings(spec.name, problem.task, spec.settings)
    told = _native(problem, model) if model.needs.native_categories else {}
    if model.shape and model.shape.of(problem) is not None:
        told[model.shape.setting] = model.shape.of(problem)
    told |= {"common_scale": True} if problem.image_shape else {}
    told |= {"random_state": seed} | ({"class_weight": class_weight} if class_weight else {})
    estimator = made(model, problem.task, told, spec.settings)
    return Pipeline([("prepare", preparation(problem, model.needs, seed)), ("model", estimator)])


def made(model: Model, task: Task, told: Mapping[str, Any], given: Mapping[str, Any] | None = None) -> Any:
    """The unfitted estimator of an entry.

    Parameters
    ----------
    model : Model
    task : Task
    told : mapping of str to object
        What everybody is told; left out where the class does not take it.
    given : mapping of str to object, optional
        Settings that go before that and before the entry's own.
    """
    known = settings.accepted(model.build[task])
    heard = {name: value for name, value in told.items() if name in known}
    return resolve(model.build[task])(**model.defaults(task) | heard | dict(given or {}))


def check_settings(name: str, task: Task, given: Mapping[str, Any]) -> None:
    """Raise if a model is not made for a task or cannot be given these settings.

    Any parameter of the class's constructor can be set. Settings that the entry describes are checked without importing
    anything.

    Raises
    ------
    UnknownName
        If there is no such model, or it has no such setting; says near misses.
    ValueError
        If the model is not made for the task, or a value does not fit.
    """
    model = MODELS[name]
    if task not in model.build:
        raise ValueError(model.wrong_task(task))
    settings.check(model, task, given)


def _native(problem: Problem, model: Model) -> dict[str, Any]:
    """Where the categories stand: first, as the preparation puts them."""
    count = len(plan(problem, model.needs).categories)
    return {"categorical_features": list(range(count))} if count else {}
