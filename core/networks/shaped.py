"""What the estimators for images and for series share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.networks.base import NetworkEstimator
from core.networks.lessons import Lesson

FEWEST, MOST = 16, 128
"""Rows per step where the setting leaves them open: tables of a few dozen rows need the steps."""


class ShapedEstimator(NetworkEstimator):
    """A network whose columns belong together; gaps in them count as the mean."""

    gaps, fewest_rows = True, 300

    def _lesson(self, *rows: Any, **how: Any) -> Lesson:
        lesson = super()._lesson(*rows, **how)
        if lesson.plan.batch_size is None:
            size = min(max(len(lesson.practice.X) // 100, FEWEST), MOST)
            lesson.plan = replace(lesson.plan, batch_size=size)
        return lesson
