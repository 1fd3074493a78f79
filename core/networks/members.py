"""What a training is given, and what comes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor

from core.networks.batches import Part
from core.networks.choices import Optimiser, Schedule

STOPPED, NOT_FINITE = "stopped early", "loss not finite"
"""Marks of a training that ended before its time."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train: the settings of the estimator that the loop needs.

    Attributes
    ----------
    penalty : float
        What the sum of the squared weights costs, over twice the number of rows; for networks that have a ``penalty``.
    steepest : float
        The length to which a member's gradient is cut; 0 for any.
    options : tuple of (str, value)
        What the optimiser is given beside what its entry says.
    to_the_end : bool
        Whether all epochs are meant to be run, so that getting better until the last means nothing.
    """

    optimiser: Optimiser
    schedule: Schedule
    learning_rate: float
    weight_decay: float
    batch_size: int | None
    max_epochs: int
    patience: int
    penalty: float = 0.0
    steepest: float = 0.0
    options: tuple[tuple[str, object], ...] = ()
    to_the_end: bool = False
    dtype: torch.dtype = torch.float32


@dataclass(slots=True)
class History:
    """What came of a training.

    Attributes
    ----------
    curve : list of dict
        A point per whole epoch.
    notes, marks : list of str
        What a person should know, as sentences; `STOPPED` or `NOT_FINITE` where it ended before its time.
    best_epoch : int
        The epoch whose weights were kept; 0 if none was completed.
    earlier_seconds : float
        How long it had taken up to the checkpoint that it went on from; 0 without one.
    """

    curve: list[dict[str, float]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    best_epoch: int = 0
    earlier_seconds: float = 0.0

    def end(self, mark: str, note: str) -> None:
        """Note why the training ends before its time."""
        self.marks.append(mark)
        self.notes.append(note)


@dataclass(slots=True)
class Member:
    """One network in the making: its rows, its chances, and what has come of it.

    Attributes
    ----------
    practice : Part
        What is learned from.
    check : Part or None
        What decides when to stop; None trains all epochs and keeps the last weights.
    generator : torch.Generator
        Decides the initial weights, the order of the rows and what drops out.
    number : int
        Which it is of those that were asked for, for who is told of its epochs.
    best : list of Tensor
        The numbers that are kept: a row of each of `core.networks.flat.Flat.rows`.
    dropping : torch.Generator
        Decides what drops out, on the device; seeded by `generator`.
    exploded : bool
        Whether its first steps went astray.
    settled : bool
        Whether its loss no longer moves.
    """

    practice: Part
    check: Part | None
    generator: torch.Generator
    number: int = 0
    history: History = field(default_factory=History)
    best: list[Tensor] = field(default_factory=list)
    best_loss: float = math.inf
    dropping: torch.Generator = field(default_factory=torch.Generator)
    exploded: bool = False
    settled: bool = False

    def generators(self) -> dict[str, torch.Generator]:
        """All its chances by name."""
        return {"order": self.generator, "dropout": self.dropping}

    def anew(self, state: Tensor, note: str) -> None:
        """Go back to the beginning."""
        self.generator.set_state(state)
        self.history, self.best, self.best_loss, self.exploded = History(notes=[note]), [], math.inf, False

    def done(self, plan: Plan) -> bool:
        """Whether nothing better is to be expected, or wanted."""
        epochs = len(self.history.curve)
        waited = epochs - self.history.best_epoch >= plan.patience
        ended = self.exploded or self.settled or bool(self.history.marks)
        return ended or waited or epochs >= plan.max_epochs
