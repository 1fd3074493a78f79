"""What is said around the findings of a run that has ended.

Takes numbers, gives plain text.
"""

from __future__ import annotations

from .figures import about, count

_NUMBERS = ("What is", "One thing", "Two things", "Three things")


def heading(findings: int) -> str:
    """How many things are worth knowing, of which three at most are shown first."""
    return f"{_NUMBERS[min(findings, len(_NUMBERS) - 1)]} worth knowing"


NO_SCORE = "No model has a score, so there is nothing to look at yet."


def calm(reviews: int, open_ones: int = 0) -> str:
    """What to say where nothing was found, perhaps yet."""
    still = f"; {count(open_ones, 'further one')} {'takes' if open_ones == 1 else 'take'} a moment" if open_ones else ""
    return f"Nothing stands out in {count(reviews, 'look')} at this result{still}."


def looking(reviews: int, seconds: float) -> str:
    """What is at work, and how long it takes."""
    return f"Looking closer: {count(reviews, 'question')} that take new fits on the same folds, {about(seconds)} …"


def offer(seconds: float) -> str:
    """The label of the button that looks closer."""
    return f"Look for pitfalls ({about(seconds)})"
