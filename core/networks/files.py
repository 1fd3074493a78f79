"""A fitted network as one safetensors file: the weights as tensors, all else as JSON in its header.

No pickle in either direction, so that a file from anywhere can be opened without running what is in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from sklearn.utils.validation import check_is_fitted

from core.catalogue import did_you_mean, resolve
from core.networks import ESTIMATORS
from core.networks.base import NetworkEstimator
from core.networks.estimators import weights_of

FORMAT, FIRST_FORMAT = 2, 1
KEY = "bakeoff_network"

WEIGHT = "weight "
"""Stands before the names of what was learned."""

PAIRS = "pairs"
"""Stands for a mapping, because JSON's keys are all text."""

OLDER = {"marks_": [], "earlier_seconds_": 0.0}
"""What the first files lack."""


def save(estimator: NetworkEstimator, path: str | Path) -> None:
    """Write a fitted network to `path`.

    A ``random_state`` that is no number is left out, as it cannot be written down.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If there is nothing to write yet.
    """
    check_is_fitted(estimator)
    fitted = {name: value for name, value in vars(estimator).items() if name.endswith("_")}
    tensors = {f"{WEIGHT}{name}": part for name, part in fitted.pop("weights_").items()}
    arrays = [name for name, value in fitted.items() if isinstance(value, np.ndarray)]
    tensors |= {name: fitted.pop(name) for name in arrays if fitted[name].dtype.kind in "biuf"}
    fitted |= {name: _listed(fitted[name]) for name in arrays if name in fitted}  # text, which tensors cannot hold
    about = {
        "format": FORMAT,
        "kind": type(estimator).__name__,
        "settings": {name: _plain(name, value) for name, value in estimator.get_params(deep=False).items()},
        "fitted": fitted,
    }
    save_file(tensors, path, metadata={KEY: json.dumps(about, default=_number)})


def load(path: str | Path) -> NetworkEstimator:
    """The fitted network that `save` wrote to `path`.

    Raises
    ------
    ValueError
        If the file is no such network, or its parts do not fit together.
    """
    about, tensors = _read(path)
    if about.get("format") not in (FORMAT, FIRST_FORMAT):
        raise ValueError(f"{path} has format {about.get('format')!r}; this version reads up to format {FORMAT}.")
    if about["kind"] not in ESTIMATORS:
        raise ValueError(did_you_mean("network", about["kind"], ESTIMATORS))
    estimator = resolve(ESTIMATORS[about["kind"]])(**{name: _given(each) for name, each in about["settings"].items()})
    fitted = {name: _array(value) for name, value in (OLDER | about["fitted"]).items()}
    fitted |= {name: tensor for name, tensor in tensors.items() if name.endswith("_") and not name.startswith(WEIGHT)}
    fitted["weights_"] = _weights(tensors, about["format"])
    for name, value in fitted.items():
        setattr(estimator, name, value)
    try:  # weights that do not follow from the settings, before a prediction fails on them
        estimator.module(torch.device("cpu"))
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path} does not fit together: {error}.") from error
    network: NetworkEstimator = estimator
    return network


def _read(path: str | Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The JSON of the header, and the tensors by name."""
    try:
        with safe_open(path, framework="numpy") as file:
            about = json.loads((file.metadata() or {})[KEY])
            return about, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
    except (SafetensorError, KeyError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} is not a network that was saved here ({error}).") from error


def _weights(tensors: Mapping[str, Any], format: int) -> dict[str, Any]:
    """What was learned, by name; the first format numbered the layers of a feed-forward network."""
    if format == FIRST_FORMAT:
        layers = sum(name.startswith("coefs_") for name in tensors)
        return weights_of((tensors[f"coefs_{number}"], tensors[f"intercepts_{number}"]) for number in range(layers))
    return {name.removeprefix(WEIGHT): array for name, array in tensors.items() if name.startswith(WEIGHT)}


def _listed(array: Any) -> dict[str, Any]:
    return {"values": array.tolist(), "dtype": array.dtype.str if array.dtype.kind != "O" else "O"}


def _array(value: Any) -> Any:
    """What `_listed` gave as an array; anything else as it is."""
    listed = isinstance(value, dict) and value.keys() == {"values", "dtype"}
    return np.array(value["values"], dtype=value["dtype"]) if listed else value


def _plain(name: str, value: Any) -> Any:
    """A setting as JSON can hold it: a mapping as pairs."""
    if name == "random_state" and not isinstance(value, int | np.integer):
        return None
    return {PAIRS: list(value.items())} if isinstance(value, Mapping) else value


def _given(value: Any) -> Any:
    """What `_plain` gave as it was; the first format wrote pairs without saying so."""
    if isinstance(value, dict):
        return dict(map(tuple, value[PAIRS]))
    if isinstance(value, list):
        return dict(map(tuple, value)) if value and isinstance(value[0], list) else tuple(value)
    return value


def _number(value: Any) -> Any:
    """numpy's numbers as Python's."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"A {type(value).__name__} cannot be written to a network's file.")
