"""Several networks that answer as one: what is told of them while they learn, and their common learning curve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import zip_longest

from core.progress import Step, retelling

Point = Mapping[str, float]


def mean_point(points: Sequence[Point]) -> dict[str, float]:
    """The mean of what several say of the same epoch."""
    return {name: sum(point[name] for point in points) / len(points) for name in points[0]}


def mean_curve(curves: Sequence[Sequence[Point]]) -> list[dict[str, float]]:
    """Epoch by epoch the mean over those that completed it."""
    return [mean_point([point for point in points if point is not None]) for points in zip_longest(*curves)]


@contextmanager
def as_one(members: int, epochs: int, *, at_once: bool) -> Iterator[None]:
    """Whoever listens hears of an epoch when the last of the members has completed it; its point is their mean.

    While members train one after the other, what the earlier ones say is passed on without a point.
    """
    points: dict[float, list[Point]] = {}

    def told(step: Step) -> Step | None:
        heard = points.setdefault(step.point["step"], [])
        heard.append(step.point)
        done = min(1.0, sum(map(len, points.values())) / (members * epochs))
        if len(heard) == members:
            return Step(done, step.message, mean_point(heard))
        return None if at_once else Step(done, step.message)

    with retelling(told):
        yield
