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

Params = tuple[Param, ...]


@dataclass(frozen=True, slots=True)
class Rounds:
    """What a model does over and over: trees, epochs. A trial fit does a few and counts the others from them.

    Attributes
    ----------
    setting : str
        The parameter that says how often; one that the form shows.
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
    """What one fit takes of memory at its peak, beside the table itself; measured on tables of up to 100,000 rows.

    Attributes
    ----------
    cells : float
        Bytes for each cell of the prepared table while the model learns from it.
    pairs, class_pairs : float
        Bytes for each pair of training rows, and as much again for each class that is told from all others.
    most_pairs : float
        Bytes that all pairs together never exceed: the size of a cache.
    trees : float
        Bytes for each training row and each of `Cost.rounds`, where a tree is grown until it knows its rows by heart;
        one for numbers takes twice that.
    base : int
        Bytes that it takes however small the table.
    """

    cells: float = 16.0
    pairs: float = 0.0
    class_pairs: float = 0.0
    most_pairs: float = math.inf
    trees: float = 0.0
    base: int = 12 * 2**20

    def peak(self, rows: int, seen: int, columns: int, classes: int) -> float:
        """Bytes without the trees for so many rows, columns of the table, prepared columns and classes.

        The most is needed either while the columns are prepared, in several copies, or while the model learns.
        """
        told_apart = classes if classes > 2 else 1
        pairs = min((self.pairs + self.class_pairs * told_apart) * rows**2, self.most_pairs)
        preparing, learning = rows * (20 * seen + 18 * columns), rows * (8 * seen + self.cells * columns) + pairs
        return self.base + max(preparing, learning)

    def forest(self, rows: int, trees: float, task: Task, settings: Mapping[str, Any]) -> float:
        """Bytes of so many trees; fewer where settings hold them back."""
        depth, least = settings.get("max_depth"), settings.get("min_samples_leaf")
        leaves = rows / max(1, least or 1)
        held = leaves if depth is None else min(leaves, 2.0**depth)
        return trees * held * self.trees * (2 if task is Task.REGRESSION else 1)


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
    curve : mapping of str to str
        What a learning curve can show (see `core.progress.Step`) to the fitted attribute that lists it step by step; a
        minus in front turns the sign. A network that keeps whole points in ``curve_`` needs none.
    cost : Cost
    memory : Memory
    gpus : float
        Graphics cards that a fit has use for, unless its setting ``device`` is ``"cpu"``.
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
    curve: Mapping[str, str] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    gpus: float = 0.0

    def defaults(self, task: Task) -> dict[str, Any]:
        """The settings that are passed because they differ from the class's own defaults."""
        return {name: value for name, (value, _) in self.differs.get(task, {}).items()}

    def unsuitable(self, problem: Problem) -> str | None:
        """Why this model is not offered for a problem, or None if it is."""
        return None if problem.task in self.build else self.wrong_task(problem.task)

    def wrong_task(self, task: Task) -> str:
        """The sentence for a task that it is not made for."""
        return _WRONG_TASK[task].format(title=self.title)

    def seconds(self, problem: Problem, settings: Mapping[str, Any] | None = None) -> float:
        """Roughly how long one fit on the problem's rows takes on one core, with what a person set."""
        usual = self.cost.estimate(problem.rows, width(problem, self.needs), len(problem.classes))
        return usual * self.rounds(problem.task, settings or {}) / self.rounds(problem.task, {})

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
        rows, given = rows or problem.rows, settings or {}
        peak = self.memory.peak(rows, len(problem.features), width(problem, self.needs), len(problem.classes))
        return int(peak + self.memory.forest(rows, self.rounds(problem.task, given), problem.task, given))

    def rounds(self, task: Task, settings: Mapping[str, Any]) -> float:
        """How many `Cost.rounds` the settings allow; 1 for a model that does not go in rounds."""
        if self.cost.rounds is None:
            return 1.0
        name = self.cost.rounds.setting
        own = {param.name: param.default for param in self.params.get(task, ())}
        return float((own | self.defaults(task) | dict(settings))[name])

    def cards(self, settings: Mapping[str, Any]) -> float:
        """How many graphics cards a fit with these settings has use for."""
        return 0.0 if settings.get("device") == "cpu" else self.gpus

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
        rows = rows or problem.rows
        needed = self.bytes(problem, rows, settings)
        return self.needs_too_much(needed, limit, rows) if limit and needed > limit else ""

    def needs_too_much(self, needed: int, limit: int, rows: int) -> str:
        """The sentence for a training that needs more bytes than it may take."""
        told = f"{self.title} on {rows:,} rows would need about {gib(needed)} of memory"
        return f"{told}; each training may take {gib(limit)}."

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


def gib(size: float) -> str:
    """Bytes as people say them, as in "1.5 GiB"."""
    count = size / 2**30
    return f"{count:.2g} GiB" if count < 10 else f"{count:,.0f} GiB"
