"""PyTorch networks behind the scikit-learn interface: estimators, the training loop, files without pickle.

Takes arrays or data frames of numbers, gives fitted estimators whose weights are plain numpy arrays. Knows
`core.catalogue` and `core.progress`, and nothing of tables, runs or screens.

============== =======================================================================================
`choices`      the activations, optimisers and devices there are, importable without torch
`settings`     the constructor's settings, checked, with sentences
`inputs`       scaling of the columns, and which rows validate
`network`      the forward pass: layers whose weights lie in one flat vector
`checkpoints`  a training's state, left every few seconds, for the time after a kill
`training`     the loop: batches, the learning curve, early stopping, stopping on request
`estimators`   `FeedForwardClassifier`, `FeedForwardRegressor`
`files`        `save`, `load`: safetensors with a JSON header
============== =======================================================================================

The estimators are imported when they are first asked for, so that a form can list the choices without waiting for
torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.catalogue import resolve

if TYPE_CHECKING:
    from core.networks.estimators import FeedForwardClassifier, FeedForwardRegressor
    from core.networks.files import load, save

__all__ = ["FeedForwardClassifier", "FeedForwardRegressor", "load", "save"]

_HOMES = {
    "FeedForwardClassifier": "core.networks.estimators:FeedForwardClassifier",
    "FeedForwardRegressor": "core.networks.estimators:FeedForwardRegressor",
    "load": "core.networks.files:load",
    "save": "core.networks.files:save",
}


def __getattr__(name: str) -> Any:
    """Import an estimator when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return resolve(_HOMES[name])
