"""A fitted `TabularGAN` as one safetensors file: its weights and numbers as tensors, all else as JSON in its header.

No pickle in either direction, so that a file from anywhere can be opened without running what is in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from sklearn.utils.validation import check_is_fitted

from core.catalogue import did_you_mean
from core.networks.adversarial import Generator
from core.networks.columns import KINDS, Category, Number
from core.networks.generative import TabularGAN, layout_of

FORMAT = 1
KEY = "bakeoff_generative_network"
PLAIN = (str, int, float, bool)
DATE = "date"


def save(network: TabularGAN, path: str | Path) -> None:
    """Write a fitted network to `path`.

    A ``random_state`` that is no number is left out, as it cannot be written down.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If there is nothing to write yet.
    ValueError
        If a category has values that are neither text nor numbers nor dates.
    """
    check_is_fitted(network)
    tensors = {"ranks": torch.from_numpy(network.ranks_)}
    blocks = []
    for place, block in enumerate(network.blocks_):
        parts = {each.name: getattr(block, each.name) for each in fields(block)}
        arrays = {name: value for name, value in parts.items() if isinstance(value, np.ndarray)}
        tensors |= {f"column.{place}.{name}": torch.from_numpy(value) for name, value in arrays.items()}
        plain = {name: value for name, value in parts.items() if name not in arrays}
        if "values" in plain:
            plain["values"] = [_plain(value, block.name) for value in plain["values"]]
        blocks.append({"kind": type(block).__name__, **plain})
    if network.generator_ is not None:
        tensors |= {f"generator.{name}": value for name, value in network.generator_.state_dict().items()}
    settings = network.get_params(deep=False)
    if not isinstance(settings["random_state"], int | np.integer):
        settings["random_state"] = None
    fitted = {name: getattr(network, name) for name in ("columns_", "curve_", "notes_", "marks_")}
    about = {"format": FORMAT, "settings": settings, "fitted": fitted, "columns": blocks}
    save_file(
        {name: value.contiguous() for name, value in tensors.items()},
        path,
        metadata={KEY: json.dumps(about, default=_number)},
    )


def load(path: str | Path) -> TabularGAN:
    """The fitted network that `save` wrote to `path`.

    Raises
    ------
    ValueError
        If the file is no such network, or its parts do not fit together.
    """
    about, tensors = _read(path)
    if about.get("format") != FORMAT:
        raise ValueError(f"{path} has format {about.get('format')!r}; this version reads format {FORMAT}.")
    network = TabularGAN(**about["settings"])
    for name, value in about["fitted"].items():
        setattr(network, name, value)
    blocks = [_block(each, place, tensors) for place, each in enumerate(about["columns"])]
    network.blocks_, network.ranks_ = blocks, tensors["ranks"].numpy()
    invented, given = (
        [each for each in blocks if (each.name == network.condition) is whether] for whether in (False, True)
    )
    network.layout_, network.generator_ = layout_of(invented), None
    if network.layout_.width:
        told = layout_of(given).width
        network.generator_ = Generator(network.layout_, told, network.noise, network.hidden)
        weights = {name.removeprefix("generator."): value for name, value in tensors.items() if "generator." in name}
        try:
            network.generator_.load_state_dict(weights)
        except RuntimeError as error:
            raise ValueError(f"{path} holds weights that do not fit its columns and settings.") from error
    return network


def _read(path: str | Path) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """The JSON of the header, and the tensors by name."""
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads((file.metadata() or {})[KEY])
            return about, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
    except (SafetensorError, KeyError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} is not a generative network that was saved here ({error}).") from error


def _block(about: Mapping[str, Any], place: int, tensors: Mapping[str, torch.Tensor]) -> Number | Category:
    parts = dict(about)
    kind = parts.pop("kind")
    if kind not in KINDS:
        raise ValueError(did_you_mean("kind of column", kind, KINDS))
    start = f"column.{place}."
    parts |= {name.removeprefix(start): value.numpy() for name, value in tensors.items() if name.startswith(start)}
    if "values" in parts:
        parts["values"] = [_value(each) for each in parts["values"]]
    return KINDS[kind](**parts)


def _plain(value: Any, column: str) -> Any:
    """A category's value as JSON can hold it; a date with a mark."""
    if isinstance(value, pd.Timestamp):
        return {DATE: value.isoformat()}
    if isinstance(value, np.generic):
        value = value.item()
    if not isinstance(value, PLAIN):
        raise ValueError(f"{column!r} holds a {type(value).__name__}, which cannot be written down.")
    return value


def _value(stored: Any) -> Any:
    return pd.Timestamp(stored[DATE]) if isinstance(stored, Mapping) else stored


def _number(value: Any) -> Any:
    """numpy's numbers as Python's."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"A {type(value).__name__} cannot be written to a network's file.")
