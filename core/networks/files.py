"""A fitted network as one safetensors file: the weights as tensors, all else as JSON in its header.

No pickle in either direction, so that a file from anywhere can be opened without running what is in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from sklearn.utils.validation import check_is_fitted

from core.catalogue import did_you_mean
from core.networks.choices import ACTIVATIONS
from core.networks.estimators import FeedForward, FeedForwardClassifier, FeedForwardRegressor
from core.networks.settings import hidden_widths

FORMAT = 1
KEY = "bakeoff_network"
KINDS: Mapping[str, type[FeedForward]] = {each.__name__: each for each in (FeedForwardClassifier, FeedForwardRegressor)}
TEXT = ("classes_", "feature_names_in_")
"""Fitted arrays that may hold text, which tensors cannot."""


def save(estimator: FeedForward, path: str | Path) -> None:
    """Write a fitted network to `path`.

    A ``random_state`` that is no number is left out, as it cannot be written down.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If there is nothing to write yet.
    """
    check_is_fitted(estimator)
    fitted = {name: value for name, value in vars(estimator).items() if name.endswith("_")}
    tensors = {name: fitted.pop(name) for name in ("mean_", "scale_")}
    for name in ("coefs_", "intercepts_"):
        tensors |= {f"{name}{number}": part for number, part in enumerate(fitted.pop(name))}
    fitted |= {name: _listed(fitted[name]) for name in TEXT if name in fitted}
    about = {
        "format": FORMAT,
        "kind": type(estimator).__name__,
        "settings": {name: _plain(name, value) for name, value in estimator.get_params(deep=False).items()},
        "fitted": fitted,
    }
    save_file(tensors, path, metadata={KEY: json.dumps(about, default=_number)})


def load(path: str | Path) -> FeedForward:
    """The fitted network that `save` wrote to `path`.

    Raises
    ------
    ValueError
        If the file is no such network, or its parts do not fit together.
    """
    about, tensors = _read(path)
    if about.get("format") != FORMAT:
        raise ValueError(f"{path} has format {about.get('format')!r}; this version reads format {FORMAT}.")
    if about["kind"] not in KINDS:
        raise ValueError(did_you_mean("network", about["kind"], KINDS))
    settings, fitted = about["settings"], {"marks_": [], "earlier_seconds_": 0.0} | about["fitted"]  # older: neither
    if isinstance(settings.get("class_weight"), list):
        settings["class_weight"] = {name: weight for name, weight in settings["class_weight"]}
    if isinstance(settings["hidden_layer_sizes"], list):
        settings["hidden_layer_sizes"] = tuple(settings["hidden_layer_sizes"])
    fitted |= {name: np.array(fitted[name]["values"], dtype=fitted[name]["dtype"]) for name in TEXT if name in fitted}
    fitted |= {name: tensors[name] for name in ("mean_", "scale_")}
    fitted |= {name: _numbered(tensors, name) for name in ("coefs_", "intercepts_")}
    estimator = KINDS[about["kind"]](**settings)
    for name, value in fitted.items():
        setattr(estimator, name, value)
    _check_shapes(estimator, path)
    return estimator


def _read(path: str | Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The JSON of the header, and the tensors by name."""
    try:
        with safe_open(path, framework="numpy") as file:
            about = json.loads((file.metadata() or {})[KEY])
            return about, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
    except (SafetensorError, KeyError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} is not a network that was saved here ({error}).") from error


def _numbered(tensors: Mapping[str, Any], name: str) -> list[Any]:
    """The tensors ``name0``, ``name1``, … as a list."""
    return [tensors[f"{name}{number}"] for number in range(sum(each.startswith(name) for each in tensors))]


def _check_shapes(estimator: FeedForward, path: str | Path) -> None:
    """Refuse weights that do not follow from the settings, before a prediction fails on them."""
    hidden = hidden_widths(estimator.hidden_layer_sizes)
    widths = [estimator.n_features_in_, *hidden, len(getattr(estimator, "classes_", (0,)))]
    found = [part.shape for pair in zip(estimator.coefs_, estimator.intercepts_, strict=True) for part in pair]
    expected = [shape for fan_in, fan_out in pairwise(widths) for shape in ((fan_in, fan_out), (fan_out,))]
    if found != expected:
        raise ValueError(f"{path} holds layers of the shapes {found}, but its settings ask for {expected}.")
    ACTIVATIONS[estimator.activation]


def _listed(array: Any) -> dict[str, Any]:
    return {"values": array.tolist(), "dtype": array.dtype.str if array.dtype.kind != "O" else "O"}


def _plain(name: str, value: Any) -> Any:
    """A setting as JSON can hold it: a mapping as pairs, because JSON's keys are all text."""
    if name == "random_state" and not isinstance(value, int | np.integer):
        return None
    return list(value.items()) if isinstance(value, Mapping) else value


def _number(value: Any) -> Any:
    """numpy's numbers as Python's."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"A {type(value).__name__} cannot be written to a network's file.")
