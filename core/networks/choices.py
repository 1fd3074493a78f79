"""The activations, optimisers and devices that a network can be asked for, by name.

Importable without torch: entries name their function as text and are resolved where a network is built.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.catalogue import Catalogue, resolve

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Activation:
    """What a hidden unit does with its sum.

    Attributes
    ----------
    function : str
        Where it lives, ``"module:function"``.
    gain : float
        What the standard deviation of the initial weights is multiplied by so that signals keep their size from layer
        to layer: sqrt(2) for the ReLU family (He et al. 2015, arXiv 1502.01852), 5/3 for tanh, 1 for self-normalising
        and saturating ones (Glorot and Bengio 2010).
    """

    name: str
    title: str
    function: str
    gain: float
    about: str


ACTIVATIONS: Catalogue[Activation] = Catalogue(
    "activation",
    Activation("relu", "ReLU", "torch.nn.functional:relu", 2**0.5, "Passes what is positive; quick, and rarely wrong."),
    Activation("gelu", "GELU", "torch.nn.functional:gelu", 2**0.5, "A smooth ReLU, as in transformers."),
    Activation("silu", "SiLU", "torch.nn.functional:silu", 2**0.5, "A smooth ReLU, also called swish."),
    Activation("mish", "Mish", "torch.nn.functional:mish", 2**0.5, "A smooth ReLU, often good for numbers."),
    Activation("selu", "SELU", "torch.nn.functional:selu", 1.0, "Keeps its outputs scaled by itself."),
    Activation("tanh", "tanh", "torch:tanh", 5 / 3, "Squeezes into -1 to 1; smooth boundaries."),
    Activation("sigmoid", "Sigmoid", "torch:sigmoid", 1.0, "Squeezes into 0 to 1; slow to learn in deep stacks."),
    Activation("identity", "None", "core.networks.network:identity", 1.0, "No bend: the network is a linear model."),
)


@dataclass(frozen=True, slots=True)
class Optimiser:
    """How the weights follow the gradient.

    Attributes
    ----------
    build : str
        Its class, ``"torch.optim:Adam"``.
    settings : mapping
        What it is given beside the learning rate and the weight decay.
    """

    name: str
    title: str
    build: str
    about: str
    settings: Mapping[str, Any] = field(default_factory=dict)


# fused: one pass over the weights per step instead of some twelve small ones (a fifth of the time of a small network).
OPTIMISERS: Catalogue[Optimiser] = Catalogue(
    "optimizer",
    Optimiser("adamw", "AdamW", "torch.optim:AdamW", "Adam with weight decay that acts directly.", {"fused": True}),
    Optimiser("adam", "Adam", "torch.optim:Adam", "A step size for each weight.", {"fused": True}),
    Optimiser(
        "sgd",
        "SGD",
        "torch.optim:SGD",
        "Plain gradient descent with momentum 0.9; wants a higher rate, such as 0.05.",
        {"fused": True, "momentum": 0.9, "nesterov": True},
    ),
    Optimiser("rmsprop", "RMSprop", "torch.optim:RMSprop", "Divides each step by its recent size."),
)


@dataclass(frozen=True, slots=True)
class Device:
    """Where a network is computed.

    Attributes
    ----------
    kinds : tuple of str
        torch's names for it; the first that this machine has is taken.
    """

    name: str
    title: str
    kinds: tuple[str, ...]


DEVICES: Catalogue[Device] = Catalogue(
    "device",
    Device("auto", "The fastest there is", ("cuda", "mps", "cpu")),
    Device("cpu", "Processor", ("cpu",)),
    Device("cuda", "NVIDIA or AMD graphics card", ("cuda",)),
    Device("mps", "Apple graphics", ("mps",)),
)


def check_device(name: str) -> Device:
    """The entry that `name` asks for: a name in `DEVICES`, behind which a number may follow, as in ``"cuda:1"``.

    Raises
    ------
    UnknownName
        A ValueError, if there is no such device.
    """
    kind, colon, number = str(name).partition(":")
    device = DEVICES[kind]
    if colon and not (number.isdecimal() and device.kinds == (kind,)):
        raise ValueError(f"device={name!r} does not fit: only a number may follow the colon, as in 'cuda:1'.")
    return device


def pick_device(name: str) -> tuple[torch.device, str]:
    """The device that `name` asks for, and a note where it had to be another."""
    import torch

    device = check_device(name)
    found = next((kind for kind in device.kinds if getattr(torch, kind).is_available()), None)
    if found is None:
        return torch.device("cpu"), f"This machine has no {name} device, so the processor was used."
    return torch.device(name if len(device.kinds) == 1 else found), ""


def function(entry: Activation) -> Any:
    """The activation itself."""
    return resolve(entry.function)
