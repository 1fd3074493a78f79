"""How far a fit has come: said by whoever trains, heard by whoever asked.

A training loop calls `tell` after every epoch and `wanted` after every batch, and leaves its state with the `keeper`
every few seconds; whoever runs it listens with `listening`. Neither knows the other, and without a listener all three
calls cost next to nothing. Whoever is asked `wanted` can hold the work by answering later; `clock` stands still then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np

CHECKPOINT_SECONDS = 5.0
"""A training loop leaves its state with the keeper once so many seconds have passed since it began or last did so."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of learning, e.g. an epoch or a tree.

    Attributes
    ----------
    fraction : float
        How much of the fit is done, 0 to 1.
    message : str
        For a person, e.g. ``"epoch 12 of 30"``.
    point : dict of str to float
        A point of the learning curve: ``step`` (the epochs, trees or other rounds done) and any of ``train_loss``,
        ``valid_loss``, ``train_score``, ``valid_score``; empty when there is nothing to draw. Losses are mean
        cross-entropies, or mean squared errors in units of the target's variance (unless a network minimises another
        loss); scores are accuracies, or R². Train is on rows that the model learns from, valid on rows that it has not
        learned from: those that a network set aside to choose its best epoch, of other models some of the fold's
        held-out rows, which choose nothing. ``seconds`` is the time of training so far, by `clock`; networks add
        ``learning_rate``, ``gradient_norm`` and ``samples_per_second``.
    part : int
        Which of the fits that train together it is about.
    """

    fraction: float
    message: str = ""
    point: dict[str, float] = field(default_factory=dict)
    part: int = 0


class Keeper(Protocol):
    """Keeps the state of one job's training where the end of the process cannot reach it."""

    def load(self) -> Mapping[str, np.ndarray[Any, Any]] | None:
        """What was saved last; None if nothing was, or it cannot be read."""

    def save(self, state: Mapping[str, np.ndarray[Any, Any]]) -> None:
        """Put a state in the place of the last one, all of it or nothing.

        Raises
        ------
        OSError
            If it cannot be written; the training goes on without.
        """


Listener = Callable[[Step], None]
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)
_wanted: ContextVar[Callable[[], bool] | None] = ContextVar("wanted", default=None)
_keeper: ContextVar[Keeper | None] = ContextVar("keeper", default=None)
_held: ContextVar[float] = ContextVar("held", default=0.0)  # seconds, in all


@contextmanager
def listening(
    listener: Listener, wanted: Callable[[], bool] | None = None, keeper: Keeper | None = None
) -> Iterator[None]:
    """Hear every `tell` within the block; `wanted` says whether the work should go on, `keeper` keeps its state."""
    first, second, third = _listener.set(listener), _wanted.set(wanted), _keeper.set(keeper)
    try:
        yield
    finally:
        _listener.reset(first)
        _wanted.reset(second)
        _keeper.reset(third)


@contextmanager
def retelling(change: Callable[[Step], Step | None]) -> Iterator[None]:
    """Whoever listens hears within the block what `change` makes of every step, and nothing where that is None."""
    outer = _listener.get()

    def listener(step: Step) -> None:
        told = change(step)
        if outer is not None and told is not None:
            outer(told)

    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(step: Step) -> None:
    """Say how far the work has come, to whoever listens."""
    listener = _listener.get()
    if listener is not None:
        listener(step)


def wanted() -> bool:
    """Whether the work should go on; False asks a loop to stop and keep its best.

    The answer comes when the work may go on: whoever is asked holds it, see `held`.
    """
    ask = _wanted.get()
    return ask is None or ask()


@contextmanager
def held() -> Iterator[None]:
    """Hold the work for as long as the block takes: `clock` stands still."""
    began = time.perf_counter()
    try:
        yield
    finally:
        _held.set(_held.get() + time.perf_counter() - began)


def clock() -> float:
    """Seconds on a clock that stands still while the work is held; only differences mean something."""
    return time.perf_counter() - _held.get()


def keeper() -> Keeper | None:
    """Where a loop can leave its state and find it again; None where nobody keeps it."""
    return _keeper.get()
