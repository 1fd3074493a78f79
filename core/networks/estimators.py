"""`FeedForwardClassifier` and `FeedForwardRegressor`: feed-forward networks as scikit-learn estimators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.networks.base import NetworkClassifier, NetworkEstimator, NetworkRegressor
from core.networks.choices import ACTIVATIONS
from core.networks.inputs import Array
from core.networks.lessons import Build
from core.networks.network import FeedForwardNetwork
from core.networks.settings import hidden_widths


class _FeedForward(NetworkEstimator):
    """What both share."""

    def _build(self) -> Build:
        settings = {
            "hidden": hidden_widths(self.hidden_layer_sizes),
            "activation": ACTIVATIONS[self.activation],
            "dropout": 0.0 if self._plan().optimiser.whole else float(self.dropout),
            "batch_norm": self.batch_norm,
        }
        return Build(FeedForwardNetwork, tuple(settings.items()))

    @property
    def coefs_(self) -> list[Array]:
        """Weights of shape (inputs, outputs) of each layer."""
        return [array.T for name, array in self.weights_.items() if name.endswith(".weight")]

    @property
    def intercepts_(self) -> list[Array]:
        """Biases of shape (outputs,) of each layer."""
        return [array for name, array in self.weights_.items() if name.endswith(".bias")]

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Take over a state, also one from before there were ``weights_``."""
        state = dict(state)
        if "coefs_" in state:
            layers = zip(state.pop("coefs_"), state.pop("intercepts_"), strict=True)
            state["weights_"] = weights_of(layers)
        super().__setstate__(state)


def weights_of(layers: Any) -> dict[str, Array]:
    """Pairs of weights (inputs, outputs) and biases by the names that the module gives them."""
    named: dict[str, Array] = {}
    for number, (weight, bias) in enumerate(layers):
        named |= {f"layers.{number}.weight": np.ascontiguousarray(weight.T), f"layers.{number}.bias": bias}
    return named


class FeedForwardClassifier(_FeedForward, NetworkClassifier):
    """A feed-forward network that tells classes apart.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int, default=(128, 128)
        Units of each hidden layer; ``()`` makes a linear model.
    activation : str, default="silu"
        A name in `core.networks.choices.ACTIVATIONS`. A smooth bend learned small tables and curved boundaries better
        than ReLU in our trials, in fewer epochs.
    dropout : float, default=0.1
        The share of the hidden units that rests in each step, from 0 to just under 1.
    batch_norm : bool, default=False
        Whether the hidden units are brought to a common scale in each batch, which makes deep networks easier to train.
    weight_decay : float, default=0.01
        How strongly large weights are held back, from 0: by "adamw" directly, by the others through the gradient.
    optimizer : str, default="adamw"
        A name in `core.networks.choices.OPTIMISERS`.
    momentum : float, default=0.9
        How much of the last step goes into the next, from 0 to just under 1; used by "sgd" alone.
    loss : str, default="cross_entropy"
        A name in `core.networks.choices.LOSSES` that is for classes.
    learning_rate : float, default=0.001
        The size of the steps, above 0. Where the first epoch goes astray, a tenth is tried, with a note.
    schedule : str, default="constant"
        A name in `core.networks.choices.SCHEDULES`: how the learning rate changes over `max_epochs`.
    batch_size : int or None, default=None
        Rows per step. None takes a hundredth of the rows, from 64 to 256: small tables need the steps, large ones the
        speed. The batches of an epoch are made equally large, so there is no small last one.
    max_epochs : int, default=200
        How often the rows are gone through at most.
    early_stopping : bool, default=True
        Whether rows are held out, the training ends when their loss has not improved for `patience` epochs, and the
        weights of the best epoch are kept. Without it all epochs are run and the last weights kept.
    validation_fraction : float, default=0.15
        The share of the rows that is held out, between 0 and 1; every class gives its share. With fewer than ten rows
        none are.
    patience : int, default=20
        Epochs without improvement before the training ends.
    common_scale : bool, default=False
        Whether all columns share one scale, see Notes.
    class_weight : dict, "balanced" or None, default=None
        What the rows of each class count; "balanced" gives each class the same total.
    device : str, default="auto"
        A name in `core.networks.choices.DEVICES`, or one of several, as in ``"cuda:1"``. If it is missing, has no
        memory left or fails, the processor takes over, with a note.
    random_state : int, RandomState or None, default=None
        Decides the held-out rows, the initial weights, the order of the rows and what rests. The same number gives the
        same predictions on the same processor and number of threads. torch's own generator is left alone.

    Attributes
    ----------
    classes_ : ndarray of shape (classes,)
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (features,)
        Only if the columns had names.
    mean_, scale_ : ndarray of shape (features,)
        What the inputs are shifted and divided by, see Notes.
    weights_ : dict of str to ndarray
        What was learned, by the name of the parameter.
    coefs_, intercepts_ : list of ndarray
        Weights of shape (inputs, outputs) and biases of shape (outputs,) of each layer, float32.
    curve_ : list of dict
        A point per epoch: ``step``, ``train_loss``, ``train_score``, with early stopping ``valid_loss`` and
        ``valid_score``, and ``learning_rate``, ``gradient_norm`` (of the last batch), ``samples_per_second`` and
        ``seconds`` (since the beginning). The training figures come from the batches as they were learned, so they lag
        behind by half an epoch and feel the dropout; losses are means of `loss` (weighted, if rows are), scores are
        accuracies.
    n_iter_ : int
        Epochs that were completed.
    best_epoch_ : int
        The epoch whose weights were kept, 0 if none was completed.
    notes_ : list of str
        What a person should know, as sentences: a training that was stopped, a device that was missing.
    marks_ : list of str
        ``"stopped early"`` if it was told to stop, ``"loss not finite"`` if it could not go on; else empty.
    earlier_seconds_ : float
        How long the training had taken up to the checkpoint that it went on from; 0 if it was never cut off.

    Notes
    -----
    The inputs are standardised with the mean and standard deviation of the practice rows, whatever was done to them
    before: an unscaled network falls far below a random forest, and scaling twice does no harm. Columns that hold only
    0 and 1 keep their scale, for a rare category would become a huge number. With `common_scale` there is one mean and
    one deviation for all columns, as suits the pixels of an image: one that is black in all images but one would drown
    out the others there.
    """

    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] = (128, 128),
        *,
        activation: str = "silu",
        dropout: float = 0.1,
        batch_norm: bool = False,
        weight_decay: float = 0.01,
        optimizer: str = "adamw",
        momentum: float = 0.9,
        loss: str = "cross_entropy",
        learning_rate: float = 0.001,
        schedule: str = "constant",
        batch_size: int | None = None,
        max_epochs: int = 200,
        early_stopping: bool = True,
        validation_fraction: float = 0.15,
        patience: int = 20,
        common_scale: bool = False,
        class_weight: Any = None,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self._keep(locals())


class FeedForwardRegressor(_FeedForward, NetworkRegressor):
    """A feed-forward network that predicts a number.

    Parameters, attributes and notes are those of `FeedForwardClassifier`, but for the following.

    Parameters
    ----------
    loss : str, default="squared"
        A name in `core.networks.choices.LOSSES` that is for numbers; it sees the standardised target.
    validation_fraction : float, default=0.15
        The share of the rows that is held out, spread evenly over the target.

    Attributes
    ----------
    target_mean_, target_scale_ : float
        Mean and standard deviation of the target, which the network learns standardised.
    curve_ : list of dict
        Losses are means of `loss` for the standardised target (weighted, if rows are), scores are R².

    Notes
    -----
    There is no ``class_weight`` and there are no ``classes_``.
    """

    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] = (128, 128),
        *,
        activation: str = "silu",
        dropout: float = 0.1,
        batch_norm: bool = False,
        weight_decay: float = 0.01,
        optimizer: str = "adamw",
        momentum: float = 0.9,
        loss: str = "squared",
        learning_rate: float = 0.001,
        schedule: str = "constant",
        batch_size: int | None = None,
        max_epochs: int = 200,
        early_stopping: bool = True,
        validation_fraction: float = 0.15,
        patience: int = 20,
        common_scale: bool = False,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self._keep(locals())
