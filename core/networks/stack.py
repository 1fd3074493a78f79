"""A stack of linear layers whose gradient is written by hand: the same numbers in three quarters of the time.

torch's own way to a gradient notes every operation, goes through the notes backwards and adds up what it finds. Where
the layers are small, as for most tables, that takes about as long as the products of matrices themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from core.networks.layers import Bend, Context, Dropout, Linear

BendSlope = Callable[[Tensor, Tensor, Tensor], Tensor]
"""The gradient of a bend's inputs, from that of its outputs, the inputs and the outputs."""

ATEN = torch.ops.aten  # what autograd calls, in one kernel each
SLOPES: dict[str, BendSlope] = {
    "relu": lambda gradient, x, bent: ATEN.threshold_backward(gradient, bent, 0),
    "gelu": lambda gradient, x, bent: ATEN.gelu_backward(gradient, x),
    "silu": lambda gradient, x, bent: ATEN.silu_backward(gradient, x),
    "mish": lambda gradient, x, bent: ATEN.mish_backward(gradient, x),
    "tanh": lambda gradient, x, bent: ATEN.tanh_backward(gradient, bent),
    "sigmoid": lambda gradient, x, bent: ATEN.sigmoid_backward(gradient, bent),
    "identity": lambda gradient, x, bent: gradient,
}
"""By activation."""


class Stack:
    """Linear layers with a bend, and perhaps dropout, between them.

    Parameters
    ----------
    layers : sequence of Linear
        All with a bias, and their parameters with a ``grad`` of their own; see `core.networks.flat.Flat`.
    bend : callable
    slope : BendSlope
    dropout : Dropout or None
    """

    def __init__(self, layers: Sequence[Linear], bend: Bend, slope: BendSlope, dropout: Dropout | None) -> None:
        self.bend, self.slope, self.dropout = bend, slope, dropout
        # Views of the same numbers, which are changed in place; asking a parameter for them at every step takes longer
        # than some of the products.
        self.weights = [layer.weight.detach() for layer in layers]
        self.turned = [weight.mT for weight in self.weights]
        self.biases = [layer.bias.detach() for layer in layers]  # type: ignore[union-attr]
        self.slopes = [(layer.weight.grad, layer.bias.grad) for layer in layers]  # type: ignore[union-attr]
        self.alone = self.weights[0].dim() == 2
        self.product = torch.mm if self.alone else torch.bmm
        self.added: Callable[[Tensor, Tensor, Tensor], Tensor] = torch.addmm if self.alone else torch.baddbmm

    def forward(self, x: Tensor, context: Context) -> Tensor:
        """Outputs of shape (…, rows, outputs); what `backward` needs of the way there is kept until then."""
        self.inputs, self.bends, self.masks = [x], [], []
        *hidden, last = zip(self.biases, self.turned, strict=True)
        for bias, turned in hidden:
            summed = self.added(bias, x, turned)
            x = self.bend(summed)
            self.bends.append((summed, x))
            if self.dropout is not None:
                self.masks.append(self.dropout.mask(x, context))
                x = x * self.masks[-1]
            self.inputs.append(x)
        return self.added(last[0], x, last[1])

    def backward(self, gradient: Tensor) -> None:
        """Put the gradient of each weight and bias in its place, given that of the outputs."""
        for place in reversed(range(len(self.weights))):
            of_weight, of_bias = self.slopes[place]
            self.product(gradient.mT, self.inputs[place], out=of_weight)
            torch.sum(gradient, -2, keepdim=not self.alone, out=of_bias)
            if place:
                gradient = self.product(gradient, self.weights[place])
                if self.masks:
                    gradient = gradient.mul_(self.masks[place - 1])
                gradient = self.slope(gradient, *self.bends[place - 1])
