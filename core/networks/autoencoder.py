"""`Autoencoder`: a network that squeezes rows through a few numbers and learns to give them back.

What passes the narrow place is a map of the rows; what cannot be given back is odd.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
import torch
from sklearn.base import OutlierMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from core.networks.base import Given, NetworkEstimator
from core.networks.choices import ACTIVATIONS, Activation
from core.networks.crew import forward
from core.networks.inputs import Array
from core.networks.layers import Context
from core.networks.lessons import Build
from core.networks.network import FeedForwardNetwork, Network
from core.networks.objectives import LACKING, Losses, lacking
from core.networks.settings import hidden_widths


class AutoencoderNetwork(Network):
    """Down to a few units and up again; its outputs are what is missing to the inputs, which are to become nothing.

    Parameters
    ----------
    inputs : int
        Also the number of outputs.
    hidden : sequence of int
        Units on the way down; the way up has the same in reverse.
    code : int
        Units of the narrow place, which have no bend.
    """

    first = ""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        hidden: Sequence[int],
        code: int,
        activation: Activation,
        members: int | None = None,
    ) -> None:
        super().__init__(outputs)
        self.down = FeedForwardNetwork(inputs, code, hidden, activation, members=members)
        self.up = FeedForwardNetwork(code, inputs, hidden[::-1], activation, members=members)

    def forward(self, x: Tensor, context: Context) -> Tensor:
        """Of shape (…, rows, inputs)."""
        lacks: Tensor = self.up(self.down(x, context), context) - x
        return lacks


class Autoencoder(TransformerMixin, OutlierMixin, NetworkEstimator):  # type: ignore[misc]
    """Squeezes rows through a few numbers, and tells the rows that do not fit through.

    Parameters
    ----------
    n_components : int, default=2
        Numbers that each row is squeezed into.
    hidden_layer_sizes : sequence of int, default=(64, 32)
        Units of the layers on the way down; the way up has the same in reverse.
    activation : str, default="silu"
        A name in `core.networks.choices.ACTIVATIONS`.
    contamination : float, default=0.05
        The share of the training rows that `predict` calls odd, above 0 and below 0.5.
    weight_decay, optimizer, learning_rate, schedule, batch_size, max_epochs, early_stopping, validation_fraction, \
patience, device, random_state
        See `core.networks.FeedForwardClassifier`.

    Attributes
    ----------
    kept_ : float
        The share of the training rows' variance that is given back, at most 1.
    offset_ : float
        The score below which a row is called odd.
    curve_ : list of dict
        As of `core.networks.FeedForwardClassifier`; losses are mean squared errors of standardised columns, scores are
        shares of the variance that is given back.
    """

    _objective, _number_type = LACKING, torch.float32
    loss: ClassVar[str] = ""

    def __init__(
        self,
        n_components: int = 2,
        *,
        hidden_layer_sizes: Sequence[int] = (64, 32),
        activation: str = "silu",
        contamination: float = 0.05,
        weight_decay: float = 0.0,
        optimizer: str = "adamw",
        learning_rate: float = 0.003,
        schedule: str = "cosine",
        batch_size: int | None = None,
        max_epochs: int = 100,
        early_stopping: bool = True,
        validation_fraction: float = 0.15,
        patience: int = 20,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self._keep(locals())

    def _build(self) -> Build:
        settings = {
            "hidden": hidden_widths(self.hidden_layer_sizes),
            "code": int(self.n_components),
            "activation": ACTIVATIONS[self.activation],
        }
        return Build(AutoencoderNetwork, tuple(settings.items()))

    def _losses(self) -> Losses:
        return lacking

    def _outputs(self) -> int:
        return self._inputs()

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn to give rows back.

        Parameters
        ----------
        X : array-like of shape (rows, features)
            Numbers without gaps.
        y : ignored

        Raises
        ------
        ValueError
            If a setting or the data cannot be used.
        """
        self._learn(*self._given(X, None, None))
        scores = self.score_samples(X)
        self.kept_ = 1 + float(scores.mean()) / max(float((self.scaled(X) ** 2).mean()), np.finfo(float).tiny)
        self.offset_ = float(np.quantile(scores, self.contamination))
        return self

    def _given(self, X: Any, y: Any, sample_weight: Any) -> Given:
        X = self._checked(X)
        return X, np.zeros(len(X)), None, X.shape[1]

    def scaled(self, X: Any) -> Array:
        """The rows as the network sees them: ndarray of shape (rows, features)."""
        check_is_fitted(self)
        seen: Array = self._scaled(self._checked(X, reset=False), torch.float64).numpy()
        return seen

    def transform(self, X: Any) -> Array:
        """What each row is squeezed into: ndarray of shape (rows, n_components)."""
        return self._asked(X, lambda module, rows: forward(module.down, rows))

    def lacks(self, X: Any) -> Array:
        """What is given back less what is there, in standardised columns: ndarray of shape (rows, features)."""
        return self._said(X)

    def score_samples(self, X: Any) -> Array:
        """How ordinary each row is: minus its mean squared error, ndarray of shape (rows,)."""
        score: Array = -np.square(self.lacks(X)).mean(axis=1)
        return score

    def decision_function(self, X: Any) -> Array:
        """`score_samples` less ``offset_``: below 0 for odd rows."""
        return self.score_samples(X) - self.offset_

    def predict(self, X: Any) -> Array:
        """-1 for odd rows, 1 for ordinary ones: ndarray of shape (rows,)."""
        return np.where(self.decision_function(X) < 0, -1, 1)
