"""The settings of a network, checked: what is wrong is said with the value and what would be right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Integral, Real
from typing import Any

from core.networks.choices import ACTIVATIONS, OPTIMISERS, check_device
from core.networks.training import Plan


def _whole(value: Any, low: int = 1) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= low


def _number(value: Any, fits: Callable[[float], bool]) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and fits(float(value))


RULES: tuple[tuple[str, Callable[[Any], bool], str], ...] = (
    ("dropout", lambda v: _number(v, lambda n: 0 <= n < 1), "a number from 0 to just under 1"),
    ("weight_decay", lambda v: _number(v, lambda n: 0 <= n < float("inf")), "a number from 0"),
    ("learning_rate", lambda v: _number(v, lambda n: 0 < n < float("inf")), "a number above 0"),
    ("batch_size", lambda v: v is None or _whole(v), "None or a whole number from 1"),
    ("max_epochs", _whole, "a whole number from 1"),
    ("early_stopping", lambda v: isinstance(v, bool), "True or False"),
    ("validation_fraction", lambda v: _number(v, lambda n: 0 < n < 1), "a number between 0 and 1"),
    ("patience", _whole, "a whole number from 1"),
)


def hidden_widths(sizes: int | Sequence[int]) -> tuple[int, ...]:
    """The units of each hidden layer; one number stands for one layer.

    Raises
    ------
    ValueError
        If it is anything but whole numbers from 1.
    """
    given = (sizes,) if isinstance(sizes, Integral) else sizes
    if isinstance(given, str) or not isinstance(given, Sequence) or not all(map(_whole, given)):
        raise ValueError(f"hidden_layer_sizes={sizes!r} does not fit: give whole numbers from 1, such as (128, 128).")
    return tuple(map(int, given))


def check_settings(settings: dict[str, Any]) -> Plan:
    """Check the constructor's settings and give those that the training needs.

    Parameters
    ----------
    settings : dict
        What ``get_params`` gives.

    Raises
    ------
    ValueError
        If a setting does not fit; for a name that is not known, with near misses.
    """
    hidden_widths(settings["hidden_layer_sizes"])
    for name, fits, wanted in RULES:
        if not fits(settings[name]):
            raise ValueError(f"{name}={settings[name]!r} does not fit: it must be {wanted}.")
    check_device(settings["device"])
    return Plan(
        ACTIVATIONS[settings["activation"]],
        OPTIMISERS[settings["optimizer"]],
        float(settings["learning_rate"]),
        float(settings["weight_decay"]),
        float(settings["dropout"]),
        settings["batch_size"],
        int(settings["max_epochs"]),
        int(settings["patience"]),
    )
