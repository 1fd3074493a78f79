"""A run's log: which trainings did not end as they should, when, and what the machine said.

Takes plain values, gives plain text that shows no folder of the machine it comes from.
"""

from __future__ import annotations

import re
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_PATH = re.compile(r"(?<![\w/.])(?:/[^\s/\"':,;()\[\]<>]+){2,}")
_INSIDE = re.compile(r".*/(?:site|dist)-packages/")
_OWN = f"{Path(__file__).resolve().parents[2]}/"
_STANDARD = f"{sysconfig.get_path('stdlib')}/"


@dataclass(frozen=True, slots=True)
class Entry:
    """One training that did not end as it should.

    Attributes
    ----------
    fold : str
        ``"fold 2 of 5"``; empty where there is one only.
    state : str
        What became of it, in a word.
    started, ended : float or None
        Moments, in seconds since 1970.
    log : str
        A traceback, or the last that was heard.
    """

    title: str
    fold: str
    state: str
    reason: str
    started: float | None = None
    ended: float | None = None
    log: str = ""

    @property
    def heading(self) -> str:
        """What it is about: ``Random forest, fold 2 of 5``."""
        return ", ".join(each for each in (self.title, self.fold) if each)

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
        parts.append(f"{each.heading}: {each.state}{when}\n{each.reason}\n{without_folders(each.log)}".rstrip())
    return "\n\n".join(parts) + "\n"
