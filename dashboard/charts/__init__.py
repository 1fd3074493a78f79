"""CHARTS: a frame in, a Plotly figure out.

Every chart is drawn by ``chart.draw(frame, palette, subject)``: `core` computes the frame, the view shows the figure,
and under it, as "show the numbers", `numbers` of the same frame. Knows no Streamlit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from core.catalogue import Catalogue
from core.profile import bars
from core.records import Task

from .architecture import architecture
from .classification import confusion, per_class, precision_recall, roc
from .columns import class_balance, histogram
from .images import examples, image_examples
from .invented import clouds, taught
from .layout import Subject, escape
from .learning import learning_curve
from .maps import pca_loadings, projection
from .models import importances, score_spread
from .pairs import by_class, density, periods, scatter, shares
from .palette import Palette, palette
from .rankings import associations, correlations, gaps, group_differences, views
from .regression import predicted_against_actual, residuals
from .studies import costs, luck, rows_curve, techniques

__all__ = ["CHARTS", "Chart", "Palette", "Subject", "bars", "escape", "examples", "numbers", "palette"]

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
    "layers": "a network",
    "study": "a study, which was not done yet",
    "costs": "a model with both a score and a cost",
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


CHARTS: Catalogue[Chart] = Catalogue(
    "chart",
    Chart(
        "score_spread",
        "Scores by fold",
        score_spread,
        frozenset({"scores"}),
        BOTH,
        "Each dot is one fold; where the bars of two models overlap, the better one may be luck.",
        several=True,
    ),
    Chart(
        "confusion",
        "Where it confuses classes",
        confusion,
        frozenset({"predictions"}),
        CLASSES,
        "Each line is an actual class; what lies off the diagonal was named wrong.",
    ),
    Chart(
        "per_class",
        "Each class by itself",
        per_class,
        frozenset({"predictions"}),
        CLASSES,
        "Precision: how many of those named so are so. Recall: how many that are so were found. F1: both in one.",
    ),
    Chart(
        "roc",
        "Hits and false alarms",
        roc,
        frozenset({"probabilities"}),
        CLASSES,
        "The closer a line comes to the upper left corner, the better; the dotted line is guessing.",
        several=True,
    ),
    Chart(
        "precision_recall",
        "Finding more, erring more",
        precision_recall,
        frozenset({"probabilities"}),
        CLASSES,
        "To find more of a class one accepts more that are not of it; the higher the line, the better.",
        several=True,
    ),
    Chart(
        "predicted_against_actual",
        "Predicted against actual",
        predicted_against_actual,
        frozenset({"predictions"}),
        NUMBERS,
        "Points on the dotted line are predicted exactly; the further off, the worse.",
    ),
    Chart(
        "residuals",
        "What is left over",
        residuals,
        frozenset({"predictions"}),
        NUMBERS,
        "An even cloud about zero is good; a bend or a funnel means that the model misses something.",
    ),
    Chart(
        "learning_curve",
        "Learning curves",
        learning_curve,
        frozenset({"curve"}),
        BOTH,
        "Solid is on rows it did not learn from: where that gets worse while dashed gets better, it learns by heart.",
        several=True,
    ),
    Chart(
        "importances",
        "What it relies on",
        importances,
        frozenset({"importances"}),
        BOTH,
        "The longer the bar, the more the model relies on that column; the thin line is the spread.",
        several=True,
    ),
    Chart(
        "projection",
        "Map of the rows",
        projection,
        frozenset({"projection"}),
        BOTH,
        "Rows that are alike lie close together; each point is one row.",
    ),
    Chart(
        "pca_loadings",
        "Which columns push where",
        pca_loadings,
        frozenset({"projection"}),
        BOTH,
        "A large value in a column with a long bar to the right moves a row right, or up, on the map.",
    ),
    Chart(
        "class_balance",
        "Rows per class",
        class_balance,
        frozenset({"table"}),
        CLASSES,
        "A class with few rows is hard to learn, and easy to overlook in the accuracy.",
    ),
    Chart(
        "histogram",
        "How often each value occurs",
        histogram,
        frozenset({"table"}),
        BOTH,
        "The longer the bar, the more rows have this value.",
    ),
    Chart(
        "image_examples",
        "Examples",
        image_examples,
        frozenset({"table"}),
        BOTH,
        "Each picture is a row of the table; the brighter a point, the larger the number in its column.",
    ),
    Chart(
        "associations",
        "What has to do with the target",
        associations,
        frozenset({"table"}),
        BOTH,
        "The longer the bar, the more the column tells of the target by itself. Click a bar to look at it.",
    ),
    Chart(
        "by_class",
        "A number in each class",
        by_class,
        frozenset({"table"}),
        BOTH,
        "Where the hills of two classes lie apart, the column tells them apart; the dotted line is the middle value.",
    ),
    Chart(
        "shares",
        "Classes within each value",
        shares,
        frozenset({"table"}),
        BOTH,
        "Where the colours change from bar to bar, the column tells something.",
    ),
    Chart(
        "density",
        "Two numbers, counted",
        density,
        frozenset({"table"}),
        BOTH,
        "The stronger the colour of a square, the more rows lie there; the line goes through the middle.",
    ),
    Chart(
        "periods",
        "A number over time",
        periods,
        frozenset({"table"}),
        BOTH,
        "A line that climbs or falls is a trend; rows of different times are then not alike.",
    ),
    Chart(
        "points",
        "Rows as points",
        scatter,
        frozenset({"table"}),
        BOTH,
        "Each point is one row. Draw a frame around points to see their rows below.",
    ),
    Chart(
        "correlations",
        "Which columns go together",
        correlations,
        frozenset({"table"}),
        BOTH,
        "The stronger the colour, the stronger the tie: 0 is nothing in common, 1 means that one decides the other.",
    ),
    Chart(
        "gaps",
        "What is missing together",
        gaps,
        frozenset({"table"}),
        BOTH,
        "Each line is a kind of row; filled squares in one line are empty in the same rows.",
    ),
    Chart(
        "views",
        "Pairs that show it best",
        views,
        frozenset({"table"}),
        BOTH,
        "The longer the bar, the better neighbours in that picture share the target. Click a bar to draw it.",
    ),
    Chart(
        "group_differences",
        "Where two groups differ",
        group_differences,
        frozenset({"table"}),
        BOTH,
        "The longer the bar, the further apart the groups are in that column. Click a bar to look at it.",
    ),
    Chart(
        "taught",
        "Trained on real, trained on invented",
        taught,
        frozenset({"invented"}),
        BOTH,
        "The closer both marks of a model, the more its invented rows are worth; the dotted line is guessing.",
    ),
    Chart(
        "clouds",
        "Real and invented rows",
        clouds,
        frozenset({"invented"}),
        BOTH,
        "Good invented rows lie where real ones do: neither elsewhere, nor all on the same few spots.",
    ),
    Chart(
        "architecture",
        "Layers",
        architecture,
        frozenset({"layers"}),
        BOTH,
        "Each layer passes on what it makes of the one before; the stronger its colour, the more it learns.",
    ),
    Chart(
        "rows_curve",
        "Score over rows",
        rows_curve,
        frozenset({"study"}),
        BOTH,
        "Where the solid line still climbs at its end, more rows would help; the band is where it may well lie.",
        several=True,
    ),
    Chart(
        "techniques",
        "Score by division",
        techniques,
        frozenset({"study"}),
        BOTH,
        "Each line is a way to divide the rows: the mark is the score that it gives, the bar where that may well lie.",
    ),
    Chart(
        "luck",
        "What luck would score",
        luck,
        frozenset({"study"}),
        BOTH,
        "Grey is what the model scores when the answers are shuffled; the line is its score with the true ones.",
    ),
    Chart(
        "costs",
        "Score against cost",
        costs,
        frozenset({"costs"}),
        BOTH,
        "The further up and to the left, the more for less; models on the line have nobody better and cheaper.",
        several=True,
    ),
)

HEADINGS = {
    "actual": "Actual",
    "predicted": "Predicted",
    "residual": "Actual − predicted",
    "count": "Rows",
    "share": "Share",
    "model": "Model",
    "curve": "Class",
    "fpr": "False alarms",
    "tpr": "Hits",
    "auc": "Area under the curve",
    "recall": "Recall",
    "precision": "Precision",
    "average_precision": "Average precision",
    "f1": "F1",
    "support": "Rows of the class",
    "class": "Class",
    "feature": "Column",
    "mean": "Mean",
    "spread": "Spread",
    "low": "From",
    "high": "To",
    "fold": "Fold",
    "score": "Score",
    "step": "Step",
    "turn": "Turns up here",
    "earlier": "Earlier comparison",
    "seconds": "Seconds",
    "train_loss": "Training loss",
    "valid_loss": "Validation loss",
    "train_score": "Training score",
    "valid_score": "Validation score",
    "row": "Row",
    "label": "Value",
    "axis": "Direction",
    "weight": "Weight",
    "wrong": "Wrong",
    "image": "Brightness of the pixels",
    "column": "Column",
    "sort": "Kind",
    "strength": "Strength",
    "measure": "Measure",
    "sign": "Direction",
    "test": "Test",
    "p": "p-value",
    "information": "Information",
    "shared": "Share of the target",
    "a": "First column",
    "b": "Second column",
    "value": "In",
    "period": "Period",
    "q1": "Lower quarter",
    "median": "Middle value",
    "q3": "Upper quarter",
    "missing": "Missing in",
    "difference": "Difference",
    "smd": "In standard deviations",
    "first": "First group",
    "second": "Second group",
    "x_low": "Across from",
    "x_high": "Across to",
    "y_low": "Up from",
    "y_high": "Up to",
    "colour": "Colour",
    "size": "Size",
    "real": "Trained on real rows",
    "synthetic": "Trained on invented rows",
    "layer": "Layer",
    "shape": "Passes on",
    "parameters": "Numbers to learn",
    "rows": "Rows to learn from",
    "train": "On the rows it learned from",
    "way": "How the rows are divided",
    "folds": "Folds",
    "shuffled": "Answers shuffled",
    "cost": "Cost",
    "shown": "Cost in words",
    "front": "Nobody better and cheaper",
    "chosen": "Cheapest not worse than the best",
}


def numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame a chart was drawn from, for "show the numbers": same rows, headings in words."""
    shown = frame.reset_index() if frame.index.name else frame.reset_index(drop=True)
    return shown.rename(columns=HEADINGS)
