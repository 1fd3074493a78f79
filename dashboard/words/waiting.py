"""What a comparison waits for and how long it still takes.

Takes plain numbers, gives plain text.
"""

from __future__ import annotations

from .figures import about, count

BEGUN = 0.02  # the share of the work from which on its pace tells how long the rest takes


def place(ahead: int, at_work: int) -> str:
    """Where a comparison that has not begun stands: so many begin before it, so many are at work."""
    if not ahead and not at_work:
        return "Waiting: yours is next."
    first = f"{count(ahead, 'comparison')} {_verb(ahead, 'begins', 'begin')} before yours" if ahead else "yours is next"
    return f"Waiting: {first}" + (f", {at_work} {_verb(at_work, 'is', 'are')} at work." if at_work else ".")


def sharing(others: int) -> str:
    """With how many others a comparison shares the machine; empty where it has it to itself."""
    return f"Shares the machine with {count(others, 'other comparison')}." if others else ""


def time_left(seconds: float | None) -> str:
    """How long a comparison still takes; empty where that is not known."""
    if seconds is None:
        return ""
    return "nearly done" if seconds < 0.95 else f"{about(seconds)} left"


def how_far(progress: float, message: str, seconds: float) -> str:
    """What is being done, and how long that still takes once it can be told."""
    left = time_left(seconds * (1 / progress - 1)) if progress > BEGUN else ""
    told = f"{message[:1].upper()}{message[1:]}"
    return ", ".join(each for each in (told, left) if each)


def paused(name: str, safe: int, models: int, others: int = 0) -> str:
    """Why a comparison does not go on, and what can be done.

    Parameters
    ----------
    name : str
        What the comparison is called.
    safe, models : int
        How many of its models are finished.
    others : int
        How many more of the same person's comparisons wait.
    """
    more = f", and {count(others, 'other')} of yours {_verb(others, 'waits', 'wait')} as well" if others else ""
    return (
        f"Comparison {name} is paused with {safe} of {count(models, 'model')} safe{more}. "
        "Free space on the Runs page; it goes on by itself."
    )


def _verb(number: int, one: str, many: str) -> str:
    return one if number == 1 else many
