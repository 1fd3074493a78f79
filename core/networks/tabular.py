"""`TabularNetworkClassifier`, `TabularNetworkRegressor`: the default network, for any table as it is.

After RealMLP (Holzmüller et al. 2024, arXiv 2407.04491) and TabM (Gorishniy et al. 2025, arXiv 2410.24210): robust
scales, bins for numbers, places for categories, small ensembles within a network, and a few such networks, each with
rows of its own to validate on. What follows from the size of a table is in `core.networks.sizes`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
import torch
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from core.networks.base import Given, NetworkClassifier, NetworkEstimator, NetworkRegressor
from core.networks.choices import OPTIMISERS, PRESETS, SCHEDULES
from core.networks.committee import as_one, mean_curve
from core.networks.crew import forward
from core.networks.encoder import Encoder
from core.networks.encoding import MOST_VALUES, Encoding, as_numbers, texts_of
from core.networks.flat import Flat
from core.networks.inputs import FEWEST_ROWS, Array, validation_parts
from core.networks.lessons import Build, Lesson, learn, pays
from core.networks.members import Plan
from core.networks.packed import PackedNetwork
from core.networks.settings import check_settings
from core.networks.sizes import COPIES, LAYERS, members_for, sizes

MOST_EPOCHS = 100


class _Tabular(NetworkEstimator):
    """What both share."""

    gaps: ClassVar[bool] = True

    def __init__(
        self,
        preset: str = "default",
        *,
        categorical_features: Sequence[int | str] | None = None,
        members: int | None = None,
        copies: int = COPIES,
        width: int | None = None,
        n_layers: int = LAYERS,
        dropout: float = 0.1,
        weight_decay: float = 0.02,
        learning_rate: float = 0.003,
        batch_size: int | None = None,
        max_epochs: int | None = None,
        validation_fraction: float | None = None,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self._keep(locals())

    # -- columns

    def _checked(self, X: Any, **how: Any) -> Any:
        """Inputs (and targets) as arrays of floats; texts of a data frame as codes."""
        if how.get("reset", True):
            texts = texts_of(X) if isinstance(X, pd.DataFrame) else {}
            self.text_columns_, self.text_values_ = list(texts), list(texts.values())
        if isinstance(X, pd.DataFrame):
            X = as_numbers(X, dict(zip(self.text_columns_, self.text_values_, strict=True)))
        return super()._checked(X, **how)

    def _categories(self) -> list[int]:
        """Where the categories stand: those that hold text, and those that were named."""
        named = list(getattr(self, "feature_names_in_", ()))
        given = [] if self.categorical_features is None else list(self.categorical_features)
        places = [named.index(each) if isinstance(each, str) and each in named else each for each in given]
        unknown = [each for each in places if isinstance(each, str) or not 0 <= each < self.n_features_in_]
        if unknown:
            raise ValueError(f"categorical_features names {unknown[0]!r}, and there is no such column.")
        return sorted({*map(int, places), *self.text_columns_})

    def _learn_columns(self, X: Array) -> Encoding:
        """Learn how the columns are encoded, and keep it as arrays of this estimator."""
        encoding = Encoding.learn(X, self._categories())
        for field in fields(Encoding):
            setattr(self, f"{field.name}_", getattr(encoding, field.name))
        if (encoding.value_counts == MOST_VALUES).any():
            self.notes_.append(f"Of a category with more than {MOST_VALUES:,} values the rarest count as unknown.")
        return encoding

    def _encoding(self) -> Encoding:
        return Encoding(**{field.name: getattr(self, f"{field.name}_") for field in fields(Encoding)})

    def _scaled(self, X: Array, dtype: torch.dtype) -> torch.Tensor:
        return torch.from_numpy(self._encoding().encode(X)).to(dtype)

    def scaler(self) -> torch.nn.Module:
        """What `_scaled` does, as a module, for each of the networks."""
        return Encoder(self._encoding(), self._count())

    def numbers(self, X: Any) -> Array:
        """What an ONNX file of this network takes, of shape (rows, features), float64.

        A text is its place in `text_values_`, a date is in days since 1970, and what is missing or unknown is NaN.
        """
        check_is_fitted(self)
        numbers: Array = self._checked(X, reset=False).astype(np.float64)
        return numbers

    def _count(self) -> int:
        """How many networks answer together."""
        return len(next(iter(self.weights_.values())))

    def _inputs(self) -> int:
        return self._encoding().outputs

    # -- sizes

    def _build(self) -> Build:
        encoding = self._encoding()
        settings = {
            "numbers": len(encoding.bent),
            "values": encoding.large,
            **self.sizes_,
            "copies": int(self.copies),
            "layers": int(self.n_layers),
            "dropout": float(self.dropout),
        }
        return Build(PackedNetwork, tuple(settings.items()))

    def _course(self, rows: int) -> Plan:
        """How a network learns from so many rows."""
        batch = self.batch_size or min(max(32, 2 ** round(math.log2(rows / 40))), 128)
        epochs = self.max_epochs or min(max(1, PRESETS[self.preset].visits // rows), MOST_EPOCHS)
        return Plan(
            OPTIMISERS["adamw"],
            SCHEDULES["cosine"],
            float(self.learning_rate),
            float(self.weight_decay),
            batch,
            int(epochs),
            patience=int(epochs),
            options=(("betas", (0.9, 0.98)),),
            to_the_end=True,
            dtype=self._precision,
        )

    # -- fit

    def lesson(self, X: Any, y: Any, sample_weight: Any = None) -> Lesson:
        """Not here: several networks are learned, and their lessons are not one."""
        raise NotImplementedError("This network consists of several, which learn together in fit.")

    def _learn(self, X: Array, y: Array, weight: Array | None, outputs: int) -> Self:
        lessons = self._lessons(X, y, weight, outputs)
        count = len(lessons)
        with as_one(count, lessons[0].plan.max_epochs, at_once=pays(lessons[0], count)):
            learn(lessons, at_once=True)
        return self._taken(lessons)

    def _lessons(self, X: Array, y: Array, weight: Array | None, outputs: int) -> list[Lesson]:
        """One for each network: the same rows, other parts of them to validate on."""
        own = {
            "members",
            "width",
            "batch_size",
            "max_epochs",
            "validation_fraction",
        }  # for these None is "as suits the table"
        given = self.get_params(deep=False).items()
        check_settings({name: value for name, value in given if name not in own or value is not None})
        self.notes_, random = [], check_random_state(self.random_state)
        count = int(self.members or members_for(self.preset, len(y)))
        self.sizes_ = sizes(len(y), len(self._learn_columns(X).numbers), self.width)
        rows, build, losses = self._part(X, y, weight), self._build(), self._losses()
        held = self._held_out_parts(y, count, random)
        plan = self._course(len(y) - int(held[0].sum()))
        lessons = []
        for part in held:
            check = rows.pick(torch.from_numpy(part)) if part.any() else None
            practice, seed = rows.pick(torch.from_numpy(~part)), random.randint(2**31 - 1)
            lessons.append(
                Lesson(build, plan, self._objective, losses, practice, check, outputs, seed, str(self.device))
            )
        return lessons

    def _held_out_parts(self, y: Array, count: int, random: np.random.RandomState) -> list[Array]:
        """Which rows validate each of the networks."""
        if len(y) >= FEWEST_ROWS:
            share = self.validation_fraction or PRESETS[self.preset].held_out
            parts = validation_parts(y, count, share, random)
            if parts[0].any():
                return parts
        self.notes_.append(f"{len(y)} rows are too few for a validation part, so all epochs were run.")
        return [np.zeros(len(y), dtype=bool)] * count

    def _taken(self, lessons: Sequence[Lesson]) -> Self:
        """Take over what came of the lessons."""
        histories = [lesson.history for lesson in lessons]
        told = [note for lesson in lessons for note in (*lesson.notes, *lesson.history.notes)]
        self.weights_ = {name: np.stack([each.weights[name] for each in lessons]) for name in lessons[0].weights}
        self.curve_ = mean_curve([history.curve for history in histories])
        self.n_iter_ = len(self.curve_)
        self.best_epochs_ = [history.best_epoch for history in histories]
        self.best_epoch_ = sorted(self.best_epochs_)[len(histories) // 2]
        self.notes_ += dict.fromkeys(told)
        self.marks_ = list(dict.fromkeys(mark for history in histories for mark in history.marks))
        self.earlier_seconds_ = max(history.earlier_seconds for history in histories)
        return self

    # -- predict

    def module(self, device: torch.device, dtype: torch.dtype = torch.float32) -> Any:
        """All fitted networks side by side as a module for predictions, see `core.networks.crew.Net`."""
        check_is_fitted(self)
        count = self._count()
        module = self._build()(self._inputs(), self._outputs(), count)
        Flat(module, count, device, dtype).load(self.weights_)
        return module

    def _answers(self, module: Any, X: torch.Tensor) -> torch.Tensor:
        """The mean of copies and networks."""
        outputs = forward(module, X.expand(self._count(), *X.shape))
        return self._objective.combine(self._objective.combined(outputs, module.copies))


class TabularNetworkClassifier(_Tabular, NetworkClassifier):
    """The default network for tables, which tells classes apart; takes numbers, categories and gaps as they are.

    Parameters
    ----------
    preset : str, default="default"
        A name in `core.networks.choices.PRESETS`: how much work is put into it. All else follows from the table.
    categorical_features : sequence of int or str, optional
        Columns of numbers that are codes of categories, by place or name. In a data frame columns of text, of yes and
        no, and categoricals are categories anyhow.
    members : int or None, default=None
        Networks that answer together; None as the preset says.
    copies : int, default=4
        Answers within each network, which share most of its weights.
    width : int or None, default=None
        Units of each hidden layer; None takes 64, 96 from 2,500 rows, 128 from 5,000.
    n_layers : int, default=2
        Hidden layers.
    dropout, weight_decay, learning_rate
        See `core.networks.FeedForwardClassifier`; the learning rate falls to nothing.
    batch_size : int or None, default=None
        Rows per step; None takes from 32 to 128.
    max_epochs : int or None, default=None
        How often the rows are gone through; None as the preset says, at most 100.
    validation_fraction : float or None, default=None
        The share of the rows that each network holds out, each others, to choose its best epoch; None takes a fifth,
        an eighth in the thorough preset.
    class_weight, device, random_state
        See `core.networks.FeedForwardClassifier`.

    Attributes
    ----------
    curve_ : list of dict
        As in `core.networks.FeedForwardClassifier`, the mean over the networks.
    best_epochs_ : list of int
        The epoch that each network kept; ``best_epoch_`` is the middle one.
    weights_ : dict of str to ndarray
        What was learned, by the name of the parameter; the first axis is that of the networks.
    text_columns_, text_values_ : list
        The columns of a data frame that hold no numbers, and the values of each.
    sizes_ : dict of str to int
        What was chosen for the size of the table.
    categories_, numbers_, values_, value_counts_, median_, spread_, gappy_, bent_, plain_, edges_, edge_counts_
        How columns are encoded, see `core.networks.encoding.Encoding`. Learned from all rows that ``fit`` is given,
        without their target.
    classes_, n_features_in_, feature_names_in_, n_iter_, notes_, marks_, earlier_seconds_
        See `core.networks.FeedForwardClassifier`.
    """

    def __init__(
        self,
        preset: str = "default",
        *,
        categorical_features: Sequence[int | str] | None = None,
        members: int | None = None,
        copies: int = COPIES,
        width: int | None = None,
        n_layers: int = LAYERS,
        dropout: float = 0.1,
        weight_decay: float = 0.02,
        learning_rate: float = 0.003,
        batch_size: int | None = None,
        max_epochs: int | None = None,
        validation_fraction: float | None = None,
        class_weight: Any = None,
        device: str = "auto",
        random_state: Any = None,
    ) -> None:
        self._keep(locals())


class TabularNetworkRegressor(_Tabular, NetworkRegressor):
    """The default network for tables, which predicts a number; takes numbers, categories and gaps as they are.

    It says no number beyond those that it learned from. Parameters and attributes are those of
    `TabularNetworkClassifier`, but for ``class_weight``, and of `core.networks.FeedForwardRegressor`.

    Attributes
    ----------
    target_low_, target_high_ : float
        The smallest and the largest number that it learned from.
    """

    def _given(self, X: Any, y: Any, sample_weight: Any) -> Given:
        X, scaled, weight, outputs = super()._given(X, y, sample_weight)
        low, high = (float(end) * self.target_scale_ + self.target_mean_ for end in (scaled.min(), scaled.max()))
        self.target_low_, self.target_high_ = low, high
        return X, scaled, weight, outputs

    def predict(self, X: Any) -> Array:
        """The predicted number of each row: ndarray of shape (rows,)."""
        number: Array = np.clip(super().predict(X), self.target_low_, self.target_high_)
        return number
