"""Ways to fit a model so that it can be looked at after each of its rounds: trees, epochs.

Takes an unfitted estimator, its prepared rows and a `Look`; leaves the estimator as a plain ``fit`` would, bit for bit.
Entries name a way as text (`Model.watched`); nothing here knows models, folds or screens.

============= =========================================================================================
`monitored`   gradient boosting, through the call-back of its ``fit``
`boosted`     AdaBoost, at the end of each of its boosts
`binned`      histogram gradient boosting, where it would print how far it is
`in_epochs`   scikit-learn's network, where it counts the epochs without progress
`grown`       forests and bagging: a few members at a time, through ``warm_start``
`anew`        stochastic gradient descent, which cannot be interrupted: from the start with more epochs
`as_a_whole`  ensembles without an order among their members: their own steps are heard, not their curves
============= =========================================================================================
"""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from contextvars import copy_context
from copy import copy
from typing import Any, Protocol

from core.progress import Step, listening, tell

MOMENT = 0.25  # seconds of growing between two questions whether to go on
APART = 1.0  # seconds that fits may take which are only looked at


class Look(Protocol):
    """Looks at a model after a round.

    Attributes
    ----------
    seconds : float
        Spent on what is no part of the fit; a way adds to it what it did only to be looked at.
    """

    seconds: float

    def __call__(self, so_far: Callable[[], Any], done: int, most: int) -> bool:
        """Look at the model that `so_far` gives after `done` of `most` rounds; False asks to keep just that."""


def monitored(estimator: Any, X: Any, y: Any, look: Look, **arguments: Any) -> None:
    """Fit gradient boosting."""

    def monitor(number: int, model: Any, _: Any) -> bool:
        done = number + 1
        return not look(lambda: _with(model, estimators_=model.estimators_[:done]), done, model.n_estimators)

    estimator.fit(X, y, monitor=monitor, **arguments)


def boosted(estimator: Any, X: Any, y: Any, look: Look, **arguments: Any) -> None:
    """Fit AdaBoost."""
    boost, go_on = estimator._boost, True

    def watched(number: int, *rest: Any) -> Any:
        nonlocal go_on
        weights, weight, error = boost(number, *rest) if go_on else (None, None, None)  # which ends the boosting
        if weights is not None:
            estimator.estimator_weights_[number] = weight  # as `fit` does in a moment: its predictions need it
            go_on = look(lambda: estimator, number + 1, estimator.n_estimators)
        return weights, weight, error

    with _replaced(estimator, _boost=watched):
        estimator.fit(X, y, **arguments)


def binned(estimator: Any, X: Any, y: Any, look: Look, **arguments: Any) -> None:
    """Fit histogram gradient boosting."""

    def watched(_: float) -> None:
        if not look(lambda: _with(estimator, _in_fit=False), estimator.n_iter_, estimator.max_iter):
            raise _EnoughError

    with (
        open(os.devnull, "w") as nowhere,
        redirect_stdout(nowhere),
        _replaced(estimator, verbose=2, _print_iteration_stats=watched),
    ):
        try:
            estimator.fit(X, y, **arguments)
        except _EnoughError:
            _end(estimator)


class _EnoughError(Exception):
    """Leaves a loop that can be left in no other way."""


def _end(estimator: Any) -> None:
    """What the fit of histogram gradient boosting does after its last round."""
    import numpy as np

    estimator.train_score_ = np.asarray(estimator.train_score_)
    estimator.validation_score_ = np.asarray(estimator.validation_score_)
    del estimator._in_fit


def in_epochs(estimator: Any, X: Any, y: Any, look: Look, **arguments: Any) -> None:
    """Fit scikit-learn's network; by L-BFGS it has no epochs to look at."""
    count = estimator._update_no_improvement_count

    def watched(*given: Any) -> None:
        count(*given)
        if not look(lambda: estimator, estimator.n_iter_, estimator.max_iter):
            raise KeyboardInterrupt  # which its loop takes as the wish to end and to keep what it has

    with _replaced(estimator, _update_no_improvement_count=watched), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Training interrupted")  # it is told in other words
        estimator.fit(X, y, **arguments)


def grown(estimator: Any, X: Any, y: Any, look: Look, **arguments: Any) -> None:
    """Fit members that know nothing of each other, a few at a time."""
    import numpy as np

    if getattr(estimator, "oob_score", False):  # bagging refuses to grow with it
        return as_a_whole(estimator, X, y, look, **arguments)
    most, done, count, go_on = estimator.n_estimators, 0, 1, True
    seeds: list[Any] = []
    with _replaced(estimator, warm_start=True, n_estimators=1):
        while go_on and done < most:
            estimator.n_estimators, began = count, time.perf_counter()
            with _heard(), warnings.catch_warnings():
                warnings.filterwarnings("ignore", "class_weight presets")  # all parts see the same rows
                estimator.fit(X, y, **arguments)
            more = int(MOMENT * (count - done) / (time.perf_counter() - began))
            seeds.append(getattr(estimator, "_seeds", None))
            while go_on and done < count:
                done += 1
                go_on = look(lambda: _with(estimator, **_first(estimator, done)), done, most)  # noqa: B023
            count = min(most, count + max(1, more))
    vars(estimator).update(_first(estimator, done))
    if seeds[0] is not None:  # bagging remembers only those of its last members
        estimator._seeds = np.concatenate(seeds)[:done]


def _first(ensemble: Any, count: int) -> dict[str, Any]:
    """What makes an ensemble one of its first so many members."""
    return {"n_estimators": count, "estimators_": ensemble.estimators_[:count]}


def anew(estimator: Any, X: Any, y: Any, look: Look, **arguments: Any) -> None:
    """Fit from the start with ever more epochs, which is how a longer fit begins, until it settles."""
    most, count, settled = estimator.max_iter, 1, False
    with _replaced(estimator, max_iter=1):
        while not settled:
            estimator.max_iter, began = count, time.perf_counter()
            with warnings.catch_warnings():
                if count < most:
                    warnings.simplefilter("ignore")
                estimator.fit(X, y, **arguments)
            took, settled = time.perf_counter() - began, count == most or estimator.n_iter_ < count
            if not look(lambda: estimator, int(estimator.n_iter_), most):
                break
            look.seconds += 0.0 if settled else took
            count = min(most, 2 * count) if look.seconds < APART else most


def as_a_whole(estimator: Any, X: Any, y: Any, _: Look, **arguments: Any) -> None:
    """Fit members that have no rounds in common."""
    with _heard():
        estimator.fit(X, y, **arguments)


@contextmanager
def _heard() -> Iterator[None]:
    """Pass on what members say of themselves, without their curves, which are not the whole's.

    They are not asked to stop either: an ensemble of members that were cut short would pass for a whole one.
    """
    outside = copy_context()
    with listening(lambda step: outside.run(tell, Step(0.0, step.message))):
        yield


def _with(model: Any, **attributes: Any) -> Any:
    """A model that differs in some attributes and shares the others."""
    other = copy(model)
    vars(other).update(attributes)
    return other


@contextmanager
def _replaced(estimator: Any, **attributes: Any) -> Iterator[None]:
    """Give an estimator other attributes for a while; methods go back to those of its class."""
    before = {name: vars(estimator)[name] for name in attributes if name in vars(estimator)}
    vars(estimator).update(attributes)
    try:
        yield
    finally:
        for name in attributes.keys() - before.keys():
            del vars(estimator)[name]
        vars(estimator).update(before)
