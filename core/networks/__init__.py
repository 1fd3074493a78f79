"""PyTorch networks behind the scikit-learn interface: estimators, the training loop, files without pickle.

Takes arrays or data frames of numbers, gives fitted estimators whose weights are plain numpy arrays. Knows
`core.catalogue` and `core.progress`, and nothing of tables, runs or screens.

============== =======================================================================================
`choices`      the activations, optimisers, losses, schedules and devices, importable without torch
`settings`     the constructor's settings, checked, with sentences
`shapes`       the layers of each kind and what they learn, importable without torch
`schedules`    how the learning rate changes
`inputs`       scaling of the columns, and which rows validate
`layers`       layers for one network or for several of the same shape at once
`network`      the modules made of them
`flat`         all numbers of a module in a few flat tensors
`objectives`   losses and scores
`batches`      rows as tensors, dealt out in batches
`members`      what a training is given, and what comes of it
`crew`         members that learn in step
`training`     the loop: epochs, the learning curve, early stopping, stopping on request
`checkpoints`  a training's state, left every few seconds, for the time after a kill
`lessons`      from an estimator's rows to trained members; several lessons at once
`base`         what all estimators share
`estimators`   `FeedForwardClassifier`, `FeedForwardRegressor`
`linear`       `LinearNetworkClassifier`, `LinearNetworkRegressor`
`residual`     `ResidualNetworkClassifier`, `ResidualNetworkRegressor`
`shaped`       what networks for images and for series share
`images`       `ConvolutionalClassifier`, `ConvolutionalRegressor`; beside it `convolution`, `augmentation`
`series`       `RecurrentClassifier`, `SequenceConvolutionClassifier` and the same for numbers; `recurrence`, `steps`
`autoencoder`  `Autoencoder`: a map of rows, and which are odd
`tabular`      `TabularNetworkClassifier`, `TabularNetworkRegressor`, the default for tables
`encoding`     its columns: numbers, categories and gaps as they are
`packed`       its module
`committee`    several networks that answer as one
`files`        `save`, `load`: safetensors with a JSON header
`exchange`     `to_onnx`: a fitted network for who runs it elsewhere
`generative`   `TabularGAN`, which invents rows; beside it `columns`, `adversarial`, `generative_files`
============== =======================================================================================

The estimators are imported when they are first asked for, so that a form can list the choices without waiting for
torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.catalogue import resolve

if TYPE_CHECKING:
    from core.networks.autoencoder import Autoencoder
    from core.networks.estimators import FeedForwardClassifier, FeedForwardRegressor
    from core.networks.exchange import to_onnx
    from core.networks.files import load, save
    from core.networks.generative import TabularGAN
    from core.networks.images import ConvolutionalClassifier, ConvolutionalRegressor
    from core.networks.linear import LinearNetworkClassifier, LinearNetworkRegressor
    from core.networks.residual import ResidualNetworkClassifier, ResidualNetworkRegressor
    from core.networks.series import (
        RecurrentClassifier,
        RecurrentRegressor,
        SequenceConvolutionClassifier,
        SequenceConvolutionRegressor,
    )
    from core.networks.tabular import TabularNetworkClassifier, TabularNetworkRegressor

__all__ = [
    "Autoencoder",
    "ConvolutionalClassifier",
    "ConvolutionalRegressor",
    "FeedForwardClassifier",
    "FeedForwardRegressor",
    "LinearNetworkClassifier",
    "LinearNetworkRegressor",
    "RecurrentClassifier",
    "RecurrentRegressor",
    "ResidualNetworkClassifier",
    "ResidualNetworkRegressor",
    "SequenceConvolutionClassifier",
    "SequenceConvolutionRegressor",
    "TabularGAN",
    "TabularNetworkClassifier",
    "TabularNetworkRegressor",
    "load",
    "save",
    "to_onnx",
]

PREDICTORS = {
    "ConvolutionalClassifier": "core.networks.images:ConvolutionalClassifier",
    "ConvolutionalRegressor": "core.networks.images:ConvolutionalRegressor",
    "RecurrentClassifier": "core.networks.series:RecurrentClassifier",
    "RecurrentRegressor": "core.networks.series:RecurrentRegressor",
    "SequenceConvolutionClassifier": "core.networks.series:SequenceConvolutionClassifier",
    "SequenceConvolutionRegressor": "core.networks.series:SequenceConvolutionRegressor",
    "FeedForwardClassifier": "core.networks.estimators:FeedForwardClassifier",
    "FeedForwardRegressor": "core.networks.estimators:FeedForwardRegressor",
    "LinearNetworkClassifier": "core.networks.linear:LinearNetworkClassifier",
    "LinearNetworkRegressor": "core.networks.linear:LinearNetworkRegressor",
    "ResidualNetworkClassifier": "core.networks.residual:ResidualNetworkClassifier",
    "ResidualNetworkRegressor": "core.networks.residual:ResidualNetworkRegressor",
    "TabularNetworkClassifier": "core.networks.tabular:TabularNetworkClassifier",
    "TabularNetworkRegressor": "core.networks.tabular:TabularNetworkRegressor",
}
"""What predicts a class or a number."""

ESTIMATORS = PREDICTORS | {"Autoencoder": "core.networks.autoencoder:Autoencoder"}
"""What `save` writes."""

_HOMES = ESTIMATORS | {
    "TabularGAN": "core.networks.generative:TabularGAN",
    "load": "core.networks.files:load",
    "save": "core.networks.files:save",
    "to_onnx": "core.networks.exchange:to_onnx",
}


def __getattr__(name: str) -> Any:
    """Import an estimator when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return resolve(_HOMES[name])
