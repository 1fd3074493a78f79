"""A cluster of real nodes on this machine: what is lost with a node is done again, and nothing is done twice."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from core import jobs, supervisor
from core.data import load_table
from core.engines import FITS, Job
from core.records import FitState, ModelSpec
from core.run import compare
from core.store import Store, table_info
from core.supervisor import Supervisor
from tests.core import places
from tests.core.places import Place
from tests.core.trials import alive, gone, spec_of, told, until

if not places.installed():
    pytest.skip("Ray is not installed", allow_module_level=True)

LOSSY = "feed_forward"  # the node is killed while it has a fit of this model
MODELS = (
    ModelSpec("logistic_regression"),
    ModelSpec("k_neighbors"),
    ModelSpec("gaussian_naive_bayes"),
    ModelSpec("random_forest"),
    ModelSpec("lda"),
    ModelSpec(LOSSY, settings={"max_epochs": 40, "early_stopping": False}),
)
SOURCE = "breast_cancer"

pytestmark = pytest.mark.timeout(300)


class Nodes:
    """A cluster whose nodes are groups of processes of this machine, one core each."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        self._cluster = Cluster(True, head_node_args={"include_dashboard": False, "num_cpus": 1})
        self.address = self._cluster.address
        self.other = self.add()

    def add(self) -> Any:
        return self._cluster.add_node(num_cpus=1)

    def close(self) -> None:
        self._cluster.shutdown()

    @staticmethod
    def processes(node: Any) -> list[psutil.Process]:
        """The processes of a node, and all that they started."""
        started = [each.process.pid for kind in node.all_processes.values() for each in kind]
        parents = [psutil.Process(pid) for pid in started if psutil.pid_exists(pid)]
        return parents + [child for parent in parents for child in parent.children(recursive=True)]

    def busy(self, node: Any, job: str) -> list[psutil.Process]:
        """The processes of a node that are at work on a job whose name begins like this."""
        found = []
        for each in self.processes(node):
            with contextlib.suppress(psutil.NoSuchProcess):
                found += [each] if " ".join(each.cmdline()).startswith(f"ray::{job}") else []
        return found

    def kill(self, node: Any) -> None:
        """All of it at once, as a machine dies."""
        for each in self.processes(node):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.send_signal(signal.SIGKILL)


@pytest.fixture(scope="module")
def prepared() -> Iterator[None]:
    with places.prepared():
        yield


@pytest.fixture
def nodes(prepared: None) -> Iterator[Nodes]:
    made = Nodes()
    yield made
    made.close()


@contextlib.contextmanager
def work(nodes: Nodes, folder: Path, **options: Any) -> Iterator[Supervisor]:
    """A supervisor in this process, whose fits are done by the nodes."""
    from core.engines.ray import RayEngine

    engine = RayEngine(folder, nodes.address, **options)
    try:
        yield Supervisor(Store(folder), engine)
    finally:
        engine.close()


def submit(store: Store, *models: ModelSpec) -> str:
    table = load_table(SOURCE)
    store.files.put_frame(table.fingerprint, table.frame)
    store.put_table_info(table_info(table))
    return jobs.submit(store, spec_of(table, *models), table)


def turn(served: Supervisor) -> None:
    served.look()
    served.step(0.02)


def work_off(served: Supervisor, run: str) -> None:
    until(lambda: (turn(served), jobs.ended(served.store.run(run)))[1], 200.0)


def lose_the_other_node(served: Supervisor, nodes: Nodes, run: str) -> str:
    """Kill the second node while it trains a network; gives that fit."""
    job = f"{run}/{LOSSY}/"
    until(lambda: (turn(served), nodes.busy(nodes.other, job))[1], 120.0, "for the network on the second node")
    until(lambda: (turn(served), served.engine._fits and all(each.began for each in served.engine._fits.values()))[1])
    began = time.monotonic()
    while time.monotonic() - began < 0.5:
        turn(served)
    (process,) = nodes.busy(nodes.other, job)
    name = process.cmdline()[0].removeprefix("ray::")
    nodes.kill(nodes.other)
    return name


def test_a_node_that_dies_loses_nothing(nodes: Nodes, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    began = time.monotonic()
    with work(nodes, tmp_path) as served:
        run = submit(served.store, *MODELS)
        lost = lose_the_other_node(served, nodes, run)
        killed = time.monotonic()
        nodes.add()
        work_off(served, run)
    fits = {f"{each.run}/{each.model}/{each.fold}": each for each in served.store.fits(run)}
    assert len(fits) == 5 * len(MODELS) and {each.state for each in fits.values()} == {FitState.DONE}
    assert {each.attempts for each in fits.values()} == {1}, "Ray repeats, and the supervisor need not"
    assert {each.key for each in fits.values()} == {p.stem for p in (served.store.home / "fits").iterdir()}
    told(request, "one of two nodes", lost_fit=lost, fits=len(fits), seconds=time.monotonic() - began, after=time.monotonic() - killed)
