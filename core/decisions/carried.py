"""A fitted model with the decision that was made for it, as one estimator: what is taken out answers accordingly.

Not imported with its package: a page needs no scikit-learn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from core.decisions.costs import Floats
from core.decisions.kept import Decision
from core.decisions.several import cheapest
from core.decisions.weighing import PROBABILITY

# What a file of such a model is made of, beyond `core.models.TRUSTED`.
TRUSTED = (
    "core.decisions.carried.CheapestClass",
    "core.decisions.carried.Named",
    "sklearn.model_selection._classification_threshold.FixedThresholdClassifier",
)


def _where_given(method: str) -> Callable[[Callable[..., Floats]], Any]:
    """A method that a model has where its estimator has one of this name."""
    decorated: Callable[[Callable[..., Floats]], Any] = available_if(lambda model: hasattr(model.estimator, method))
    return decorated


class _Fitted(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """What answers by a fitted classifier, its ``estimator``, and is as fitted as that."""

    estimator: Any

    def __sklearn_is_fitted__(self) -> bool:
        """Whether the estimator is."""
        check_is_fitted(self.estimator)
        return True

    def fit(self, X: Any, y: Any) -> Self:
        """Do nothing: the estimator is fitted."""
        return self


class CheapestClass(_Fitted):
    """A fitted classifier that calls the class that is expected to cost least.

    Parameters
    ----------
    estimator : fitted classifier
        With ``predict_proba``.
    costs : array-like of shape (classes, classes)
        By actual class (down) and called class (across), in the order of ``estimator.classes_``.
    """

    def __init__(self, estimator: Any, costs: Any) -> None:
        self.estimator = estimator
        self.costs = costs

    @property
    def classes_(self) -> Any:
        """The classes that the estimator knows."""
        return self.estimator.classes_

    def predict_proba(self, X: Any) -> Floats:
        """The estimator's probabilities, shape (rows, classes)."""
        found: Floats = self.estimator.predict_proba(X)
        return found

    def predict(self, X: Any) -> Any:
        """The class that is expected to cost least, shape (rows,)."""
        return self.classes_[cheapest(self.predict_proba(X), np.asarray(self.costs))]


class Named(_Fitted):
    """A fitted classifier of class codes that answers with the names of the classes.

    Parameters
    ----------
    estimator : fitted classifier
        Whose classes are the places in `names`.
    names : sequence
        Of all classes.
    """

    def __init__(self, estimator: Any, names: Any) -> None:
        self.estimator = estimator
        self.names = names

    @property
    def classes_(self) -> Any:
        """The names of the classes, in the order of the columns of ``predict_proba``."""
        return np.array(list(self.names))

    def predict(self, X: Any) -> Any:
        """The class of each row by its name, shape (rows,)."""
        return self.classes_[self.estimator.predict(X)]

    @_where_given("predict_proba")
    def predict_proba(self, X: Any) -> Floats:
        """The estimator's probabilities, shape (rows, classes)."""
        found: Floats = self.estimator.predict_proba(X)
        return found

    @_where_given("decision_function")
    def decision_function(self, X: Any) -> Floats:
        """The estimator's decision scores, towards the last class where there are two."""
        found: Floats = self.estimator.decision_function(X)
        return found


def named(model: Any, classes: Sequence[Any]) -> Named:
    """A fitted classifier of class codes that answers with the names of these classes."""
    return Named(model, list(classes))


def carried(pipeline: Any, decision: Decision) -> Any:
    """A fitted pipeline whose ``predict`` answers as was decided.

    Parameters
    ----------
    pipeline : fitted classifier
        Whose classes are the codes of ``decision.classes``.
    decision : Decision

    Returns
    -------
    FixedThresholdClassifier or CheapestClass
        scikit-learn's own for a cut-off: it flags where the score is the cut-off or more.

    Raises
    ------
    ValueError
        If the model did not see every class in training.
    """
    seen = [int(each) for each in pipeline.classes_]
    if seen != list(range(len(decision.classes))):
        names = [decision.classes[code] for code in seen]
        raise ValueError(f"The model knows {names} only, and the decision speaks of {list(decision.classes)}.")
    if decision.matrix:
        return CheapestClass(pipeline, [list(row) for row in decision.matrix])
    return FixedThresholdClassifier(  # which takes a fitted estimator as it is
        pipeline,
        threshold=decision.threshold,
        pos_label=list(decision.classes).index(decision.positive),
        response_method="predict_proba" if decision.on == PROBABILITY else "decision_function",
    )
