"""Several folds of one network at once: the same fits as one by one, in less time."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.progress import clock
from core.records import ModelSpec
from core.run.execution import Fitted, Setting, Work, begin, finish, one_class_named

if TYPE_CHECKING:
    from core.networks.lessons import Lesson


def execute_together(shared: Setting, model: ModelSpec, numbers: Sequence[int]) -> list[Fitted | Exception]:
    """Fit one network on the training rows of several folds, and let each predict the others.

    Parameters
    ----------
    shared : Setting
    model : ModelSpec
        Of an entry with `core.models.Model.at_once`.
    numbers : sequence of int
        Folds.

    Returns
    -------
    list of Fitted or Exception
        Fold by fold. The seconds of a fit are its share of those that all took, by the epochs that it trained.
    """
    from core.networks.lessons import learn

    begun = [_begun(shared, model, number) for number in numbers]
    ready = [each for each in begun if not isinstance(each, Exception)]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        began = clock()
        learn([lesson for _, lesson, _ in ready], at_once=True)
        seconds = clock() - began
        epochs = sum(_epochs(lesson) for _, lesson, _ in ready)
        return [
            each if isinstance(each, Exception) else _ended(*each, seconds * _epochs(each[1]) / epochs, caught)
            for each in begun
        ]


def _epochs(lesson: Lesson) -> int:
    return max(1, len(lesson.history.curve))


def _begun(shared: Setting, model: ModelSpec, number: int) -> tuple[Work, Lesson, float] | Exception:
    """A fold's fit with its prepared lesson and the seconds that preparing took, or why there is none."""
    try:
        work = begin(shared, model, number)
        with warnings.catch_warnings(), one_class_named(work):
            warnings.simplefilter("ignore")
            began = clock()
            prepared = work.pipeline[0].fit_transform(work.X, work.y)
            arguments = {name.partition("__")[2]: value for name, value in work.weights.items()}
            return work, work.pipeline[-1].lesson(prepared, work.y, **arguments), clock() - began
    except Exception as error:
        return error


def _ended(
    work: Work, lesson: Lesson, prepared: float, learned: float, caught: Sequence[warnings.WarningMessage]
) -> Fitted | Exception:
    """What a fold's fit came to."""
    try:
        work.pipeline[-1].learned(lesson)
        return finish(work, prepared + learned + lesson.history.earlier_seconds, caught)
    except Exception as error:
        return error
