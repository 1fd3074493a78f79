"""What is to be said of a model that is made of others, such as a vote: who they are, and what each says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.models import MODELS


def members(estimator: Any) -> list[tuple[str, Any]]:
    """The unfitted models that an ensemble of named ones is made of, with their titles; else none."""
    named = getattr(estimator, "estimators", ())
    return [(_title(label), each) for label, each in named if each != "drop"]  # as scikit-learn calls who is left out


def notes(estimator: Any) -> Iterator[str]:
    """What a fitted model, and those that it is made of, found worth a sentence."""
    yield from getattr(estimator, "notes_", ())
    fitted = getattr(estimator, "estimators_", ())
    named = [f"{title}: " for title, _ in members(estimator)] or [""] * len(fitted)  # copies of one need no name
    for before, each in zip(named, fitted, strict=True):
        yield from (f"{before}{note}" for note in notes(each[-1] if hasattr(each, "steps") else each))


def _title(label: str) -> str:
    """The title behind ``name`` or, where it takes part again, ``name 2``."""
    name = label.partition(" ")[0]
    return MODELS[name].title if name in MODELS else label
