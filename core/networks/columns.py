"""A table's columns as the numbers that a generative network learns, and back.

Takes a frame, gives a matrix: a number as its rank turned into a standard normal value, a category as one column per
value, a gap as a value of its own. What comes back lies within what was seen, and is whole where that was whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

MOST_LEVELS = 30
"""Values of a category that get a column each; the others share one, and are drawn by how often they occur."""

FEW_NUMBERS = 10
"""A number with no more different values than this is learned as a category."""

MOST_QUANTILES = 1_000
MOST_DECIMALS = 6
EXACT = 2**53  # whole numbers beyond it a float cannot tell apart


class Block(Protocol):
    """A column as a network sees it: perhaps a number, and perhaps one of several levels."""

    @property
    def name(self) -> str:
        """Of the column."""

    @property
    def size(self) -> int:
        """How many values that count were seen; 0 where it is no number for the network."""

    @property
    def levels(self) -> Floats:
        """The share of each level, of which every row has one; empty where there is nothing to choose."""

    def encode(self, values: pd.Series[Any], rng: np.random.Generator) -> tuple[Floats, Codes]:
        """The numbers and the levels of some rows."""

    def normal(self, ranks: Floats) -> Floats:
        """Ranks from 0 to 1 as the network sees them."""

    def decode(self, ranks: Floats, levels: Codes, rng: np.random.Generator) -> Any:
        """The values behind ranks from 0 to 1 and levels."""


@dataclass(frozen=True, slots=True)
class Number:
    """Numbers, dates among them, by their place among those that were seen.

    Attributes
    ----------
    dtype : str
        Of the values that come back.
    seen : ndarray
        What was seen, ascending; of more than 1,000 values evenly spread ones, both ends among them.
    step : int
        What whole numbers (of dates: their units) are apart at least; 0 where they need not be whole.
    decimals : int
        Of other numbers; -1 where they have too many to keep to them.
    missing : float
        The share of gaps.
    """

    name: str
    dtype: str
    seen: Floats
    step: int
    decimals: int
    missing: float

    @property
    def size(self) -> int:
        """How many values are kept."""
        return len(self.seen)

    @property
    def levels(self) -> Floats:
        """The shares of what is known and of gaps; empty without gaps."""
        return np.array([1 - self.missing, self.missing] if self.missing else [])

    def encode(self, values: pd.Series[Any], rng: np.random.Generator) -> tuple[Floats, Codes]:
        """Equal values are spread at random over the ranks that they share, so that they come back as often."""
        plain = _plain(values)
        known = np.isfinite(plain)
        low, high = (np.searchsorted(self.seen, plain[known], side) for side in ("left", "right"))
        between = (low == high).astype(float)  # of a value that is not among the evenly spread ones
        numbers = np.zeros(len(plain))
        numbers[known] = self.normal((low - between + rng.random(len(low)) * (high - low + between)) / self.size)
        return numbers, (~known).astype(np.int64)

    def normal(self, ranks: Floats) -> Floats:
        """Ranks from 0 to 1 as standard normal numbers."""
        inner = np.clip(ranks, 0.25 / self.size, 1 - 0.25 / self.size)
        found: Floats = torch.special.ndtri(torch.from_numpy(inner)).numpy()
        return found

    def decode(self, ranks: Floats, levels: Codes, rng: np.random.Generator) -> Any:
        """The seen values at these ranks, or such as lie between two of them; gaps at the second level."""
        values = self._values(ranks)
        values[(levels == 1) & bool(self.missing)] = np.nan
        if self.dtype.startswith("datetime64"):
            whole = np.where(np.isnan(values), np.iinfo(np.int64).min, values).astype(np.int64)
            return whole.view(self.dtype)
        return pd.Series(values).astype(pd.api.types.pandas_dtype(self.dtype)).array

    def _values(self, ranks: Floats) -> Floats:
        """The seen values at these ranks, or such as lie between two of them."""
        if 2 * len(np.unique(self.seen)) <= self.size or (self.step and abs(self.seen).max() > EXACT):
            return np.asarray(self.seen[np.minimum((ranks * self.size).astype(int), self.size - 1)])
        between = np.interp(np.clip(ranks * self.size - 0.5, 0, self.size - 1), np.arange(self.size), self.seen)
        if self.step:
            return np.asarray(self.seen[0] + np.round((between - self.seen[0]) / self.step) * self.step)
        return np.round(between, self.decimals) if self.decimals >= 0 else np.asarray(between)


@dataclass(frozen=True, slots=True)
class Category:
    """One of several values, or a gap; also what is the same in every row.

    Attributes
    ----------
    dtype : str
        Of the values that come back; ``category`` for a categorical.
    values : sequence
        All of them; their places are the codes, -1 that of a gap.
    counts : ndarray
        How often each was seen, and last the gaps.
    kept : ndarray
        The codes of the values with a level of their own. Behind them comes the level that all others share, if any.
    ordered : bool
        Of a categorical.
    """

    name: str
    dtype: str
    values: Sequence[Any]
    counts: Codes
    kept: Codes
    ordered: bool = False

    @property
    def size(self) -> int:
        """It is no number."""
        return 0

    @property
    def rest(self) -> Codes:
        """The codes that share a level."""
        codes = np.append(np.arange(len(self.values)), -1)
        return codes[(self.counts > 0) & ~np.isin(codes, self.kept)]

    @property
    def levels(self) -> Floats:
        """The share of each level."""
        shared = self.counts[self.rest].sum()
        counts = np.append(self.counts[self.kept], [shared] if shared else [])
        return counts / counts.sum() if len(counts) > 1 else np.array([])

    def normal(self, ranks: Floats) -> Floats:
        """Zeros."""
        return np.zeros(len(ranks))

    def encode(self, values: pd.Series[Any], rng: np.random.Generator) -> tuple[Floats, Codes]:
        """Zeros, and the levels of some rows."""
        level_of = np.full(len(self.counts), len(self.kept))
        level_of[self.kept] = np.arange(len(self.kept))
        return np.zeros(len(values)), level_of[_codes(values, self.values)]

    def decode(self, ranks: Floats, levels: Codes, rng: np.random.Generator) -> Any:
        """The values of levels, of the shared one by how often they occur."""
        codes, rest = np.append(self.kept, -1)[levels], self.rest
        if len(rest):
            shared = levels == len(self.kept)
            codes[shared] = rng.choice(rest, int(shared.sum()), p=self.counts[rest] / self.counts[rest].sum())
        if self.dtype == "category":
            return pd.Categorical.from_codes(codes, categories=_index(self.values), ordered=self.ordered)
        found = pd.Series(list(self.values), dtype=object).reindex(codes)
        return found.astype(pd.api.types.pandas_dtype(self.dtype)).array


KINDS: Mapping[str, type[Number] | type[Category]] = {each.__name__: each for each in (Number, Category)}


def block_of(values: pd.Series[Any]) -> Number | Category:
    """How a column is to be learned."""
    if pd.api.types.is_bool_dtype(values.dtype) or not _counts(values):
        return _category(values)
    plain = _plain(values)
    known = plain[np.isfinite(plain)]
    if len(np.unique(known)) <= FEW_NUMBERS:
        return _category(values.where(np.isfinite(plain)) if len(known) < len(values) else values)
    step, decimals = _grid(known)
    missing = 1 - len(known) / len(values)
    return Number(str(values.name), str(values.dtype), _spread(np.sort(known)), step, decimals, missing)


def _counts(values: pd.Series[Any]) -> bool:
    types = pd.api.types
    return types.is_numeric_dtype(values.dtype) or types.is_datetime64_dtype(values.dtype)


def _plain(values: pd.Series[Any]) -> Floats:
    """Numbers as they are, dates in their unit since 1970, NaN for gaps."""
    if pd.api.types.is_datetime64_dtype(values.dtype):
        return np.where(values.isna(), np.nan, values.to_numpy().astype(np.int64))
    return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))


def _grid(known: Floats) -> tuple[int, int]:
    """What whole numbers are apart at least, else 0; and how many decimals others have, else -1."""
    if (known == np.round(known)).all():
        apart = known - known.min()
        return (int(np.gcd.reduce(apart.astype(np.int64))) if apart.max() < EXACT else 1), 0
    return 0, next((each for each in range(1, MOST_DECIMALS + 1) if (np.round(known, each) == known).all()), -1)


def _spread(ascending: Floats) -> Floats:
    if len(ascending) <= MOST_QUANTILES:
        return ascending
    return np.asarray(ascending[np.linspace(0, len(ascending) - 1, MOST_QUANTILES).round().astype(int)])


def _category(values: pd.Series[Any]) -> Category:
    categorical = isinstance(values.dtype, pd.CategoricalDtype)
    different = (values.cat.categories if categorical else pd.Index(values.dropna().unique())).tolist()
    counts = np.bincount(_codes(values, different) + 1, minlength=len(different) + 1)
    counts = np.append(counts[1:], counts[0])
    often = np.argsort(-counts, kind="stable")[:MOST_LEVELS]
    kept = np.sort(often[counts[often] > 1])  # a level for a value of one row would be about that row
    kept = np.where(kept == len(different), -1, kept).astype(np.int64)
    dtype = "category" if categorical else str(values.dtype)
    return Category(str(values.name), dtype, different, counts, kept, categorical and bool(values.cat.ordered))


def _codes(values: pd.Series[Any], different: Sequence[Any]) -> Codes:
    if isinstance(values.dtype, pd.CategoricalDtype) and values.cat.categories.tolist() == list(different):
        return np.asarray(values.cat.codes, dtype=np.int64)
    places = pd.Index(list(different), dtype=object).get_indexer(pd.Index(values, dtype=object))
    found: Codes = places.astype(np.int64)
    found[values.isna().to_numpy()] = -1
    return found


def _index(values: Sequence[Any]) -> pd.Index[Any]:
    """Categories in the dtype that pandas gives them by itself."""
    return pd.Index(list(values)) if len(values) else pd.Index([], dtype="str")
