"""A training's state as plain arrays, left with the keeper every few seconds and found again after a kill.

A state is numbers and text, written as JSON, beside named tensors. It is taken up again only by the very training that
left it, and only if not a bit of it has changed; anything else is as good as none.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core import progress
from core.networks.inputs import Array

FORMAT = 2
"""Goes up whenever a state has other parts or other meanings."""

ABOUT = "about"
"""The array that holds the JSON."""

SLOW = 0.25
"""What takes longer to save, in seconds, is saved that much more seldom: at most a twentieth of the time goes."""


@dataclass(frozen=True, slots=True)
class State:
    """All that decides how a training goes on, and what came of it so far.

    Attributes
    ----------
    numbers : mapping
        What JSON can hold.
    tensors : mapping of str to Tensor
    """

    numbers: Mapping[str, Any]
    tensors: Mapping[str, Tensor]


class Checkpoints:
    """When a training leaves its state, and whether it finds one.

    Parameters
    ----------
    identity : callable
        Gives what no other training has, see `digest`; asked only where a state is found or left.
    """

    def __init__(self, identity: Callable[[], str]) -> None:
        self.keeper, self.identity = progress.keeper(), cache(identity)
        self.due = time.monotonic() + progress.CHECKPOINT_SECONDS

    def found(self) -> State | None:
        """The state that was left before; None if there is none, or it belongs to another training or is spoiled."""
        arrays = self.keeper.load() if self.keeper else None
        if arrays is None:
            return None
        try:
            about = json.loads(arrays[ABOUT].tobytes())
            tensors = {name: torch.tensor(array) for name, array in arrays.items() if name != ABOUT}
            fits = about["format"] == FORMAT and about["identity"] == self.identity()
            whole = fits and about["digest"] == _digest_of_all(about["numbers"], tensors)
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        return State(about["numbers"], tensors) if whole else None

    def offer(self, state: Callable[[], State]) -> None:
        """Leave the state, if it is time."""
        began = time.monotonic()
        if self.keeper is None or began < self.due:
            return
        with suppress(OSError):  # a disk that is full must not end a training
            self.keeper.save(self._arrays(state()))
        now = time.monotonic()
        self.due = now + progress.CHECKPOINT_SECONDS * max(1.0, (now - began) / SLOW)

    def _arrays(self, state: State) -> dict[str, Array]:
        about = {
            "format": FORMAT,
            "identity": self.identity(),
            "digest": _digest_of_all(state.numbers, state.tensors),
            "numbers": state.numbers,
        }
        text = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
        return {ABOUT: text} | {name: _array(tensor).copy() for name, tensor in state.tensors.items()}


def digest(text: str, tensors: Iterable[Tensor]) -> str:
    """A number that changes with every bit of a text and of tensors, their kinds and shapes; in hexadecimal digits."""
    found = blake2b(text.encode(), digest_size=16)
    for tensor in tensors:
        found.update(f"{tensor.dtype}{tuple(tensor.shape)}".encode())
        found.update(np.ascontiguousarray(_array(tensor)).data)
    return found.hexdigest()


def _digest_of_all(numbers: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> str:
    names = sorted(tensors)
    return digest(json.dumps([numbers, names]), [tensors[name] for name in names])


def _array(tensor: Tensor) -> Array:
    """The tensor's numbers, on the processor."""
    array: Array = tensor.detach().cpu().numpy()
    return array
