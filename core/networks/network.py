"""The modules of the feed-forward, the residual and the linear network."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from core.networks.choices import Activation, function
from core.networks.flat import USUAL, Pace
from core.networks.layers import BatchNorm, Context, Dropout, Linear
from core.networks.stack import SLOPES, Stack


class Network(nn.Module):
    """What all modules here share; see `core.networks.crew.Net`.

    Attributes
    ----------
    first : str
        The parameter that has a column for each input; a network whose inputs are filled up with zeros is cut there.
    alone : bool
        Whether it has no leading axis for members, so that several train one by one.
    most_rows : int
        Rows of a forward pass without gradients: large enough to be quick, small enough for any memory.
    single : bool
        Whether what runs ONNX files knows its layers in single precision only.
    """

    copies, first, alone, most_rows, single = 1, "layers.0.weight", False, 8192, False

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.outputs = outputs

    def start(self, number: int, generator: torch.Generator, inputs: int) -> None:
        """Draw one member's initial weights, layer by layer; only the first has as many inputs as the member."""
        first = self.get_submodule(self.first.rpartition(".")[0]) if self.first else None
        for layer in self.modules():
            if layer is first:
                layer.start(number, generator, inputs)  # type: ignore[operator]
            elif hasattr(layer, "start") and not isinstance(layer, Network):  # whose own layers are among these
                layer.start(number, generator)  # type: ignore[operator]

    def stack(self) -> Stack | None:
        """None: its gradient is autograd's."""
        return None

    def pace(self, name: str) -> Pace:
        """All parameters follow at the same pace."""
        return USUAL

    def cut(self, arrays: dict[str, Any], inputs: int) -> dict[str, Any]:
        """A member's arrays without the columns of inputs that it does not have."""
        return arrays | {self.first: arrays[self.first][:, :inputs].copy()} if self.first else arrays


class FeedForwardNetwork(Network):
    """Linear layers with a bend between them.

    The last layer starts ten times smaller, so that the first predictions are the mean, or even odds.

    Parameters
    ----------
    inputs, outputs : int
    hidden : sequence of int
        Units of each hidden layer.
    activation : Activation
    dropout : float
    batch_norm : bool
    members : int or None
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        hidden: Sequence[int],
        activation: Activation,
        dropout: float = 0.0,
        batch_norm: bool = False,
        members: int | None = None,
    ) -> None:
        super().__init__(outputs)
        shapes, last = list(pairwise([inputs, *hidden, outputs])), len(hidden)
        self.layers = nn.ModuleList(
            Linear(*shape, activation.gain if place < last else 0.1, members, bias=place == last or not batch_norm)
            for place, shape in enumerate(shapes)
        )
        self.norms = nn.ModuleList(BatchNorm(width, members) for width in hidden if batch_norm)
        self.activation, self.dropout = activation.name, Dropout(dropout)
        # What each pass needs, without asking the module for it: that would take longer than a small layer's work.
        self.steps = tuple(self.layers), tuple(self.norms), function(activation), self.dropout if dropout else None

    def extra_repr(self) -> str:
        """The bend, for who reads it."""
        return self.activation

    def forward(self, x: Tensor, context: Context) -> Tensor:
        """Outputs of shape (…, rows, outputs)."""
        (*hidden, last), norms, bend, dropout = self.steps
        for place, layer in enumerate(hidden):
            x = layer(x)
            if norms:
                x = norms[place](x, context)
            x = bend(x)
            if dropout is not None:
                x = dropout(x, context)
        outputs: Tensor = last(x)
        return outputs

    def stack(self) -> Stack | None:
        """Without batch normalisation, and with a bend whose slope has a kernel of its own."""
        _, norms, bend, dropout = self.steps
        slope = None if norms else SLOPES.get(self.activation)
        return slope and Stack([*self.layers], bend, slope, dropout)

    def penalty(self) -> Tensor:
        """The sum of each member's squared weights, without the biases."""
        weights = [part for name, part in self.layers.named_parameters() if name.endswith("weight")]
        squares = [part.square().sum((-2, -1)) for part in weights]
        return torch.stack(squares).sum(0)
