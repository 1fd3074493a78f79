"""Which settings make a model simpler or richer, so that advice can name them.

Takes a model and its settings; gives a clause. Settings that are not listed are not spoken of.
"""

from __future__ import annotations

from typing import Any

from core.models import MODELS
from core.records import ModelSpec, Param, Task
from core.wording import quoted

# A setting to where it goes for a simpler model (+1 up, -1 down); the most telling first.
SIMPLER = {
    "max_depth": -1,
    "max_leaf_nodes": -1,
    "min_samples_leaf": +1,
    "ccp_alpha": +1,
    "n_neighbors": +1,
    "C": -1,
    "alpha": +1,
    "l2_regularization": +1,
    "dropout": +1,
    "weight_decay": +1,
    "reg_param": +1,
    "shrinkage": +1,
    "var_smoothing": +1,
    "max_epochs": -1,
    "learning_rate": -1,
}
MOST = 2


def turned(spec: ModelSpec, task: Task, *, simpler: bool) -> str:
    """What to set so that a model becomes simpler, or richer: ``lower `max_depth` (now any number)``; may be empty."""
    known = {param.name: param for param in MODELS[spec.name].params.get(task, ())}
    parts = []
    for name, way in SIMPLER.items():
        up = (way > 0) == simpler
        if name in known and _has_room(known[name], value := spec.settings.get(name, known[name].default), up):
            parts.append(f"{'raise' if up else 'lower'} {quoted(name)} (now {in_words(known[name], value)})")
    return " or ".join(parts[:MOST])


def _has_room(param: Param, value: Any, up: bool) -> bool:
    """Whether a setting can still go there; None stands for no bound at all."""
    if value is None:
        return not up
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    end = param.high if up else param.low
    return end is None or (value < end if up else value > end)


def in_words(param: Param, value: Any) -> str:
    """A setting's value for a person."""
    if value is None:
        return param.none_means or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
