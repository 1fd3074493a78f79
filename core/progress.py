"""How far a fit has come: said by whoever trains, heard by whoever asked.

A training loop calls `tell` after every epoch and `wanted` after every batch, and leaves its state with the `keeper`
every few seconds; whoever runs it listens with `listening`. Neither knows the other, and without a listener all three
calls cost next to nothing.
"""

from __future__ import annotations

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
    """One step of learning, e.g. an epoch.

    Attributes
    ----------
    fraction : float
        How much of the fit is done, 0 to 1.
    message : str
        For a person, e.g. ``"epoch 12 of 30"``.
    point : dict of str to float
        A point of the learning curve: ``step`` and any of ``train_loss``, ``valid_loss``, ``train_score``,
        ``valid_score``. Empty when there is nothing to draw.
    """

    fraction: float
    message: str = ""
    point: dict[str, float] = field(default_factory=dict)


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


def tell(step: Step) -> None:
    """Say how far the work has come, to whoever listens."""
    listener = _listener.get()
    if listener is not None:
        listener(step)


def wanted() -> bool:
    """Whether the work should go on; False asks a loop to stop and keep its best."""
    ask = _wanted.get()
    return ask is None or ask()


def keeper() -> Keeper | None:
    """Where a loop can leave its state and find it again; None where nobody keeps it."""
    return _keeper.get()
