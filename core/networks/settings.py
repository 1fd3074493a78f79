"""The settings of a network, checked: what is wrong is said with the value and what would be right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import torch

from core.catalogue import Catalogue
from core.networks.choices import (
    ACTIVATIONS,
    AUGMENTATIONS,
    CELLS,
    LOSSES,
    OPTIMISERS,
    PRESETS,
    SCHEDULES,
    check_device,
)
from core.networks.members import Plan


def _whole(value: Any, low: int = 1) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= low


def _number(value: Any, fits: Callable[[float], bool]) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and fits(float(value))


SHARE = "a number from 0 to just under 1"
YES_NO = "True or False"

RULES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "dropout": (lambda v: _number(v, lambda n: 0 <= n < 1), SHARE),
    "momentum": (lambda v: _number(v, lambda n: 0 <= n < 1), SHARE),
    "batch_norm": (lambda v: isinstance(v, bool), YES_NO),
    "weight_decay": (lambda v: _number(v, lambda n: 0 <= n < float("inf")), "a number from 0"),
    "alpha": (lambda v: _number(v, lambda n: 0 <= n < float("inf")), "a number from 0"),
    "learning_rate": (lambda v: _number(v, lambda n: 0 < n < float("inf")), "a number above 0"),
    "batch_size": (lambda v: v is None or _whole(v), "None or a whole number from 1"),
    "max_epochs": (_whole, "a whole number from 1"),
    "early_stopping": (lambda v: isinstance(v, bool), YES_NO),
    "validation_fraction": (lambda v: _number(v, lambda n: 0 < n < 1), "a number between 0 and 1"),
    "common_scale": (lambda v: isinstance(v, bool), YES_NO),
    "patience": (_whole, "a whole number from 1"),
    "width": (_whole, "a whole number from 1"),
    "n_blocks": (_whole, "a whole number from 1"),
    "n_components": (_whole, "a whole number from 1"),
    "contamination": (lambda v: _number(v, lambda n: 0 < n < 0.5), "a number above 0 and below 0.5"),
    "kernel_size": (_whole, "a whole number from 1"),
    "channels": (_whole, "a whole number from 1"),
    "units": (_whole, "a whole number from 1"),
    "layers": (_whole, "a whole number from 1"),
    "window": (lambda v: v is None or _whole(v), "None or a whole number from 1"),
    "bidirectional": (lambda v: isinstance(v, bool), YES_NO),
    "clip_norm": (lambda v: _number(v, lambda n: 0 <= n < float("inf")), "a number from 0"),
    "members": (_whole, "a whole number from 1"),
    "copies": (_whole, "a whole number from 1"),
    "n_layers": (_whole, "a whole number from 1"),
}
"""What a setting of this name must be, in whichever network."""

CHOICES: Mapping[str, Catalogue[Any]] = {
    "activation": ACTIVATIONS,
    "augmentation": AUGMENTATIONS,
    "cell": CELLS,
    "optimizer": OPTIMISERS,
    "loss": LOSSES,
    "schedule": SCHEDULES,
    "preset": PRESETS,
}


def hidden_widths(sizes: int | Sequence[int]) -> tuple[int, ...]:
    """The units of each hidden layer; one number stands for one layer.

    Raises
    ------
    ValueError
        If it is anything but whole numbers from 1.
    """
    return whole_numbers("hidden_layer_sizes", sizes, (128, 128), fewest=0)


def whole_numbers(name: str, given: Any, example: tuple[int, ...], fewest: int = 1) -> tuple[int, ...]:
    """The whole numbers from 1 that a setting lists; one stands for a list of itself.

    Raises
    ------
    ValueError
        If it is anything else, or fewer.
    """
    listed = (given,) if isinstance(given, Integral) else given
    fits = isinstance(listed, Sequence) and not isinstance(listed, str) and all(map(_whole, listed))
    if not fits or len(listed) < fewest:
        raise ValueError(f"{name}={given!r} does not fit: give whole numbers from 1, such as {example}.")
    return tuple(map(int, listed))


def check_settings(settings: Mapping[str, Any]) -> None:
    """Check the constructor's settings, as far as they have a rule here.

    Parameters
    ----------
    settings : mapping
        What ``get_params`` gives.

    Raises
    ------
    ValueError
        If a setting does not fit; for a name that is not known, with near misses.
    """
    if "hidden_layer_sizes" in settings:
        hidden_widths(settings["hidden_layer_sizes"])
    for name, value in settings.items():
        fits, wanted = RULES.get(name, (lambda _: True, ""))
        if not fits(value):
            raise ValueError(f"{name}={value!r} does not fit: it must be {wanted}.")
        if name in CHOICES:
            CHOICES[name][value]
    check_device(settings["device"])


def check_loss(name: str, *, numbers: bool) -> None:
    """Refuse a loss that is for the other task.

    Raises
    ------
    ValueError
        With those that would fit.
    """
    if LOSSES[name].numbers != numbers:
        fitting = ", ".join(repr(each.name) for each in LOSSES.values() if each.numbers == numbers)
        raise ValueError(
            f"loss={name!r} does not fit: to predict {'numbers' if numbers else 'classes'}, take {fitting}."
        )


def plan(settings: Mapping[str, Any], dtype: torch.dtype) -> Plan:
    """How checked settings are trained; what a network has no setting for stays out."""
    optimiser = OPTIMISERS[settings.get("optimizer", "adamw")]
    momentum = settings.get("momentum", 0.0)
    options = {optimiser.momentum: momentum, "nesterov": momentum > 0} if optimiser.momentum else {}
    return Plan(
        optimiser,
        SCHEDULES[settings.get("schedule", "constant")],
        float(settings.get("learning_rate", 1.0)),
        float(settings.get("weight_decay", 0.0)),
        settings.get("batch_size"),
        int(settings["max_epochs"]),
        int(settings.get("patience", settings["max_epochs"])),
        penalty=float(settings.get("alpha", 0.0)),
        options=tuple(options.items()),
        dtype=dtype,
    )
