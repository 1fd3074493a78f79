"""The module of the default network: numbers through bins, categories through places, then layers for several at once.

Each network is an ensemble within itself (TabM: Gorishniy et al. 2025, arXiv 2410.24210): its copies share the large
matrices, and each has its own small factors before and after them and its own last layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.networks.flat import USUAL, Pace
from core.networks.layers import Context, Dropout, Linear, of, shaped
from core.networks.network import Network
from core.networks.sizes import PLACE_WIDTH

START = {"scale": (1.0, 0.0), "pieces": (0.0, 0.05), "shift": (0.0, 0.0), "table": (0.0, 0.5)}
"""Mean and standard deviation of the initial weights of `Reading`."""

HEAD_START = 0.1
"""That of the last layer, times 1 / sqrt(inputs): it says little at first."""

MOST_CELLS = 2**22
"""Inputs of all copies in a forward pass without gradients, so that they stay near the processor."""


class Reading(nn.Module):
    """From encoded columns (see `core.networks.encoding`) to what the first layer takes.

    Numbers through bins, as piecewise linear functions: bin i of a number has a component that rises from 0 to 1 while
    the number passes it (Gorishniy et al. 2022, arXiv 2203.05556).

    Parameters
    ----------
    numbers, plain : int
        Columns with bins and without.
    values : sequence of int
        Places of each larger category.
    bins, depth : int
        Components of each number, and what they are combined to.
    members : int or None
    """

    def __init__(
        self, numbers: int, plain: int, values: Sequence[int], bins: int, depth: int, members: int | None
    ) -> None:
        super().__init__()
        self.widths, self.members, self.bins = [numbers, numbers, plain, len(values)], members, bins
        *self.starts, end = accumulate(values, initial=0)
        self.places = torch.tensor(self.starts, dtype=torch.int64)  # in the table, of each category's first value
        if members is not None:
            self.places = self.places + torch.arange(members).view(-1, 1, 1) * end
        self.outputs = numbers * (1 + depth) + plain + len(values) * PLACE_WIDTH
        if numbers + plain:
            self.scale = shaped(members, 1, numbers + plain)
        if numbers:
            self.pieces, self.shift = shaped(members, numbers, bins, depth), shaped(members, 1, numbers * depth)
        if values:
            self.table = shaped(members, sum(values), PLACE_WIDTH)

    def start(self, number: int, generator: torch.Generator) -> None:
        """Draw one member's initial weights; the unknown value of a category starts as nothing."""
        for name, part in self.named_parameters():
            (mean, deviation), mine = START[name], of(part.data, number, self.members)
            mine.copy_(mean + deviation * torch.randn(mine.shape, generator=generator))
        if self.widths[3]:
            of(self.table.data, number, self.members)[self.starts] = 0.0

    def forward(self, x: Tensor) -> Tensor:
        """From (…, rows, columns) to (…, rows, outputs)."""
        numbers, places, plain, codes = x.split(self.widths, dim=-1)
        parts = []
        if self.widths[0] + self.widths[2]:
            parts.append(torch.cat([numbers, plain], dim=-1) * self.scale)
        if self.widths[0]:
            parts.append(self._pieced(places))
        if self.widths[3]:
            parts.append(self._looked_up(codes))
        return torch.cat(parts, dim=-1)

    def _pieced(self, places: Tensor) -> Tensor:
        steps = torch.arange(self.bins, dtype=places.dtype, device=places.device)
        components = (places.unsqueeze(-1) - steps).clamp_(0, 1)
        return torch.einsum("...bfi,...fid->...bfd", components, self.pieces).flatten(-2) + self.shift

    def _looked_up(self, codes: Tensor) -> Tensor:
        self.places = self.places.to(codes.device)  # once, as a card waits for what is brought to it
        return functional.embedding(codes.long() + self.places, self.table.view(-1, PLACE_WIDTH)).flatten(-2)


class SharedLayer(nn.Module):
    """A matrix that copies share, between factors and with a bias that each has for itself.

    Parameters
    ----------
    inputs, outputs, copies : int
    apart : bool
        Whether the factors before the matrix start at random, which is what makes the copies differ; else as 1.
    members : int or None
    """

    def __init__(self, inputs: int, outputs: int, copies: int, apart: bool, members: int | None) -> None:
        super().__init__()
        self.members, self.apart = members, apart
        self.before = shaped(members, 1, copies, inputs)
        self.matrix = Linear(inputs, outputs, 2**0.5, members, bias=False)
        self.after, self.shift = shaped(members, 1, copies, outputs), shaped(members, 1, copies, outputs)

    def start(self, number: int, generator: torch.Generator) -> None:
        """Draw one member's factors; its matrix starts by itself."""
        before = of(self.before.data, number, self.members)
        before.copy_(torch.randn(before.shape, generator=generator)) if self.apart else before.fill_(1.0)
        of(self.after.data, number, self.members).fill_(1.0)
        of(self.shift.data, number, self.members).zero_()

    def forward(self, x: Tensor) -> Tensor:
        """From (…, rows, copies or 1, inputs) to (…, rows, copies, outputs)."""
        x = x * self.before
        product = self.matrix(x.flatten(-3, -2)).unflatten(-2, x.shape[-3:-1])
        return torch.addcmul(self.shift, product, self.after)


class Heads(nn.Module):
    """A last layer for each copy."""

    def __init__(self, inputs: int, outputs: int, copies: int, members: int | None) -> None:
        super().__init__()
        self.members = members
        self.weight, self.shift = shaped(members, copies, inputs, outputs), shaped(members, copies, 1, outputs)

    def start(self, number: int, generator: torch.Generator) -> None:
        """Draw one member's initial weights."""
        weight = of(self.weight.data, number, self.members)
        weight.copy_(torch.randn(weight.shape, generator=generator) * (HEAD_START / weight.shape[-2] ** 0.5))
        of(self.shift.data, number, self.members).zero_()

    def forward(self, x: Tensor) -> Tensor:
        """From (…, rows, copies, inputs) to (…, copies, rows, outputs)."""
        return x.transpose(-3, -2) @ self.weight + self.shift


class PackedNetwork(Network):
    """The default network.

    Parameters
    ----------
    inputs, outputs : int
    numbers, values, bins, depth
        See `Reading`.
    copies, width, layers : int
    dropout : float
    members : int or None
    """

    first = ""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        numbers: int,
        values: Sequence[int],
        bins: int,
        depth: int,
        copies: int,
        width: int,
        layers: int,
        dropout: float,
        members: int | None = None,
    ) -> None:
        super().__init__(outputs)
        self.copies = copies
        self.reading = Reading(numbers, inputs - 2 * numbers - len(values), values, bins, depth, members)
        shapes = pairwise([self.reading.outputs, *[width] * layers])
        self.layers = nn.ModuleList(
            SharedLayer(*shape, copies, not place, members) for place, shape in enumerate(shapes)
        )
        self.heads, self.dropout = Heads(width, outputs, copies, members), Dropout(dropout)
        self.most_rows = max(1, min(512, MOST_CELLS // (copies * max(1, self.reading.outputs))))
        self.sizes = f"{numbers} numbers, {values} values, {bins} bins to {depth}, {copies} copies, {width} x {layers}"

    def pace(self, name: str) -> Pace:
        """Only what is multiplied and summed over is held back."""
        return USUAL if name.endswith(("matrix.weight", "heads.weight", "pieces")) else (1.0, 0.0)

    def extra_repr(self) -> str:
        """Its sizes, for who reads it."""
        return self.sizes

    def forward(self, x: Tensor, context: Context) -> Tensor:
        """Outputs of shape (…, copies, rows, outputs); without the copies' axis where there is one."""
        x = self.reading(x).unsqueeze(-2)
        for layer in self.layers:
            x = self.dropout(functional.relu(layer(x)), context)
        outputs: Tensor = self.heads(x)
        return outputs if self.copies > 1 else outputs.squeeze(-3)
