"""`ConvolutionalClassifier` and `ConvolutionalRegressor`: networks for images, as scikit-learn estimators."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from core.networks.base import NetworkClassifier, NetworkRegressor
from core.networks.choices import ACTIVATIONS, AUGMENTATIONS
from core.networks.convolution import ImageNetwork
from core.networks.lessons import Build
from core.networks.settings import whole_numbers
from core.networks.shaped import ShapedEstimator


class _Convolutional(ShapedEstimator):
    """What both share."""

    common_scale = True

    def _build(self) -> Build:
        settings = {
            "shape": self.image_shape_,
            "filters": whole_numbers("filters", self.filters, (16, 32, 64)),
            "kernel": int(self.kernel_size),
            "activation": ACTIVATIONS[self.activation],
            "dropout": float(self.dropout),
            "batch_norm": self.batch_norm,
            "augmentation": AUGMENTATIONS[self.augmentation],
        }
        return Build(ImageNetwork, tuple(settings.items()))

    @property
    def image_shape_(self) -> tuple[int, int, int]:
        """Height, width and colours of the images that it learned from.

        Raises
        ------
        ValueError
            If the columns are not the pixels of such images.
        """
        columns = self.n_features_in_
        if self.image_shape is None:
            height = max(side for side in range(1, math.isqrt(columns) + 1) if columns % side == 0)
            return height, columns // height, 1
        shape = whole_numbers("image_shape", self.image_shape, (28, 28))
        if len(shape) not in (2, 3) or math.prod(shape) != columns:
            sizes = " by ".join(map(str, shape))
            raise ValueError(
                f"image_shape={self.image_shape!r} does not fit: there are {columns:,} columns, and {sizes} are "
                f"{math.prod(shape):,}. Give height and width, and behind them the number of colours if it is not one."
            )
        height, width, colours = (*shape, 1)[:3]
        return height, width, colours


class ConvolutionalClassifier(_Convolutional, NetworkClassifier):
    """A convolutional network that tells images apart.

    Parameters
    ----------
    filters : sequence of int, default=(16, 32, 64)
        What each block looks for: its channels. After each, the image is half as high and wide.
    image_shape : tuple of int or None, default=None
        Height and width, and the number of colours if it is not one; the columns are the pixels, row by row, the
        colours of a pixel side by side. None takes the columns for an image as square as their number allows.
    kernel_size : int, default=3
        How many pixels high and wide each look is.
    activation : str, default="relu"
        A name in `core.networks.choices.ACTIVATIONS`.
    dropout : float, default=0.25
        The share of what the last layer sees that rests in each step, from 0 to just under 1.
    batch_norm : bool, default=True
        Whether each channel is brought to a common scale in each batch.
    augmentation : str, default="shift"
        A name in `core.networks.choices.AUGMENTATIONS`: how the images are changed while it learns from them.
    weight_decay : float, default=0.01
        How strongly large weights are held back, from 0.
    loss : str, default="cross_entropy"
        A name in `core.networks.choices.LOSSES` that is for classes.
    learning_rate : float, default=0.005
        The size of the steps, above 0. Where the first epoch goes astray, a tenth is tried, with a note.
    schedule : str, default="warm_up"
        A name in `core.networks.choices.SCHEDULES`: how the learning rate changes over `max_epochs`.
    batch_size : int or None, default=None
        Rows per step. None takes a hundredth of the rows, from 16 to 128.
    max_epochs : int, default=15
        How often the rows are gone through at most.
    early_stopping : bool, default=True
        As for `core.networks.FeedForwardClassifier`, from 300 rows: fewer are all needed to learn from.
    validation_fraction : float, default=0.1
        The share of the rows that is held out.
    patience, class_weight, device, random_state
        See `core.networks.FeedForwardClassifier`. The schedule is made for all epochs, so patience is long.

    Attributes
    ----------
    image_shape_ : tuple of int
        Height, width and colours.
    mean_, scale_ : ndarray of shape (features,)
        What the pixels are shifted and divided by: the same for all.

    Notes
    -----
    The other attributes are those of `core.networks.FeedForwardClassifier`. A missing pixel counts as the mean of all.
    """

    def __init__(
        self,
        filters: Sequence[int] = (16, 32, 64),
        *,
        image_shape: Sequence[int] | None = None,
        kernel_size: int = 3,
        activation: str = "relu",
        dropout: float = 0.25,
        batch_norm: bool = True,
        augmentation: str = "shift",
        weight_decay: float = 0.01,
        loss: str = "cross_entropy",
        learning_rate: float = 0.005,
        schedule: str = "warm_up",
        batch_size: int | None = None,
        max_epochs: int = 15,
        early_stopping: bool = True,
        validation_fraction: float = 0.1,
        patience: int = 15,
        class_weight: Any = None,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self._keep(locals())


class ConvolutionalRegressor(_Convolutional, NetworkRegressor):
    """A convolutional network that predicts a number from an image.

    Parameters, attributes and notes are those of `ConvolutionalClassifier`, but for the following.

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
        filters: Sequence[int] = (16, 32, 64),
        *,
        image_shape: Sequence[int] | None = None,
        kernel_size: int = 3,
        activation: str = "relu",
        dropout: float = 0.25,
        batch_norm: bool = True,
        augmentation: str = "shift",
        weight_decay: float = 0.01,
        loss: str = "squared",
        learning_rate: float = 0.005,
        schedule: str = "warm_up",
        batch_size: int | None = None,
        max_epochs: int = 15,
        early_stopping: bool = True,
        validation_fraction: float = 0.1,
        patience: int = 15,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self._keep(locals())
