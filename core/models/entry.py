"""What an entry of the model catalogue says about itself.

Everything that a card, a form, a command line or a run needs to know of a model is a field here; classes are named, not
imported, so that showing the catalogue costs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.preparation import Needs, width
from core.records import Param, Problem, Task

_GIB = 2**30

Params = tuple[Param, ...]


@dataclass(frozen=True, slots=True)
class Rounds:
    """What a model does over and over: trees, epochs. A trial fit does a few and counts the others from them.

    Attributes
    ----------
    setting : str
        The constructor's parameter that says how often.
    usual : float
        How often it is done for 1,000 rows before the model stops by itself; infinite where it never does.
    rows : float
        The power with which that grows in the rows.
    above : int
        It stops by itself only with more rows than this.
    unless : str
        The parameter that keeps it from stopping by itself when it is False; empty where there is none.
    """

    setting: str
    usual: float = math.inf
    rows: float = 0.0
    above: int = 0
    unless: str = ""

    def count(self, most: float, rows: int, settings: Mapping[str, Any]) -> float:
        """How many rounds are likely, where the setting allows `most`."""
        if rows <= self.above or settings.get(self.unless) is False:
            return float(most)
        return float(min(most, self.usual * (rows / 1_000) ** self.rows))


@dataclass(frozen=True, slots=True)
class Cost:
    """Roughly how long one fit takes on one core, and how that grows.

    Attributes
    ----------
    seconds : float
        For 1,000 rows, 10 columns and two classes, beside `base`: good for an order, not for a promise.
    rows, columns : float
        The powers with which that grows in either.
    per_class : bool
        Whether each of several classes costs as much again.
    base : float
        Seconds that a fit takes however small the table.
    asking : float
        The power with which predicting one row grows in the rows that were learned from.
    rounds : Rounds or None
    """

    seconds: float
    rows: float = 1.0
    columns: float = 1.0
    per_class: bool = False
    base: float = 0.01
    asking: float = 0.0
    rounds: Rounds | None = None

    def estimate(self, rows: int, columns: int, classes: int) -> float:
        """Seconds for a table of this size."""
        times = classes if self.per_class and classes > 2 else 1
        grown = self.seconds * (rows / 1_000) ** self.rows * (max(columns, 1) / 10) ** self.columns
        return float(self.base + grown) * times


@dataclass(frozen=True, slots=True)
class Memory:
    """What one fit takes of memory at its peak, beside the table itself.

    Attributes
    ----------
    cells : float
        Bytes for each cell of the prepared table: its copies, in the precisions that the model works in.
    square : float
        Bytes for each pair of training rows.
    per_class : bool
        Whether each of several classes takes as many pairs again.
    cache : int
        Bytes of a cache of pairs that never grows beyond this.
    nodes : float
        Nodes of a tree for each training row; a round of `Cost.rounds` grows one tree for each class.
    """

    cells: float = 24.0
    square: float = 0.0
    per_class: bool = False
    cache: int = 0
    nodes: float = 0.0


@dataclass(frozen=True, slots=True)
class Limit:
    """Up to how many rows a model is offered.

    Attributes
    ----------
    rows : int
    sentence : str
        Why not beyond; may name ``{rows}``, ``{limit}``, ``{gib}`` (memory of a rows × rows matrix of float64, in GiB)
        and ``{time}`` (a rough duration in words).
    """

    rows: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Model:
    """A kind of model that can take part in a comparison.

    Attributes
    ----------
    about : str
        One sentence for a person who has never heard of it.
    expert : str
        One sentence for a person who has.
    build : mapping of Task to str
        The class for each task, as ``"module:Class"``.
    params : mapping of Task to tuple of Param
        The settings that a form shows; any other constructor parameter can be set by name.
    differs : mapping of Task to mapping of str to (value, reason)
        Settings that are not the class's own defaults, and why.
    needs : Needs
        What the preparation must do for it.
    gives : str
        ``"probabilities"`` or ``"scores"`` (a decision score): what it says about a class beyond its name.
    weighs_classes : bool
        Whether it can be told to give rare classes more weight.
    ticked : bool
        Whether it is part of the selection that a person starts with.
    always_in : bool
        Whether it takes part in every run.
    limit : Limit or None
    curve : mapping of str to str
        What a learning curve can show (see `core.progress.Step`) to the fitted attribute that lists it step by step; a
        minus in front turns the sign. A network that keeps whole points in ``curve_`` needs none.
    cost : Cost
    memory : Memory
    """

    name: str
    title: str
    family: str
    about: str
    expert: str
    build: Mapping[Task, str]
    cost: Cost
    params: Mapping[Task, Params] = field(default_factory=dict)
    differs: Mapping[Task, Mapping[str, tuple[Any, str]]] = field(default_factory=dict)
    needs: Needs = field(default_factory=Needs)
    gives: str = "probabilities"
    weighs_classes: bool = False
    ticked: bool = False
    always_in: bool = False
    limit: Limit | None = None
    curve: Mapping[str, str] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)

    def defaults(self, task: Task) -> dict[str, Any]:
        """The settings that are passed because they differ from the class's own defaults."""
        return {name: value for name, (value, _) in self.differs.get(task, {}).items()}

    def unsuitable(self, problem: Problem) -> str | None:
        """Why this model is not offered for a problem, or None if it is."""
        if problem.task not in self.build:
            return self.wrong_task(problem.task)
        if self.limit is None or problem.rows <= self.limit.rows:
            return None
        gib, time = problem.rows**2 * 8 / _GIB, _duration(self.seconds(problem))
        return self.limit.sentence.format(
            rows=f"{problem.rows:,}",
            limit=f"{self.limit.rows:,}",
            gib=f"{gib:.2g}" if gib < 10 else f"{gib:,.0f}",
            time=time,
        )

    def wrong_task(self, task: Task) -> str:
        """The sentence for a task that it is not made for."""
        return _WRONG_TASK[task].format(title=self.title)

    def seconds(self, problem: Problem) -> float:
        """Roughly how long one fit on the problem's rows takes on one core."""
        return self.cost.estimate(problem.rows, width(problem, self.needs), len(problem.classes))

    def bytes(self, problem: Problem, rows: int = 0, settings: Mapping[str, Any] | None = None) -> int:
        """About how many bytes one fit takes at its peak, beside the table itself.

        Parameters
        ----------
        problem : Problem
        rows : int
            Training rows; 0 for all rows of the problem.
        settings : mapping, optional
            What a person set.
        """
        rows = rows or problem.rows
        kind, columns = self.memory, max(width(problem, self.needs), 1)
        cells = rows * (columns * kind.cells + len(problem.features) * 8)
        return int(cells)

    def too_large(self, problem: Problem, limit: int, rows: int = 0, settings: Mapping[str, Any] | None = None) -> str:
        """Why a model will not fit into so many bytes for each training, as a sentence; empty if it will.

        Parameters
        ----------
        problem : Problem
        limit : int
            Bytes; 0 for no limit.
        rows, settings
            As for `bytes`.
        """
        needed = self.bytes(problem, rows, settings)
        if not limit or needed <= limit:
            return ""
        return f"{self.title} on {rows or problem.rows:,} rows would need about {needed / _GIB:.2g} GiB; each training may take {limit / _GIB:.2g} GiB."

    def without_weights(self) -> str | None:
        """Why "balanced" class weights change nothing here, or None if they do."""
        if self.weighs_classes or Task.CLASSIFICATION not in self.build:
            return None
        return f"{self.title} cannot weigh classes: rare ones count here as they come."


_WRONG_TASK = {
    Task.CLASSIFICATION: "{title} predicts numbers only; here a class is to be predicted.",
    Task.REGRESSION: "{title} predicts classes only; here a number is to be predicted.",
}


def both(*params: Param) -> dict[Task, Params]:
    """The same settings for both tasks."""
    return {task: params for task in Task}


def _duration(seconds: float) -> str:
    """A rough duration in words."""
    if seconds < 90:
        return "about a minute"
    if seconds < 5_400:
        return f"about {seconds / 60:.0f} minutes"
    return "hours" if seconds < 172_800 else "days"
