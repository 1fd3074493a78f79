"""Whose fit is next: persons take turns, and so do the runs of one person.

Who has the fewest fits at work goes first, of equals who has had the least time, of equals who came first. A newcomer
begins where the one with the least stands, so that nobody can save time up.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence


class Turns:
    """What every person and every run has had of the workers' time, in seconds."""

    def __init__(self) -> None:
        self._had: dict[str, float] = {}
        self._began: dict[str, tuple[str, str, float]] = {}  # job to person, run and moment

    def begin(self, job: str, owner: str, run: str) -> None:
        """A fit of a run begins."""
        self._began[job] = (_person(owner), run, time.monotonic())

    def end(self, job: str) -> None:
        """It has ended, in whatever way."""
        if job in self._began:
            *who, began = self._began.pop(job)
            for each in who:
                self._had[each] = self._had.get(each, 0.0) + time.monotonic() - began

    def order(self, waiting: Sequence[tuple[str, str]]) -> list[str]:
        """Runs that wait, given as (run, owner) with the oldest first, in the order of their turns."""
        people = {run: _person(owner) for run, owner in waiting}
        self._admit(people.values())
        self._admit(people)
        at_work = Counter(each for *who, _ in self._began.values() for each in who)
        now = self._now()
        return sorted(
            people, key=lambda run: (*_turn(people[run], at_work, now), *_turn(run, at_work, now))
        )  # sorting keeps the order of equals

    def _admit(self, names: Iterable[str]) -> None:
        """Forget who has nothing to do any more; let newcomers begin with the least that anybody has had."""
        wanted = set(names)
        people = any(map(_is_person, wanted))
        busy = {each for *who, _ in self._began.values() for each in who}
        kind = {each for each in self._had if _is_person(each) == people}
        for gone in kind - wanted - busy:
            del self._had[gone]
        least = min((self._had[each] for each in kind & (wanted | busy)), default=0.0)
        for each in wanted:
            self._had.setdefault(each, least)

    def _now(self) -> dict[str, float]:
        """What everybody has had, fits at work included."""
        had = dict(self._had)
        for *who, began in self._began.values():
            for each in who:
                had[each] = had.get(each, 0.0) + time.monotonic() - began
        return had


def _person(owner: str) -> str:
    return f"person {owner}"


def _is_person(name: str) -> bool:
    return name.startswith("person ")


def _turn(name: str, at_work: Counter[str], had: dict[str, float]) -> tuple[int, float]:
    return at_work[name], had.get(name, 0.0)
