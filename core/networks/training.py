"""The training loop: all rows in memory, one shuffle per epoch, batches as slices of it.

Takes a network and its practice rows, gives the learning curve and leaves the best weights in the network. Tells
`core.progress` after each epoch, asks it after each batch whether to go on, and leaves its state there every few
seconds: after a kill it goes on from the last one and ends as if nothing had happened.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise, repeat

import torch
from torch import Tensor
from torch.nn import functional

from core.catalogue import resolve
from core.networks.checkpoints import Checkpoints, State, digest
from core.networks.choices import Activation, Optimiser
from core.networks.network import Bend, Network, dropout, identity
from core.progress import Step, tell, wanted

STOPPED, NOT_FINITE = "stopped early", "loss not finite"
"""Marks of a training that ended before its time."""

BIG_BATCH = 8192
"""Rows of a forward pass without gradients: large enough to be quick, small enough for any memory."""


@dataclass(frozen=True, slots=True)
class Objective:
    """What is minimised, and what is shown beside it.

    Attributes
    ----------
    loss : callable
        Outputs (rows, outputs) and targets (rows,) to one loss per row.
    mean_loss : callable
        The same to the mean over the rows, in one kernel.
    score : callable
        The same to one number, larger is better.
    """

    loss: Callable[[Tensor, Tensor], Tensor]
    mean_loss: Callable[[Tensor, Tensor], Tensor]
    score: Callable[[Tensor, Tensor], float]


def accuracy(outputs: Tensor, y: Tensor) -> float:
    """The share of rows whose largest output is the right one."""
    return (outputs.argmax(1) == y).float().mean().item()


def r2(outputs: Tensor, y: Tensor) -> float:
    """The coefficient of determination; with a constant target 1 for no error and 0 for any, as in scikit-learn."""
    left, total = (outputs[:, 0] - y).square().sum().item(), (y - y.mean()).square().sum().item()
    return 1 - left / total if total > 0 else float(left == 0)


CLASSES = Objective(
    lambda outputs, y: functional.cross_entropy(outputs, y, reduction="none"), functional.cross_entropy, accuracy
)
NUMBERS = Objective(
    lambda outputs, y: (outputs[:, 0] - y).square(), lambda outputs, y: functional.mse_loss(outputs[:, 0], y), r2
)


@dataclass(frozen=True, slots=True)
class Part:
    """Rows to learn from or to be judged on.

    Attributes
    ----------
    X : Tensor of shape (rows, features), float32
    y : Tensor of shape (rows,), int64 codes or float32
    weight : Tensor of shape (rows,) or None
        How much each row counts, 1 on average.
    """

    X: Tensor
    y: Tensor
    weight: Tensor | None = None

    def split(self, sizes: list[int]) -> Iterator[Part]:
        """The rows in batches of the given sizes."""
        weights = repeat(None) if self.weight is None else torch.split(self.weight, sizes)
        return map(Part, torch.split(self.X, sizes), torch.split(self.y, sizes), weights)

    def pick(self, rows: Tensor | slice) -> Part:
        """The given rows, in their order."""
        return Part(self.X[rows], self.y[rows], None if self.weight is None else self.weight[rows])

    def to(self, device: torch.device) -> Part:
        """The same on another device."""
        return Part(self.X.to(device), self.y.to(device), None if self.weight is None else self.weight.to(device))


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train: the settings of the estimator that the loop needs."""

    activation: Activation
    optimiser: Optimiser
    learning_rate: float
    weight_decay: float
    dropout: float
    batch_size: int | None
    max_epochs: int
    patience: int


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

    def end(self, mark: str, note: str) -> bool:
        """Note why the training ends before its time; gives False, for "do not go on"."""
        self.marks.append(mark)
        self.notes.append(note)
        return False


def batch_sizes(rows: int, size: int | None) -> list[int]:
    """The sizes of an epoch's batches: equal but for one row, none larger than `size`.

    A last batch of a row or two would push as hard as a full one, so the remainder is spread over all. None stands for
    a hundredth of the rows, from 64 to 256.
    """
    count = -(-rows // (size or min(max(rows // 100, 64), 256)))
    return [stop - start for start, stop in pairwise(rows * number // count for number in range(count + 1))]


def forward(network: Network, X: Tensor) -> Tensor:
    """Outputs for any number of rows, without gradients."""
    with torch.inference_mode():
        return torch.cat([network(part) for part in torch.split(X, BIG_BATCH)])


class Training:
    """One training of a network.

    Parameters
    ----------
    network : Network
        With its initial weights; holds the best ones afterwards.
    practice : Part
        What is learned from.
    check : Part or None
        What decides when to stop; None trains all epochs and keeps the last weights.
    generator : torch.Generator
        Decides the order of the rows and what drops out.
    """

    def __init__(
        self,
        network: Network,
        plan: Plan,
        objective: Objective,
        practice: Part,
        check: Part | None,
        generator: torch.Generator,
    ) -> None:
        self.network, self.plan, self.objective = network, plan, objective
        self.practice, self.check = practice, check
        self.generators, self.origin = {"order": generator}, generator.get_state()
        device = network.flat.device
        self.drop: Bend = identity
        if plan.dropout:
            seed = int(torch.randint(2**62, (), generator=generator))
            self.generators["dropout"] = torch.Generator(device).manual_seed(seed)
            self.drop = dropout(plan.dropout, self.generators["dropout"])
        self.sizes = batch_sizes(len(practice.X), plan.batch_size)
        # Asking a graphics card for a number makes it finish first, so it is asked every sixteenth batch only.
        self.look_every = 1 if device.type == "cpu" else 16
        self.outputs = torch.empty(len(practice.X), len(network.layers[-1][1]), device=device)
        self.best, self.best_loss = network.flat.detach().clone(), math.inf
        self.history = History()

    def run(self) -> History:
        """Train until the epochs are done, the patience is used up, the loss is not finite, or nobody wants more."""
        self.began = time.monotonic()
        self.optimiser = self._optimiser()
        checkpoints = Checkpoints(self._identity)
        if state := checkpoints.found():
            self._resume(state)
        while not self._done():
            epoch, rows = len(self.history.curve) + 1, self._shuffled()
            if not (self._learn(rows, epoch) and self._judge(rows, epoch)):
                break
            checkpoints.offer(self._state)
        if self.check is not None and self.history.best_epoch == self.plan.max_epochs:
            self.history.notes.append(
                f"It was still getting better after {self.plan.max_epochs} epochs: more may help."
            )
        with torch.no_grad():
            self.network.flat.copy_(self.best)
        return self.history

    def _done(self) -> bool:
        epochs = len(self.history.curve)
        return epochs >= self.plan.max_epochs or epochs - self.history.best_epoch >= self.plan.patience

    def _identity(self) -> str:
        """What decides every number of this training, and with it whether a state belongs to it."""
        parts = [part for part in (self.practice, self.check) if part is not None]
        tensors = [each for part in parts for each in (part.X, part.y, part.weight) if each is not None]
        about = [torch.__version__, self.network.flat.device.type, self.network.shapes, len(parts), self.plan]
        return digest(repr(about), [self.origin, *tensors])

    def _state(self) -> State:
        """All that changes from epoch to epoch; the optimiser has one parameter, whose state is by name."""
        held = self.optimiser.state_dict()["state"].get(0, {})
        tensors = {"weights": self.network.flat, "best": self.best}
        tensors |= {f"generator {name}": each.get_state() for name, each in self.generators.items()}
        tensors |= {f"optimiser {name}": value for name, value in held.items() if isinstance(value, Tensor)}
        numbers = {
            "optimiser": {name: value for name, value in held.items() if not isinstance(value, Tensor)},
            "best_loss": self.best_loss,
            "best_epoch": self.history.best_epoch,
            "curve": self.history.curve,
            "seconds": self.history.earlier_seconds + time.monotonic() - self.began,
        }
        return State(numbers, tensors)

    def _resume(self, state: State) -> None:
        """Take over what `_state` gave, and tell whoever listens of the epochs up to there."""
        numbers, tensors = state.numbers, state.tensors
        with torch.no_grad():
            self.network.flat.copy_(tensors["weights"])
        self.best.copy_(tensors["best"])
        for name, each in self.generators.items():
            each.set_state(tensors[f"generator {name}"])
        held = {
            name.removeprefix("optimiser "): each for name, each in tensors.items() if name.startswith("optimiser ")
        }
        self.optimiser.load_state_dict(self.optimiser.state_dict() | {"state": {0: held | numbers["optimiser"]}})
        self.best_loss = numbers["best_loss"]
        self.history = History(numbers["curve"], best_epoch=numbers["best_epoch"], earlier_seconds=numbers["seconds"])
        for point in self.history.curve:
            self._tell(point)

    def _optimiser(self) -> torch.optim.Optimizer:
        plan = self.plan
        settings = {"lr": plan.learning_rate, "weight_decay": plan.weight_decay, **plan.optimiser.settings}
        made: torch.optim.Optimizer = resolve(plan.optimiser.build)([self.network.trainable()], **settings)
        return made

    def _shuffled(self) -> Part:
        order = torch.randperm(len(self.practice.X), generator=self.generators["order"])
        return self.practice.pick(order.to(self.network.flat.device))

    def _learn(self, rows: Part, epoch: int) -> bool:
        """Go once through the rows in batches; False where that was cut short."""
        seen, self.total = 0, torch.zeros((), device=rows.X.device)
        for number, batch in enumerate(rows.split(self.sizes), 1):
            size = len(batch.X)
            loss = self._step(batch, slice(seen, seen + size))
            self.total += loss * size
            seen += size
            if number % self.look_every == 0 and not math.isfinite(self.total.item()):
                return self._not_finite(epoch)
            if not wanted():
                return self._stopped(epoch)
        return True

    def _step(self, batch: Part, place: slice) -> Tensor:
        """Learn from one batch, note its outputs, give its loss."""
        outputs = self.network(batch.X, self.drop)
        loss = self._loss(outputs, batch)
        self.network.slope.zero_()
        loss.backward()
        self.optimiser.step()
        self.outputs[place] = outputs.detach()
        return loss.detach()

    def _loss(self, outputs: Tensor, part: Part) -> Tensor:
        if part.weight is None:
            return self.objective.mean_loss(outputs, part.y)
        return (self.objective.loss(outputs, part.y) * part.weight).mean()

    def _judge(self, rows: Part, epoch: int) -> bool:
        """Judge the weights at the end of an epoch and keep the best; False where they are of no use."""
        # Without a validation part the first batch tells whether the last step left weights that can be used.
        trial = self.check or rows.pick(slice(self.sizes[0]))
        outputs = forward(self.network, trial.X)
        loss, train_loss = self._loss(outputs, trial).item(), self.total.item() / len(rows.X)
        if not (math.isfinite(loss) and math.isfinite(train_loss)):
            return self._not_finite(epoch)
        if self.check is None or loss < self.best_loss:
            self.best_loss, self.history.best_epoch = loss, epoch
            self.best.copy_(self.network.flat.detach())
        score = self.objective.score
        point = {"step": float(epoch), "train_loss": train_loss, "train_score": score(self.outputs, rows.y)}
        if self.check is not None:
            point |= {"valid_loss": loss, "valid_score": score(outputs, trial.y)}
        self.history.curve.append(point)
        self._tell(point)
        return True

    def _tell(self, point: dict[str, float]) -> None:
        epoch, all_epochs = int(point["step"]), self.plan.max_epochs
        tell(Step(epoch / all_epochs, f"epoch {epoch} of {all_epochs}", point))

    def _not_finite(self, epoch: int) -> bool:
        kept = f"the weights of epoch {self.history.best_epoch}" if self.history.best_epoch else "the initial weights"
        return self.history.end(
            NOT_FINITE,
            f"The loss became not-a-number in epoch {epoch}. Training was stopped; {kept} are kept. "
            f"Try a learning rate below {self.plan.learning_rate / 10:g}.",
        )

    def _stopped(self, epoch: int) -> bool:
        if not self.history.best_epoch and bool(self.network.flat.isfinite().all()):
            self.best.copy_(self.network.flat.detach())
        return self.history.end(
            STOPPED,
            f"Training was stopped early in epoch {epoch} of {self.plan.max_epochs}; the best weights so far are kept.",
        )
