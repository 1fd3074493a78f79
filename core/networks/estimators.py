"""`FeedForwardClassifier` and `FeedForwardRegressor`: feed-forward networks as scikit-learn estimators.

All that `fit` leaves behind is numbers, text and numpy arrays: nothing of torch is pickled, and skops can store it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self, TypeVar

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from core.networks.choices import ACTIVATIONS, pick_device
from core.networks.inputs import FEWEST_ROWS, Array, column_scales, counting_rows, validation_rows
from core.networks.network import Network
from core.networks.settings import check_settings, hidden_widths
from core.networks.training import CLASSES, NUMBERS, History, Objective, Part, Plan, Training, forward

Result = TypeVar("Result")


class FeedForward(BaseEstimator):  # type: ignore[misc]
    """What both estimators share: the settings, the inputs, the training and the forward pass."""

    _objective: ClassVar[Objective]
    _number_type: ClassVar[torch.dtype]

    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] = (128, 128),
        *,
        activation: str = "silu",
        dropout: float = 0.1,
        weight_decay: float = 0.01,
        optimizer: str = "adamw",
        learning_rate: float = 0.001,
        batch_size: int | None = None,
        max_epochs: int = 200,
        early_stopping: bool = True,
        validation_fraction: float = 0.15,
        patience: int = 20,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.weight_decay = weight_decay
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.device = device
        self.random_state = random_state

    def _train(self, X: Array, y: Array, weight: Array | None, *, outputs: int) -> Self:
        """Learn from checked inputs (rows, features) and encoded targets (rows,)."""
        plan, self.notes_ = check_settings(self.get_params(deep=False)), []
        random = check_random_state(self.random_state)
        held = self._held_out(y, random)
        self.mean_, self.scale_ = column_scales(X[~held])
        rows = self._part(X, y, weight)
        practice, check = rows.pick(torch.from_numpy(~held)), rows.pick(torch.from_numpy(held)) if held.any() else None
        seed = random.randint(2**31 - 1)
        (network, history), note = self._somewhere(
            lambda device: self._run(plan, practice, check, outputs, seed, device)
        )
        self.coefs_, self.intercepts_ = network.arrays()
        self.curve_, self.best_epoch_, self.n_iter_ = history.curve, history.best_epoch, len(history.curve)
        self.notes_ += [note] * bool(note) + history.notes
        self.marks_, self.earlier_seconds_ = history.marks, history.earlier_seconds
        return self

    def _held_out(self, y: Array, random: np.random.RandomState) -> Array:
        """Which rows validate."""
        if self.early_stopping and len(y) >= FEWEST_ROWS:
            return validation_rows(y, self.validation_fraction, random)
        if self.early_stopping:
            self.notes_.append(f"{len(y)} rows are too few for a validation part, so all epochs were run.")
        return np.zeros(len(y), dtype=bool)

    def _part(self, X: Array, y: Array, weight: Array | None) -> Part:
        """The rows as tensors; weights are scaled to 1 on average."""
        share = None if weight is None else torch.from_numpy(weight / weight.mean()).float()
        return Part(self._scaled(X, torch.float32), torch.from_numpy(y).to(self._number_type), share)

    def _scaled(self, X: Array, dtype: torch.dtype) -> torch.Tensor:
        """The inputs with mean 0 and standard deviation 1, computed in the precision they came in."""
        return torch.from_numpy((X - self.mean_) / self.scale_).to(dtype)

    def _run(
        self, plan: Plan, practice: Part, check: Part | None, outputs: int, seed: int, device: torch.device
    ) -> tuple[Network, History]:
        """One training on one device."""
        generator = torch.Generator().manual_seed(seed)
        widths = [self.n_features_in_, *hidden_widths(self.hidden_layer_sizes), outputs]
        network = Network(widths, plan.activation, device)
        network.start(generator)
        check = None if check is None else check.to(device)
        return network, Training(network, plan, self._objective, practice.to(device), check, generator).run()

    def _somewhere(self, work: Callable[[torch.device], Result]) -> tuple[Result, str]:
        """Do `work` on the device that was asked for, or else on the processor; give the result and a note on why."""
        device, note = pick_device(self.device)
        try:
            return work(device), note
        except RuntimeError as error:  # no memory left, a driver that is gone
            if device.type == "cpu" or device.type not in str(error).lower():
                raise
            reason = str(error).partition("\n")[0].rstrip(".")
        return work(torch.device("cpu")), f"The {device.type} device failed ({reason}), so the processor was used."

    def _outputs(self, X: Any) -> Array:
        """The network's outputs (rows, outputs) for unchecked inputs.

        In float64 wherever the device has it: a row's prediction must not depend on the rows it comes with, and float32
        kernels round differently at the edge of a block.
        """
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=(np.float64, np.float32))

        def work(device: torch.device) -> Array:
            dtype = torch.float32 if device.type == "mps" else torch.float64
            widths = [self.n_features_in_, *map(len, self.intercepts_)]
            network = Network(widths, ACTIVATIONS[self.activation], device, dtype)
            network.put(self.coefs_, self.intercepts_)
            outputs: Array = forward(network, self._scaled(X, dtype).to(device)).cpu().double().numpy()
            return outputs

        return self._somewhere(work)[0]


class FeedForwardClassifier(ClassifierMixin, FeedForward):  # type: ignore[misc]
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
    weight_decay : float, default=0.01
        How strongly large weights are held back, from 0: by "adamw" directly, by the others through the gradient.
    optimizer : str, default="adamw"
        A name in `core.networks.choices.OPTIMISERS`.
    learning_rate : float, default=0.001
        The size of the steps, above 0.
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
    coefs_, intercepts_ : list of ndarray
        Weights of shape (inputs, outputs) and biases of shape (outputs,) of each layer, float32.
    curve_ : list of dict
        A point per epoch: ``step``, ``train_loss``, ``train_score`` and, with early stopping, ``valid_loss`` and
        ``valid_score``. The training figures come from the batches as they were learned, so they lag behind by half an
        epoch and feel the dropout; losses are mean cross-entropies (weighted,
        if rows are), scores are accuracies.
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
    0 and 1 keep their scale, for a rare category would become a huge number.
    """

    _objective, _number_type = CLASSES, torch.int64

    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] = (128, 128),
        *,
        activation: str = "silu",
        dropout: float = 0.1,
        weight_decay: float = 0.01,
        optimizer: str = "adamw",
        learning_rate: float = 0.001,
        batch_size: int | None = None,
        max_epochs: int = 200,
        early_stopping: bool = True,
        validation_fraction: float = 0.15,
        patience: int = 20,
        class_weight: Any = None,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        super().__init__(
            hidden_layer_sizes,
            activation=activation,
            dropout=dropout,
            weight_decay=weight_decay,
            optimizer=optimizer,
            learning_rate=learning_rate,
            batch_size=batch_size,
            max_epochs=max_epochs,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            patience=patience,
            device=device,
            random_state=random_state,
        )
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn to tell the classes apart.

        Parameters
        ----------
        X : array-like of shape (rows, features)
            Numbers without gaps.
        y : array-like of shape (rows,)
            The class of each row.
        sample_weight : array-like of shape (rows,), optional
            How much each row counts; rows of weight 0 take no part.

        Raises
        ------
        ValueError
            If a setting or the data cannot be used.
        """
        X, y = validate_data(self, X, y, dtype=(np.float64, np.float32))
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        weight = self._weight(X, y, codes, sample_weight)
        return self._train(*counting_rows(X, codes.astype(np.int64), weight), outputs=len(self.classes_))

    def _weight(self, X: Array, y: Array, codes: Array, sample_weight: Any) -> Array | None:
        """Each row's weight: its own times that of its class."""
        if sample_weight is None and self.class_weight is None:
            return None
        weight: Array = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        by_class = compute_class_weight(self.class_weight, classes=self.classes_, y=y, sample_weight=weight)
        both: Array = weight * by_class[codes]
        return both

    def predict_proba(self, X: Any) -> Array:
        """The probability of each class: ndarray of shape (rows, classes), in the order of ``classes_``."""
        outputs = self._outputs(X)
        odds = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        shares: Array = odds / odds.sum(axis=1, keepdims=True)
        return shares

    def predict(self, X: Any) -> Array:
        """The most probable class of each row: ndarray of shape (rows,)."""
        outputs = self._outputs(X)
        named: Array = self.classes_[outputs.argmax(axis=1)]
        return named


class FeedForwardRegressor(RegressorMixin, FeedForward):  # type: ignore[misc]
    """A feed-forward network that predicts a number.

    Parameters, attributes and notes are those of `FeedForwardClassifier`, but for the following.

    Parameters
    ----------
    validation_fraction : float, default=0.15
        The share of the rows that is held out, spread evenly over the target.

    Attributes
    ----------
    target_mean_, target_scale_ : float
        Mean and standard deviation of the target, which the network learns standardised.
    curve_ : list of dict
        Losses are mean squared errors in units of the target's variance (weighted, if rows are), scores are R².

    Notes
    -----
    There is no ``class_weight`` and there are no ``classes_``.
    """

    _objective, _number_type = NUMBERS, torch.float32

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn to predict the number.

        Parameters
        ----------
        X : array-like of shape (rows, features)
            Numbers without gaps.
        y : array-like of shape (rows,)
            The number to predict.
        sample_weight : array-like of shape (rows,), optional
            How much each row counts; rows of weight 0 take no part.

        Raises
        ------
        ValueError
            If a setting or the data cannot be used.
        """
        X, y = validate_data(self, X, y, dtype=(np.float64, np.float32), y_numeric=True)
        weight = None
        if sample_weight is not None:
            weight = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        X, y, weight = counting_rows(X, y.astype(np.float64), weight)
        mean, scale = column_scales(y[:, None])
        self.target_mean_, self.target_scale_ = float(mean[0]), float(scale[0])
        return self._train(X, (y - self.target_mean_) / self.target_scale_, weight, outputs=1)

    def predict(self, X: Any) -> Array:
        """The predicted number of each row: ndarray of shape (rows,)."""
        outputs = self._outputs(X)
        number: Array = outputs[:, 0] * self.target_scale_ + self.target_mean_
        return number
