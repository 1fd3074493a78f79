"""Convolutional networks: for images, and for series of numbers.

Both look at one network at a time (``alone``): several side by side would be no quicker, as these layers are busy with
one already.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.networks.augmentation import changed
from core.networks.choices import Activation, Augmentation, function
from core.networks.layers import BatchNorm, Context, Dropout, Linear, shaped
from core.networks.network import Network
from core.networks.steps import known_steps, mean_of_known

CONVOLVE = {1: functional.conv1d, 2: functional.conv2d}
MOST_CELLS = 2**22
"""Numbers that a forward pass without gradients looks at together, beside the channels: its memory stays small."""


class Convolution(nn.Module):
    """Looks at each place and its neighbours with the same weights; places beyond the edge count as zero.

    Parameters
    ----------
    inputs, outputs : int
        Channels.
    kernel : tuple of int
        How many places along each axis.
    gain : float
        As for `core.networks.layers.Linear`.
    bias : bool
        Left out before a `ChannelNorm`.
    """

    bias: Tensor | None

    def __init__(self, inputs: int, outputs: int, kernel: tuple[int, ...], gain: float, *, bias: bool = True) -> None:
        super().__init__()
        self.gain, self.convolve = gain, CONVOLVE[len(kernel)]
        self.weight, self.bias = shaped(None, outputs, inputs, *kernel), shaped(None, outputs) if bias else None
        self.padding = [side // 2 for side in kernel]
        self.even = [size for side in reversed(kernel) for size in (0, -(1 - side % 2))]  # one place too many behind

    def start(self, number: int, generator: torch.Generator) -> None:
        """Draw the initial weights."""
        weight = self.weight.data
        drawn = torch.randn(weight.shape, generator=generator)
        weight.copy_(drawn * (self.gain / weight[0].numel() ** 0.5))
        if self.bias is not None:
            self.bias.data.zero_()

    def extra_repr(self) -> str:
        """Its shape and start, for who reads it."""
        return f"{tuple(self.weight.shape)}, gain={self.gain:g}"

    def forward(self, x: Tensor) -> Tensor:
        """From (rows, inputs, places…) to (rows, outputs, places…)."""
        seen = self.convolve(x, self.weight, self.bias, padding=self.padding)
        return functional.pad(seen, self.even) if any(self.even) else seen


class ChannelNorm(BatchNorm):
    """`BatchNorm` over all places of each channel."""

    def forward(self, x: Tensor, context: Context) -> Tensor:
        """The same shape, (rows, channels, places…)."""
        many = x.numel() > x.shape[1]
        mean, variance = self.running_mean, self.running_variance
        learning = bool(context.generators) and many
        return functional.batch_norm(x, mean, variance, self.scale, self.shift, learning, self.MOMENTUM, self.EPSILON)


class _Convolutional(Network):
    """What both share: blocks of a convolution, a norm and a bend; a linear layer on what they see."""

    alone, single, first, layout = True, True, "", torch.contiguous_format

    def _make(
        self,
        inputs: int,
        filters: Sequence[int],
        kernels: Sequence[tuple[int, ...]],
        activation: Activation,
        dropout: float,
        batch_norm: bool,
    ) -> None:
        widths = pairwise([inputs, *filters])
        self.looks = nn.ModuleList(
            Convolution(*each, kernel, activation.gain, bias=not batch_norm)
            for each, kernel in zip(widths, kernels, strict=True)
        )
        self.norms = nn.ModuleList(ChannelNorm(width) for width in filters if batch_norm)
        self.activation, self.bend, self.dropout = activation.name, function(activation), Dropout(dropout)

    def extra_repr(self) -> str:
        """The bend, for who reads it."""
        return self.activation

    def _block(self, place: int, x: Tensor, context: Context) -> Tensor:
        x = self.looks[place](x).contiguous(memory_format=self.layout)
        return self.norms[place](x, context) if len(self.norms) else x


class ImageNetwork(_Convolutional):
    """Blocks that look at ever larger parts of an image: convolution, norm, bend, and the largest of 2 by 2 places.

    Parameters
    ----------
    inputs, outputs : int
        Pixels of an image times its colours; numbers that are given for it.
    shape : tuple of int
        Height, width and colours.
    filters : sequence of int
        Channels of each block.
    kernel : int
    activation : Activation
    dropout : float
        On what the last layer sees.
    batch_norm : bool
    augmentation : Augmentation
        How the images that it learns from are changed.
    members : None
    """

    layout = torch.channels_last  # norms and pools take half the time or less

    def __init__(
        self,
        inputs: int,
        outputs: int,
        shape: tuple[int, int, int],
        filters: Sequence[int],
        kernel: int,
        activation: Activation,
        dropout: float,
        batch_norm: bool,
        augmentation: Augmentation,
        members: None = None,
    ) -> None:
        super().__init__(outputs)
        self.shape, self.augmentation, self.most_rows = shape, augmentation, max(1, MOST_CELLS // inputs // 16)
        height, width, colours = shape
        kernels, self.pools = [], []
        for _ in filters:
            kernels.append(
                (min(kernel, 2 * height - 1), min(kernel, 2 * width - 1))
            )  # no weights for what is not there
            pool = min(2, height), min(2, width)
            height, width = height // pool[0], width // pool[1]
            self.pools.append(pool)
        self._make(colours, filters, kernels, activation, dropout, batch_norm)
        self.last = Linear(filters[-1] * height * width, outputs, 0.1)

    def forward(self, x: Tensor, context: Context) -> Tensor:
        """Outputs of shape (rows, outputs) for pixels (rows, inputs), a gap in which counts as the mean."""
        height, width, colours = self.shape
        x = x.nan_to_num().unflatten(-1, (height, width, colours)).permute(0, 3, 1, 2)
        if context.generators:
            x = changed(x, self.augmentation, context.generators[0])
        for place, pool in enumerate(self.pools):
            # The largest first, then the bend: the same for every bend that never falls, and a quarter of the work.
            x = self.bend(functional.max_pool2d(self._block(place, x, context), pool))
        outputs: Tensor = self.last(self.dropout(x.flatten(1), context))
        return outputs


class SeriesNetwork(_Convolutional):
    """Blocks that look at ever longer stretches of a series: convolution, norm, bend; the mean over all steps.

    The fully convolutional network of Wang et al. 2017 (arXiv 1611.06455), with a short way around each block that
    keeps the width.

    Parameters
    ----------
    inputs, outputs : int
        Series times steps; numbers that are given for them.
    channels : int
        Series side by side.
    filters : sequence of int
        Channels of each block.
    kernel : int
        How many steps each look takes in.
    activation : Activation
    dropout : float
        On what the last layer sees.
    batch_norm : bool
    members : None
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        channels: int,
        filters: Sequence[int],
        kernel: int,
        activation: Activation,
        dropout: float,
        batch_norm: bool,
        members: None = None,
    ) -> None:
        super().__init__(outputs)
        steps = inputs // channels
        self.channels, self.most_rows = channels, max(1, MOST_CELLS // steps // max(filters))
        kernels = [(max(1, min(kernel, 2 * steps - 1)),)] * len(filters)
        self._make(channels, filters, kernels, activation, dropout, batch_norm)
        self.last = Linear(filters[-1], outputs, 0.1)

    def forward(self, x: Tensor, context: Context) -> Tensor:
        """Outputs of shape (rows, outputs) for series (rows, inputs), a gap in which counts as the mean."""
        x, known = known_steps(x, self.channels)
        for place in range(len(self.looks)):
            seen = self.bend(self._block(place, x, context))
            x = seen + x if seen.shape == x.shape else seen
        outputs: Tensor = self.last(self.dropout(mean_of_known(x, known), context))
        return outputs
