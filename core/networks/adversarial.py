"""Two networks against each other: one invents rows, the other tells them from real ones, and both get better at it.

Takes encoded rows and what is given of each, leaves a generator whose weights are an average over its last steps. A
Wasserstein GAN with gradient penalty (Gulrajani et al. 2017, arXiv 1704.00028), with straight-through Gumbel-softmax
for the levels of a choice (Jang et al. 2017, arXiv 1611.01144), as CTGAN has it (Xu et al. 2019, arXiv 1907.00503).
Tells `core.progress` after each epoch, and asks it after each batch whether to go on.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from core.progress import Step, tell, wanted

STOPPED, NOT_FINITE = "stopped early", "loss not finite"

TEMPERATURE = 0.3  # of the softmax whose gradient stands for that of a choice
PENALTY = 10.0
SLOPE = 0.2  # of the critic's units below zero
SLOWEST = 0.05  # the share of the learning rate that is left at the end
NEVER = -1e9  # the logit of a level that a choice does not have
ROWS_AT_ONCE = 8192


@dataclass(frozen=True)
class Layout:
    """How the columns of an encoded row belong together: numbers in front, then the levels of each choice.

    Attributes
    ----------
    numbers : int
    choices : tuple of int
        How many levels each has.
    known : tuple of int
        For each number the choice whose first level says that it is known; -1 where it always is.
    """

    numbers: int
    choices: tuple[int, ...]
    known: tuple[int, ...]

    @property
    def width(self) -> int:
        """Columns of an encoded row."""
        return self.numbers + sum(self.choices)

    @property
    def starts(self) -> list[int]:
        """The first column of each choice."""
        return [self.numbers + sum(self.choices[:place]) for place in range(len(self.choices))]


class Generator(nn.Module):
    """Noise, and what is given of a row, to the encoded row: a straight path with two hidden layers beside it."""

    def __init__(self, layout: Layout, given: int, noise: int, hidden: int) -> None:
        super().__init__()
        self.layout, self.noise = layout, noise
        self.bent = nn.Sequential(nn.Linear(noise + given, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        self.out = nn.Linear(hidden + noise + given, layout.width)
        self.shift = nn.Buffer(torch.zeros(layout.width))
        places = torch.arange(max(layout.choices, default=0))[None, :]
        starts = torch.tensor(layout.starts, dtype=torch.long)[:, None]
        there = places < torch.tensor(layout.choices, dtype=torch.long)[:, None]
        gapped = [number for number, choice in enumerate(layout.known) if choice >= 0]
        asked = [layout.starts[layout.known[each]] for each in gapped]
        # All choices side by side, as wide as the widest: one call for all of them instead of some for each.
        self.there = nn.Buffer(there, persistent=False)
        self.places = nn.Buffer(torch.where(there, starts + places, 0).flatten(), persistent=False)
        self.back = nn.Buffer(torch.arange(there.numel())[there.flatten()], persistent=False)
        self.gapped = nn.Buffer(torch.tensor(gapped, dtype=torch.long), persistent=False)
        self.asked = nn.Buffer(torch.tensor(asked, dtype=torch.long), persistent=False)

    def forward(self, noise: Tensor, given: Tensor) -> Tensor:
        """Rows of shape (n, width): numbers, 0 where they are missing, and of each choice one level."""
        seen = torch.cat([noise, given], 1)
        raw = self.out(torch.cat([self.bent(seen), seen], 1)) + self.shift
        numbers, levels = raw[:, : self.layout.numbers], self._chosen(raw)
        if len(self.gapped):
            known = levels.index_select(1, self.asked - self.layout.numbers)
            numbers = numbers * torch.ones_like(numbers).index_copy(1, self.gapped, known)
        return torch.cat([numbers, levels], 1)

    def _chosen(self, raw: Tensor) -> Tensor:
        """One level of each choice, drawn by its logits; backwards as if it were their softmax."""
        if not self.layout.choices:
            return raw[:, self.layout.numbers :]
        chance = torch.rand_like(raw).clamp_(1e-9, 1 - 1e-7)
        drawn = ((raw - (-chance.log()).log()) / TEMPERATURE).index_select(1, self.places)
        drawn = drawn.view(len(raw), *self.there.shape).masked_fill(~self.there, NEVER)
        soft = torch.softmax(drawn, -1)
        hard = torch.zeros_like(soft).scatter_(-1, soft.argmax(-1, keepdim=True), 1.0)
        return (hard - soft.detach() + soft).flatten(1).index_select(1, self.back)

    def invent(self, given: Tensor, seed: int) -> Tensor:
        """Rows for what is given, the same for the same seed, without a gradient."""
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            parts = [self(torch.randn(len(part), self.noise), part) for part in given.split(ROWS_AT_ONCE)]
            return torch.cat(parts)


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train.

    Attributes
    ----------
    steps : int
        Of the generator; the critic makes `critic_steps` before each.
    noise, hidden : int
        Numbers that a row is made from, and units of each hidden layer.
    average : float
        How much of the averaged weights each step leaves as it was.
    """

    steps: int
    batch_size: int
    critic_steps: int
    learning_rate: float
    noise: int
    hidden: int
    average: float = 0.995


@dataclass(slots=True)
class History:
    """What came of a training: a point per epoch, and as sentences and marks what a person should know."""

    curve: list[dict[str, float]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)

    def end(self, mark: str, note: str) -> bool:
        """Note why the training ends before its time; gives False, for "do not go on"."""
        self.marks.append(mark)
        self.notes.append(note)
        return False


def train(rows: Tensor, given: Tensor, chances: Tensor, layout: Layout, plan: Plan) -> tuple[Generator, History]:
    """Train a generator, by torch's own random numbers.

    Parameters
    ----------
    rows : Tensor of shape (n, width), float32
    given : Tensor of shape (n, g), float32
        What the generator is told of each row.
    chances : Tensor of shape (n,)
        How likely each row is drawn; they need not add up to 1.
    layout : Layout
    plan : Plan
    """
    contest = _Contest(rows, given, layout, plan)
    batches = _batches(chances, plan.batch_size)
    each_epoch, losses = max(1, len(rows) // plan.batch_size), list[tuple[float, float]]()
    for step in range(1, plan.steps + 1):
        for _ in range(plan.critic_steps):
            apart = contest.judge(next(batches))
        losses.append((contest.invent(next(batches)), apart))
        if not contest.goes_on(step, sum(losses[-1])):
            break
        if step % each_epoch == 0 or step == plan.steps:
            _tell(contest.history, losses, step, each_epoch, plan)
            losses.clear()
    return contest.averaged, contest.history


def _batches(chances: Tensor, size: int) -> Iterator[Tensor]:
    """The places of one batch of rows after the other."""
    while True:
        yield from torch.multinomial(chances, size * 64, replacement=True).split(size)


def _tell(history: History, losses: Sequence[tuple[float, float]], step: int, each_epoch: int, plan: Plan) -> None:
    invented, apart = (sum(each) / len(losses) for each in zip(*losses, strict=True))
    epoch, of = -(-step // each_epoch), -(-plan.steps // each_epoch)
    point = {"step": float(epoch), "generator_loss": invented, "critic_loss": -apart}
    history.curve.append(point)
    tell(Step(step / plan.steps, f"epoch {epoch:,} of {of:,}", point))


class _Contest:
    """Both networks with what they learn from and by."""

    def __init__(self, rows: Tensor, given: Tensor, layout: Layout, plan: Plan) -> None:
        self.rows, self.given, self.plan, self.history = rows, given, plan, History()
        self.generator = Generator(layout, given.shape[1], plan.noise, plan.hidden)
        self.averaged = copy.deepcopy(self.generator)
        self.critic = nn.Sequential(
            nn.Linear(layout.width + given.shape[1], plan.hidden),
            nn.LeakyReLU(SLOPE),
            nn.Linear(plan.hidden, plan.hidden),
            nn.LeakyReLU(SLOPE),
            nn.Linear(plan.hidden, 1),
        )
        self.optimisers: dict[nn.Module, torch.optim.Adam] = {
            each: torch.optim.Adam(each.parameters(), plan.learning_rate, betas=(0.5, 0.9), fused=True)
            for each in (self.generator, self.critic)
        }

    def _move(self, network: nn.Module, loss: Tensor) -> None:
        self.optimisers[network].zero_grad(set_to_none=True)
        loss.backward()
        self.optimisers[network].step()

    def judge(self, batch: Tensor) -> float:
        """Let the critic learn from a batch of real and one of invented rows; gives how far it tells them apart."""
        told = self.given[batch]
        with torch.no_grad():
            invented = self.generator(torch.randn(len(batch), self.plan.noise), told)
        real, fake = torch.cat([self.rows[batch], told], 1), torch.cat([invented, told], 1)
        between = torch.lerp(fake, real, torch.rand(len(batch), 1)).requires_grad_()
        [slope] = torch.autograd.grad(self.critic(between).sum(), between, create_graph=True)
        scores = self.critic(torch.cat([real, fake])).view(2, -1).mean(1)
        apart = scores[0] - scores[1]
        self._move(self.critic, PENALTY * (slope.norm(dim=1) - 1).square().mean() - apart)
        return float(apart.detach())

    def invent(self, batch: Tensor) -> float:
        """Let the generator learn from what the critic says of a batch; gives its loss."""
        told = self.given[batch]
        invented = self.generator(torch.randn(len(batch), self.plan.noise), told)
        loss = -self.critic(torch.cat([invented, told], 1)).mean()
        self._move(self.generator, loss)
        return float(loss.detach())

    def goes_on(self, step: int, loss: float) -> bool:
        """Take a step into the average, unless it went astray; whether another one is to follow."""
        if not math.isfinite(loss):
            return self.history.end(
                NOT_FINITE, f"The loss was no longer a number at step {step:,}; the state before it was kept."
            )
        keep = min(self.plan.average, (step + 1) / (step + 10))  # the first steps are soon forgotten
        with torch.no_grad():
            for mean, value in zip(self.averaged.parameters(), self.generator.parameters(), strict=True):
                mean.lerp_(value, 1 - keep)
        for each in self.optimisers.values():
            each.param_groups[0]["lr"] = self.plan.learning_rate * (1 - (1 - SLOWEST) * step / self.plan.steps)
        if not wanted():
            return self.history.end(
                STOPPED, f"Stopped at step {step:,} of {self.plan.steps:,}; what it had learned until then was kept."
            )
        return True
