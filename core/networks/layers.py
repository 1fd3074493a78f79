"""Layers for one network or for several of the same shape at once.

Members are networks that share nothing but their shape: the folds of a cross-validation, several seeds, an ensemble.
Their weights lie side by side along a leading axis, and so do their inputs of shape (members, rows, features); one
network alone has no such axis, because plain matrices are quicker.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

Bend = Callable[[Tensor], Tensor]


def identity(x: Tensor) -> Tensor:
    """`x` itself."""
    return x


@dataclass(slots=True)
class Context:
    """What a forward pass is for.

    Attributes
    ----------
    generators : sequence of torch.Generator
        Of each member, for what is drawn while it trains; empty for a prediction, which draws nothing.
    real : Tensor of shape (members, rows, 1) or None
        1 for rows that count, 0 for those behind them that only fill up a member's batch; None where all count.
    rows : sequence of int or None
        How many rows of each member count; None where all do.
    """

    generators: Sequence[torch.Generator] = field(default_factory=tuple)
    real: Tensor | None = None
    rows: Sequence[int] | None = None


PREDICTING = Context()


def shaped(members: int | None, *shape: int) -> nn.Parameter:
    """Numbers to be learned, of a shape per member."""
    return nn.Parameter(torch.zeros(shape if members is None else (members, *shape)))


def of(member: Tensor, number: int, members: int | None) -> Tensor:
    """One member's part of a tensor."""
    return member if members is None else member[number]


class Linear(nn.Module):
    """A matrix and a bias per member; the matrix as torch has it, (outputs, inputs).

    Parameters
    ----------
    inputs, outputs : int
    gain : float
        The standard deviation of the initial weights is gain / sqrt(inputs); biases start at zero.
    members : int or None
    bias : bool
        Left out before a `BatchNorm`, which takes it away again: its gradient would be nothing but rounding, which
        Adam blows up.
    """

    bias: Tensor | None

    def __init__(
        self, inputs: int, outputs: int, gain: float = 1.0, members: int | None = None, *, bias: bool = True
    ) -> None:
        super().__init__()
        self.gain, self.members = gain, members
        self.weight, self.bias = shaped(members, outputs, inputs), None
        if bias:
            self.bias = shaped(members, outputs) if members is None else shaped(members, 1, outputs)

    def start(self, number: int, generator: torch.Generator, inputs: int | None = None) -> None:
        """Draw one member's initial weights, on the processor: the same on every device.

        Columns beyond `inputs` only fill up, and their weights stay zero.
        """
        weight = of(self.weight.data, number, self.members)
        inputs = weight.shape[1] if inputs is None else inputs
        drawn = torch.randn((len(weight), inputs), generator=generator)
        weight.zero_()
        weight[:, :inputs] = (drawn * (self.gain / max(1, inputs) ** 0.5)).to(weight)
        if self.bias is not None:
            of(self.bias.data, number, self.members).zero_()

    def extra_repr(self) -> str:
        """Its shape and start, for who reads it."""
        return f"{tuple(self.weight.shape)}, gain={self.gain:g}"

    def forward(self, x: Tensor) -> Tensor:
        """From (…, rows, inputs) to (…, rows, outputs)."""
        if self.members is None:
            return functional.linear(x, self.weight, self.bias)
        if self.bias is None:
            return torch.bmm(x, self.weight.mT)
        return torch.baddbmm(self.bias, x, self.weight.mT)


class Dropout(nn.Module):
    """Zeroes a share of what passes while a network trains, and makes up for it in the rest.

    torch's own draws from the global generator, which is not ours to advance; each member draws from its own, so that
    it sees the same with others beside it as alone.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.keep = 1.0 - share

    def extra_repr(self) -> str:
        """What stays, for who reads it."""
        return f"keep={self.keep:g}"

    def forward(self, x: Tensor, context: Context) -> Tensor:
        """The same shape."""
        if self.keep == 1.0 or not context.generators:
            return x
        return x * self.mask(x, context)

    def mask(self, x: Tensor, context: Context) -> Tensor:
        """Zeros and ``1 / keep``; nothing is drawn for rows that only fill up."""
        if context.rows is None:
            return drawn(x.shape, self.keep, context.generators, x)
        mask = torch.zeros_like(x)
        for member, rows, generator in zip(mask, context.rows, context.generators, strict=True):
            member[:rows] = drawn(member[:rows].shape, self.keep, [generator], x)
        return mask


BITS, WIDTH = torch.int16, 2**16
WHOLE = torch.iinfo(torch.int64)


def drawn(shape: torch.Size, keep: float, generators: Sequence[torch.Generator], like: Tensor) -> Tensor:
    """A share `keep` of ``1 / keep``, and zeros; of several members each by its own generator.

    On the processor from 16 random bits for each number, four of them at a time: a quarter of the time that drawing a
    number for each takes, which would be as much as all else that a small network does.
    """
    count = shape.numel() // len(generators)
    if like.device.type != "cpu":
        kept = torch.empty((len(generators), count), dtype=like.dtype, device=like.device)
        for part, generator in zip(kept, generators, strict=True):
            part.bernoulli_(keep, generator=generator)
        return kept.view(shape).div_(keep)
    bits = torch.empty((len(generators), -(-count // 4)), dtype=torch.int64)
    for part, generator in zip(bits, generators, strict=True):
        part.random_(WHOLE.min, None, generator=generator)
    chosen = bits.view(BITS)[:, :count].reshape(shape) < round(keep * WIDTH) - WIDTH // 2
    return chosen.to(like.dtype).mul_(1 / keep)


class BatchNorm(nn.Module):
    """Shifts and scales each feature to mean 0 and variance 1 over a batch (Ioffe and Szegedy 2015, arXiv 1502.03167).

    A prediction uses running averages, as does a batch of one row, of which there is no variance. torch's own has no
    members and would count rows that only fill up.
    """

    MOMENTUM, EPSILON = 0.1, 1e-5
    running_mean: Tensor
    running_variance: Tensor

    def __init__(self, width: int, members: int | None = None) -> None:
        super().__init__()
        self.members = members
        row = (width,) if members is None else (1, width)
        self.scale, self.shift = shaped(members, *row), shaped(members, *row)
        self.register_buffer("running_mean", shaped(members, *row).data)
        self.register_buffer("running_variance", shaped(members, *row).data)

    def start(self, number: int, generator: torch.Generator) -> None:
        """Change nothing at first."""
        for part, value in ((self.scale, 1.0), (self.shift, 0.0), (self.running_mean, 0.0), (self.running_variance, 1)):
            of(part.data, number, self.members).fill_(value)

    def forward(self, x: Tensor, context: Context) -> Tensor:
        """The same shape."""
        if context.generators and x.shape[-2] > 1:
            mean, variance = self._moments(x, context.real)
        else:
            mean, variance = self.running_mean, self.running_variance
        return (x - mean) * (torch.rsqrt(variance + self.EPSILON) * self.scale) + self.shift

    def _moments(self, x: Tensor, real: Tensor | None) -> tuple[Tensor, Tensor]:
        """Mean and variance of a batch; moves the running averages towards them."""
        if real is None:
            rows: Tensor | int = x.shape[-2]
            mean = x.mean(-2, keepdim=True)
            variance = (x - mean).square().mean(-2, keepdim=True)
        else:
            rows = real.sum(-2, keepdim=True)
            mean = (x * real).sum(-2, keepdim=True) / rows
            variance = ((x - mean).square() * real).sum(-2, keepdim=True) / rows
        with torch.no_grad():
            unbiased = variance * (rows / (rows - 1))
            for running, now in ((self.running_mean, mean), (self.running_variance, unbiased)):
                running.lerp_(now.view(running.shape), self.MOMENTUM)
        return mean, variance
