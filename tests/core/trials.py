"""What trials share: a supervisor that is killed from outside, a ledger of what was finished, one line of figures.

A trial has two sizes from one implementation. Whoever kills is this process, never the code under test. Every trial
that finds nothing lost has a control, in which something is lost, so that a trial that sees nothing is found out.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from core import jobs
from core.models import MODELS
from core.records import FitState, ModelSpec, Roles, RunSpec, RunState, Split, Table
from core.store import FitRow, Store
from tests.core import faulty

ROOT = Path(__file__).resolve().parents[2]
SEED = 20261121
# Both slots at work for minutes, with every core.
HEAVY = ModelSpec("gradient_boosting", "heavy", {"n_estimators": 5_000, "max_depth": 8})
OPEN = (FitState.QUEUED, FitState.RUNNING)


def sizes(few: int, many: int, seconds: float) -> list[Any]:
    """A trial's small size and its full one, run by ``make test-slow``, which hangs after so many seconds."""
    return [
        pytest.param(few, marks=pytest.mark.timeout(300)),
        pytest.param(many, marks=[pytest.mark.slow, pytest.mark.timeout(seconds)]),
    ]


def until(seen: Callable[[], Any], seconds: float = 60.0, what: str = "") -> float:
    """Wait for something to be seen; gives the seconds it took."""
    began = time.monotonic()
    while not seen():
        assert time.monotonic() - began < seconds, f"waited {seconds:g} s in vain {what}"
        time.sleep(0.02)
    return time.monotonic() - began


def told(request: pytest.FixtureRequest, trial: str, **figures: object) -> None:
    """Have the one line of a trial printed when all tests are over, whichever process it ran in."""
    line = ", ".join(f"{name.replace('_', ' ')} {_short(value)}" for name, value in {"seed": SEED, **figures}.items())
    request.node.user_properties.append(("told", f"{trial}: {line}"))


def _short(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


@contextlib.contextmanager
def faulty_models() -> Iterator[None]:
    """Have the faulty models in this process's catalogue; a `Stage` has them in its own processes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MODELS, "_entries", {**MODELS._entries, **{each.name: each for each in faulty.MODELS}})
        patch.setattr(jobs, "ensure_supervisor", lambda _: None)  # trials start them
        yield


class Stage:
    """A data folder and its supervisor, a process of this one.

    Parameters
    ----------
    folder : Path
    sabotage : str
        What is wrong on purpose, see `tests.core.sabotage`; several separated by commas.
    slots : int
    environment : str
        More of it.
    """

    def __init__(self, folder: Path, sabotage: str = "", slots: int = 2, **environment: str) -> None:
        module = "tests.core.sabotage" if sabotage else "core.supervisor"
        self.store, self._command = Store(folder), [sys.executable, "-m", module, str(folder)]
        own = {
            "BAKEOFF_MODELS": "tests.core.faulty,tests.core.sabotage",
            "BAKEOFF_SABOTAGE": sabotage,
            "BAKEOFF_SLOTS": str(slots),
            "PYTHONFAULTHANDLER": "1",
            "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", "")))),
        }
        self._environment = {**os.environ, **jobs.ONE_THREAD, **own, **environment}
        self.process: subprocess.Popen[bytes] | None = None

    def launch(self) -> subprocess.Popen[bytes]:
        """Start a supervisor, whether or not there is one."""
        with open(self.store.home / "logs" / "supervisor.log", "ab") as output:
            return subprocess.Popen(
                self._command,
                env=self._environment,
                cwd=self.store.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def start(self) -> float:
        """Start the supervisor and wait until it serves; gives the seconds it took."""
        self.process = self.launch()
        return until(lambda: self.serving() == self.process.pid, what=f"for the supervisor: {self.log()}")  # type: ignore[union-attr]

    def serving(self) -> int:
        """The number of the process that says it serves."""
        return int((self.store.noted("supervisor") or {"pid": 0})["pid"])

    def tree(self) -> list[psutil.Process]:
        """The supervisor and everything below it."""
        return tree(self.serving())

    def fork_server(self) -> psutil.Process | None:
        """The parent of the workers; None while there is none."""
        return fork_server(self.serving())

    def workers(self) -> list[psutil.Process]:
        """The processes that train; the one for small jobs is less nice."""
        return workers(self.serving())

    def kill(self) -> list[psutil.Process]:
        """SIGKILL the supervisor; gives what was below it."""
        below = self.tree()[1:]
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        return below

    def stop(self) -> None:
        """End it as a person would."""
        if self.process is None or self.process.poll() is not None:
            return
        below = self.tree()[1:]
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired as error:
            self.process.send_signal(signal.SIGABRT)  # its log then says where it stands
            self.process.wait()
            raise AssertionError(f"the supervisor does not end: {self.log()}") from error
        finally:
            for each in below:
                send(each)

    def log(self) -> str:
        """The end of its log, long enough for a crash with the names of all libraries."""
        return (self.store.home / "logs" / "supervisor.log").read_text(errors="replace")[-9000:]

    # -- runs

    def submit(self, *models: ModelSpec, source: str = "moons:rows=200", owner: str = "", **changes: Any) -> str:
        """Queue a run; five stratified folds where nothing else is said."""
        return submit(self.store, *models, source=source, owner=owner, **changes)

    def fits(self, run: str, model: ModelSpec | None = None) -> list[FitRow]:
        """The fits of a run, or of one of its models."""
        return [each for each in self.store.fits(run) if model is None or each.model == model.id]

    def states(self, run: str) -> set[tuple[FitState, str]]:
        """The states of a run's fits with their reasons."""
        return {(each.state, each.reason) for each in self.store.fits(run, curves=False)}

    def ended(self, run: str) -> bool:
        """Whether a run is over."""
        return jobs.ended(self.store.run(run))  # type: ignore[arg-type]

    def running(self, run: str) -> int:
        """How many fits of a run are at work."""
        return sum(each.state == FitState.RUNNING for each in self.store.fits(run, curves=False))


def tree(pid: int) -> list[psutil.Process]:
    """A process and everything below it."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def fork_server(supervisor: int) -> psutil.Process | None:
    """The parent of a supervisor's workers; None while there is none."""
    found = [each for each in tree(supervisor)[1:] if "forkserver" in command(each)]
    return next((each for each in found if _of(each, psutil.Process.ppid) == supervisor), None)


def workers(supervisor: int) -> list[psutil.Process]:
    """The processes that train for a supervisor; the one for small jobs is less nice."""
    server = fork_server(supervisor)
    children = _of(server, psutil.Process.children) if server is not None else None
    nice = os.getpriority(os.PRIO_PROCESS, 0) + 10
    return [each for each in children or () if _of(each, psutil.Process.nice) == nice]


def submit(store: Store, *models: ModelSpec, source: str = "moons:rows=200", owner: str = "", **changes: Any) -> str:
    """Queue a run; five stratified folds where nothing else is said."""
    table = jobs.read(store, source)
    return jobs.submit(store, spec_of(table, *models, **changes), table, owner)


def spec_of(table: Table, *models: ModelSpec, **changes: Any) -> RunSpec:
    """What `submit` queues."""
    spec = RunSpec(table.name, table.fingerprint, Roles(table.target), Split("stratified"), models)
    return dataclasses.replace(spec, **changes)


def nap(label: str, seconds: float) -> ModelSpec:
    """A model that takes so long to fit and no processor."""
    return ModelSpec("naps", label, {"amount": seconds})


def state(store: Store, run: str) -> RunState:
    """How a run stands."""
    row = store.run(run)
    assert row is not None
    return row.state


@dataclasses.dataclass
class Ledger:
    """What was ever seen as finished, to be found again as it was.

    Attributes
    ----------
    lost, doubled : set of str
        Fits that were finished and are so no longer, or without their predictions; fits that were finished twice.
    """

    store: Store
    seen: dict[str, tuple[float | None, Mapping[str, float | None]]] = dataclasses.field(default_factory=dict)
    lost: set[str] = dataclasses.field(default_factory=set)
    doubled: set[str] = dataclasses.field(default_factory=set)

    def look(self, *runs: str) -> int:
        """Compare with what was seen before; gives how many fits of these runs are over."""
        fits = [fit for run in runs for fit in self.store.fits(run, curves=False)]
        for fit in fits:
            name = f"{fit.run}/{fit.model}/{fit.fold}"
            if fit.state == FitState.DONE:
                self._compare(name, fit)
            elif name in self.seen:
                self.lost.add(name)
        return sum(fit.state not in OPEN for fit in fits)

    def _compare(self, name: str, fit: FitRow) -> None:
        if fit.outcome is None or self.store.files.predictions(fit.key) is None:
            self.lost.add(name)
            return
        now = (fit.ended, fit.outcome.scores)
        if self.seen.setdefault(name, now) != now:
            self.doubled.add(name)


def gone(processes: Iterable[psutil.Process], seconds: float = 10.0) -> float:
    """Wait until processes have ended; gives the seconds that took. A zombie has ended."""
    waited_for = list(processes)
    return until(lambda: not any(map(alive, waited_for)), seconds, f"for the end of {len(waited_for)} processes")


def alive(process: psutil.Process) -> bool:
    """Whether a process runs; a zombie does not."""
    return bool(process.is_running()) and _of(process, psutil.Process.status) not in (None, psutil.STATUS_ZOMBIE)


def using(processes: Iterable[psutil.Process]) -> float:
    """Seconds of processor time that processes have used."""
    return sum(sum(times[:2]) for each in processes if (times := _of(each, psutil.Process.cpu_times)) is not None)


def command(process: psutil.Process) -> str:
    """How a process was started; empty where it has ended."""
    return " ".join(_of(process, psutil.Process.cmdline) or ())


def _of(process: psutil.Process, ask: Callable[[psutil.Process], Any]) -> Any:
    try:
        return ask(process)
    except psutil.Error:
        return None


def send(process: psutil.Process, number: int = signal.SIGKILL) -> bool:
    """Send a signal; says whether the process was there to get it."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number)
        return True
    return False
