"""What a network looks like before it is built: its layers, and how many numbers each of them learns.

A function per kind of network, named in its entry of the model catalogue, from settings and what is `Seen` to `Layer`
records. Settings include what a run tells of the columns' shape. Imports no torch, so that a form need not wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from core.networks.choices import CELLS
from core.networks.sizes import COPIES, LAYERS, MOST_BENT, PLACE_WIDTH, SMALL, members_for, sizes

MOST_LOOKS = 64
"""Steps that a recurrent network goes through one by one where its window is left open: more take long."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A part of a network, as a picture shows it. Parts that are alike in every field and follow each other are one.

    Attributes
    ----------
    title : str
        A word or two.
    shape : str
        What it passes on, as in ``"128 units"``.
    parameters : int
        How many numbers it learns.
    depth : int
        How many layers it is made of; 0 for the input.
    """

    title: str
    shape: str
    parameters: int = 0
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Seen:
    """What a network learns from and says.

    Attributes
    ----------
    columns : int
        Prepared columns.
    outputs : int
        Numbers that it says of a row.
    rows : int
    varied, others, gaps : int
        Of the prepared columns those with more than two different numbers, the other numbers, and those with gaps.
    values : tuple of int
        How many values each column has that is a category.
    """

    columns: int
    outputs: int
    rows: int = 0
    varied: int = 0
    others: int = 0
    gaps: int = 0
    values: tuple[int, ...] = ()


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def entrance(inputs: int) -> Layer:
    """The prepared columns."""
    return Layer("Input", _counted(inputs, "column", "columns"), depth=0)


def hidden(units: int, parameters: int) -> Layer:
    """Units between both ends."""
    return Layer("Hidden", _counted(units, "unit", "units"), parameters)


def answers(outputs: int, parameters: int) -> Layer:
    """A value for each class, or the number."""
    return Layer("Output", _counted(outputs, "number", "classes"), parameters)


def _dense(inputs: int, widths: Sequence[int], outputs: int, norm: bool = False) -> list[Layer]:
    *inner, last = pairwise([inputs, *widths, outputs])
    # a normalised layer has a scale and a shift for each unit, and no bias beside them
    layers = [hidden(width, (before + (2 if norm else 1)) * width) for before, width in inner]
    return [entrance(inputs), *layers, answers(outputs, (last[0] + 1) * outputs)]


def feed_forward(settings: Mapping[str, Any], seen: Seen) -> list[Layer]:
    """The layers of `core.networks.FeedForwardClassifier` and its sibling."""
    return _dense(seen.columns, settings["hidden_layer_sizes"], seen.outputs, settings["batch_norm"])


def perceptron(settings: Mapping[str, Any], seen: Seen) -> list[Layer]:
    """The layers of scikit-learn's network, which has one output for two classes."""
    told = answers(seen.outputs, 0)
    *layers, last = _dense(seen.columns, settings["hidden_layer_sizes"], 1 if seen.outputs == 2 else seen.outputs)
    return [*layers, replace(told, parameters=last.parameters)]


def linear(settings: Mapping[str, Any], seen: Seen) -> list[Layer]:
    """The one layer of `core.networks.LinearNetworkClassifier` and its sibling."""
    return _dense(seen.columns, (), seen.outputs)


def convolutional(settings: Mapping[str, Any], seen: Seen) -> list[Layer]:
    """The blocks of `core.networks.ConvolutionalClassifier` and its sibling, each of which halves the image."""
    height, width, before = (*settings["image_shape"], 1)[:3]
    layers = [Layer("Input", f"{height} × {width} pixels", depth=0)]
    for filters in settings["filters"]:
        places = min(settings["kernel_size"], 2 * height - 1) * min(settings["kernel_size"], 2 * width - 1)
        height, width = max(1, height // 2), max(1, width // 2)
        layers.append(_look(places * before, filters, settings["batch_norm"], f"{height} × {width} places"))
        before = filters
    return [*layers, answers(seen.outputs, (before * height * width + 1) * seen.outputs)]


def sequence_convolution(settings: Mapping[str, Any], seen: Seen) -> list[Layer]:
    """The blocks of `core.networks.SequenceConvolutionClassifier` and its sibling."""
    before = settings["channels"]
    steps, layers = seen.columns // before, [_series(seen.columns, before)]
    for filters in settings["filters"]:
        places = min(settings["kernel_size"], 2 * steps - 1)
        layers.append(_look(places * before, filters, settings["batch_norm"], _counted(steps, "step", "steps")))
        before = filters
    return [*layers, answers(seen.outputs, (before + 1) * seen.outputs)]


def recurrent(settings: Mapping[str, Any], seen: Seen) -> list[Layer]:
    """The layers of `core.networks.RecurrentClassifier` and its sibling."""
    channels, units, cell = settings["channels"], settings["units"], CELLS[settings["cell"]]
    window = settings["window"] or -(-seen.columns // channels // MOST_LOOKS)
    ways, gates = 1 + settings["bidirectional"], 3 + cell.forgets  # an LSTM has a gate more, the one that forgets
    layers = [_series(seen.columns, channels)]
    for before in (channels * window, *[ways * units] * (settings["layers"] - 1)):
        learned = ways * gates * units * (before + units + 2)  # torch has two biases, of what it sees and remembers
        layers.append(Layer(cell.title, _counted(ways * units, "unit", "units"), learned))
    return [*layers, answers(seen.outputs, (ways * units + 1) * seen.outputs)]


def _look(seen: int, filters: int, norm: bool, shape: str) -> Layer:
    """Filters that each look at so many numbers together."""
    return Layer(_counted(filters, "filter", "filters"), shape, (seen + (2 if norm else 1)) * filters)


def _series(inputs: int, channels: int) -> Layer:
    before = f"{channels} × " if channels > 1 else ""
    return Layer("Input", before + _counted(inputs // channels, "step", "steps"), depth=0)


def residual(settings: Mapping[str, Any], seen: Seen) -> list[Layer]:
    """The blocks of `core.networks.ResidualNetworkClassifier` and its sibling, and the layers around them."""
    width, scales = settings["width"], 2 * settings["width"]
    widen, narrow = (width + 1) * 2 * width, (2 * width + 1) * width
    block = Layer("Block", _counted(width, "unit", "units"), scales + widen + narrow, depth=2)
    return [
        entrance(seen.columns),
        hidden(width, (seen.columns + 1) * width),
        *[block] * settings["n_blocks"],
        answers(seen.outputs, scales + (width + 1) * seen.outputs),
    ]


def tabular(settings: Mapping[str, Any], seen: Seen) -> list[Layer]:
    """The layers of `core.networks.TabularNetworkClassifier` and its sibling, all networks together."""
    numbers = seen.varied + seen.others
    bent = seen.varied if numbers <= MOST_BENT else 0
    large = [count + 1 for count in seen.values if count > SMALL]  # a place for the unknown
    plain = numbers - bent + seen.gaps + sum(count for count in seen.values if count <= SMALL)
    size, members = sizes(seen.rows, numbers), members_for(settings["preset"], seen.rows)
    width, depth = size["width"], size["depth"]
    read = bent * (1 + depth) + plain + len(large) * PLACE_WIDTH
    reading = bent + plain + bent * (size["bins"] + 1) * depth + sum(large) * PLACE_WIDTH
    shared = [before * width + COPIES * (before + 2 * width) for before in (read, *[width] * (LAYERS - 1))]
    return [
        entrance(seen.columns),
        Layer("Reading", f"{members} × {_counted(read, 'number', 'numbers')}", members * reading),
        *(Layer("Hidden", f"{members} × {_counted(width, 'unit', 'units')}", members * each) for each in shared),
        answers(seen.outputs, members * COPIES * (width + 1) * seen.outputs),
    ]
