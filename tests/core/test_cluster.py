"""A cluster of real nodes on this machine: what is lost with a node is done again, and nothing is done twice."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from core import jobs
from core.data import load_table
from core.records import STOPPED_EARLY, FitState, ModelSpec
from core.run import compare
from core.store import FitRow, Store, table_info
from core.supervisor import Supervisor, loop
from tests.core import places
from tests.core.trials import Stage, gone, spec_of, told, until

if not places.installed():
    pytest.skip("Ray is not installed", allow_module_level=True)

FOREST = ModelSpec("random_forest", settings={"n_estimators": 150})
NETWORK = ModelSpec("feed_forward", settings={"max_epochs": 25, "early_stopping": False})
MODELS = (
    ModelSpec("logistic_regression"),
    ModelSpec("k_neighbors"),
    ModelSpec("gaussian_naive_bayes"),
    ModelSpec("lda"),
    FOREST,
    NETWORK,
)
LONG = (FOREST.id, NETWORK.id)  # the node is killed while it has a fit of one of these
NOTICE = {"health_check_initial_delay_ms": 0, "health_check_period_ms": 1_000}  # of a node's death, sooner than usual
SOURCE = "breast_cancer"

pytestmark = pytest.mark.timeout(300)


class Nodes:
    """A cluster of two nodes with a core each, which are groups of processes of this machine."""

    def __init__(self) -> None:
        self._port, door = free_port(), free_port()
        self.address, self.door = f"127.0.0.1:{self._port}", f"ray://127.0.0.1:{door}"
        head = ["--head", f"--port={self._port}", f"--ray-client-server-port={door}", "--include-dashboard=false"]
        self._started = [_start(*head, f"--system-config={json.dumps(NOTICE)}")]
        until(lambda: _open(self._port) and _open(door), what="for the head")
        self.add()

    def add(self) -> None:
        """Start a second node."""
        self.other = _start(f"--address={self.address}")
        self._started.append(self.other)

    def close(self) -> None:
        for node in self._started:
            self.kill(node)

    @staticmethod
    def processes(node: subprocess.Popen[bytes]) -> list[psutil.Process]:
        """The processes of a node."""
        with contextlib.suppress(psutil.NoSuchProcess):
            return [psutil.Process(node.pid), *psutil.Process(node.pid).children(recursive=True)]
        return []

    def fit(self, node: subprocess.Popen[bytes]) -> str:
        """The fit that a node is at work on, as its process is called; empty while there is none."""
        for each in self.processes(node):
            with contextlib.suppress(psutil.Error):
                name = " ".join(each.cmdline()).removeprefix("ray::").strip()
                if name.count("/") == 2 and name.split("/")[1] in LONG:
                    return name
        return ""

    def kill(self, node: subprocess.Popen[bytes]) -> None:
        """All of it at once, as a machine dies."""
        for each in self.processes(node):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.send_signal(signal.SIGKILL)
        node.wait()


def _start(*options: str) -> subprocess.Popen[bytes]:
    """Start a node as a person would."""
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--num-cpus=1"]
    memory = f"--object-store-memory={100 * 2**20}"
    return subprocess.Popen(
        [*command, memory, *options], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _open(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module", autouse=True)
def prepared() -> Iterator[None]:
    with places.prepared():
        yield


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
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


def lose_the_other_node(served: Supervisor, nodes: Nodes) -> str:
    """Kill the second node in the middle of a long fit; gives that fit's name."""

    def in_the_middle() -> str:
        before = nodes.fit(nodes.other)
        turn(served)
        time.sleep(0.1)
        return before if before == nodes.fit(nodes.other) else ""

    until(in_the_middle, 120.0, "for a long fit on the second node")
    lost = nodes.fit(nodes.other)
    nodes.kill(nodes.other)
    return lost


def by_name(served: Supervisor, run: str) -> dict[str, FitRow]:
    return {f"{each.run}/{each.model}/{each.fold}": each for each in served.store.fits(run)}


def test_a_node_that_dies_loses_nothing(nodes: Nodes, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    before, began = set(places.node_folders()), time.monotonic()
    with work(nodes, tmp_path) as served:
        run = submit(served.store, *MODELS)
        lost = lose_the_other_node(served, nodes)
        killed = time.monotonic()
        nodes.add()
        work_off(served, run)
        ended = time.monotonic()
    fits = by_name(served, run)
    assert len(fits) == 5 * len(MODELS) and {each.state for each in fits.values()} == {FitState.DONE}
    assert {each.attempts for each in fits.values()} == {1}, "Ray repeats it, and the supervisor need not"
    assert {each.key for each in fits.values()} == {each.stem for each in (served.store.home / "fits").iterdir()}
    worst = _compare(served.store, run)
    left = set(places.node_folders()) - before
    assert len(left) == 1, "on the node that died, and on no other"
    told(
        request,
        "one of two nodes killed",
        lost=lost,
        fits=len(fits),
        worst_difference_of_networks=f"{worst:.0e}",
        seconds=ended - began,
        after_the_kill=ended - killed,
    )


def _compare(store: Store, run: str) -> float:
    """Scores are those of a notebook, for networks nearly so; gives the largest difference."""
    row = store.run(run)
    assert row is not None
    ours, theirs, worst = jobs.result(store, row), compare(load_table(SOURCE), models=list(MODELS)), 0.0
    for model in MODELS:
        for metric in ("accuracy", "log_loss", "roc_auc"):
            there, here = ours.model(model.id).values(metric), theirs.model(model.id).values(metric)
            if model != NETWORK:
                assert list(there) == list(here), (model.id, metric)
            worst = max(worst, max(abs(a - b) for a, b in zip(there, here, strict=True)))
    assert worst < 1e-6
    return worst


def test_without_repeats_the_same_death_loses_a_fit(
    nodes: Nodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the trial above would see a fit that is lost."""
    monkeypatch.setattr(loop, "ATTEMPTS", 1)
    with work(nodes, tmp_path, retries=0) as served:
        run = submit(served.store, NETWORK, FOREST)
        lost = lose_the_other_node(served, nodes)
        work_off(served, run)
    nodes.add()
    fits = by_name(served, run)
    assert [name for name, each in fits.items() if each.state != FitState.DONE] == [lost]
    assert fits[lost].reason == "the node or the process that ran it was lost"


def test_a_cluster_elsewhere_does_the_same_through_its_door(nodes: Nodes, tmp_path: Path) -> None:
    before = places.node_folders()
    with places.filled(tmp_path, nodes.door) as place:
        place.start(place.fit("whole", "k_neighbors"), place.fit("learner", "listens", amount=600.0))
        assert place.end("whole").kind == "done"
        assert place.store.files.predictions("whole") is not None and place.store.files.has_model("whole")
        place.step("learner")
        place.engine.stop("learner", "stopped by you")
        event = place.end("learner")
        assert event.kind == "done" and event.result["outcome"].marks == (STOPPED_EARLY,)
        place.start(place.fit("next", "has_children", amount=600.0))
        place.engine.stop("next", "stopped by you")
        assert place.end("next", 3.0).kind == "ended"
    assert places.node_folders() == before


@pytest.mark.slow
def test_a_killed_supervisor_takes_its_cluster_along_and_the_next_one_goes_on(tmp_path: Path) -> None:
    stage = Stage(tmp_path, BAKEOFF_ENGINE="ray")
    stage.start()
    try:
        run = stage.submit(ModelSpec("has_children", settings={"amount": 12.5}))
        until(lambda: len(_children(stage)) >= 4, what="for the children of two fits")
        assert _listens(stage) == {"127.0.0.1"}
        children = _children(stage)
        stage.kill()
        gone(children, 5.0)
        stage.start()
        until(lambda: stage.ended(run), 120.0)
        assert stage.states(run) == {(FitState.DONE, "")}
    finally:
        stage.stop()


def _listens(stage: Stage) -> set[str]:
    """The addresses on which the supervisor and its cluster let somebody in."""
    found = set()
    for each in stage.tree():
        with contextlib.suppress(psutil.Error):
            inet = each.net_connections("inet")
            found |= {line.laddr.ip.removeprefix("::ffff:") for line in inet if line.status == psutil.CONN_LISTEN}
    return found


def _children(stage: Stage) -> list[psutil.Process]:
    """The processes that fits have started."""
    found = []
    for each in stage.tree():
        with contextlib.suppress(psutil.Error):
            found += [each] if "time.monotonic() + 12.5" in " ".join(each.cmdline()) else []
    return found


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1"])
def test_a_cluster_that_is_not_there_is_told_in_words(tmp_path: Path, address: str) -> None:
    setting = address if address.startswith("ray") else f"ray:{address}"
    from core.engines.ray import make

    with pytest.raises(ConnectionError, match=f"There is no way to the Ray cluster at {re.escape(address)}. .*refused"):
        make(tmp_path, setting)


@pytest.mark.parametrize("setting", ["rayon", "ray:", "local"])
def test_what_names_no_cluster_is_refused(tmp_path: Path, setting: str) -> None:
    from core.engines.ray import make

    with pytest.raises(ValueError, match=re.escape("'ray://host:port'")):
        make(tmp_path, setting)
