"""Workers, fork servers and supervisors are killed in the middle of their work: what was finished is neither lost nor
done twice, nobody is left over, and the rest is done by whoever comes next."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from core import jobs
from core.records import FitState, ModelSpec, Split
from core.run import compare
from tests.core.trials import SEED, Ledger, Stage, faulty_models, gone, nap, send, sizes, told, until

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no signals")

NAPS = tuple(nap(f"{seconds}", seconds) for seconds in (0.05, 0.1, 0.2, 0.3))
QUICK = tuple(map(ModelSpec, ("decision_tree", "k_neighbors", "gaussian_naive_bayes", "logistic_regression")))
SIGNALS = (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGTERM)


@pytest.fixture(autouse=True)
def faulty() -> Iterator[None]:
    with faulty_models():
        yield


@dataclass
class Work:
    """Runs that follow each other on a stage for as long as a trial takes, and what was seen of them.

    Attributes
    ----------
    stalled : float
        The longest time in which no fit changed its state, in seconds.
    """

    stage: Stage
    ledger: Ledger = field(init=False)
    runs: list[str] = field(default_factory=list)
    stalled: float = 0.0
    _last: tuple[object, float] = (None, 0.0)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.stage.store)

    def go_on(self) -> None:
        """Look at all runs; begin another one when the last has ended."""
        if not self.runs or self.stage.ended(self.runs[-1]):
            self.runs.append(self.stage.submit(*NAPS, *QUICK, seed=len(self.runs)))
        self.look()

    def look(self) -> None:
        now = [(fit.state, fit.attempts) for fit in self.stage.fits(self.runs[-1])]
        if now != self._last[0]:
            self._last = (now, time.monotonic())
        self.stalled = max(self.stalled, time.monotonic() - self._last[1])
        self.ledger.look(*self.runs[-2:])

    def finish(self) -> None:
        """Wait for the end of the last run."""
        until(lambda: self.look() or self.stage.ended(self.runs[-1]), 120)
        self.ledger.look(*self.runs)

    @property
    def again(self) -> int:
        """How often a fit was begun once more."""
        return sum(max(0, fit.attempts - 1) for run in self.runs for fit in self.stage.fits(run))

    def ends(self) -> set[tuple[FitState, str]]:
        """How fits ended, with the reasons."""
        return {each for run in self.runs for each in self.stage.states(run)}


def kill_workers(stage: Stage, kills: int) -> tuple[Work, int]:
    """Signal random workers again and again while there is work; a loss is enough."""
    dice, work, sent = random.Random(SEED), Work(stage), 0
    stage.start()
    while sent < kills and not work.ledger.lost:
        work.go_on()
        time.sleep(dice.uniform(0.05, 0.5))
        found = stage.workers()
        sent += bool(found) and send(dice.choice(found), dice.choice(SIGNALS))
    work.finish()
    return work, sent


@pytest.mark.parametrize("kills", sizes(15, 200, 600))
def test_a_killed_worker_takes_only_its_own_fit_along(
    kills: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    stage = Stage(tmp_path)
    try:
        work, sent = kill_workers(stage, kills)
    finally:
        stage.stop()
    ends = work.ends()
    failed = sum(fit.state == FitState.FAILED for run in work.runs for fit in stage.fits(run))
    told(
        request,
        "workers killed",
        kills=sent,
        fits=len(work.ledger.seen) + failed,
        lost=len(work.ledger.lost),
        doubled=len(work.ledger.doubled),
        begun_again=work.again,
        given_up=failed,
        longest_standstill=work.stalled,
    )
    assert not work.ledger.lost and not work.ledger.doubled
    reasons = {f"the worker crashed ({number.name})" for number in SIGNALS}
    assert ends <= {(FitState.DONE, ""), *((FitState.FAILED, reason) for reason in reasons)}
    assert work.again <= sent, "a fit was begun again though nobody killed its worker"
    assert work.stalled < 10


def test_workers_that_say_too_early_that_they_are_done_are_caught(tmp_path: Path) -> None:
    stage = Stage(tmp_path, sabotage="loses")
    try:
        work, _ = kill_workers(stage, 10)
    finally:
        stage.stop()
    assert work.ledger.lost


def test_a_fork_server_that_is_killed_is_replaced(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    try:
        stage.start()
        work = Work(stage)
        for _ in range(3):
            work.go_on()
            until(lambda: stage.running(work.runs[-1]) and any(map(send, filter(None, [stage.fork_server()]))))
        work.finish()
    finally:
        stage.stop()
    assert stage.process is not None and stage.process.returncode == 0, stage.log()
    assert not work.ledger.lost and not work.ledger.doubled


@dataclass
class Kills:
    """The worst of what was seen of supervisors that were killed, in seconds."""

    left_over: float = 0.0
    served: float = 0.0
    went_on: float = 0.0


def kill_supervisors(stage: Stage, kills: int) -> tuple[Work, Kills]:
    """SIGKILL the supervisor again and again; each time two others are started at the same moment."""
    dice, work, worst = random.Random(SEED), Work(stage), Kills()
    stage.start()
    for _ in range(kills):
        work.go_on()
        through = dice.randint(1, 20)
        until(lambda: work.ledger.look(work.runs[-1]) >= through)  # noqa: B023
        time.sleep(dice.uniform(0.0, 0.5))
        work.go_on()
        worst.left_over = max(worst.left_over, gone(stage.kill()))
        began = time.monotonic()
        stage.process = replaced(stage)
        worst.served = max(worst.served, time.monotonic() - began)
        stale = [fit for fit in stage.fits(work.runs[-1]) if fit.state == FitState.RUNNING]
        until(lambda: all(_moved(stage, fit) for fit in stale))  # noqa: B023
        worst.went_on = max(worst.went_on, time.monotonic() - began)
    work.finish()
    return work, worst


def replaced(stage: Stage) -> object:
    """Start two supervisors at once; gives the one that serves, when the other has left."""
    rivals = [stage.launch(), stage.launch()]
    until(lambda: stage.serving() in {each.pid for each in rivals}, 30, stage.log())
    (winner,) = [each for each in rivals if each.pid == stage.serving()]
    (other,) = [each for each in rivals if each is not winner]
    assert other.wait(30) == 0
    assert winner.poll() is None
    return winner


def _moved(stage: Stage, fit: object) -> bool:
    """Whether a fit that was at work is no longer where the dead supervisor left it."""
    (now,) = [each for each in stage.fits(fit.run) if (each.model, each.fold) == (fit.model, fit.fold)]  # type: ignore[attr-defined]
    return now.state != FitState.RUNNING or now.attempts > fit.attempts  # type: ignore[attr-defined]


@pytest.mark.parametrize("kills", sizes(2, 50, 1200))
def test_after_a_killed_supervisor_the_next_one_goes_on(
    kills: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    stage = Stage(tmp_path)
    try:
        work, worst = kill_supervisors(stage, kills)
    finally:
        stage.stop()
    told(
        request,
        "supervisors killed",
        kills=kills,
        fits=len(work.ledger.seen),
        lost=len(work.ledger.lost),
        doubled=len(work.ledger.doubled),
        begun_again=work.again,
        oldest_orphan=worst.left_over,
        latest_successor=worst.served,
        latest_going_on=worst.went_on,
    )
    assert not work.ledger.lost and not work.ledger.doubled
    assert work.ends() == {(FitState.DONE, "")}
    assert work.again <= 2 * kills, "no more fits were at work than there are slots"
    assert worst.left_over < 2 and worst.went_on < 15


def test_a_supervisor_that_does_everything_again_is_caught(tmp_path: Path) -> None:
    stage = Stage(tmp_path, sabotage="doubles")
    try:
        work, _ = kill_supervisors(stage, 1)
    finally:
        stage.stop()
    assert work.ledger.lost or work.ledger.doubled


@pytest.mark.parametrize(("deed", "children"), [("stays_busy", 0), ("has_children", 4), ("hides_children", 2)])
def test_nothing_that_a_fit_has_started_outlives_the_supervisor(deed: str, children: int, tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    below = at_work(stage, deed, children)
    stage.kill()
    assert gone(below) < 2


def test_what_outlives_the_supervisor_is_caught(tmp_path: Path) -> None:
    stage = Stage(tmp_path, sabotage="outlives")
    below = at_work(stage, "stays_busy", 0)
    stage.kill()
    try:
        with pytest.raises(AssertionError, match="in vain"):
            gone(below, 3)
    finally:
        for each in below:
            send(each)


def at_work(stage: Stage, deed: str, children: int) -> list[psutil.Process]:
    """Have both slots at work on a deed; gives everything below the supervisor."""
    stage.start()
    before = len(stage.tree())
    run = stage.submit(ModelSpec(deed, "", {"amount": 60.0}))
    until(lambda: stage.running(run) == 2)
    until(lambda: len(stage.tree()) >= before + children)
    return stage.tree()[1:]


# ---- the same as without interruption ------------------------------------------------------------------------------

NINE = ("baseline", "logistic_regression", "k_neighbors", "svm_rbf", "decision_tree", "random_forest", "sklearn_mlp")
NETWORKS = (ModelSpec("feed_forward"), ModelSpec("feed_forward", "wide", {"hidden_layer_sizes": (128, 128)}))
SPLIT = Split("stratified", 3)


def same(some: Mapping[str, float | None], others: Mapping[str, float | None], allowed: float) -> bool:
    """Whether scores agree; undefined ones must be undefined on both sides."""
    pairs = [(some[name], others[name]) for name in others]
    return some.keys() == others.keys() and all(
        a is b is None or (a is not None and b is not None and abs(a - b) <= allowed) for a, b in pairs
    )


def differences(stage: Stage, run: str, source: str, models: tuple[ModelSpec, ...], seed: int = 0) -> list[str]:
    """Where a run's results are not those of an uninterrupted one in this process, the networks' to 1e-6."""
    ours = jobs.result(stage.store, stage.store.run(run))  # type: ignore[arg-type]
    theirs = compare(source, models=models, split=SPLIT, seed=seed)
    found = []
    for model in models:
        allowed = 1e-6 if model in NETWORKS else 0.0
        for mine, calm in zip(ours.model(model.id).fits, theirs.model(model.id).fits, strict=True):
            scores = [each.outcome.scores if each.outcome else {} for each in (mine, calm)]
            if not scores[0] or not same(*scores, allowed):
                found.append(f"{model.id}, fold {mine.fold}: {mine.state} {mine.reason}")
    return found


@pytest.mark.parametrize("kills", sizes(2, 30, 900))
def test_an_interrupted_run_comes_to_the_same_as_one_that_was_not(
    kills: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    stage, dice, done = Stage(tmp_path, sabotage="hasty"), random.Random(SEED), 0
    models, source = (*map(ModelSpec, NINE), *NETWORKS), f"moons:rows={max(300, 27 * kills)},noise=0.3"
    try:
        stage.start()
        run, ledger = stage.submit(*models, source=source, split=SPLIT), Ledger(stage.store)
        while done < kills and not stage.ended(run):
            ledger.look(run)
            time.sleep(dice.uniform(0.1, 1.0))
            stage.kill()
            stage.start()
            done += 1
        until(lambda: stage.ended(run), 120)
        ledger.look(run)
        found, control = differences(stage, run, source, models), differences(stage, run, source, models[1:4], seed=1)
    finally:
        stage.stop()
    told(request, "interrupted and resumed", kills=done, fits=len(ledger.seen), different=len(found))
    assert done and len(ledger.seen) == 27 and not ledger.lost and not ledger.doubled
    assert not found
    assert len(control) == 9, "runs of different seeds must be told apart"
