"""What a chart is: how it is drawn, what it needs, how it is read."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from core.records import Task

from .layout import Subject
from .palette import Palette

BOTH = frozenset(Task)
CLASSES = frozenset({Task.CLASSIFICATION})
NUMBERS = frozenset({Task.REGRESSION})

NEEDS = {
    "table": "a table",
    "scores": "a score on at least one fold",
    "predictions": "predictions for held-out rows",
    "probabilities": "how sure the model was (probabilities or decision scores)",
    "curve": "a learning curve, and this model learns in one step",
    "importances": "importances, which have not been computed yet",
    "projection": "a map, which has not been computed yet",
    "invented": "invented rows, of which there are none yet",
    "study": "a study, which was not done yet",
    "costs": "a model with both a score and a cost",
    "layers": "a network",
    "decided": "what is worked out on its own page",
}


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that is shown wherever what it needs is stored.

    Attributes
    ----------
    draw : callable
        ``draw(frame, palette, subject)``; its docstring says which columns the frame has. The figure is accessible:
        ``figure.layout.meta["alt"]`` says it in a sentence.
    needs : frozenset of str
        What must be stored, names of `NEEDS`.
    about : str
        One sentence for a lay person: how to read it.
    several : bool
        Whether models are overlaid, by a column ``model`` of the frame.
    """

    name: str
    title: str
    draw: Callable[[pd.DataFrame, Palette, Subject], go.Figure]
    needs: frozenset[str]
    tasks: frozenset[Task]
    about: str
    several: bool = False

    def lacks(self, stored: Collection[str], task: Task) -> str | None:
        """Why the chart cannot be drawn from what is stored, as a sentence; None when it can."""
        if task not in self.tasks:
            return f"{self.title} is for {' and '.join(sorted(self.tasks))} only."
        missing = [NEEDS[each] for each in NEEDS if each in self.needs and each not in stored]
        return f"This needs {' and '.join(missing)}." if missing else None
