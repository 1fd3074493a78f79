"""A run's log: which trainings did not end as they should, when, and what the machine said.

Takes plain values, gives plain text that shows no folder of the machine it comes from.
"""

from __future__ import annotations

import re
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from .figures import joined

_PATH = re.compile(r"(?<![\w/.])(?:/[^\s/\"':,;()\[\]<>]+){2,}")
_INSIDE = re.compile(r".*/(?:site|dist)-packages/")
_OWN = f"{Path(__file__).resolve().parents[2]}/"
_STANDARD = f"{sysconfig.get_path('stdlib')}/"


@dataclass(frozen=True, slots=True)
class Entry:
    """Trainings of one model that did not end as they should, and for the same reason.

    Attributes
    ----------
    folds : tuple of int
        Which ones, from 1 on.
    of : int
        How many folds there are.
    state : str
        What became of them, in a word or two.
    started, ended : float or None
        When the first began and the last ended, in seconds since 1970.
    log : str
        A traceback, or the last that was heard.
    """

    title: str
    folds: tuple[int, ...]
    of: int
    state: str
    reason: str
    started: float | None = None
    ended: float | None = None
    log: str = ""

    @property
    def heading(self) -> str:
        """What it is about: ``Random forest, folds 2 and 3 of 5``."""
        if self.of < 2:
            return self.title
        if len(self.folds) == self.of:
            return f"{self.title}, all {self.of} folds"
        noun = "fold" if len(self.folds) == 1 else "folds"
        return f"{self.title}, {noun} {joined(map(str, self.folds), self.of)} of {self.of}"

    def with_another(self, other: Entry) -> Entry:
        """The same for the folds of another entry as well."""
        starts = [each for each in (self.started, other.started) if each]
        ends = [each for each in (self.ended, other.ended) if each]
        return replace(
            self,
            folds=tuple(sorted({*self.folds, *other.folds})),
            started=min(starts, default=None),
            ended=max(ends, default=None),
        )

    def when(self) -> str:
        """From when to when, by the server's clock; empty where it never began."""
        moments = [f"{datetime.fromtimestamp(each):%H:%M:%S}" for each in (self.started, self.ended) if each]
        return " to ".join(moments) if self.started else ""


def without_folders(text: str) -> str:
    """A text in which paths begin inside their package; of other files the name is left."""
    return _PATH.sub(lambda found: _inside(found[0]), text)


def _inside(path: str) -> str:
    if found := _INSIDE.match(path):
        return path[found.end() :]
    for folder in (_OWN, _STANDARD):
        if path.startswith(folder):
            return path[len(folder) :]
    return path.rsplit("/", 1)[-1]


def as_text(heading: str, entries: Iterable[Entry]) -> str:
    """The log as a file to keep or to send to somebody."""
    parts = [heading]
    for each in entries:
        when = f" ({each.when()})" if each.when() else ""
        parts.append(f"{each.heading}: {each.state}{when}\n{each.reason}\n{each.log}".rstrip())
    return "\n\n".join(parts) + "\n"
