"""Recurrent networks, which read a series from left to right and keep in mind what they saw."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from core.networks.choices import Cell
from core.networks.layers import Context, Dropout, Linear
from core.networks.network import Network
from core.networks.steps import known_steps, mean_of_known


class Memory(nn.Module):
    """torch's LSTM or GRU of one layer, with initial weights that are drawn by our own generator.

    Parameters
    ----------
    cell : Cell
    inputs, units : int
    both_ways : bool
        Whether it reads the series backwards as well.
    """

    def __init__(self, cell: Cell, inputs: int, units: int, both_ways: bool) -> None:
        super().__init__()
        self.cell, self.units = cell, units
        with torch.random.fork_rng(devices=[]):  # it draws weights from the global generator, which `start` redraws
            self.reads = cell.module()(inputs, units, batch_first=True, bidirectional=both_ways)

    def start(self, number: int, generator: torch.Generator) -> None:
        """Draw the initial weights: what is carried from step to step keeps its length (Saxe et al. 2014)."""
        for name, part in self.reads.named_parameters():
            if name.startswith("bias"):
                part.data.zero_()
            elif name.startswith("weight_hh"):
                for gate in part.data.split(self.units):
                    gate.copy_(torch.linalg.qr(torch.randn(gate.shape, generator=generator))[0])
            else:
                drawn = torch.randn(part.shape, generator=generator)
                part.data.copy_(drawn / part.shape[1] ** 0.5)
            if name.startswith("bias_ih") and self.cell.forgets:
                part.data[self.units : 2 * self.units] = 1.0  # remember at first (Jozefowicz et al. 2015)

    def forward(self, x: Tensor) -> Tensor:
        """From (rows, steps, inputs) to what it has in mind at each step, (rows, steps, units)."""
        said: tuple[Tensor, Any] = self.reads(x)
        return said[0]


class RecurrentNetwork(Network):
    """Layers of LSTM or GRU; a linear layer on the mean of what they have in mind, over all steps.

    Parameters
    ----------
    inputs, outputs : int
        Series times steps; numbers that are given for them.
    channels : int
        Series side by side.
    window : int
        How many steps are looked at together.
    cell : Cell
    units, layers : int
    both_ways : bool
    dropout : float
        On what each layer gives to the next.
    members : None
    """

    alone, single, first, most_rows = True, True, "", 1024

    def __init__(
        self,
        inputs: int,
        outputs: int,
        channels: int,
        window: int,
        cell: Cell,
        units: int,
        layers: int,
        both_ways: bool,
        dropout: float,
        members: None = None,
    ) -> None:
        super().__init__(outputs)
        self.channels, self.window = channels, window
        wide = 2 * units if both_ways else units
        widths = [channels * window, *[wide] * (layers - 1)]
        self.memories = nn.ModuleList(Memory(cell, width, units, both_ways) for width in widths)
        self.dropout, self.last = Dropout(dropout), Linear(wide, outputs, 0.1)

    def forward(self, x: Tensor, context: Context) -> Tensor:
        """Outputs of shape (rows, outputs) for series (rows, inputs), a gap in which counts as the mean."""
        x, known = known_steps(x, self.channels, self.window)
        x = x.mT
        for memory in self.memories:
            x = self.dropout(memory(x), context)
        outputs: Tensor = self.last(mean_of_known(x.mT, known))
        return outputs
