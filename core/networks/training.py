"""The training loop: all rows in memory, one shuffle per epoch, batches as slices of it; one network or many at once.

Takes members, which are networks of one shape with their own rows, and leaves in each the best numbers and the learning
curve. Tells `core.progress` after each epoch, asks it after each batch whether to go on, and leaves its state there
every few seconds: after a kill it goes on from the last one and ends as if nothing had happened.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from core.networks.batches import Part
from core.networks.checkpoints import Checkpoints, State, digest
from core.networks.crew import Crew, Make
from core.networks.members import NOT_FINITE, STOPPED, History, Member, Plan
from core.networks.objectives import Losses, Objective
from core.progress import Step, clock, tell, wanted

EXPLODED = 10.0
"""An epoch whose loss is so many times that of knowing nothing took steps that were too large."""

PROBE = 3
"""The first epochs that can tell so."""

TRIES = 8
"""How often a training begins, each time with a tenth of the learning rate."""

SETTLED = 1e-12
"""A method that looks at all rows at once is done where its loss changes by less than this share."""


def train(make: Make, plan: Plan, objective: Objective, losses: Losses, members: Sequence[Member]) -> None:
    """Train members of one shape at once, until each is done; see `Member` for what they hold afterwards.

    A first epoch that makes everything worse took steps that are too large: the training begins anew with a tenth of
    the learning rate, so that the first epochs are the probe for it.

    Parameters
    ----------
    make : callable
        So many members, or None for one without a leading axis, to a `core.networks.crew.Net`.
    plan : Plan
    objective : Objective
    losses : Losses
    members : sequence of Member
        Their practice parts have the same number of batches.
    """
    states, rate = [member.generator.get_state() for member in members], plan.learning_rate
    for left in reversed(range(TRIES)):
        crew = Crew(make, replace(plan, learning_rate=rate), objective, losses, members)
        Training(crew, probing=left > 0).run()
        again = [number for number, member in enumerate(members) if member.exploded]
        members, states = [members[number] for number in again], [states[number] for number in again]
        if not members:
            return
        rate /= 10
        note = f"With a learning rate of {plan.learning_rate:g} the first steps went astray, so {rate:g} was used."
        for member, state in zip(members, states, strict=True):
            member.anew(state, note)


class Training:
    """One training of a crew.

    Parameters
    ----------
    crew : Crew
    probing : bool
        Whether a member whose first epochs went astray ends there, as `Member.exploded`.
    """

    def __init__(self, crew: Crew, *, probing: bool = False) -> None:
        self.crew, self.plan, self.members, self.probing = crew, crew.plan, crew.members, probing
        self.origins = [member.generator.get_state() for member in self.members]
        self.alive = list(range(len(self.members)))  # those of the crew
        self.epoch, self.earlier_seconds = 0, 0.0
        # Asking a graphics card for a number makes it finish first, so it is asked every sixteenth batch only.
        self.look_every = 1 if crew.flat.still.flat.device.type == "cpu" else 16

    def run(self) -> list[History]:
        """Train until each member's epochs are done, its patience is used up or its loss is not finite, or nobody wants
        more.
        """
        self.began = clock()
        self.crew.start()
        checkpoints = Checkpoints(self._identity)
        # A method that looks at all rows keeps its past in lists, and is done before a checkpoint is worth its while.
        kept = not self.plan.optimiser.whole
        if kept and (state := checkpoints.found()):
            self._resume(state)
        while not all(member.done(self.plan) for member in self.crew.members):
            self._epoch()
            self._leave()
            if kept:
                checkpoints.offer(self._state)
        for member in self.members:
            better = member.check is not None and member.history.best_epoch == self.plan.max_epochs
            if better and not self.plan.to_the_end:
                told = f"It was still getting better after {self.plan.max_epochs} epochs: more may help."
                member.history.notes.append(told)
        return [member.history for member in self.members]

    def _epoch(self) -> None:
        """Learn from all rows and judge what came of it."""
        self.epoch += 1
        began, rows = clock(), self.crew.shuffled()
        total = torch.zeros(rows.y.shape[:-1], dtype=self.plan.dtype, device=rows.X.device)
        if self._learn(rows, total):
            losses = (total.view(-1) / self.crew.rows.counts).tolist()  # a card gives them when it has done its work
            about = {
                "learning_rate": self.crew.optimiser.param_groups[0]["lr"],
                "samples_per_second": len(self.alive) * rows.y.shape[-1] / (clock() - began),
            }
            self._judge(rows, losses, about)

    def _learn(self, rows: Part, total: Tensor) -> bool:
        """Go once through the rows in batches, adding up losses; False where that was cut short for all."""
        steps = len(self.crew.rows.sizes)
        for number, (batch, place) in enumerate(self.crew.batches(rows), 1):
            if not self.plan.schedule.constant:
                self.crew.pace((self.epoch - 1 + (number - 1) / steps) / self.plan.max_epochs)
            total += self.crew.step(batch, place) * batch.rows
            if number % self.look_every == 0 and not self._all_finite(total):
                return False
            if not wanted():
                return self._stopped()
        return True

    def _all_finite(self, total: Tensor) -> bool:
        """End the members whose loss is not finite; False where nobody is left."""
        if math.isfinite(total.sum().item()):
            return True
        finite = total.isfinite().view(-1).tolist()
        for number, fine in zip(self.alive, finite, strict=True):
            if not fine and not self.members[number].done(self.plan):
                self._not_finite(self.members[number])
        return any(finite)

    # -- the end of an epoch

    def _judge(self, rows: Part, losses: Sequence[float], about: dict[str, float]) -> None:
        """Judge the numbers at the end of an epoch and keep the best."""
        crew, norms = self.crew, self.crew.flat.gradient_norms()
        better = []
        for place, (member, said) in enumerate(zip(crew.members, crew.said(), strict=True)):
            if member.done(self.plan):
                continue
            trial, train_loss = crew.trials[place], losses[place]
            loss = crew.mean_loss(said, trial)
            if not (math.isfinite(loss) and math.isfinite(train_loss)):
                self._not_finite(member)
                continue
            if self._probing() and train_loss > EXPLODED * crew.knowing_nothing(member.practice):
                member.exploded = True
                continue
            if member.check is None or loss < member.best_loss:
                member.best_loss, member.history.best_epoch = loss, self.epoch
                better.append(place)
            score = crew.objective.score
            point = {"step": float(self.epoch), "train_loss": train_loss}
            point["train_score"] = score(*crew.learned(place, rows))
            if member.check is not None:
                point |= {"valid_loss": loss, "valid_score": score(said, trial.y)}
            seconds = self.earlier_seconds + clock() - self.began
            self._note(self.alive[place], point | about | {"gradient_norm": norms[place], "seconds": seconds})
        crew.keep(better)

    def _note(self, number: int, point: dict[str, float]) -> None:
        """Add a point to a member's curve."""
        curve = self.members[number].history.curve
        if self.plan.optimiser.whole and curve:
            before, now = curve[-1]["train_loss"], point["train_loss"]
            self.members[number].settled = abs(before - now) <= SETTLED * max(abs(before), abs(now))
        curve.append(point)
        self._tell(number, point)

    def _tell(self, number: int, point: dict[str, float]) -> None:
        epoch, all_epochs = int(point["step"]), self.plan.max_epochs
        tell(Step(epoch / all_epochs, f"epoch {epoch} of {all_epochs}", point, self.members[number].number))

    def _leave(self) -> None:
        """Go on without the members that are done."""
        places = [place for place, member in enumerate(self.crew.members) if not member.done(self.plan)]
        if 0 < len(places) < len(self.alive):
            self.alive, self.crew = [self.alive[place] for place in places], self.crew.narrowed(places)

    # -- ends before the time

    def _probing(self) -> bool:
        return self.probing and self.epoch <= PROBE

    def _not_finite(self, member: Member) -> None:
        if self._probing():
            member.exploded = True
            return
        best = member.history.best_epoch
        kept = f"the weights of epoch {best}" if best else "the initial weights"
        member.history.end(
            NOT_FINITE,
            f"The loss became not-a-number in epoch {self.epoch}. Training was stopped; {kept} are kept. "
            f"Try a learning rate below {self.plan.learning_rate / 10:g}.",
        )

    def _stopped(self) -> bool:
        """End all members, because nobody wants more; gives False, for "do not go on"."""
        for place, member in enumerate(self.crew.members):
            if not member.history.best_epoch and self.crew.finite(place):
                self.crew.keep([place])
            if not member.done(self.plan):
                told = f"Training was stopped early in epoch {self.epoch} of {self.plan.max_epochs}"
                member.history.end(STOPPED, f"{told}; the best weights so far are kept.")
        return False

    # -- checkpoints

    def _identity(self) -> str:
        """What decides every number of this training, and with it whether a state belongs to it."""
        parts = [part for member in self.members for part in (member.practice, member.check) if part is not None]
        about = [torch.__version__, parts[0].X.device.type, repr(self.crew.module), len(parts), self.plan]
        return digest(repr(about), [*self.origins, *(tensor for part in parts for tensor in part.tensors())])

    def _state(self) -> State:
        """All that changes from epoch to epoch."""
        tensors = self.crew.state_tensors()
        about: list[dict[str, object]] = []
        for number, member in enumerate(self.members):
            tensors |= {f"best {number} {place}": each for place, each in enumerate(member.best)}
            tensors |= {f"{name} {number}": each.get_state() for name, each in member.generators().items()}
            about.append(
                {
                    "best_loss": member.best_loss if math.isfinite(member.best_loss) else None,
                    "best_epoch": member.history.best_epoch,
                    "curve": member.history.curve,
                    "notes": member.history.notes,
                    "marks": member.history.marks,
                    "exploded": member.exploded,
                }
            )
        numbers = {
            "optimiser": self.crew.state_numbers(),
            "members": about,
            "alive": self.alive,
            "epoch": self.epoch,
            "seconds": self.earlier_seconds + clock() - self.began,
        }
        return State(numbers, tensors)

    def _resume(self, state: State) -> None:
        """Take over what `_state` gave, and tell whoever listens of the epochs up to there."""
        numbers, tensors = state.numbers, state.tensors
        self.epoch, self.earlier_seconds, self.alive = numbers["epoch"], numbers["seconds"], list(numbers["alive"])
        for number, (member, about) in enumerate(zip(self.members, numbers["members"], strict=True)):
            for place, each in enumerate(member.best):
                each.copy_(tensors[f"best {number} {place}"])
            for name, generator in member.generators().items():
                generator.set_state(tensors[f"{name} {number}"])
            member.best_loss = math.inf if about["best_loss"] is None else about["best_loss"]
            member.history = History(
                about["curve"], about["notes"], about["marks"], about["best_epoch"], self.earlier_seconds
            )
            member.exploded = about["exploded"]
            for point in member.history.curve:
                self._tell(number, point)
        if len(self.alive) < len(self.members):
            self.crew = self.crew.narrowed(self.alive)
        self.crew.put_state(numbers["optimiser"], tensors)
