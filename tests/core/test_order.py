"""In which order a run's fits are begun: something to see at once, no slot that waits for another at the end.

Time is made by hand here: fits take the seconds that they are said to take.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from core import jobs
from core.engines import FITS, Event, Job
from core.engines.inline import InlineEngine
from core.records import ModelSpec, Outcome
from core.store import Store
from core.supervisor import Supervisor, loop
from tests.core.trials import submit

# Seconds of a fit on the digits, measured; expected are others, above all for the SVM and the boosted trees.
TAKES = {
    "baseline": 0.01,
    "ridge": 0.02,
    "lda": 0.02,
    "decision_tree": 0.03,
    "ada_boost": 0.17,
    "extra_trees": 0.22,
    "random_forest": 0.28,
    "svm_linear": 0.32,
    "sklearn_mlp": 0.6,
    "gradient_boosting": 1.2,
    "hist_gradient_boosting": 1.7,
}


class Shop:
    """An engine of two slots in which fits take the seconds that they are said to take."""

    at_once = False

    def __init__(self, takes: Mapping[str, float]) -> None:
        self.takes, self.now = takes, 0.0
        self.at_work: list[tuple[float, Job]] = []
        self.ended: list[tuple[float, Job]] = []

    def free(self, lane: str) -> int:
        return 2 - len(self.at_work) if lane == FITS else 0

    def start(self, job: Job) -> None:
        self.at_work.append((self.now + self.takes[job.params["name"]], job))

    def wait(self, seconds: float) -> list[Event]:
        if not self.at_work:
            return []
        first = min(self.at_work, key=lambda each: each[0])
        self.at_work.remove(first)
        self.ended.append(first)
        self.now, job = first
        return [Event(job.id, "done", {"outcome": Outcome(self.takes[job.params["name"]], 0.0, 10, {}, {})})]

    def stop(self, job: str, reason: str = "") -> None:
        raise AssertionError("nobody stops anything here")

    close: Any = None


@pytest.fixture
def shop(store: Store, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Serve one run of all models, five folds each."""
    monkeypatch.setattr(jobs, "ensure_supervisor", lambda _: None)
    jobs.request_table(store, "digits")
    Supervisor(store, InlineEngine(store.folder)).drain()
    opened = Shop(TAKES)
    submit(store, *map(ModelSpec, TAKES), source="digits")
    Supervisor(store, opened).drain()  # type: ignore[arg-type]
    assert len(opened.ended) == 5 * len(TAKES)
    return opened


def waited(shop: Shop) -> float:
    """Share of the slots' time that was lost, because there was nothing left to begin."""
    return 1 - 5 * sum(TAKES.values()) / (2 * shop.now)


def test_the_slots_even_out_at_the_end(shop: Shop) -> None:
    assert waited(shop) < 0.02


def test_there_is_something_to_see_at_once(shop: Shop) -> None:
    quick = [job.params["name"] for _, job in shop.ended[:15]]
    assert {"baseline", "ridge", "lda"} <= set(quick) and shop.ended[14][0] < 0.5


class TestWithoutEither:
    """The controls: what the order is good for is lost without it."""

    @pytest.fixture(autouse=True)
    def _to_the_end(self, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
        monkeypatch.setattr(loop, "SHORT", {"up": 1.0, "down": 0.0}[request.param])

    @pytest.mark.parametrize("_to_the_end", ["up"], indirect=True)
    def test_a_slot_that_only_works_up_waits_at_the_end(self, shop: Shop) -> None:
        assert waited(shop) > 0.02

    @pytest.mark.parametrize("_to_the_end", ["down"], indirect=True)
    def test_slots_that_only_work_down_show_nothing_for_long(self, shop: Shop) -> None:
        assert shop.ended[14][0] > 5
