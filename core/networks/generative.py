"""A network that invents rows of a table: `TabularGAN`.

Takes a frame of numbers, yes/no, categories and dates with gaps; gives frames of the same columns whose rows never
were. One column can be the condition: its values are drawn as they occur, and the others are invented to go with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
import pandas as pd
import torch
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from core.catalogue import did_you_mean
from core.networks.adversarial import History, Layout, Plan, train
from core.networks.columns import Block, Codes, Floats, block_of

FEWEST_ROWS = 2
MOST_COLUMNS = 3_000
"""Numbers and levels that a row may be encoded as; more would take hours, not minutes."""

# After the training what is invented is measured on so many rows, so that shares and ranges come out as they were.
MEASURED, ROUNDS, QUANTILES = 4_000, 12, 500
DAMPING, LEAST = 0.7, 1e-4


class TabularGAN(BaseEstimator):  # type: ignore[misc]
    """A generative adversarial network for tables.

    Numbers are learned by their ranks, categories by their most frequent values (the others are drawn by how often they
    occur); what is invented lies within what was seen, whole numbers stay whole, and values, gaps among them, come
    about as often as they did. The same on the same machine for the same `random_state`.

    Parameters
    ----------
    condition : str
        The column whose values are drawn in their real shares, such as the target; empty for none.
    steps : int
        Of the generator; each on a batch of its own.
    batch_size : int
    critic_steps : int
        How often the critic learns for each step of the generator.
    learning_rate : float
        At the start of both; it falls to a twentieth.
    noise : int
        How many random numbers a row is made from.
    hidden : int
        Units of both hidden layers of either network.
    random_state : int, RandomState instance or None

    Attributes
    ----------
    columns_ : list of str
    generator_ : core.networks.adversarial.Generator or None
        None where all rows are the same but for the condition.
    ranks_ : ndarray of shape (numbers, quantiles)
        What the generator gives for each number, ascending.
    curve_ : list of dict
        For each epoch ``step`` (its number), ``generator_loss`` and ``critic_loss``.
    notes_, marks_ : list of str
        What should be known of the training, as sentences and marks: ``"stopped early"``, ``"loss not finite"``.

    Notes
    -----
    A fitted network holds values of the table it has learned from (up to 1,000 of each column), and nothing keeps it
    from inventing a row that is there: it is no protection of anybody's data.
    """

    def __init__(
        self,
        condition: str = "",
        *,
        steps: int = 1200,
        batch_size: int = 256,
        critic_steps: int = 2,
        learning_rate: float = 2e-3,
        noise: int = 32,
        hidden: int = 128,
        random_state: Any = None,
    ) -> None:
        self.condition = condition
        self.steps = steps
        self.batch_size = batch_size
        self.critic_steps = critic_steps
        self.learning_rate = learning_rate
        self.noise = noise
        self.hidden = hidden
        self.random_state = random_state

    def fit(self, frame: pd.DataFrame, y: None = None) -> Self:
        """Learn to invent rows of a table.

        Parameters
        ----------
        frame : DataFrame of shape (rows, columns)
        y : None
            The target, if there is one, is a column of the frame.

        Raises
        ------
        ValueError
            If there are too few rows or too many columns, or a setting does not fit; the text says which.
        """
        self._check(frame)
        seed = int(check_random_state(self.random_state).randint(2**31))
        rng = np.random.default_rng(seed)
        self.columns_ = [str(each) for each in frame.columns]
        frame = frame.set_axis(self.columns_, axis=1)
        self.blocks_ = [block_of(frame[name]) for name in self.columns_]
        self.layout_ = layout_of(self._invented)
        if self.layout_.width > MOST_COLUMNS:
            raise ValueError(
                f"The table would be {self.layout_.width:,} numbers wide for the network, which takes up to "
                f"{MOST_COLUMNS:,}. Leave columns out."
            )
        rows, given = _encoded(self._invented, frame, rng), _encoded(self._given, frame, rng)
        self.generator_, history = None, History()
        if self.layout_.width:  # else there is nothing to choose: every row but for the condition is the same
            with torch.random.fork_rng(devices=[]):
                torch.default_generator.manual_seed(seed)
                plan = self._plan(len(frame))
                self.generator_, history = train(rows, given, self._chances(given), self.layout_, plan)
        self.curve_, self.notes_, self.marks_ = history.curve, history.notes, history.marks
        self._measure(seed, rng)
        return self

    def sample(self, n: int, random_state: Any = None) -> pd.DataFrame:
        """Invent rows.

        Parameters
        ----------
        n : int
        random_state : int, RandomState instance or None
            None for that of the network: then the same rows each time, unless that is None as well.

        Returns
        -------
        DataFrame of shape (n, columns)
            The columns that were learned from, in their order and with their dtypes.
        """
        check_is_fitted(self)
        if not _whole(n, 0):
            raise ValueError(f"n={n!r} does not fit: a whole number from 0.")
        chosen = self.random_state if random_state is None else random_state
        seed = int(check_random_state(chosen).randint(2**31))
        rng = np.random.default_rng(seed)
        given, drawn = _drawn(self._given, n, rng)
        values = {each.name: each.decode(*parts, rng) for each, parts in zip(self._given, drawn, strict=True)}
        for each, parts in zip(self._invented, self._parts(self._rows(given, seed)), strict=True):
            values[each.name] = each.decode(*parts, rng)
        return pd.DataFrame(values, columns=self.columns_)

    @property
    def _given(self) -> list[Block]:
        return [each for each in self.blocks_ if each.name == self.condition]

    @property
    def _invented(self) -> list[Block]:
        return [each for each in self.blocks_ if each.name != self.condition]

    def _check(self, frame: pd.DataFrame) -> None:
        for name, rule, words in RULES:
            if not rule(value := getattr(self, name)):
                raise ValueError(f"{name}={value!r} does not fit: {words}.")
        if not isinstance(frame, pd.DataFrame):
            raise TypeError(f"A DataFrame is needed, not a {type(frame).__name__}.")
        names = [str(each) for each in frame.columns]
        if self.condition and self.condition not in names:
            raise ValueError(did_you_mean("column", self.condition, names))
        if len(set(names)) < len(names) or not names:
            raise ValueError("There must be at least one column, and each needs a name of its own.")
        if len(frame) < FEWEST_ROWS:
            raise ValueError(f"There is nothing to learn from {len(frame):,} rows: at least {FEWEST_ROWS} are needed.")

    def _plan(self, rows: int) -> Plan:
        size = min(self.batch_size, max(16, rows))
        return Plan(self.steps, size, self.critic_steps, self.learning_rate, self.noise, self.hidden)

    def _chances(self, given: Tensor) -> Tensor:
        """How likely each row is drawn: rare classes more often than they occur, or little would be learned of them.

        That changes nothing of what goes with a class, and how often it comes is decided where rows are invented.
        """
        if not any(len(each.levels) and not each.size for each in self._given):
            return torch.ones(len(given))
        return torch.mv(given, given.sum(0).clamp_min(1).rsqrt())

    def _measure(self, seed: int, rng: np.random.Generator) -> None:
        """Have levels come as often as they were seen, and find out which ranks the generator's numbers have."""
        given, _ = _drawn(self._given, MEASURED, rng)
        shares = [each.levels for each in self._invented if len(each.levels)]
        wanted = torch.tensor(np.concatenate([[], *shares]), dtype=torch.float32)
        levels = slice(self.layout_.numbers, None)
        for _ in range(ROUNDS if shares else 0):
            assert self.generator_ is not None
            found = self.generator_.invent(given, seed)[:, levels].mean(0)
            self.generator_.shift[levels] += DAMPING * ((wanted + LEAST) / (found + LEAST)).log()
        invented = self._rows(given, seed)
        places = np.linspace(0, 1, QUANTILES)
        self.ranks_ = np.zeros((self.layout_.numbers, QUANTILES))
        for number, choice in enumerate(self.layout_.known):
            known = invented[:, self.layout_.starts[choice]] > 0.5 if choice >= 0 else np.ones(MEASURED, dtype=bool)
            if known.any():
                self.ranks_[number] = np.quantile(invented[known, number], places)

    def _rows(self, given: Tensor, seed: int) -> Floats:
        """Invented rows as the generator gives them."""
        if self.generator_ is None:
            return np.zeros((len(given), 0))
        found: Floats = self.generator_.invent(given, seed).numpy().astype(np.float64)
        return found

    def _parts(self, invented: Floats) -> list[tuple[Floats, Codes]]:
        """The ranks and the levels of every invented column."""
        found, number, choice = [], 0, 0
        for each in self._invented:
            ranks, levels = np.zeros(len(invented)), np.zeros(len(invented), dtype=np.int64)
            if each.size:
                ranks = np.interp(invented[:, number], self.ranks_[number], np.linspace(0, 1, QUANTILES))
                number += 1
            if len(each.levels):
                start = self.layout_.starts[choice]
                levels = invented[:, start : start + len(each.levels)].argmax(1)
                choice += 1
            found.append((ranks, levels))
        return found


def layout_of(blocks: Sequence[Block]) -> Layout:
    """How the columns of an encoded row belong together."""
    choices = [each for each in blocks if len(each.levels)]
    known = (choices.index(each) if len(each.levels) else -1 for each in blocks if each.size)
    return Layout(sum(bool(each.size) for each in blocks), tuple(len(each.levels) for each in choices), tuple(known))


def _encoded(blocks: Sequence[Block], frame: pd.DataFrame, rng: np.random.Generator) -> Tensor:
    return _joined(blocks, [each.encode(frame[each.name], rng) for each in blocks], len(frame))


def _joined(blocks: Sequence[Block], parts: Sequence[tuple[Floats, Codes]], rows: int) -> Tensor:
    """Numbers in front, then the levels of each choice as ones and zeros."""
    both = list(zip(blocks, parts, strict=True))
    numbers = [numbers[:, None] for each, (numbers, _) in both if each.size]
    levels = [np.eye(len(each.levels))[levels] for each, (_, levels) in both if len(each.levels)]
    return torch.from_numpy(np.concatenate([np.zeros((rows, 0)), *numbers, *levels], 1).astype(np.float32))


def _drawn(blocks: Sequence[Block], n: int, rng: np.random.Generator) -> tuple[Tensor, list[tuple[Floats, Codes]]]:
    """Values as they occur: encoded for the generator, and as ranks and levels."""
    drawn, encoded = [], []
    for each in blocks:
        levels = _in_shares(each.levels, n, rng) if len(each.levels) else np.zeros(n, dtype=np.int64)
        ranks = (rng.permutation(n) + rng.random(n)) / max(n, 1)
        numbers = each.normal(ranks) * (levels == 0)
        drawn.append((ranks, levels))
        encoded.append((numbers, levels))
    return _joined(blocks, encoded, n), drawn


def _in_shares(shares: Floats, n: int, rng: np.random.Generator) -> Codes:
    """So many levels in their shares, as exactly as whole rows allow, in random order."""
    edges = np.round(np.cumsum(shares) * n).astype(np.int64)
    levels: Codes = np.searchsorted(edges, np.arange(n), side="right").astype(np.int64)
    return rng.permutation(np.minimum(levels, len(shares) - 1))


def _whole(value: Any, low: int = 1) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= low


RULES: tuple[tuple[str, Callable[[Any], bool], str], ...] = (
    *((name, _whole, "a whole number from 1") for name in ("steps", "batch_size", "critic_steps", "noise", "hidden")),
    (
        "learning_rate",
        lambda value: isinstance(value, Real) and not isinstance(value, bool) and 0 < float(value) < float("inf"),
        "a number above 0",
    ),
)
