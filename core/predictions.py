"""Stored predictions one after the other, or some of their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from core.records import Predictions

if TYPE_CHECKING:
    import numpy as np


def joined(parts: Sequence[Predictions]) -> Predictions:
    """Predictions one after the other; what one of them lacks all do."""
    import numpy as np

    def column(name: str) -> Any:
        values = [getattr(each, name) for each in parts]
        return None if any(each is None for each in values) else np.concatenate(values)

    return Predictions(**{each.name: column(each.name) for each in fields(Predictions)})


def taken(predictions: Predictions, positions: np.ndarray) -> Predictions:
    """Some of the rows, in the order of the positions, also several times."""
    given: dict[str, Any] = {each.name: getattr(predictions, each.name) for each in fields(Predictions)}
    some: dict[str, Any] = {name: each if each is None else each[positions] for name, each in given.items()}
    return Predictions(**some)
