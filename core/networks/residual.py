"""`ResidualNetworkClassifier`, `ResidualNetworkRegressor`: deep networks whose blocks add to what passes by them."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from core.networks.base import NetworkClassifier, NetworkEstimator, NetworkRegressor
from core.networks.choices import ACTIVATIONS, Activation, function
from core.networks.layers import BatchNorm, Context, Dropout, Linear
from core.networks.lessons import Build
from core.networks.network import Network


class Block(nn.Module):
    """Normalise, widen, bend, narrow; what comes out is added to what came in."""

    def __init__(
        self, width: int, inner: int, activation: Activation, dropout: float, members: int | None = None
    ) -> None:
        super().__init__()
        self.norm = BatchNorm(width, members)
        self.widen = Linear(width, inner, activation.gain, members)
        self.narrow = Linear(inner, width, 1.0, members)
        self.bend, self.dropout = function(activation), Dropout(dropout)

    def forward(self, x: Tensor, context: Context) -> Tensor:
        """The same shape."""
        inner = self.dropout(self.bend(self.widen(self.norm(x, context))), context)
        outer: Tensor = self.dropout(self.narrow(inner), context)
        return x + outer


class ResidualNetwork(Network):
    """A linear layer, blocks, and a last layer (Gorishniy et al. 2021, arXiv 2106.11959, "ResNet").

    Parameters
    ----------
    inputs, outputs : int
    width : int
        Units that pass from block to block; inside a block there are twice as many.
    blocks : int
    activation : Activation
    dropout : float
    members : int or None
    """

    first = "enter.weight"

    def __init__(
        self,
        inputs: int,
        outputs: int,
        width: int,
        blocks: int,
        activation: Activation,
        dropout: float = 0.0,
        members: int | None = None,
    ) -> None:
        super().__init__(outputs)
        self.enter = Linear(inputs, width, 1.0, members)
        self.blocks = nn.ModuleList(Block(width, 2 * width, activation, dropout, members) for _ in range(blocks))
        self.norm, self.leave = BatchNorm(width, members), Linear(width, outputs, 0.1, members)
        self.activation, self.bend = activation.name, function(activation)

    def extra_repr(self) -> str:
        """The bend, for who reads it."""
        return self.activation

    def forward(self, x: Tensor, context: Context) -> Tensor:
        """Outputs of shape (…, rows, outputs)."""
        x = self.enter(x)
        for block in self.blocks:
            x = block(x, context)
        outputs: Tensor = self.leave(self.bend(self.norm(x, context)))
        return outputs


class _Residual(NetworkEstimator):
    """What both share."""

    def _build(self) -> Build:
        settings = {
            "width": int(self.width),
            "blocks": int(self.n_blocks),
            "activation": ACTIVATIONS[self.activation],
            "dropout": float(self.dropout),
        }
        return Build(ResidualNetwork, tuple(settings.items()))

    def __init__(
        self,
        width: int = 128,
        *,
        n_blocks: int = 2,
        activation: str = "relu",
        dropout: float = 0.2,
        weight_decay: float = 0.01,
        optimizer: str = "adamw",
        momentum: float = 0.9,
        learning_rate: float = 0.001,
        schedule: str = "constant",
        batch_size: int | None = None,
        max_epochs: int = 200,
        early_stopping: bool = True,
        validation_fraction: float = 0.15,
        patience: int = 20,
        common_scale: bool = False,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self._keep(locals())


class ResidualNetworkClassifier(_Residual, NetworkClassifier):
    """A residual network that tells classes apart.

    Parameters
    ----------
    width : int, default=128
        Units that pass from block to block; inside a block there are twice as many.
    n_blocks : int, default=2
        How many blocks follow each other.
    activation, dropout, weight_decay, optimizer, momentum, learning_rate, schedule, batch_size, max_epochs, \
early_stopping, validation_fraction, patience, common_scale, class_weight, device, random_state
        See `core.networks.FeedForwardClassifier`, as for the attributes.
    """

    def __init__(
        self,
        width: int = 128,
        *,
        n_blocks: int = 2,
        activation: str = "relu",
        dropout: float = 0.2,
        weight_decay: float = 0.01,
        optimizer: str = "adamw",
        momentum: float = 0.9,
        learning_rate: float = 0.001,
        schedule: str = "constant",
        batch_size: int | None = None,
        max_epochs: int = 200,
        early_stopping: bool = True,
        validation_fraction: float = 0.15,
        patience: int = 20,
        common_scale: bool = False,
        class_weight: Any = None,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self._keep(locals())


class ResidualNetworkRegressor(_Residual, NetworkRegressor):
    """A residual network that predicts a number.

    Parameters and attributes are those of `ResidualNetworkClassifier`, but for ``class_weight``, and of
    `core.networks.FeedForwardRegressor`.
    """
