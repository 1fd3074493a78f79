"""Where numbers come from and how they were made, for the captions before and after them.

Takes plain values, gives plain text.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from .figures import count, duration, known


def provenance(
    dataset: str,
    *,
    rows: int,
    features: int,
    target: str,
    split: str,
    seed: int,
    classes: int = 0,
    class_weight: str = "",
    weight: str = "",
    finished: datetime | None = None,
    seconds: float | None = None,
    besides: Sequence[str] = (),
    sealed: int = 0,
) -> str:
    """Where numbers come from, in one line that stands before the first of them.

    Parameters
    ----------
    dataset, target : str
        Titles of the table and of the column that is predicted.
    rows, features, classes : int
        Rows that took part, columns the models saw, classes (0 for numbers).
    split : str
        How rows were divided, e.g. ``"5 folds, stratified"``.
    weight : str
        Title of the column that says how much a row counts.
    finished : datetime or None
        When the run ended; None while it runs.
    seconds : float or None
        How long it took.
    besides : sequence of str
        What must be said of the table wherever a result is shown.
    sealed : int
        Rows among them that are kept for an exam.
    """
    parts = [
        dataset,
        count(rows, "row") + (f", {sealed:,} of them sealed" if sealed else ""),
        *besides,
        count(features, "column"),
        f"predicting {target}" + (f" ({count(classes, 'class', 'classes')})" if classes else ""),
        split,
        f"class weights: {class_weight}" if class_weight else "",
        f"rows weighted by {weight}" if weight else "",
        f"seed {seed}",
        f"{finished.day} {finished:%b %Y, %H:%M}" if finished else "",
        f"took {duration(seconds)}" if finished and known(seconds) else "",
    ]
    return " · ".join(each for each in parts if each)


def how_it_was_done(
    *,
    split: str,
    folds: int,
    repeats: int = 1,
    exam_rows: int = 0,
    class_weight: str = "",
    preparation: Sequence[str] = (),
) -> tuple[str, ...]:
    """How a comparison was made, a sentence each, for whoever wants to know.

    Parameters
    ----------
    split : str
        The kind of split in a sentence, the ``about`` of its entry.
    folds : int
        How often each model was trained and judged, repeats included.
    exam_rows : int
        Rows that were sealed before anything else.
    preparation : sequence of str
        What was done to the columns, as `core.preparation.describe` says it.
    """
    times = "once" if folds == 1 else f"{count(folds, 'time')}"
    again = f", the whole {repeats} times over" if repeats > 1 else ""
    sentences = [
        split,
        f"Every model was trained and judged {times}{again}, always on rows it had not seen; all models on the same.",
        "A score is the mean over the folds." if folds > 1 else "",
        "Its interval holds with 95 % and allows for folds sharing their training rows (Nadeau and Bengio 2003)."
        if folds > 1
        else "",
        f"Classes were weighted ({class_weight}), so that rare ones count as much as frequent ones."
        if class_weight
        else "",
        f"{count(exam_rows, 'row')} were sealed for a last exam and took no part." if exam_rows else "",
        *preparation,
    ]
    return tuple(each for each in sentences if each)
