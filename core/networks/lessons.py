"""From an estimator's rows and settings to trained members: where they train, and which of them at once."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import torch

from core.networks.batches import Part, batch_sizes
from core.networks.choices import pick_device
from core.networks.flat import Flat
from core.networks.members import History, Member, Plan
from core.networks.objectives import Losses, Objective
from core.networks.training import train

Result = TypeVar("Result")

MOST_CELLS = 2**26
"""Numbers of all members' inputs side by side; beyond that they train one by one."""

LARGEST_LAYER = 2**17
"""Weights of a layer up to which members train sooner at once, by measurement."""


DRIVERS = ("cudnn", "engine to execute", "hip", "miopen")
"""What errors of a graphics card speak of where they do not name its kind."""


@dataclass(frozen=True, slots=True)
class Build:
    """A module yet to be made.

    Attributes
    ----------
    module : type
        A `core.networks.network.Network`; takes inputs, outputs, `settings` by name and ``members``.
    settings : tuple of (str, value)
    """

    module: type[Any]
    settings: tuple[tuple[str, Any], ...]

    def __call__(self, inputs: int, outputs: int, members: int | None) -> Any:
        """The module for so many inputs; see `core.networks.crew.Net`."""
        return self.module(inputs, outputs, **dict(self.settings), members=members)


@dataclass(slots=True)
class Lesson:
    """One network to be trained, and what came of it.

    Attributes
    ----------
    build : Build
    practice, check : Part, Part or None
        See `core.networks.members.Member`.
    outputs : int
    seed : int
    device : str
        A name in `core.networks.choices.DEVICES`.
    weights : dict of str to ndarray
        What was learned.
    notes : list of str
        Of the device.
    number : int
        Which it is of those that are learned at once.
    """

    build: Build
    plan: Plan
    objective: Objective
    losses: Losses
    practice: Part
    check: Part | None
    outputs: int
    seed: int
    device: str
    weights: dict[str, Any] = field(default_factory=dict)
    history: History = field(default_factory=History)
    notes: list[str] = field(default_factory=list)
    number: int = 0

    def shape(self) -> Hashable:
        """What lessons must share to be learned at once."""
        count = len(batch_sizes(len(self.practice.X), self.plan.batch_size))
        return self.build, repr(self.plan), self.outputs, self.device, self.check is None, count

    def member(self, device: torch.device) -> Member:
        """The network in the making."""
        check = None if self.check is None else self.check.to(device)
        generator = torch.Generator().manual_seed(self.seed)
        return Member(self.practice.to(device), check, generator, self.number, dropping=torch.Generator(device))


def learn(lessons: Sequence[Lesson], *, at_once: bool = False) -> None:
    """Train what the lessons ask for, on the device that was asked for, or else on the processor.

    Parameters
    ----------
    lessons : sequence of Lesson
    at_once : bool
        Whether lessons of one shape train as one batched network where that is quicker; the results are the same but
        for rounding.
    """
    groups: dict[Hashable, list[Lesson]] = {}
    for number, lesson in enumerate(lessons):
        lesson.number = number
        groups.setdefault(lesson.shape() if at_once and pays(lesson, len(lessons)) else number, []).append(lesson)
    for group in groups.values():
        _, note = somewhere(group[0].device, lambda device, group=group: _learn(group, device))  # type: ignore[misc]
        for lesson in group:
            lesson.notes += [note] if note else []


def _learn(lessons: Sequence[Lesson], device: torch.device) -> None:
    """Train lessons of one shape as one."""
    first, members = lessons[0], [lesson.member(device) for lesson in lessons]
    inputs = max(lesson.practice.X.shape[-1] for lesson in lessons)
    with tensor_cores(device):
        train(
            lambda count: first.build(inputs, first.outputs, count), first.plan, first.objective, first.losses, members
        )
    module = first.build(inputs, first.outputs, None)
    flat = Flat(module, None, torch.device("cpu"), first.plan.dtype)
    for lesson, member in zip(lessons, members, strict=True):
        flat.put([each[None] for each in member.best])
        lesson.weights = module.cut(flat.arrays(), lesson.practice.X.shape[-1])
        lesson.history = member.history


@contextmanager
def tensor_cores(device: torch.device) -> Iterator[None]:
    """Let a CUDA card round the factors of its products to ten bits behind the point while it trains (TF32).

    That is several times as fast and far finer than the noise of the batches; predictions do without.
    """
    before = torch.get_float32_matmul_precision()
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def pays(lesson: Lesson, count: int) -> bool:
    """Whether so many lessons like this one are learned sooner at once than one by one.

    Small layers are: 5 folds take 3.4 times less with 64 units and batches of 32, 1.7 with 128 and 128, 1.2 with 256
    and any batch. From some 400 units on a layer keeps the processor busy by itself. A method that looks at all rows at
    once finds one step size for all its numbers, which members cannot share; some modules are for one network alone.
    """
    cells = lesson.practice.X.numel() * count
    if count < 2 or lesson.plan.optimiser.whole or lesson.build.module.alone or cells > MOST_CELLS:
        return False
    module = lesson.build(lesson.practice.X.shape[-1], lesson.outputs, None)
    largest: int = max(parameter.numel() for parameter in module.parameters())
    return largest <= LARGEST_LAYER


def somewhere(name: str, work: Callable[[torch.device], Result]) -> tuple[Result, str]:
    """Do `work` on the device that was asked for, or else on the processor; give the result and a note on why."""
    device, note = pick_device(name)
    try:
        with warnings.catch_warnings():
            # All numbers of a network lie in one tensor; cuDNN copies a recurrent one's into an order of its own.
            warnings.filterwarnings("ignore", "RNN module weights are not part of single contiguous chunk of memory")
            return work(device), note
    except (RuntimeError, TypeError) as error:  # no memory left, a driver that is gone, a precision it does not have
        if device.type == "cpu" or not any(word in str(error).lower() for word in (device.type, *DRIVERS)):
            raise
        reason = str(error).partition("\n")[0].rstrip(".")
    return work(torch.device("cpu")), f"The {device.type} device failed ({reason}), so the processor was used."
