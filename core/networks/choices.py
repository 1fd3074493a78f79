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
    Activation("identity", "None", "core.networks.layers:identity", 1.0, "No bend: the network is a linear model."),
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
    momentum : str
        The setting that takes the momentum; empty where there is none.
    whole : bool
        Whether it looks at all rows in each step, and finds the length of its steps by itself.
    """

    name: str
    title: str
    build: str
    about: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    momentum: str = ""
    whole: bool = False


# fused: one pass over the weights per step instead of some twelve small ones (a fifth of the time of a small network).
OPTIMISERS: Catalogue[Optimiser] = Catalogue(
    "optimizer",
    Optimiser("adamw", "AdamW", "torch.optim:AdamW", "Adam with weight decay that acts directly.", {"fused": True}),
    Optimiser("adam", "Adam", "torch.optim:Adam", "A step size for each weight.", {"fused": True}),
    Optimiser(
        "sgd",
        "SGD",
        "torch.optim:SGD",
        "Plain gradient descent with momentum; wants a higher rate, such as 0.05.",
        {"fused": True},
        momentum="momentum",
    ),
    Optimiser("rmsprop", "RMSprop", "torch.optim:RMSprop", "Divides each step by its recent size."),
    Optimiser(
        "lbfgs",
        "L-BFGS",
        "torch.optim:LBFGS",
        "Looks at all rows in each step and finds its own step size; for small tables.",
        {
            "max_iter": 4,
            "max_eval": 100,
            "tolerance_grad": 1e-10,
            "tolerance_change": 1e-14,
            "line_search_fn": "strong_wolfe",
        },
        whole=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Loss:
    """What counts as a mistake, and how much.

    Attributes
    ----------
    numbers : bool
        Whether it is for numbers; else for classes.
    function : str
        Where its `core.networks.objectives.Losses` live.
    """

    name: str
    title: str
    numbers: bool
    function: str
    about: str


_LOSSES = "core.networks.objectives:"
LOSSES: Catalogue[Loss] = Catalogue(
    "loss",
    Loss("cross_entropy", "Cross-entropy", False, _LOSSES + "entropy", "Honest probabilities; the usual one."),
    Loss("focal", "Focal loss", False, _LOSSES + "focal", "Looks harder at the rows that are still wrong."),
    Loss("hinge", "Hinge loss", False, _LOSSES + "hinge", "Asks for a margin only; its probabilities are rough."),
    Loss("squared", "Squared error", True, _LOSSES + "squared", "Aims at the mean; large misses count most."),
    Loss("absolute", "Absolute error", True, _LOSSES + "absolute", "Aims at the middle; outliers count little."),
    Loss("huber", "Huber loss", True, _LOSSES + "huber", "Squared near the truth, absolute far from it."),
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """How the learning rate changes while a network trains.

    Attributes
    ----------
    function : str
        From the share of the training that is done, 0 to 1, to what the learning rate is multiplied by.
    constant : bool
        Whether that never changes.
    """

    name: str
    title: str
    function: str
    about: str
    constant: bool = False


_SCHEDULES = "core.networks.schedules:"
SCHEDULES: Catalogue[Schedule] = Catalogue(
    "schedule",
    Schedule("constant", "Constant", _SCHEDULES + "constant", "The same all the time.", constant=True),
    Schedule("cosine", "Cosine", _SCHEDULES + "cosine", "Falls smoothly to nothing."),
    Schedule("warm_up", "Warm-up, then cosine", _SCHEDULES + "warm_up", "Rises for a twentieth of the time first."),
    Schedule("steps", "Steps", _SCHEDULES + "steps", "A tenth after 60 % of the time, a hundredth after 85 %."),
    Schedule("waves", "Waves", _SCHEDULES + "waves", "Falls and rises four times, each time for longer."),
)


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How images that a network learns from are changed, so that it sees none of them twice.

    Attributes
    ----------
    shift : float
        By which share of their size at most, in each direction.
    turn : float
        By how many degrees at most.
    zoom : float
        By which share larger or smaller at most.
    mirrored : bool
        Whether every other one is mirrored.
    """

    name: str
    title: str
    about: str
    shift: float = 0.0
    turn: float = 0.0
    zoom: float = 0.0
    mirrored: bool = False

    @property
    def changes(self) -> bool:
        """Whether it does anything."""
        return bool(self.shift or self.turn or self.zoom or self.mirrored)


AUGMENTATIONS: Catalogue[Augmentation] = Catalogue(
    "augmentation",
    Augmentation("none", "None", "The images as they are."),
    Augmentation("shift", "Shifted", "Moved by up to a fourteenth of their size.", shift=0.07),
    Augmentation(
        "shift_turn", "Shifted and turned", "Moved, turned by up to 10° and zoomed a little.", 0.07, turn=10.0, zoom=0.1
    ),
    Augmentation(
        "mirror", "Mirrored as well", "For photographs: left may become right.", 0.07, 10.0, zoom=0.1, mirrored=True
    ),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """How a recurrent network keeps in mind what it saw.

    Attributes
    ----------
    build : str
        Its class, ``"torch.nn:LSTM"``.
    forgets : bool
        Whether its second gate says what is kept, and must be open at first.
    """

    name: str
    title: str
    build: str
    about: str
    forgets: bool = False

    def module(self) -> Any:
        """The class itself."""
        return resolve(self.build)


CELLS: Catalogue[Cell] = Catalogue(
    "cell",
    Cell("lstm", "LSTM", "torch.nn:LSTM", "Keeps a memory beside its answer; for long series.", forgets=True),
    Cell("gru", "GRU", "torch.nn:GRU", "A simpler LSTM, a quarter quicker."),
)


@dataclass(frozen=True, slots=True)
class Preset:
    """How much work the default network puts into a table.

    Attributes
    ----------
    members, few_members : int
        Networks that answer as one; of fewer than 5,000 rows `few_members`.
    visits : int
        Rows that each of them learns from, all epochs together.
    held_out : float
        The share of the rows that each holds out to choose its best epoch.
    """

    name: str
    title: str
    about: str
    members: int
    few_members: int
    visits: int
    held_out: float = 0.2


PRESETS: Catalogue[Preset] = Catalogue(
    "preset",
    Preset("quick", "Quick", "One network and few rounds: a first look.", 1, 1, 80_000),
    Preset(
        "default", "Default", "A few networks that answer together: nearly the best, in moderate time.", 2, 4, 160_000
    ),
    Preset(
        "thorough",
        "Thorough",
        "Four networks and many rounds: the best, in some six times as long.",
        4,
        4,
        560_000,
        0.125,
    ),
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
