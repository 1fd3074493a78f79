"""A model that listens, for trials: set ``BAKEOFF_MODELS=tests.core.listener``."""

from __future__ import annotations

import time
from typing import Any

from core.models.entry import Cost, Model
from core.progress import Step, tell, wanted
from core.records import STOPPED_EARLY, Param, Task
from tests.core.faulty import Faulty


class Listener(Faulty):
    """Learns for so many seconds, or until that is no longer wanted."""

    def fit(self, X: Any, y: Any) -> Listener:
        end = time.monotonic() + self.amount
        wanted()  # who asks is known to listen
        tell(Step(0.0, "listening"))
        while (going := wanted()) and time.monotonic() < end:
            time.sleep(0.01)
        self.marks_ = [] if going else [STOPPED_EARLY]
        self.deed = "naps"
        self.amount, amount = 0.0, self.amount
        super().fit(X, y)
        self.amount = amount
        return self


MODELS = (
    Model(
        name="listens",
        title="Listens",
        family="Faulty",
        about=str(Listener.__doc__),
        expert="For trials.",
        build={Task.CLASSIFICATION: "tests.core.listener:Listener"},
        params={Task.CLASSIFICATION: (Param("amount", 1.0, "How much of it."),)},
        cost=Cost(0.01),
    ),
)
