"""The columns' encoding as a module, for a file that takes columns as they are; see `core.networks.encoding`."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from core.networks.encoding import FARTHEST, Encoding, parted
from core.networks.inputs import Array
from core.networks.sizes import SMALL

NEVER = 1e300
"""Where a bin begins that a number does not have."""


class Encoder(nn.Module):
    """Does what `Encoding.encode` does, to rounding, once for each of several networks.

    Parameters
    ----------
    encoding : Encoding
    members : int
    """

    def __init__(self, encoding: Encoding, members: int) -> None:
        super().__init__()
        self.members = members
        self.places = {
            name: torch.from_numpy(getattr(encoding, name).astype(np.int64))
            for name in ("categories", "numbers", "gappy", "bent", "plain")
        }
        self.median, self.spread = torch.from_numpy(encoding.median), torch.from_numpy(encoding.spread)
        self.starts, self.widths = map(torch.from_numpy, _bins(parted(encoding.edges, encoding.edge_counts)))
        self.values = [torch.from_numpy(each) for each in parted(encoding.values, encoding.value_counts)]

    def forward(self, X: Tensor) -> Tensor:
        """From (rows, columns), NaN where nothing is known, to (members, rows, encoded columns)."""
        Z = X[:, self.places["numbers"]]
        gaps = Z.isnan()
        z = ((torch.where(gaps, self.median, Z) - self.median) / self.spread).clamp(-FARTHEST, FARTHEST)
        scaled = z / (1 + (z / 3) ** 2).sqrt()
        bent = scaled[:, self.places["bent"]]
        within = ((bent.unsqueeze(-1) - self.starts) / self.widths).clamp(0, 1).sum(-1)
        told = [scaled[:, self.places["plain"]], gaps[:, self.places["gappy"]].to(X)]
        codes = []
        for place, values in enumerate(self.values):
            column = self.places["categories"][place]
            is_value = (X[:, column].unsqueeze(-1) == values).to(X)
            if len(values) > SMALL:
                codes.append(is_value @ torch.arange(1.0, len(values) + 1, dtype=X.dtype).unsqueeze(-1))
            else:
                told.append(is_value)
        encoded = torch.cat([bent, within, *told, *codes], dim=1)
        return encoded.expand(self.members, *encoded.shape)


def _bins(edges: list[Array]) -> tuple[Array, Array]:
    """Where each number's bins begin and how wide they are, of shape (numbers, most bins)."""
    most = max([len(each) - 1 for each in edges], default=0)
    starts, widths = np.full((len(edges), most), NEVER), np.ones((len(edges), most))
    for place, each in enumerate(edges):
        starts[place, : len(each) - 1], widths[place, : len(each) - 1] = each[:-1], np.diff(each)
    return starts, widths
