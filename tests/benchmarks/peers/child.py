"""What the scripts of the peers share. It runs in their environments, so it knows numpy and nothing of this project."""

from __future__ import annotations

import importlib
import json
import math
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Contest:
    """What everybody is given.

    Attributes
    ----------
    X : ndarray of shape (rows, features)
        Standardised numbers.
    y : ndarray of shape (rows,)
        Class codes.
    fold : ndarray of shape (rows,)
        The fold in which a row is held out.
    columns : ndarray of shape (features,)
    models : list of dict
        ``name``, ``class`` as "module:Class", ``settings`` that differ from the class's, ``pycaret`` (its id there).
    seed : int
    """

    X: np.ndarray
    y: np.ndarray
    fold: np.ndarray
    columns: np.ndarray
    models: list[dict[str, Any]]
    seed: int

    @property
    def splits(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Training and test rows of every fold."""
        return [(np.flatnonzero(self.fold != each), np.flatnonzero(self.fold == each)) for each in np.unique(self.fold)]


def contest() -> Contest:
    """The contest in the file that the command line names."""
    with np.load(sys.argv[1]) as file:
        given = {name: file[name] for name in ("X", "y", "fold", "columns")}
        return Contest(**given, **json.loads(str(file["task"])))


def estimator(model: Mapping[str, Any]) -> Any:
    """The unfitted estimator of one model, without any preparation."""
    module, name = model["class"].split(":")
    return getattr(importlib.import_module(module), name)(**model["settings"])


def metrics(model: Any, y: np.ndarray) -> list[str]:
    """Five metrics by scikit-learn's names; four where a model of several classes has no probabilities.

    `cross_validate` gives no metric at all for a model that lacks what one of them needs.
    """
    several = len(np.unique(y)) > 2
    plain = ["accuracy", *(name + "_macro" * several for name in ("precision", "recall", "f1"))]
    if not several:
        return [*plain, "roc_auc"]
    return [*plain, "roc_auc_ovr"] if hasattr(model, "predict_proba") else plain


def each(models: list[dict[str, Any]], accuracy: Callable[[dict[str, Any]], float]) -> dict[str, float | None]:
    """The accuracy of every model; None for one that fails on a fold, whose error goes to stderr."""
    found: dict[str, float | None] = {}
    for model in models:
        try:
            value = float(accuracy(model))
            found[model["name"]] = None if math.isnan(value) else value
        except Exception as error:
            print(model["name"], error, file=sys.stderr)
            found[model["name"]] = None
    return found


def compete(run: Callable[[], dict[str, float | None]]) -> None:
    """Do it twice, as the first call has its processes to start, and print what came of it for the calling process."""
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        accuracy = run()
        seconds.append(time.perf_counter() - began)
    print(json.dumps({"first": seconds[0], "again": seconds[1], "accuracy": accuracy}))
