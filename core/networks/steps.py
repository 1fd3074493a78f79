"""Columns as steps of one or more series."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def known_steps(x: Tensor, channels: int, window: int = 1) -> tuple[Tensor, Tensor]:
    """Columns as series, and which of their steps hold a number: those behind the end of a short series do not.

    Parameters
    ----------
    x : Tensor of shape (rows, channels * steps)
        A series after the other, NaN for a gap.
    channels : int
        How many series.
    window : int
        How many steps become one; what is left over at the end is filled with gaps.

    Returns
    -------
    series : Tensor of shape (rows, channels * window, steps / window)
        Zero for a gap.
    known : Tensor of shape (rows, 1, steps / window)
        1 where any of the numbers is there, else 0.
    """
    series = x.unflatten(-1, (channels, -1))
    steps = series.shape[-1]
    if steps % window:
        series = functional.pad(series, (0, window - steps % window), value=float("nan"))
    series = series.unflatten(-1, (-1, window)).transpose(-1, -2).flatten(1, 2)
    return series.nan_to_num(), (~series.isnan()).any(1, keepdim=True).to(x.dtype)


def mean_of_known(x: Tensor, known: Tensor) -> Tensor:
    """The mean of what (rows, channels, steps) holds at the known steps."""
    return (x * known).sum(-1) / known.sum(-1).clamp_min(1.0)
