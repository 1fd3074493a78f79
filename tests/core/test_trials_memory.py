"""Fits that take more memory than they may: they end with a reason, and nobody else notices."""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core import jobs
from core.engines import memory_reason
from core.engines.watching import taken
from core.records import FitState, ModelSpec, Split
from tests.core.trials import SEED, Stage, faulty_models, nap, sizes, told, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux only")

GREEDY = ("takes_at_once", "takes_bit_by_bit", "takes_in_sklearn", "takes_in_torch")
GIB, LIMIT = 2**30, 1.0  # GiB; what was reserved before a fit and is only used by it comes on top: some 60 MiB


@pytest.fixture(autouse=True)
def faulty() -> Iterator[None]:
    with faulty_models():
        yield


class Watched(threading.Thread):
    """The most that any worker has taken beyond what it began with, and how long small jobs were waited for."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(daemon=True)
        self.stage, self.peak, self.slowest, self.over = stage, 0, 0.0, threading.Event()
        self.first: dict[int, int] = {}

    def run(self) -> None:
        number = 0
        while not self.over.wait(0.02):
            for each in self.stage.workers():
                now = taken(each.pid)
                self.peak = max(self.peak, now - self.first.setdefault(each.pid, now))
            number += 1
            if number % 10 == 1:
                began = time.monotonic()
                jobs.read(self.stage.store, f"moons:rows={100 + number}")
                self.slowest = max(self.slowest, time.monotonic() - began)


def overtaken(
    stage: Stage, times: int, deeds: tuple[str, ...] = GREEDY, wanted: float = 3 * LIMIT
) -> tuple[list[tuple[FitState, str]], Watched]:
    """Fit models that want more than they may have, two at once; gives how they ended and what was seen."""
    dice, ends = random.Random(SEED), []
    watched = Watched(stage)
    watched.start()
    greedy = [ModelSpec(each, "", {"amount": wanted * 1024}) for each in deeds * times]
    dice.shuffle(greedy)
    for number in range(0, len(greedy), 2):
        watched.first.clear()  # what a worker keeps, such as PyTorch's libraries, is not the next fit's
        pair = [replace(each, label=str(place)) for place, each in enumerate(greedy[number : number + 2])]
        run = stage.submit(*pair, split=Split("holdout"), memory_limit=LIMIT, seed=number)
        until(lambda: stage.ended(run), 120)  # noqa: B023
        ends += [(fit.state, fit.reason) for fit in stage.fits(run)]
    watched.over.set()
    watched.join()
    return ends, watched


@pytest.mark.parametrize("times", sizes(1, 5, 600))
def test_a_fit_over_its_memory_ends_with_a_reason_and_the_next_one_goes_on(
    times: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    stage = Stage(tmp_path)
    try:
        stage.start()
        ends, watched = overtaken(stage, times)
        run = stage.submit(nap("after", 0.01))
        until(lambda: stage.ended(run))
        after = stage.states(run)
    finally:
        stage.stop()
    told(
        request,
        "fits over their memory",
        fits=len(ends),
        limit_GiB=LIMIT,
        most_taken_GiB=watched.peak / GIB,
        slowest_answer=watched.slowest,
    )
    assert set(ends) == {(FitState.FAILED, memory_reason(int(LIMIT * GIB)))}
    assert watched.peak <= 1.1 * LIMIT * GIB
    assert watched.slowest < 1.0
    assert after == {(FitState.DONE, "")}


def test_fits_without_a_limit_are_caught(tmp_path: Path) -> None:
    stage = Stage(tmp_path, sabotage="allows")
    try:
        stage.start()
        ends, watched = overtaken(stage, 1, GREEDY[:1], 1.5 * LIMIT)
    finally:
        stage.stop()
    assert (FitState.DONE, "") in ends and watched.peak > 1.1 * LIMIT * GIB
