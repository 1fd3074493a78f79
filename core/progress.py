"""How far a fit has come: said by whoever trains, heard by whoever asked.

A training loop calls `tell` after every epoch and `wanted` after every batch; whoever runs it listens with `listening`.
Neither knows the other, and without a listener both calls cost next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


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


Listener = Callable[[Step], None]
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)
_wanted: ContextVar[Callable[[], bool] | None] = ContextVar("wanted", default=None)


@contextmanager
def listening(listener: Listener, wanted: Callable[[], bool] | None = None) -> Iterator[None]:
    """Hear every `tell` within the block; `wanted` says whether the work should go on."""
    first, second = _listener.set(listener), _wanted.set(wanted)
    try:
        yield
    finally:
        _listener.reset(first)
        _wanted.reset(second)


def tell(step: Step) -> None:
    """Say how far the work has come, to whoever listens."""
    listener = _listener.get()
    if listener is not None:
        listener(step)


def wanted() -> bool:
    """Whether the work should go on; False asks a loop to stop and keep its best."""
    ask = _wanted.get()
    return ask is None or ask()
