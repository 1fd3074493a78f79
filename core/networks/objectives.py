"""What a network minimises and what is shown beside it.

Everything takes outputs of shape (…, rows, outputs) and targets of shape (…, rows). A network may give several outputs
for each row, (…, copies, rows, outputs), as an ensemble within itself: each copy learns by its own loss, never by the
loss of their mean, and their mean is what is judged and predicted.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

RowLoss = Callable[[Tensor, Tensor], Tensor]
MeanLoss = Callable[[Tensor, Tensor], Tensor]
Slope = Callable[[Tensor, Tensor, Tensor | None], tuple[Tensor, Tensor]]


@dataclass(frozen=True, slots=True)
class Objective:
    """A task: what the outputs mean.

    Attributes
    ----------
    score : callable
        One network's outputs (rows, outputs) and targets (rows,) to a number, larger is better.
    combine : callable
        Outputs of several copies, (…, copies, rows, outputs), to those of their mean.
    nothing : float or None
        The loss of knowing nothing; None for that of outputs that are all zero.
    """

    score: Callable[[Tensor, Tensor], float]
    combine: Callable[[Tensor], Tensor]
    nothing: float | None = None

    def combined(self, outputs: Tensor, copies: int) -> Tensor:
        """One answer for each row, from a network that gives so many."""
        return self.combine(outputs) if copies > 1 else outputs


@dataclass(frozen=True, slots=True)
class Losses:
    """A loss, in two forms.

    Attributes
    ----------
    rows : callable
        One loss per row, of the shape of the targets.
    mean : callable
        Their mean, in one kernel where there is one.
    slope : callable or None
        Outputs, targets and each row's share (None for equal ones) to each member's loss and its gradient with respect
        to the outputs, where there is a formula for it.
    """

    rows: RowLoss
    mean: MeanLoss
    slope: Slope | None = None


def accuracy(outputs: Tensor, y: Tensor) -> float:
    """The share of rows whose largest output is the right one."""
    return (outputs.argmax(-1) == y).to(torch.float32).mean().item()


def r2(outputs: Tensor, y: Tensor) -> float:
    """The coefficient of determination; with a constant target 1 for no error and 0 for any, as in scikit-learn."""
    left, total = (outputs[..., 0] - y).square().sum().item(), (y - y.mean()).square().sum().item()
    return 1 - left / total if total > 0 else float(left == 0)


def mean_probabilities(outputs: Tensor) -> Tensor:
    """The logarithm of the copies' mean probabilities: probabilities are averaged, not what they are made of."""
    return outputs.log_softmax(-1).logsumexp(-3) - math.log(outputs.shape[-3])


CLASSES = Objective(accuracy, mean_probabilities)
NUMBERS = Objective(r2, lambda outputs: outputs.mean(-3))
LACKING = Objective(lambda outputs, _: 1 - outputs.square().mean().item(), lambda outputs: outputs.mean(-3), 1.0)
"""The outputs are what is missing to standardised inputs; there are no targets."""


def _rows(loss: Callable[[Tensor, Tensor], Tensor]) -> RowLoss:
    """A loss of many rows as one of rows along any number of axes."""
    return lambda outputs, y: loss(outputs.flatten(0, -2), y.flatten()).view(y.shape)


def _cross_entropies(outputs: Tensor, y: Tensor) -> Tensor:
    return functional.cross_entropy(outputs, y, reduction="none")


def _slope_of_entropy(outputs: Tensor, y: Tensor, share: Tensor | None) -> tuple[Tensor, Tensor]:
    """Cross-entropy's gradient is what the probabilities are too large."""
    logs, right = outputs.log_softmax(-1), y.unsqueeze(-1)
    likely = logs.gather(-1, right).squeeze(-1)
    gradient = logs.exp_().scatter_add_(-1, right, likely.new_full((), -1.0).expand(right.shape))
    return _shared(-likely, gradient, share)


def _slope_of_squares(outputs: Tensor, y: Tensor, share: Tensor | None) -> tuple[Tensor, Tensor]:
    off = outputs - y.unsqueeze(-1)
    return _shared(off.square().squeeze(-1), off.mul_(2), share)


def _shared(losses: Tensor, gradient: Tensor, share: Tensor | None) -> tuple[Tensor, Tensor]:
    """Losses and gradients of rows as those of their mean, or of their sum where each counts its share."""
    if share is None:
        return losses.mean(-1), gradient.div_(losses.shape[-1])
    return (losses * share).sum(-1), gradient.mul_(share.unsqueeze(-1))


def _focal(outputs: Tensor, y: Tensor) -> Tensor:
    """Cross-entropy times (1 - p)^2: rows that are right already count less (Lin et al. 2017, arXiv 1708.02002)."""
    loss = functional.cross_entropy(outputs, y, reduction="none")
    return (1 - (-loss).exp()).square() * loss


def _hinge(outputs: Tensor, y: Tensor) -> Tensor:
    """By how much another class comes too near, with a margin of 1 (Crammer and Singer 2001)."""
    right = outputs.gather(-1, y[:, None])
    others = outputs.scatter(-1, y[:, None], -torch.inf).amax(-1, keepdim=True)
    return (1 + others - right).clamp_min(0)[:, 0]


def cross_entropy(rate: float = 0.0) -> Losses:
    """Cross-entropy; with label smoothing the right class is expected with 1 - rate only."""
    if not rate:
        return Losses(_rows(_cross_entropies), _first(functional.cross_entropy), _slope_of_entropy)
    return _plain(lambda outputs, y: functional.cross_entropy(outputs, y, reduction="none", label_smoothing=rate))


def _first(loss: MeanLoss) -> MeanLoss:
    return lambda outputs, y: loss(outputs.flatten(0, -2), y.flatten())


def _plain(loss: Callable[[Tensor, Tensor], Tensor]) -> Losses:
    rows = _rows(loss)
    return Losses(rows, lambda outputs, y: rows(outputs, y).mean())


def _of_numbers(loss: Callable[[Tensor, Tensor], Tensor], mean: MeanLoss, slope: Slope | None = None) -> Losses:
    return Losses(lambda outputs, y: loss(outputs[..., 0], y), lambda outputs, y: mean(outputs[..., 0], y), slope)


def _squares(outputs: Tensor, y: Tensor) -> Tensor:
    return (outputs - y).square()


def _absolutes(outputs: Tensor, y: Tensor) -> Tensor:
    return (outputs - y).abs()


def _hubers(outputs: Tensor, y: Tensor) -> Tensor:
    return functional.huber_loss(outputs, y, reduction="none")


entropy = cross_entropy()
focal = _plain(_focal)
hinge = _plain(_hinge)
squared = _of_numbers(_squares, functional.mse_loss, _slope_of_squares)
absolute = _of_numbers(_absolutes, functional.l1_loss)
huber = _of_numbers(_hubers, functional.huber_loss)
lacking = _plain(lambda outputs, _: outputs.square().mean(-1))
"""For `LACKING`."""
