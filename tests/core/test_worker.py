"""A worker keeps its limits and says how far it is, and no oftener than a screen can show."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import progress
from core.engines import HELD, Event, watching
from core.engines.flags import Asked, Flag
from core.progress import Step
from core.worker import STEPS_PER_SECOND, Worker, _Steps
from tests.core.trials import until

GREEDY = """
import sys
import numpy, torch
from core.run import reason_of
from core.engines.limits import limit_memory
limit_memory(300 * 2**20)
numpy.ones(10 * 2**20)
try:
    {allocate}
except Exception as error:
    print(reason_of(error))
limit_memory(0)
numpy.ones(100 * 2**20)
print("and on it goes")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux only")
@pytest.mark.parametrize(
    "allocate",
    ["numpy.ones(2**30)", "torch.ones(2**30)", "[numpy.ones(2**20) for _ in range(2**10)]"],
    ids=["at once by numpy", "at once by torch", "bit by bit"],
)
def test_memory_beyond_the_limit_is_refused_in_words_and_the_process_lives_on(allocate: str) -> None:
    command = [sys.executable, "-c", GREEDY.format(allocate=allocate)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert said.stdout.splitlines() == ["out of memory", "and on it goes"], said.stderr


def test_steps_are_passed_on_a_few_times_a_second() -> None:
    heard: list[Event] = []
    hear = _Steps("job", heard.append).hear
    for step in range(1000):
        hear(Step(step / 1000, f"epoch {step}", {"step": step}))
    assert len(heard) <= 1 + STEPS_PER_SECOND
    assert heard[0] == Event("job", "step", {"progress": 0.0, "message": "epoch 0", "points": ({"step": 0},)})


FAMILY = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
time.sleep(60)
"""


@pytest.mark.skipif(not watching.LISTED, reason="the two ways are compared where both can be gone")
def test_what_a_process_has_started_is_found_on_every_system(monkeypatch: pytest.MonkeyPatch) -> None:
    first = subprocess.Popen([sys.executable, "-c", FAMILY])
    try:
        until(lambda: len(watching.descendants(first.pid)) == 1)
        listed = watching.descendants(first.pid)
        monkeypatch.setattr(watching, "LISTED", False)
        assert watching.descendants(first.pid) == listed
        assert watching.descendants(2**22 + 1) == []
    finally:
        for each in [*watching.descendants(first.pid), first.pid]:
            os.kill(each, signal.SIGKILL)
        first.wait()


# -- a job that is held


class Loop:
    """A worker whose job learns in a thread: so many batches to an epoch, as a training loop does it."""

    def __init__(self, folder: Path) -> None:
        self.worker = Worker(folder)
        self.heard: list[dict[str, object]] = []
        self.epoch, self.took, self.going = 0, 0.0, True
        self.worker.steps = [_Steps("job", lambda event: self.heard.append(event.result))]
        self.thread = threading.Thread(target=self._learn)

    def _learn(self) -> None:
        with progress.listening(self.worker._hear, self.worker._wanted):
            began = progress.clock()
            while self.going:
                for _ in range(5):
                    time.sleep(0.001)
                    if not (going := progress.wanted()):
                        break
                self.took = progress.clock() - began
                if not going:
                    return
                self.epoch += 1
                progress.tell(Step(self.epoch / 10_000, f"epoch {self.epoch}", {"step": float(self.epoch)}))

    def ask(self, asked: Asked, steps: int = 0) -> None:
        self.worker.flags[Flag.STEPS] += steps
        self.worker.flags[Flag.ASKED] = asked

    def stands_at(self) -> int:
        until(lambda: self.worker.flags[Flag.HOLDS])
        at = self.epoch
        time.sleep(0.1)
        assert self.epoch == at
        return at


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Loop]:
    made = Loop(tmp_path)
    made.thread.start()
    until(lambda: made.epoch > 2)
    yield made
    made.going = False
    made.ask(Asked.STOP)
    made.thread.join(5)
    assert not made.thread.is_alive()


def test_a_paused_job_stands_still_and_has_told_all_up_to_there(loop: Loop) -> None:
    loop.ask(Asked.PAUSE)
    at = loop.stands_at()
    told = [point["step"] for each in loop.heard for point in each["points"]]  # type: ignore[attr-defined]
    assert told == list(range(1, at + 1)) and loop.heard[-1][HELD] and loop.heard[-1]["message"] == f"epoch {at}"
    loop.ask(Asked.GO_ON)
    until(lambda: loop.epoch > at + 3)
    assert not loop.worker.flags[Flag.HOLDS]


def test_a_step_is_one_epoch_however_often_it_is_asked_for(loop: Loop) -> None:
    loop.ask(Asked.PAUSE)
    at = loop.stands_at()
    for more in range(1, 4):
        loop.worker.flags[Flag.HOLDS] = 0  # for the test alone, which could look before the worker does
        loop.ask(Asked.PAUSE, steps=1)
        assert loop.stands_at() == at + more


def test_a_paused_job_that_is_stopped_answers_at_once_and_the_time_is_not_its_own(loop: Loop) -> None:
    began = time.perf_counter()
    loop.ask(Asked.PAUSE)
    loop.stands_at()
    time.sleep(0.5)
    loop.ask(Asked.STOP)
    loop.thread.join(0.5)
    assert not loop.thread.is_alive()
    whole = time.perf_counter() - began
    assert whole > 0.6 and loop.took < 0.5, "as long as it stood still its clock did as well"
