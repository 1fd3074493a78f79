"""What an entry of the model catalogue says about itself.

Everything that a card, a form, a command line or a run needs to know of a model is a field here; classes are named, not
imported, so that showing the catalogue costs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.catalogue import resolve
from core.networks.shapes import Layer, Seen
from core.preparation import Needs, sorts, width
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
    factors : mapping of str to (mapping of str to float)
        By a setting, how many times as long as usual some of its choices take.
    """

    seconds: float
    rows: float = 1.0
    columns: float = 1.0
    per_class: bool = False
    base: float = 0.01
    asking: float = 0.0
    rounds: Rounds | None = None
    factors: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

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
class Shape:
    """What all columns together must be, such as the pixels of an image.

    Attributes
    ----------
    setting : str
        The constructor's parameter that a run tells it by.
    of : callable
        What it is told of a problem; None where the columns are nothing of the kind.
    lacking : str
        The sentence for a problem of which it is told nothing, with a place ``{title}``.
    """

    setting: str
    of: Callable[[Problem], Any]
    lacking: str


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
    shape : Shape or None
        What all columns together must be; None for any columns.
    gives : str
        ``"probabilities"`` or ``"scores"`` (a decision score): what it says about a class beyond its name.
    weighs_classes : bool
        Whether it can be told to give rare classes more weight.
    ticked : bool
        Whether it is part of the selection that a person starts with.
    always_in : bool
        Whether it takes part in every run.
    listens : bool
        Whether it asks `core.progress.wanted` while it learns: then it can be paused, and keeps its best when stopped.
    at_once : bool
        Whether the fits of several folds can be done at once, see `core.networks.lessons.learn`.
    watched : str
        How it is fitted so that it can be looked at after each of its rounds, as ``"core.models.rounds:way"``. Empty
        for one that learns in one step, and for a network, which tells of its epochs itself and keeps them in
        ``curve_``.
    members : str
        The setting that names the models that it is made of; empty where it is one by itself.
    layers : str
        The function from settings and what it sees to the layers of a network, as ``"core.networks.shapes:kind"``;
        empty for what is none.
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
    shape: Shape | None = None
    gives: str = "probabilities"
    weighs_classes: bool = False
    ticked: bool = False
    always_in: bool = False
    listens: bool = False
    at_once: bool = False
    watched: str = ""
    members: str = ""
    layers: str = ""
    memory: Memory = field(default_factory=Memory)
    gpus: float = 0.0

    def defaults(self, task: Task) -> dict[str, Any]:
        """The settings that are passed because they differ from the class's own defaults."""
        return {name: value for name, (value, _) in self.differs.get(task, {}).items()}

    def unsuitable(self, problem: Problem) -> str | None:
        """Why this model is not offered for a problem, or None if it is."""
        if problem.task not in self.build:
            return self.wrong_task(problem.task)
        if self.shape and self.shape.of(problem) is None:
            return self.shape.lacking.format(title=self.title)
        return None

    def wrong_task(self, task: Task) -> str:
        """The sentence for a task that it is not made for."""
        return _WRONG_TASK[task].format(title=self.title)

    def seconds(self, problem: Problem, settings: Mapping[str, Any] | None = None) -> float:
        """Roughly how long one fit on the problem's rows takes on one core, with what a person set."""
        given = settings or {}
        usual = self.cost.estimate(problem.rows, width(problem, self.needs), len(problem.classes))
        chosen = math.prod(factor.get(str(given.get(name)), 1.0) for name, factor in self.cost.factors.items())
        return usual * chosen * self.rounds(problem.task, given) / self.rounds(problem.task, {})

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
        return float(self._complete(task, settings)[self.cost.rounds.setting])

    def _complete(self, task: Task, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings that a form shows, those that a person set and those that they did not."""
        return {param.name: param.default for param in self.params.get(task, ())} | self.defaults(task) | dict(settings)

    def architecture(self, problem: Problem, settings: Mapping[str, Any]) -> list[Layer]:
        """The layers of a network for a problem, from the columns to the prediction; none for what is no network."""
        if not self.layers or self.unsuitable(problem):
            return []
        told = {self.shape.setting: self.shape.of(problem)} if self.shape else {}
        given = told | self._complete(problem.task, settings)
        seen = Seen(width(problem, self.needs), max(1, len(problem.classes)), problem.rows, *sorts(problem, self.needs))
        layers: list[Layer] = resolve(self.layers)(given, seen)
        return layers

    @property
    def stage(self) -> str:
        """What one step of its learning is called."""
        rounds = self.cost.rounds
        return "step" if rounds is None else "epoch" if "epoch" in rounds.setting else "round"

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
