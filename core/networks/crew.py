"""Members that learn in step: one module, one optimiser and one batch for all of them.

The only module that knows whether there is a leading axis; whoever uses it sees a sequence of members.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from core.catalogue import resolve
from core.networks.batches import Alone, Batch, Part, Together, side_by_side
from core.networks.flat import Flat
from core.networks.layers import PREDICTING, Context
from core.networks.members import Member, Plan
from core.networks.objectives import Losses, Objective
from core.networks.stack import Stack

PROOF_ROWS = 64
"""Without rows to validate on, so many tell whether the last step left weights that can be used."""


class Net(Protocol):
    """What a module must offer to be trained here.

    Attributes
    ----------
    outputs : int
        Numbers that it gives for a row.
    copies : int
        How many answers it gives for each row, see `core.networks.objectives`.
    most_rows : int
        How many rows it looks at together without gradients.
    """

    outputs: int
    copies: int
    most_rows: int

    def start(self, number: int, generator: torch.Generator, inputs: int) -> None:
        """Draw the initial weights of a member that has so many inputs."""

    def stack(self) -> Stack | None:
        """The same network with a gradient of its own, if it has one; asked for after its parameters have moved."""

    def penalty(self) -> Tensor:
        """The sum of each member's squared weights."""

    def pace(self, name: str) -> tuple[float, float]:
        """What the learning rate and the weight decay of a parameter are multiplied by."""

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        """Outputs (…, rows, outputs) for inputs (…, rows, features)."""


Make = Callable[[int | None], Any]


def forward(module: Any, X: Tensor) -> Tensor:
    """Outputs for any number of rows, without gradients."""
    with torch.inference_mode():
        return torch.cat([module(part, PREDICTING) for part in torch.split(X, module.most_rows, dim=-2)], dim=-2)


class Crew:
    """Some members at work.

    Parameters
    ----------
    make : callable
        So many members, or None for one without a leading axis, to a `Net`.
    plan : Plan
    objective : Objective
    losses : Losses
    members : sequence of Member
    """

    def __init__(self, make: Make, plan: Plan, objective: Objective, losses: Losses, members: Sequence[Member]) -> None:
        self.make, self.plan, self.objective, self.losses, self.members = make, plan, objective, losses, members
        parts, several = [each.practice for each in members], len(members) if len(members) > 1 else None
        self.module = make(several)
        self.flat = Flat(self.module, several, parts[0].X.device, plan.dtype)
        size = max(len(part.X) for part in parts) if plan.optimiser.whole else plan.batch_size
        self.rows = Together(parts, size) if several else Alone(parts[0], size)
        self.trials = [each.check or each.practice.pick(slice(PROOF_ROWS)) for each in members]
        self.trial = side_by_side([part.X for part in self.trials]) if several else self.trials[0].X
        self.context = Context([each.dropping for each in members])
        self.optimiser, self.factor = self._optimiser(), resolve(plan.schedule.function)
        # Without its wrappers, which call hooks that nobody has set: a tenth of the time of a small network.
        self.advance = inspect.unwrap(type(self.optimiser).step)
        self.outputs = self._empty(*self.rows.shape, self.module.outputs)
        quick = losses.slope is not None and not plan.penalty and not plan.optimiser.whole
        self.stack: Stack | None = self.module.stack() if quick else None

    def _empty(self, *shape: int) -> Tensor:
        return torch.zeros(shape, dtype=self.plan.dtype, device=self.flat.still.flat.device)

    def _optimiser(self) -> torch.optim.Optimizer:
        plan = self.plan
        groups: list[dict[str, Any]] = [
            {"params": [block.flat], "lr": plan.learning_rate * rate, "weight_decay": plan.weight_decay * decay}
            for (rate, decay), block in self.flat.groups
        ]
        if plan.optimiser.whole:  # it finds the length of its steps by itself
            groups = [{"params": [block.flat for _, block in self.flat.groups]}]
        self.rates = [group.get("lr", 1.0) for group in groups]
        made: torch.optim.Optimizer = resolve(plan.optimiser.build)(
            groups, **{**plan.optimiser.settings, **dict(plan.options)}
        )
        return made

    def start(self) -> None:
        """Draw initial weights, each member's by its own generator, and keep them as the best so far."""
        for number, member in enumerate(self.members):
            self.module.start(number, member.generator, member.practice.X.shape[-1])
            member.dropping.manual_seed(int(torch.randint(2**62, (), generator=member.generator)))
        started = self.flat.rows()
        for number, member in enumerate(self.members):
            member.best = [rows[number].clone() for rows in started]

    def narrowed(self, places: Sequence[int]) -> Crew:
        """Only some of the members, as they are."""
        crew = Crew(self.make, self.plan, self.objective, self.losses, [self.members[place] for place in places])
        left = list(places)
        crew.flat.put([rows[left] for rows in self.flat.rows()])
        state = self.optimiser.state_dict()
        for place, held in state["state"].items():
            ours, theirs = self.flat.blocks[place], crew.flat.blocks[place]
            moved = {name: value for name, value in held.items() if getattr(value, "shape", None) == ours.flat.shape}
            held |= {name: theirs.laid_out(ours.by_member(value)[left]) for name, value in moved.items()}
        crew.optimiser.load_state_dict(state)
        return crew

    # -- learning

    def shuffled(self) -> Part:
        """All rows in a new order for each member."""
        return self.rows.shuffled(
            [torch.randperm(len(each.practice.X), generator=each.generator) for each in self.members]
        )

    def batches(self, rows: Part) -> Iterator[tuple[Batch, slice]]:
        """What `shuffled` gave in batches, and where each lies."""
        place = 0
        for batch in self.rows.batches(rows):
            size = batch.y.shape[-1]
            yield batch, slice(place, place + size)
            place += size

    def pace(self, done: float) -> None:
        """Set the learning rate for how much of the training is done."""
        factor = self.factor(done)
        for group, rate in zip(self.optimiser.param_groups, self.rates, strict=True):
            group["lr"] = rate * factor

    def step(self, batch: Batch, place: slice) -> Tensor:
        """Learn from one batch, note its outputs, give each member's mean loss."""
        self.context.real, self.context.rows = batch.real, batch.filled
        if self.plan.optimiser.whole:
            return self._tried(batch, place)
        if self.stack is None:
            self.flat.clear_gradient()
            loss, _ = self._backward(batch, place)
        else:
            loss = self._by_hand(self.stack, batch, place)
        if self.plan.steepest:
            self.flat.cut_gradient(self.plan.steepest)
        with torch.no_grad():
            self.advance(self.optimiser)
        return loss

    def _tried(self, batch: Batch, place: slice) -> Tensor:
        """A step of a method that tries several lengths of it; the loss is that before the first."""
        tried: list[Tensor] = []

        def closure() -> Tensor:
            self.flat.clear_gradient()
            loss, total = self._backward(batch, place)
            tried.append(loss)
            return total

        self.optimiser.step(closure)  # type: ignore[arg-type]
        return tried[0]

    def _by_hand(self, stack: Stack, batch: Batch, place: slice) -> Tensor:
        """As `_backward`, without autograd."""
        with torch.no_grad():
            outputs = stack.forward(batch.X, self.context)
            loss, gradient = self.losses.slope(outputs, batch.y, batch.share)  # type: ignore[misc]
            stack.backward(gradient)
        self.outputs[..., place, :] = outputs
        return loss

    def _backward(self, batch: Batch, place: slice) -> tuple[Tensor, Tensor]:
        """The gradient of a batch's loss; gives each member's, and what is minimised."""
        outputs, y = self.module(batch.X, self.context), batch.y
        several = self.module.copies > 1
        if several:
            y = y.unsqueeze(-2).expand(outputs.shape[:-1])
        if batch.share is None:
            each = total = self.losses.mean(outputs, y)
        else:
            rows = self.losses.rows(outputs, y)
            each = ((rows.mean(-2) if several else rows) * batch.share).sum(-1)
            total = each.sum()
        if self.plan.penalty:
            total = total + (self.module.penalty() / self.rows.counts).sum() * (self.plan.penalty / 2)
        total.backward()
        self.outputs[..., place, :] = self.objective.combined(outputs.detach(), self.module.copies)
        return each.detach(), total.detach()

    # -- judging

    def learned(self, number: int, rows: Part) -> tuple[Tensor, Tensor]:
        """A member's outputs while it learned, and their targets."""
        return self.rows.of(number, self.outputs), self.rows.of(number, rows.y)

    def said(self) -> list[Tensor]:
        """Each member's outputs for the rows that it is judged on."""
        outputs = self.objective.combined(forward(self.module, self.trial), self.module.copies)
        if len(self.members) == 1:
            return [outputs]
        return [each[: len(part.X)] for each, part in zip(outputs, self.trials, strict=True)]

    def mean_loss(self, outputs: Tensor, part: Part) -> float:
        """The mean loss of one network's outputs."""
        if part.weight is None:
            return self.losses.mean(outputs, part.y).item()
        return (self.losses.rows(outputs, part.y) * part.weight).mean().item()

    def keep(self, numbers: Sequence[int]) -> None:
        """Keep some members' numbers as their best so far."""
        now = self.flat.rows() if numbers else []
        for number in numbers:
            self.members[number].best = [rows[number].clone() for rows in now]

    def finite(self, number: int) -> bool:
        """Whether a member's numbers can be used."""
        return all(bool(rows[number].isfinite().all()) for rows in self.flat.rows())

    def knowing_nothing(self, part: Part) -> float:
        """The loss of outputs that are all zero: even odds, or the mean."""
        known = self.objective.nothing
        return self.mean_loss(self._empty(len(part.X), self.module.outputs), part) if known is None else known

    # -- checkpoints

    def state_tensors(self) -> dict[str, Tensor]:
        """Everything in tensors that changes while it learns."""
        tensors = {f"numbers {place}": each for place, each in enumerate(self.flat.rows())}
        for place, held in self.optimiser.state_dict()["state"].items():
            named = {name: value for name, value in held.items() if isinstance(value, Tensor)}
            tensors |= {f"optimiser {place} {name}": value for name, value in named.items()}
        return tensors

    def state_numbers(self) -> dict[str, dict[str, Any]]:
        """The rest of what the optimiser knows."""
        return {
            str(place): {name: value for name, value in held.items() if not isinstance(value, Tensor)}
            for place, held in self.optimiser.state_dict()["state"].items()
        }

    def put_state(self, numbers: Mapping[str, Mapping[str, Any]], tensors: Mapping[str, Tensor]) -> None:
        """Take over what `state_tensors` and `state_numbers` gave."""
        self.flat.put([tensors[f"numbers {place}"] for place in range(len(self.flat.blocks))])
        state = {}
        for place, held in numbers.items():
            start = f"optimiser {place} "
            own = {name.removeprefix(start): each for name, each in tensors.items() if name.startswith(start)}
            state[int(place)] = dict(held) | own
        self.optimiser.load_state_dict(self.optimiser.state_dict() | {"state": state})
