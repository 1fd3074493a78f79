"""One contract for every engine: a job is begun in its lane, heard of until it ends, kept to its limits, and stopped.

All jobs of one kind of engine run in the same one, so that each test also says that what came before left it whole.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from core.engines import DESK, FITS, HELD, Event, Job, memory_reason, time_reason
from core.records import STOPPED_EARLY
from tests.core import places
from tests.core.places import SLOTS, Place
from tests.core.trials import alive, command, gone

RAY = pytest.param("ray", marks=pytest.mark.skipif(not places.installed(), reason="Ray is not installed"))
ALL = pytest.mark.parametrize("place", ["inline", "local", RAY], indirect=True, scope="module")

# The inline engine executes a job in the test's own process while it is waited for: there is nothing that could be
# ended, watched or waited for beside it.
APART = pytest.mark.parametrize("place", ["local", RAY], indirect=True, scope="module")

WITHIN = 3.0  # seconds in which a stopped job and all that it started are gone
MIB = 2**20

pytestmark = pytest.mark.timeout(180)  # the first job of a cluster waits for its processes


@pytest.fixture(scope="module")
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with places.place(request.param, tmp_path_factory.mktemp(request.param)) as opened:
        yield opened


def reading(id: str, source: str, lane: str = DESK) -> Job:
    return Job(id, "table", {"source": source, "stamp": ""}, lane)


def below() -> list[psutil.Process]:
    """Everything that this process and those below it have started."""
    return psutil.Process().children(recursive=True)


def deaf() -> list[psutil.Process]:
    """What of it ignores SIGTERM."""
    return [each for each in below() if _ignores_sigterm(each)]


def _ignores_sigterm(process: psutil.Process) -> bool:
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    except OSError:
        return False
    ignored = next((int(line.split()[1], 16) for line in lines if line.startswith("SigIgn")), 0)
    return bool(ignored >> 14 & 1) and "forkserver" in command(process)


def children_of_fits() -> list[psutil.Process]:
    """The processes that `tests.core.faulty.have_children` starts."""
    return [each for each in below() if "end = time.monotonic()" in command(each)]


def appeared(place: Place, seen: Callable[[], list[psutil.Process]], count: int) -> list[psutil.Process]:
    end = time.monotonic() + 60
    while len(found := [each for each in seen() if alive(each)]) < count:
        assert time.monotonic() < end, "the job has not begun"
        place.listen(0.05)
    return found


# -- what every engine does


@ALL
def test_a_job_ends_with_its_result_and_frees_its_place(place: Place) -> None:
    assert place.engine.free(DESK) == 1
    place.start(reading("good", "iris"))
    assert place.engine.free(DESK) == 0
    event = place.end("good")
    assert (event.kind, event.result["info"]["rows"]) == ("done", 150)
    assert place.engine.free(DESK) == 1


@ALL
@pytest.mark.parametrize("lane", [DESK, FITS])
def test_a_failure_is_a_sentence_and_a_traceback(place: Place, lane: str) -> None:
    event = place.run(reading(f"bad {lane}", "moons:nois=1", lane))
    assert event.kind == "failed"
    assert "Did you mean 'noise'" in event.reason and "Traceback" not in event.reason
    assert "Traceback" in event.log


@ALL
def test_lanes_do_not_wait_for_each_other(place: Place) -> None:
    free = place.engine.free(FITS)
    place.start(reading("one", "wine", FITS))
    assert (place.engine.free(FITS), place.engine.free(DESK)) == (free - 1, 1)
    place.start(reading("two", "iris"))
    assert [place.end(id).kind for id in ("one", "two")] == ["done", "done"]
    assert place.engine.free(FITS) == free


@ALL
def test_a_fit_s_files_are_in_place_when_its_end_is_heard(place: Place) -> None:
    place.start(place.fit("whole", "k_neighbors"))
    event = place.end("whole")
    assert event.kind == "done", event
    predictions = place.store.files.predictions("whole")
    assert predictions is not None and len(predictions.rows) == 60
    assert event.result["outcome"].scores["accuracy"] > 0.8
    place.after("whole")
    assert place.store.files.has_model("whole")


@ALL
def test_an_exception_that_cannot_be_pickled_is_told_in_words(place: Place) -> None:
    event = place.run(place.fit("stubborn", "fails"))
    assert (event.kind, event.reason) == ("failed", "StubbornError: it went wrong in <b>its</b> own way")
    assert "Traceback" in event.log


@ALL
def test_what_is_stopped_at_once_is_never_done(place: Place) -> None:
    free = place.engine.free(FITS)
    place.start(place.fit("hasty", "naps", amount=30.0))
    place.engine.stop("hasty", "stopped by you")
    event = place.end("hasty", WITHIN)
    assert (event.kind, event.reason) == ("ended", "stopped by you")
    assert place.engine.free(FITS) == free
    assert place.store.files.predictions("hasty") is None


# -- what engines do whose jobs run in processes of their own


@APART
def test_as_many_fits_run_at_once_as_there_are_places(place: Place) -> None:
    assert place.engine.free(FITS) == SLOTS
    names = [f"long{number}" for number in range(SLOTS)]
    place.start(*(place.fit(name, "reports", amount=600.0) for name in names))
    assert place.engine.free(FITS) == 0
    for name in names:
        place.step(name)
    assert {each.kind for each in place.heard if each.job in names} == {"step"}, "one ended before the other began"
    for name in names:
        place.engine.stop(name, "stopped by you")
    assert [place.end(name, WITHIN).kind for name in names] == ["ended"] * SLOTS
    assert place.engine.free(FITS) == SLOTS


@APART
def test_steps_are_heard_in_order_with_every_point(place: Place) -> None:
    assert place.run(place.fit("steps", "reports", amount=1.5)).kind == "done"
    steps = [each.result for each in place.heard if each.job == "steps" and each.kind == "step"]
    told = [point["step"] for step in steps for point in step["points"]]
    assert len(steps) >= 4 and told == list(range(len(told))) and len(told) >= 800
    assert [each["progress"] for each in steps] == sorted(each["progress"] for each in steps)


@APART
def test_a_job_over_its_time_is_ended(place: Place) -> None:
    event = place.run(place.fit("slow", "naps", amount=60.0, seconds=0.5))
    assert (event.kind, event.reason) == ("late", time_reason(0.5))
    assert place.engine.free(FITS) == SLOTS


@APART
@pytest.mark.parametrize("way", ["takes_at_once", "takes_bit_by_bit"])
def test_a_job_over_its_memory_is_ended(place: Place, way: str) -> None:
    event = place.run(place.fit(f"greedy{way}".replace("_", ""), way, amount=1_500.0, memory=500 * MIB))
    assert (event.kind, event.reason) == ("over", memory_reason(500 * MIB))
    assert place.run(place.fit(f"modest{way}".replace("_", ""), way, amount=50.0, memory=500 * MIB)).kind == "done"


@APART
def test_a_crash_is_told_with_its_signal(place: Place) -> None:
    event = place.run(place.fit("crashed", "dies_of", amount=11.0))
    assert (event.kind, event.reason) == ("died", "the worker crashed (SIGSEGV)")


@APART
def test_a_worker_that_leaves_is_told_with_its_code(place: Place) -> None:
    event = place.run(place.fit("left", "leaves", amount=3.0))
    assert (event.kind, event.reason) == ("died", "the worker ended unexpectedly (exit code 3)")


@APART
def test_what_a_job_prints_goes_nowhere(place: Place) -> None:
    assert place.run(place.fit("loud", "shouts", amount=3.0)).kind == "done"


@APART
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("way", ["stays_busy", "sleeps_in_c"])
def test_a_job_that_hears_nothing_is_gone_when_it_is_stopped(place: Place, way: str) -> None:
    id = way.replace("_", "")
    place.start(place.fit(id, way, amount=60.0))
    processes = appeared(place, deaf, 1)
    _stop(place, id, processes)


@APART
def test_a_stopped_job_takes_its_children_along(place: Place) -> None:
    place.start(place.fit("parent", "has_children", amount=60.0))
    _stop(place, "parent", appeared(place, children_of_fits, 2))


def _stop(place: Place, id: str, processes: list[psutil.Process]) -> None:
    began = time.monotonic()
    place.engine.stop(id, "stopped by you")
    event = place.end(id, WITHIN)
    while any(map(alive, processes)) and time.monotonic() - began < WITHIN:
        place.listen(0.05)
    gone(processes, 0.1)
    assert time.monotonic() - began < WITHIN
    assert (event.kind, event.reason) == ("ended", "stopped by you")
    assert place.engine.free(FITS) == SLOTS


def _check_handed_in(place: Place, event: Event, reason: str) -> None:
    assert event.kind == "done" and event.reason == reason, event
    assert STOPPED_EARLY in event.result["outcome"].marks
    assert event.result["key"] != event.job and place.store.files.predictions(event.job) is None
    assert place.store.files.predictions(event.result["key"]) is not None
    place.after(event.job)
    assert place.store.files.has_model(event.result["key"])
    assert place.engine.free(FITS) == SLOTS


@APART
def test_a_network_hands_in_what_it_has_when_it_is_stopped(place: Place) -> None:
    place.start(place.fit("learner", "feed_forward", max_epochs=10_000, early_stopping=False))  # minutes
    place.step("learner")
    place.engine.stop("learner", "stopped by you")
    _check_handed_in(place, place.end("learner"), "stopped by you")


@APART
def test_a_job_that_listens_hands_in_what_it_has_at_its_time_limit(place: Place) -> None:
    place.start(place.fit("late", "listens", amount=60.0, seconds=1.0))
    _check_handed_in(place, place.end("late"), time_reason(1.0))


@APART
def test_a_job_that_listens_is_whole_when_nobody_stops_it(place: Place) -> None:
    """The control of the two above."""
    event = place.run(place.fit("early", "listens", amount=0.2, seconds=60.0))
    assert event.kind == "done" and not event.result["outcome"].marks and "key" not in event.result
    assert not event.reason


# -- standing still


def stands_still(place: Place, id: str, after: int = 0) -> int:
    """Wait until a job says that it stands still; gives the last epoch that it has told, which stays the last."""
    until = time.monotonic() + 60
    while not any(HELD in each.result for each in place.heard[after:] if each.job == id):
        assert time.monotonic() < until, f"{id} does not stand still: {place.heard[-5:]}"
        place.listen(0.1)
    seen = len(place.heard)
    until = time.monotonic() + 0.7
    while time.monotonic() < until:
        place.listen(0.1)
    assert [each for each in place.heard[seen:] if each.job == id] == []
    return max(epochs(place, id), default=0)


def epochs(place: Place, id: str) -> list[int]:
    return [int(p["step"]) for each in place.heard if each.job == id for p in each.result.get("points", ())]


@APART
def test_a_network_stands_still_does_one_epoch_and_goes_on(place: Place) -> None:
    place.start(place.fit("held", "feed_forward", max_epochs=10_000, early_stopping=False))
    place.step("held")
    place.engine.pause("held")
    stood = stands_still(place, "held")
    for more in (1, 2):
        seen = len(place.heard)
        place.engine.step("held")
        assert stands_still(place, "held", seen) == stood + more
    seen = len(place.heard)
    place.engine.resume("held")
    while epochs(place, "held")[-1] <= stood + 3:
        place.listen(0.1)
    assert not any(HELD in each.result for each in place.heard[seen:])
    assert epochs(place, "held") == list(range(1, epochs(place, "held")[-1] + 1)), "no epoch is lost by it"
    place.engine.stop("held", "stopped by you")
    _check_handed_in(place, place.end("held"), "stopped by you")


@APART
def test_a_job_that_stands_still_is_stopped_at_once_and_hands_in(place: Place) -> None:
    place.start(place.fit("stood", "feed_forward", max_epochs=10_000, early_stopping=False))
    place.step("stood")
    place.engine.pause("stood")
    stands_still(place, "stood")
    place.engine.stop("stood", "stopped by you")
    _check_handed_in(place, place.end("stood", WITHIN), "stopped by you")


@APART
def test_the_time_limit_stands_still_with_a_job(place: Place) -> None:
    place.start(place.fit("patient", "listens", amount=60.0, seconds=2.0))
    place.step("patient")
    place.engine.pause("patient")
    stands_still(place, "patient")
    place.listen(0.0)
    paused = time.monotonic()
    while time.monotonic() - paused < 2.5:
        place.listen(0.1)
    assert not [each for each in place.heard if each.job == "patient" and each.kind != "step"]
    place.engine.resume("patient")
    resumed = time.monotonic()
    event = place.end("patient")
    assert time.monotonic() - resumed > 0.5, "what was left of it was given back"
    _check_handed_in(place, event, time_reason(2.0))
    assert event.result["outcome"].fit_seconds < 3.0, "nor is that time the fit's"


@APART
def test_a_job_that_does_not_listen_is_not_held(place: Place) -> None:
    place.start(place.fit("deaf", "naps", amount=0.5))
    place.engine.pause("deaf")
    assert place.end("deaf").kind == "done"


@APART
def test_pausing_what_has_ended_does_no_harm(place: Place) -> None:
    assert place.run(reading("over", "iris")).kind == "done"
    for ask in (place.engine.pause, place.engine.step, place.engine.resume):
        ask("over")
    assert place.run(reading("next", "wine")).kind == "done"
