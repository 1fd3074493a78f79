"""The forward pass of a feed-forward network whose weights all lie in one flat vector.

One vector instead of a tensor per layer makes a step of the optimiser a single call (a tenth of the training time of a
128-128 network), and a copy of the best weights a single copy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.networks.choices import Activation, function

Bend = Callable[[Tensor], Tensor]


def identity(x: Tensor) -> Tensor:
    """`x` itself."""
    return x


class Network:
    """Linear layers with a bend between them.

    Parameters
    ----------
    widths : sequence of int
        Inputs, hidden units per layer, outputs.
    activation : Activation
    device : torch.device
    dtype : torch.dtype

    Attributes
    ----------
    flat : Tensor of shape (weights,)
        All weights and biases, layer by layer.
    layers : list of (Tensor of shape (inputs, outputs), Tensor of shape (outputs,))
        Views into `flat`: who writes to one writes to the other.
    """

    def __init__(
        self,
        widths: Sequence[int],
        activation: Activation,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.gain, self.bend = activation.gain, function(activation)
        self.shapes = [shape for fan_in, fan_out in pairwise(widths) for shape in ((fan_in, fan_out), (fan_out,))]
        self.flat = torch.zeros(sum(map(prod, self.shapes)), device=device, dtype=dtype)
        self.layers = self._layers(self.flat)

    def _layers(self, flat: Tensor) -> list[tuple[Tensor, Tensor]]:
        parts = torch.split(flat, [prod(shape) for shape in self.shapes])
        views = [part.view(shape) for part, shape in zip(parts, self.shapes, strict=True)]
        return list(zip(views[::2], views[1::2], strict=True))

    def start(self, generator: torch.Generator) -> None:
        """Draw initial weights: normal, with a standard deviation of gain / sqrt(inputs); biases zero.

        The last layer starts ten times smaller, so that the first predictions are the mean, or even odds.
        """
        last = len(self.layers) - 1
        for number, (weight, _) in enumerate(self.layers):
            scale = self.gain if number < last else 0.1
            drawn = torch.randn(weight.shape, generator=generator)  # on the processor: the same on every device
            weight.copy_(drawn * (scale / max(1, len(weight)) ** 0.5))

    def trainable(self) -> Tensor:
        """Prepare for gradients; give the one vector that the optimiser steps, with its gradient in place."""
        self.flat.grad = self.slope = torch.zeros_like(self.flat)
        for pair, slopes in zip(self.layers, self._layers(self.slope), strict=True):
            for part, slope in zip(pair, slopes, strict=True):
                part.requires_grad_().grad = slope
        return self.flat

    def __call__(self, x: Tensor, drop: Bend = identity) -> Tensor:
        """Outputs of shape (rows, outputs) for inputs of shape (rows, inputs); `drop` acts on each hidden layer."""
        (weight, bias), *rest = self.layers
        for next_weight, next_bias in rest:
            x = drop(self.bend(torch.addmm(bias, x, weight)))
            weight, bias = next_weight, next_bias
        return torch.addmm(bias, x, weight)

    def arrays(self) -> tuple[list[Any], list[Any]]:
        """Weights and biases per layer as numpy arrays of their own."""
        layers = [tuple(part.detach().cpu().numpy().copy() for part in pair) for pair in self.layers]
        return [weight for weight, _ in layers], [bias for _, bias in layers]

    def put(self, weights: Sequence[Any], biases: Sequence[Any]) -> None:
        """Take over what `arrays` gave."""
        parts = [np.ravel(part) for pair in zip(weights, biases, strict=True) for part in pair]
        self.flat.copy_(torch.from_numpy(np.concatenate(parts)))


def dropout(share: float, generator: torch.Generator) -> Bend:
    """A function that zeroes a `share` of what passes and makes up for it in the rest.

    torch's own draws from the global generator, which is not ours to advance.
    """
    if share == 0:
        return identity
    keep = 1 - share
    return lambda x: x * torch.empty_like(x).bernoulli_(keep, generator=generator).div_(keep)
