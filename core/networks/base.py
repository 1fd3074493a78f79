"""What all network estimators share: from checked inputs to a lesson, and from what was learned to predictions.

All that `fit` leaves behind is numbers, text and numpy arrays: nothing of torch is pickled, and skops can store it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from core.catalogue import resolve
from core.networks.batches import Part
from core.networks.choices import LOSSES
from core.networks.crew import forward
from core.networks.flat import Flat
from core.networks.inputs import FEWEST_ROWS, Array, column_scales, common_scales, counting_rows, validation_rows
from core.networks.lessons import Build, Lesson, learn, somewhere
from core.networks.members import Plan
from core.networks.objectives import CLASSES, NUMBERS, Losses, Objective
from core.networks.settings import check_loss, check_settings, plan

WIDTHS = (np.float64, np.float32)
Given = tuple[Array, Array, Array | None, int]


class Standard(torch.nn.Module):
    """Inputs with mean 0 and standard deviation 1."""

    def __init__(self, mean: Array, scale: Array) -> None:
        super().__init__()
        self.mean, self.scale = torch.from_numpy(mean), torch.from_numpy(scale)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """The same shape."""
        return (X - self.mean) / self.scale


class NetworkEstimator(BaseEstimator):  # type: ignore[misc]
    """A network behind scikit-learn's interface; what a kind of network adds is its `_build` and its settings."""

    _objective: ClassVar[Objective]
    _number_type: ClassVar[torch.dtype]
    _precision: ClassVar[torch.dtype] = torch.float32
    notes_: list[str]

    gaps: ClassVar[bool] = False
    """Whether it takes rows with gaps."""

    common_scale: bool = False
    """Whether the columns measure the same, such as pixels, and share one mean and one standard deviation."""

    fewest_rows: ClassVar[int] = FEWEST_ROWS
    """With fewer rows there is no validation part."""

    def _keep(self, given: Mapping[str, Any]) -> None:
        """Note what a constructor was given, under the same names, as scikit-learn wants it; given its ``locals()``."""
        for name in given.keys() & set(self._get_param_names()):
            setattr(self, name, given[name])

    # -- what a kind of network says of itself

    def _build(self) -> Build:
        """The module that these settings ask for."""
        raise NotImplementedError

    def _plan(self) -> Plan:
        """How these settings are trained."""
        return plan(self.get_params(deep=False), self._precision)

    def _losses(self) -> Losses:
        """What is minimised; the usual loss of the task where there is no setting for it."""
        numbers = self._objective is NUMBERS
        loss = getattr(self, "loss", "squared" if numbers else "cross_entropy")
        check_loss(loss, numbers=numbers)
        losses: Losses = resolve(LOSSES[loss].function)
        return losses

    def _scale_inputs(self, X: Array) -> None:
        """Learn from the practice rows how inputs are scaled."""
        self.mean_, self.scale_ = common_scales(X, 1) if self.common_scale else column_scales(X)

    def _scaled(self, X: Array, dtype: torch.dtype) -> torch.Tensor:
        """The inputs with mean 0 and standard deviation 1, computed in the precision they came in."""
        return torch.from_numpy((X - self.mean_) / self.scale_).to(dtype)

    def scaler(self) -> torch.nn.Module:
        """What `_scaled` does, as a module, for a file that takes unscaled inputs."""
        return Standard(self.mean_, self.scale_)

    def _checked(self, X: Any, **how: Any) -> Any:
        """Inputs (and targets) as arrays; raises ValueError where they are none."""
        finite = "allow-nan" if self.gaps else True
        return validate_data(self, X, dtype=WIDTHS, ensure_all_finite=finite, **how)

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn asks for."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.gaps
        return tags

    # -- fit

    def lesson(self, X: Any, y: Any, sample_weight: Any = None) -> Lesson:
        """What `fit` would learn, checked and scaled, but not yet learned; see `core.networks.lessons.learn`.

        Parameters and errors are those of ``fit``; `learned` takes the result over.
        """
        return self._lesson(*self._given(X, y, sample_weight))

    def _given(self, X: Any, y: Any, sample_weight: Any) -> Given:
        """What was given to ``fit``, checked: inputs, encoded targets, weights, and how many outputs they ask for."""
        raise NotImplementedError

    def _lesson(self, X: Array, y: Array, weight: Array | None, outputs: int) -> Lesson:
        """From checked inputs (rows, features) and encoded targets (rows,)."""
        check_settings(self.get_params(deep=False))
        build, losses, self.notes_ = self._build(), self._losses(), []
        random = check_random_state(self.random_state)
        held = self._held_out(y, random)
        self._scale_inputs(X[~held])
        rows = self._part(X, y, weight)
        practice, check = rows.pick(torch.from_numpy(~held)), rows.pick(torch.from_numpy(held)) if held.any() else None
        seed = random.randint(2**31 - 1)
        device: str = self.device
        return Lesson(build, self._plan(), self._objective, losses, practice, check, outputs, seed, device)

    def learned(self, lesson: Lesson) -> Self:
        """Take over what came of a `lesson`, as ``fit`` does."""
        history = lesson.history
        self.weights_ = lesson.weights
        self.curve_, self.best_epoch_, self.n_iter_ = history.curve, history.best_epoch, len(history.curve)
        self.notes_ += [*lesson.notes, *history.notes]
        self.marks_, self.earlier_seconds_ = history.marks, history.earlier_seconds
        return self

    def _learn(self, X: Array, y: Array, weight: Array | None, outputs: int) -> Self:
        """Learn from what `_given` gave."""
        return self._fit(self._lesson(X, y, weight, outputs))

    def _fit(self, lesson: Lesson) -> Self:
        learn([lesson])
        return self.learned(lesson)

    def _held_out(self, y: Array, random: np.random.RandomState) -> Array:
        """Which rows validate."""
        early, share = self.early_stopping, self.validation_fraction
        if early and len(y) >= self.fewest_rows:
            return validation_rows(y, share, random)
        if early:
            self.notes_.append(f"{len(y)} rows are too few for a validation part, so all epochs were run.")
        return np.zeros(len(y), dtype=bool)

    def _part(self, X: Array, y: Array, weight: Array | None) -> Part:
        """The rows as tensors; weights are scaled to 1 on average."""
        share = None if weight is None else torch.from_numpy(weight / weight.mean()).to(self._precision)
        targets = torch.from_numpy(y).to(self._number_type if y.dtype.kind == "i" else self._precision)
        return Part(self._scaled(X, self._precision), targets, share)

    # -- predict

    def module(self, device: torch.device, dtype: torch.dtype = torch.float32) -> Any:
        """The fitted network as a module for predictions, see `core.networks.crew.Net`."""
        check_is_fitted(self)
        module = self._build()(self._inputs(), self._outputs(), None)
        Flat(module, None, device, dtype).load(self.weights_)
        return module

    def _inputs(self) -> int:
        """Columns that the module sees."""
        count: int = self.n_features_in_
        return count

    def _outputs(self) -> int:
        """Numbers that the module gives for a row."""
        return len(getattr(self, "classes_", (0,)))

    def _said(self, X: Any) -> Array:
        """The network's outputs (rows, outputs) for unchecked inputs.

        In float64 wherever the device has it: a row's prediction must not depend on the rows it comes with, and float32
        kernels round differently at the edge of a block.
        """
        return self._asked(X, self._answers)

    def _asked(self, X: Any, ask: Callable[[Any, torch.Tensor], torch.Tensor]) -> Array:
        """What `ask` gives for the fitted module and scaled rows, of unchecked inputs."""
        check_is_fitted(self)
        X = self._checked(X, reset=False)

        def work(device: torch.device) -> Array:
            dtype = torch.float32 if device.type == "mps" else torch.float64
            said: Array = ask(self.module(device, dtype), self._scaled(X, dtype).to(device)).cpu().double().numpy()
            return said

        return somewhere(self.device, work)[0]

    def _answers(self, module: Any, X: torch.Tensor) -> torch.Tensor:
        """What a fitted module says of scaled rows."""
        outputs = forward(module, X)
        return self._objective.combined(outputs, module.copies)


class NetworkClassifier(ClassifierMixin, NetworkEstimator):  # type: ignore[misc]
    """A network that tells classes apart."""

    _objective, _number_type = CLASSES, torch.int64

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
        return self._learn(*self._given(X, y, sample_weight))

    def _given(self, X: Any, y: Any, sample_weight: Any) -> Given:
        X, y = self._checked(X, y=y)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        weight = self._weight(X, y, codes, sample_weight)
        return *counting_rows(X, codes.astype(np.int64), weight), len(self.classes_)

    def _weight(self, X: Array, y: Array, codes: Array, sample_weight: Any) -> Array | None:
        """Each row's weight: its own times that of its class."""
        if sample_weight is None and self.class_weight is None:
            return None
        weight: Array = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        by_class = compute_class_weight(
            self.class_weight,
            classes=self.classes_,
            y=y,
            sample_weight=weight,
        )
        both: Array = weight * by_class[codes]
        return both

    def predict_proba(self, X: Any) -> Array:
        """The probability of each class: ndarray of shape (rows, classes), in the order of ``classes_``."""
        outputs = self._said(X)
        odds = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        shares: Array = odds / odds.sum(axis=1, keepdims=True)
        return shares

    def predict(self, X: Any) -> Array:
        """The most probable class of each row: ndarray of shape (rows,)."""
        outputs = self._said(X)
        named: Array = self.classes_[outputs.argmax(axis=1)]
        return named


class NetworkRegressor(RegressorMixin, NetworkEstimator):  # type: ignore[misc]
    """A network that predicts a number, which it learns with mean 0 and standard deviation 1."""

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
        return self._learn(*self._given(X, y, sample_weight))

    def _given(self, X: Any, y: Any, sample_weight: Any) -> Given:
        X, y = self._checked(X, y=y, y_numeric=True)
        weight = None
        if sample_weight is not None:
            weight = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        X, y, weight = counting_rows(X, y.astype(np.float64), weight)
        mean, scale = column_scales(y[:, None])
        self.target_mean_, self.target_scale_ = float(mean[0]), float(scale[0])
        return X, (y - self.target_mean_) / self.target_scale_, weight, 1

    def predict(self, X: Any) -> Array:
        """The predicted number of each row: ndarray of shape (rows,)."""
        outputs = self._said(X)
        number: Array = outputs[:, 0] * self.target_scale_ + self.target_mean_
        return number
