"""Rows as tensors, and how each epoch deals them out in batches, for one member or for several at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Part:
    """Rows to learn from or to be judged on.

    Attributes
    ----------
    X : Tensor of shape (rows, features)
    y : Tensor of shape (rows,), int64 codes or float
    weight : Tensor of shape (rows,) or None
        How much each row counts, 1 on average.
    """

    X: Tensor
    y: Tensor
    weight: Tensor | None = None

    def pick(self, rows: Tensor | slice) -> Part:
        """The given rows, in their order."""
        return Part(self.X[rows], self.y[rows], None if self.weight is None else self.weight[rows])

    def to(self, device: torch.device) -> Part:
        """The same on another device."""
        return Part(self.X.to(device), self.y.to(device), None if self.weight is None else self.weight.to(device))

    def tensors(self) -> list[Tensor]:
        """What it consists of."""
        return [each for each in (self.X, self.y, self.weight) if each is not None]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step learns from.

    Attributes
    ----------
    X : Tensor of shape (rows, features) or (members, rows, features)
    y : Tensor of shape (rows,) or (members, rows)
    rows : int, or Tensor of shape (members,)
        How many rows count.
    share : Tensor of the shape of `y`, or None
        What each row counts in the sum that is the batch's loss, 0 where it only fills up; None for the mean.
    real : Tensor of shape (members, rows, 1), or None
        1 for rows that count; None where all do.
    filled : list of int, or None
        The same as numbers of rows.
    """

    X: Tensor
    y: Tensor
    rows: int | Tensor
    share: Tensor | None = None
    real: Tensor | None = None
    filled: list[int] | None = None


def batch_sizes(rows: int, size: int | None) -> list[int]:
    """The sizes of an epoch's batches: equal but for one row, none larger than `size`.

    A last batch of a row or two would push as hard as a full one, so the remainder is spread over all. None stands for
    a hundredth of the rows, from 64 to 256.
    """
    count = -(-rows // (size or min(max(rows // 100, 64), 256)))
    return [stop - start for start, stop in pairwise(rows * number // count for number in range(count + 1))]


class Alone:
    """The rows of one member, which need no leading axis.

    Attributes
    ----------
    shape : tuple of int
        Of the targets in an epoch's order.
    counts : int
        How many rows there are.
    """

    def __init__(self, part: Part, size: int | None) -> None:
        self.part, self.sizes = part, batch_sizes(len(part.X), size)
        self.shape, self.counts = (len(part.X),), len(part.X)

    def shuffled(self, orders: Sequence[Tensor]) -> Part:
        """The rows in a new order."""
        return self.part.pick(orders[0].to(self.part.X.device))

    def batches(self, rows: Part) -> Iterator[Batch]:
        """What `shuffled` gave, in slices."""
        parts = torch.split(rows.X, self.sizes), torch.split(rows.y, self.sizes)
        if rows.weight is None:
            return map(Batch, *parts, self.sizes)
        weights = (weight / len(weight) for weight in torch.split(rows.weight, self.sizes))
        return map(Batch, *parts, self.sizes, weights)

    def of(self, number: int, along: Tensor) -> Tensor:
        """One member's rows of a tensor that runs along the shuffled ones."""
        return along


class Together:
    """The rows of several members side by side.

    Their numbers of batches must be the same; where their batches differ in size, the smaller are filled up with rows
    that do not count. So do columns of zeros where some have fewer features.

    Attributes
    ----------
    shape : tuple of int
        Of the targets in an epoch's order.
    counts : Tensor of shape (members,)
        How many rows each member has.
    """

    def __init__(self, parts: Sequence[Part], size: int | None) -> None:
        sizes = torch.tensor([batch_sizes(len(part.X), size) for part in parts])
        self.X = side_by_side([part.X for part in parts])
        self.y = side_by_side([part.y for part in parts])
        weights = [torch.ones_like(part.X[:, 0]) if part.weight is None else part.weight for part in parts]
        self.weight = None if all(part.weight is None for part in parts) else side_by_side(weights)
        self.sizes: list[int] = sizes.amax(0).tolist()
        self.shape, self.counts = (len(parts), sum(self.sizes)), sizes.sum(1).to(self.X)
        self.rows = list(sizes.T.to(self.X))  # per batch, those that count of each member
        starts = torch.tensor([0, *self.sizes]).cumsum(0)[:-1]
        self.share = self.X.new_zeros(self.shape)  # of each place in the mean of its batch
        self.places = []  # where each member's rows go in an epoch's order
        for share, mine in zip(self.share, sizes, strict=True):
            place = torch.cat([start + torch.arange(int(rows)) for start, rows in zip(starts, mine, strict=True)])
            share[place] = 1 / mine.repeat_interleave(mine).to(share)
            self.places.append(place.to(self.X.device))
        fills = (sizes != sizes.amax(0)).any(0).tolist()
        real = (self.share != 0).to(self.X).unsqueeze(-1).split(self.sizes, dim=1)
        self.real = [each if some else None for each, some in zip(real, fills, strict=True)]
        self.filled = [each if some else None for each, some in zip(sizes.T.tolist(), fills, strict=True)]

    def shuffled(self, orders: Sequence[Tensor]) -> Part:
        """The rows in each member's new order, filled up where a batch of another is larger."""
        longest, index = self.X.shape[1], torch.zeros(self.shape, dtype=torch.int64, device=self.X.device)
        for number, (place, order) in enumerate(zip(self.places, orders, strict=True)):
            index[number, place] = order.to(index)
            index[number] += number * longest
        flat = index.flatten()
        share = self.share
        if self.weight is not None:
            share = share * self.weight.flatten()[flat].view(self.shape)
        X = self.X.flatten(0, 1)[flat].view(*self.shape, -1)
        return Part(X, self.y.flatten()[flat].view(self.shape), share)

    def batches(self, rows: Part) -> Iterator[Batch]:
        """What `shuffled` gave, in slices."""
        assert rows.weight is not None
        X, y, share = (torch.split(each, self.sizes, dim=1) for each in (rows.X, rows.y, rows.weight))
        return map(Batch, X, y, self.rows, share, self.real, self.filled)

    def of(self, number: int, along: Tensor) -> Tensor:
        """One member's rows of a tensor that runs along the shuffled ones."""
        return along[number, self.places[number]]


def side_by_side(parts: Sequence[Tensor]) -> Tensor:
    """Tensors of the same number of axes along a new first one, filled up with zeros."""
    sizes = [max(each) for each in zip(*(part.shape for part in parts), strict=True)]
    whole = parts[0].new_zeros((len(parts), *sizes))
    for mine, part in zip(whole, parts, strict=True):
        mine[tuple(slice(size) for size in part.shape)] = part
    return whole
