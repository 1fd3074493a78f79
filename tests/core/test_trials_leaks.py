"""After many jobs, of which some failed, crashed or were stopped, a supervisor has no more of anything than before."""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from core.records import ModelSpec, Split
from tests.core.trials import Stage, faulty_models, nap, sizes, told, until

MIB, SHARED = 2**20, Path("/dev/shm")


@dataclass(frozen=True)
class Holdings:
    """What a supervisor and its fork server have."""

    files: int
    shared: int
    processes: int
    zombies: int
    threads: int
    memory: int


def holdings(stage: Stage) -> Holdings:
    """Count it when nothing has moved for a moment: ended workers are gone, all slots have one."""
    until(lambda: len(stage.workers()) == 2 and _still(stage))
    tree = stage.tree()
    server = stage.fork_server()
    assert server is not None
    kinds = Counter(each.status() for each in tree)
    return Holdings(
        tree[0].num_fds() + server.num_fds(),
        len(_left_in_memory()),
        len(tree),
        kinds[psutil.STATUS_ZOMBIE],
        tree[0].num_threads(),
        tree[0].memory_info().rss,
    )


def _left_in_memory() -> list[str]:
    """Files in shared memory, but for those of browsers, which come and go."""
    return [each for each in os.listdir(SHARED) if not each.startswith(".")] if SHARED.is_dir() else []


def _still(stage: Stage) -> bool:
    before = {each.pid for each in stage.tree()}
    time.sleep(1.2)
    return before == {each.pid for each in stage.tree()}


def work(stage: Stage, fits: int) -> None:
    """So many fits in runs of a hundred; of twenty one fails, one crashes and one is stopped."""
    models = [nap(str(each), 0.001 * each) for each in range(17)]
    models += [ModelSpec("fails"), ModelSpec("leaves", "", {"amount": 3.0})]
    for number in range(fits // 100):
        run = stage.submit(*models, seed=number + 1_000 * fits)
        until(lambda: stage.ended(run), 120)  # noqa: B023
        run = stage.submit(nap("long", 60.0), seed=number + 1_000 * fits)
        until(lambda: stage.running(run) == 2)  # noqa: B023
        stage.store.cancel(run)
        until(lambda: stage.ended(run))  # noqa: B023


@pytest.mark.parametrize("fits", sizes(100, 500, 900))
def test_nothing_piles_up_however_many_jobs_there_were(
    fits: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    stage = Stage(tmp_path)
    with faulty_models():
        try:
            stage.start()
            work(stage, 100)
            time.sleep(6)  # the fork server loads the rest, the workers are renewed
            before = holdings(stage)
            work(stage, fits)
            after = holdings(stage)
        finally:
            stage.stop()
    told(
        request,
        "leaks",
        jobs=fits,
        more_files=after.files - before.files,
        more_shared=after.shared - before.shared,
        more_processes=after.processes - before.processes,
        zombies=after.zombies,
        more_threads=after.threads - before.threads,
        more_MiB=(after.memory - before.memory) / MIB,
    )
    assert abs(after.files - before.files) <= 2
    assert (after.processes, after.zombies) == (before.processes, 0)
    assert after.threads <= before.threads
    assert after.memory - before.memory <= 50 * MIB
    assert abs(after.shared - before.shared) <= 2


def test_a_supervisor_that_keeps_something_of_every_job_is_caught(tmp_path: Path) -> None:
    stage = Stage(tmp_path, sabotage="hoards")
    with faulty_models():
        try:
            stage.start()
            before = holdings(stage)
            run = stage.submit(nap("a", 0.01), split=Split("stratified", 5))
            until(lambda: stage.ended(run))
            after = holdings(stage)
        finally:
            stage.stop()
    assert after.files - before.files > 2
