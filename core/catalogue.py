"""An ordered table of named entries: no duplicates, and a helpful error with near misses.

Takes frozen entries that have a ``name``; gives them back in their order, which is also their order on the screen.
May not know what the entries mean.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Protocol, TypeVar


class Entry(Protocol):
    """Whatever has a name can stand in a catalogue."""

    @property
    def name(self) -> str: ...


E = TypeVar("E", bound=Entry)


class UnknownName(KeyError, ValueError):  # noqa: N818 - it reads as the sentence it carries
    """A name that no entry bears; its text names the near misses."""

    def __str__(self) -> str:  # KeyError would show the repr, with quotes around the sentence
        return str(self.args[0])


def did_you_mean(noun: str, name: object, known: Iterable[str]) -> str:
    """Say that `name` is not known, and what it may have been meant to be.

    Parameters
    ----------
    noun : str
        What the name should have named, e.g. ``"model"``.
    name : object
        What was given.
    known : iterable of str
        The names there are, in their order.

    Returns
    -------
    str
        One or two sentences.
    """
    names = list(known)
    near = get_close_matches(str(name), names, n=3, cutoff=0.6)
    known_names = f"Known: {', '.join(names)}."
    hint = f"Did you mean {' or '.join(map(repr, near))}?" if near else known_names
    return f"No {noun} is called {str(name)!r}. {hint}"


class Catalogue(Mapping[str, E]):
    """An ordered, read-only mapping from name to entry.

    Parameters
    ----------
    noun : str
        What one entry is called in an error, e.g. ``"model"``.
    *entries : Entry
        The entries in the order of the screen.

    Raises
    ------
    ValueError
        If two entries bear the same name.
    """

    def __init__(self, noun: str, *entries: E) -> None:
        self.noun = noun
        self._entries: dict[str, E] = {}
        for entry in entries:
            if entry.name in self._entries:
                raise ValueError(f"Two entries of the {noun} catalogue are called {entry.name!r}.")
            self._entries[entry.name] = entry

    def __getitem__(self, name: str) -> E:
        try:
            return self._entries[name]
        except KeyError:
            raise UnknownName(did_you_mean(self.noun, name, self._entries)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def resolve(path: str) -> Any:
    """Import what ``"package.module:attribute"`` names.

    Entries name their classes so that a process that only shows them never imports scikit-learn or torch.
    """
    module, _, attribute = path.partition(":")
    return getattr(importlib.import_module(module), attribute)
