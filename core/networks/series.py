"""Networks for series as scikit-learn estimators: recurrent ones, and convolutional ones along time.

The columns are the steps from left to right; of several series, one stands after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core.networks.base import NetworkClassifier, NetworkRegressor
from core.networks.choices import ACTIVATIONS, CELLS
from core.networks.convolution import SeriesNetwork
from core.networks.inputs import Array, common_scales
from core.networks.lessons import Build
from core.networks.members import Plan
from core.networks.recurrence import RecurrentNetwork
from core.networks.settings import whole_numbers
from core.networks.shaped import ShapedEstimator
from core.networks.shapes import MOST_LOOKS


class _Series(ShapedEstimator):
    """What all share."""

    def _steps(self) -> int:
        """How many steps each series has.

        Raises
        ------
        ValueError
            If the columns are not as many series of one length.
        """
        columns, series = self.n_features_in_, self.channels
        if columns % series:
            raise ValueError(
                f"channels={series!r} does not fit: {columns:,} columns cannot be {series:,} series of one length."
            )
        steps: int = columns // series
        return steps

    def _scale_inputs(self, X: Array) -> None:
        self.mean_, self.scale_ = common_scales(X, self.channels)


class _Recurrent(_Series):
    """What both recurrent estimators share."""

    def _plan(self) -> Plan:
        return replace(super()._plan(), steepest=float(self.clip_norm))

    def _build(self) -> Build:
        settings = {
            "channels": int(self.channels),
            "window": int(self.window or -(-self._steps() // MOST_LOOKS)),
            "cell": CELLS[self.cell],
            "units": int(self.units),
            "layers": int(self.layers),
            "both_ways": self.bidirectional,
            "dropout": float(self.dropout),
        }
        return Build(RecurrentNetwork, tuple(settings.items()))


class _Convolutional(_Series):
    """What both convolutional estimators share."""

    def _build(self) -> Build:
        self._steps()
        settings = {
            "channels": int(self.channels),
            "filters": whole_numbers("filters", self.filters, (64, 64, 64)),
            "kernel": int(self.kernel_size),
            "activation": ACTIVATIONS[self.activation],
            "dropout": float(self.dropout),
            "batch_norm": self.batch_norm,
        }
        return Build(SeriesNetwork, tuple(settings.items()))


class RecurrentClassifier(_Recurrent, NetworkClassifier):
    """A recurrent network that tells series apart.

    Parameters
    ----------
    units : int, default=64
        How many numbers each layer keeps in mind.
    channels : int, default=1
        How many series stand side by side, each with as many columns.
    cell : str, default="gru"
        A name in `core.networks.choices.CELLS`.
    layers : int, default=1
    bidirectional : bool, default=True
        Whether the series are read backwards as well.
    window : int or None, default=None
        How many steps are looked at together; None makes of long series about 64 looks.
    dropout : float, default=0.2
        The share of what a layer gives to the next that rests in each step, from 0 to just under 1.
    clip_norm : float, default=1.0
        The length to which a step's gradient is cut; 0 for any.
    weight_decay : float, default=0.01
        How strongly large weights are held back, from 0.
    loss : str, default="cross_entropy"
        A name in `core.networks.choices.LOSSES` that is for classes.
    learning_rate : float, default=0.003
        The size of the steps, above 0. Where the first epoch goes astray, a tenth is tried, with a note.
    schedule : str, default="warm_up"
        A name in `core.networks.choices.SCHEDULES`: how the learning rate changes over `max_epochs`.
    batch_size : int or None, default=None
        Rows per step. None takes a hundredth of the rows, from 16 to 128.
    max_epochs : int, default=60
        How often the rows are gone through at most.
    early_stopping : bool, default=True
        As for `core.networks.FeedForwardClassifier`, from 300 rows: fewer are all needed to learn from.
    validation_fraction, patience, class_weight, device, random_state
        See `core.networks.FeedForwardClassifier`. The schedule is made for all epochs, so patience is long.

    Attributes
    ----------
    mean_, scale_ : ndarray of shape (features,)
        What the columns are shifted and divided by: the same for all steps of a series.

    Notes
    -----
    The other attributes are those of `core.networks.FeedForwardClassifier`. A gap counts as the mean of its series, and
    steps at which all series have gaps, such as those behind the end of a short one, do not count at the end.
    """

    def __init__(
        self,
        units: int = 64,
        *,
        channels: int = 1,
        cell: str = "gru",
        layers: int = 1,
        bidirectional: bool = True,
        window: int | None = None,
        dropout: float = 0.2,
        clip_norm: float = 1.0,
        weight_decay: float = 0.01,
        loss: str = "cross_entropy",
        learning_rate: float = 0.003,
        schedule: str = "warm_up",
        batch_size: int | None = None,
        max_epochs: int = 60,
        early_stopping: bool = True,
        validation_fraction: float = 0.15,
        patience: int = 60,
        class_weight: Any = None,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self._keep(locals())


class RecurrentRegressor(_Recurrent, NetworkRegressor):
    """A recurrent network that predicts a number from series.

    Parameters, attributes and notes are those of `RecurrentClassifier`, but for the following.

    Parameters
    ----------
    loss : str, default="squared"
        A name in `core.networks.choices.LOSSES` that is for numbers; it sees the standardised target.

    Notes
    -----
    There is no ``class_weight`` and there are no ``classes_``.
    """

    def __init__(
        self,
        units: int = 64,
        *,
        channels: int = 1,
        cell: str = "gru",
        layers: int = 1,
        bidirectional: bool = True,
        window: int | None = None,
        dropout: float = 0.2,
        clip_norm: float = 1.0,
        weight_decay: float = 0.01,
        loss: str = "squared",
        learning_rate: float = 0.003,
        schedule: str = "warm_up",
        batch_size: int | None = None,
        max_epochs: int = 60,
        early_stopping: bool = True,
        validation_fraction: float = 0.15,
        patience: int = 60,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self._keep(locals())


class SequenceConvolutionClassifier(_Convolutional, NetworkClassifier):
    """A convolutional network along time that tells series apart.

    Parameters
    ----------
    filters : sequence of int, default=(64, 64, 64)
        What each block looks for: its channels.
    channels : int, default=1
        How many series stand side by side, each with as many columns.
    kernel_size : int, default=21
        How many steps each look takes in.
    activation : str, default="relu"
        A name in `core.networks.choices.ACTIVATIONS`.
    dropout : float, default=0.2
        The share of what the last layer sees that rests in each step, from 0 to just under 1.
    batch_norm : bool, default=True
        Whether what is looked for is brought to a common scale in each batch.
    weight_decay : float, default=0.01
        How strongly large weights are held back, from 0.
    loss : str, default="cross_entropy"
        A name in `core.networks.choices.LOSSES` that is for classes.
    learning_rate : float, default=0.003
        The size of the steps, above 0. Where the first epoch goes astray, a tenth is tried, with a note.
    schedule : str, default="warm_up"
        A name in `core.networks.choices.SCHEDULES`: how the learning rate changes over `max_epochs`.
    batch_size : int or None, default=None
        Rows per step. None takes a hundredth of the rows, from 16 to 128.
    max_epochs : int, default=60
        How often the rows are gone through at most.
    early_stopping : bool, default=True
        As for `core.networks.FeedForwardClassifier`, from 300 rows: fewer are all needed to learn from.
    validation_fraction, patience, class_weight, device, random_state
        See `core.networks.FeedForwardClassifier`. The schedule is made for all epochs, so patience is long.

    Attributes
    ----------
    mean_, scale_ : ndarray of shape (features,)
        What the columns are shifted and divided by: the same for all steps of a series.

    Notes
    -----
    The other attributes are those of `core.networks.FeedForwardClassifier`. A gap counts as the mean of its series, and
    steps at which all series have gaps, such as those behind the end of a short one, do not count at the end.
    """

    def __init__(
        self,
        filters: Sequence[int] = (64, 64, 64),
        *,
        channels: int = 1,
        kernel_size: int = 21,
        activation: str = "relu",
        dropout: float = 0.2,
        batch_norm: bool = True,
        weight_decay: float = 0.01,
        loss: str = "cross_entropy",
        learning_rate: float = 0.003,
        schedule: str = "warm_up",
        batch_size: int | None = None,
        max_epochs: int = 60,
        early_stopping: bool = True,
        validation_fraction: float = 0.15,
        patience: int = 60,
        class_weight: Any = None,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self._keep(locals())


class SequenceConvolutionRegressor(_Convolutional, NetworkRegressor):
    """A convolutional network along time that predicts a number from series.

    Parameters, attributes and notes are those of `SequenceConvolutionClassifier`, but for the following.

    Parameters
    ----------
    loss : str, default="squared"
        A name in `core.networks.choices.LOSSES` that is for numbers; it sees the standardised target.

    Notes
    -----
    There is no ``class_weight`` and there are no ``classes_``.
    """

    def __init__(
        self,
        filters: Sequence[int] = (64, 64, 64),
        *,
        channels: int = 1,
        kernel_size: int = 21,
        activation: str = "relu",
        dropout: float = 0.2,
        batch_norm: bool = True,
        weight_decay: float = 0.01,
        loss: str = "squared",
        learning_rate: float = 0.003,
        schedule: str = "warm_up",
        batch_size: int | None = None,
        max_epochs: int = 60,
        early_stopping: bool = True,
        validation_fraction: float = 0.15,
        patience: int = 60,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self._keep(locals())
