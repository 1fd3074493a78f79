"""`LinearNetworkClassifier`, `LinearNetworkRegressor`: one layer, which is logistic or ridge regression.

What the other networks are compared with: the same way in and out, and nothing in between.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import torch

from core.networks.base import NetworkClassifier, NetworkEstimator, NetworkRegressor
from core.networks.choices import ACTIVATIONS, OPTIMISERS
from core.networks.lessons import Build
from core.networks.members import Plan
from core.networks.network import FeedForwardNetwork


class _Linear(NetworkEstimator):
    """What both share. In double precision, as only then the minimum is found to more than three digits."""

    _precision = torch.float64
    early_stopping: ClassVar[bool] = False
    validation_fraction: ClassVar[float] = 0.0

    def __init__(
        self,
        *,
        alpha: float = 1.0,
        max_epochs: int = 100,
        common_scale: bool = False,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self._keep(locals())

    def _build(self) -> Build:
        settings = {"hidden": (), "activation": ACTIVATIONS["identity"]}
        return Build(FeedForwardNetwork, tuple(settings.items()))

    def _halves(self) -> float:
        """How often half the squared weights are penalised, so that it is what scikit-learn's own models call alpha."""
        raise NotImplementedError

    def _plan(self) -> Plan:
        plan, penalty = super()._plan(), self.alpha * self._halves()
        return replace(plan, optimiser=OPTIMISERS["lbfgs"], penalty=penalty, patience=plan.max_epochs)


class LinearNetworkClassifier(_Linear, NetworkClassifier):
    """A network of one layer that tells classes apart: logistic regression.

    Parameters
    ----------
    alpha : float, default=1.0
        How strongly large weights are held back, from 0: 1 / ``C`` of scikit-learn's ``LogisticRegression`` on
        standardised columns, with which it agrees.
    max_epochs : int, default=100
        Epochs of a few steps over all rows (L-BFGS); it ends sooner where the loss has settled.
    class_weight : dict, "balanced" or None, default=None
        What the rows of each class count; weights are brought to 1 on average.
    common_scale, device, random_state
        See `core.networks.FeedForwardClassifier`, as for the attributes.
    """

    def __init__(
        self,
        *,
        alpha: float = 1.0,
        max_epochs: int = 100,
        common_scale: bool = False,
        class_weight: Any = None,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self._keep(locals())

    def _halves(self) -> float:
        # Two classes have two opposite rows of weights here and one of twice their size there: half the squares.
        return 2.0 if len(self.classes_) == 2 else 1.0


class LinearNetworkRegressor(_Linear, NetworkRegressor):
    """A network of one layer that predicts a number: ridge regression.

    Parameters
    ----------
    alpha : float, default=1.0
        How strongly large weights are held back, from 0: ``alpha`` of scikit-learn's ``Ridge`` on standardised columns,
        with which it agrees.
    max_epochs, common_scale, device, random_state
        See `LinearNetworkClassifier`.
    """

    def _halves(self) -> float:
        return 2.0  # squared errors are not halved, here as there
