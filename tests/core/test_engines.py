"""One contract for every engine: a job is begun in its lane, heard of until it ends, and gone when it is killed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.engines import DESK, FITS, Engine, Event, Job
from core.engines.inline import InlineEngine
from core.engines.local import LocalEngine
from core.store import Store


@pytest.fixture(scope="module", params=["inline", "local"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp(request.param)
    Store(folder)
    made: Engine = InlineEngine(folder) if request.param == "inline" else LocalEngine(folder, fits=1)
    yield made
    made.close()


def heard(engine: Engine, job: str, seconds: float = 30.0) -> Event:
    """The last event of a job."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for event in engine.wait(0.1):
            if event.job == job and event.kind != "step":
                return event
    raise AssertionError(f"nothing was heard of {job}")


def reading(id: str, source: str, lane: str = DESK) -> Job:
    return Job(id, "table", {"source": source, "stamp": ""}, lane)


def test_a_job_ends_with_its_result_and_frees_its_place(engine: Engine) -> None:
    assert engine.free(DESK) == 1
    engine.start(reading("good", "iris"))
    assert engine.free(DESK) == 0
    event = heard(engine, "good")
    assert (event.kind, event.result["info"]["rows"]) == ("done", 150)
    assert engine.free(DESK) == 1


def test_a_failure_is_a_sentence_and_a_traceback(engine: Engine) -> None:
    engine.start(reading("bad", "moons:nois=1"))
    event = heard(engine, "bad")
    assert event.kind == "failed"
    assert "Did you mean 'noise'" in event.reason and "Traceback" not in event.reason
    assert "Traceback" in event.log


def test_lanes_do_not_wait_for_each_other(engine: Engine) -> None:
    engine.start(reading("one", "wine", FITS))
    assert (engine.free(FITS), engine.free(DESK)) == (0, 1)
    engine.start(reading("two", "iris"))
    events = {event.job: event.kind for event in engine.wait(0.0)}
    end = time.monotonic() + 30
    while len(events) < 2 and time.monotonic() < end:
        events |= {event.job: event.kind for event in engine.wait(0.1)}
    assert events == {"one": "done", "two": "done"}


def test_of_a_killed_job_nothing_more_is_heard_and_its_place_is_free(engine: Engine) -> None:
    engine.start(reading("gone", "loan_desk:rows=100000", FITS))
    engine.kill("gone")
    assert engine.free(FITS) == 1
    engine.start(reading("next", "iris", FITS))
    end, events = time.monotonic() + 30, list(engine.wait(0.1))
    while not any(event.job == "next" for event in events) and time.monotonic() < end:
        events += engine.wait(0.1)
    assert {event.job for event in events} == {"next"}


def test_a_job_over_its_time_is_ended(tmp_path: Path) -> None:
    Store(tmp_path)
    engine = LocalEngine(tmp_path, fits=1)
    try:
        slow = {"source": "loan_desk:rows=100000", "stamp": ""}
        engine.start(Job("slow", "table", slow, FITS, seconds=0.05))
        event = heard(engine, "slow")
        assert (event.kind, event.reason) == ("late", "stopped after 0.05 s, its time limit")
        assert engine.free(FITS) == 1
    finally:
        engine.close()
