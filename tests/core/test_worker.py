"""A worker keeps its limits and says how far it is, and no oftener than a screen can show."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from core.engines import watching
from core.progress import Step
from core.worker import STEPS_PER_SECOND, _throttled
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
    heard: list[dict[str, object]] = []
    hear = _throttled(heard.append)
    for step in range(1000):
        hear(Step(step / 1000, f"epoch {step}", {"step": step}))
    assert len(heard) <= 1 + STEPS_PER_SECOND
    assert heard[0] == {"progress": 0.0, "message": "epoch 0", "points": ({"step": 0},)}


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
