"""How a supervisor begins and ends: alone, with its engine or a sentence why not, and with nothing left behind."""

from __future__ import annotations

import time
from typing import Any

import pytest

from core import jobs
from core.engines.inline import InlineEngine
from core.store import Store
from core.supervisor import Supervisor, life
from tests.core.trials import until


def test_a_second_supervisor_leaves_at_once(served: Store) -> None:
    from core.supervisor import main

    until(lambda: jobs.supervisor_alive(served))
    assert main([str(served.folder)]) == 0


@pytest.mark.parametrize("asked", ["", "by a signal", "by a signal when it has served", "by a note"])
def test_what_comes_while_a_supervisor_leaves_is_not_left_behind(
    asked: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Leaving(Supervisor):
        def serve(self) -> None:
            """Finds nothing to do, and then somebody asks for something."""
            self.asked = asked == "by a signal"
            jobs.request_table(store, "iris")
            if asked == "by a note":
                store.note("stop", True)
            if asked == "by a signal when it has served":
                queued = Store.queued_derived
                monkeypatch.setattr(Store, "queued_derived", lambda store: self.stop() or queued(store))

    begun: list[str] = []
    monkeypatch.setattr(jobs, "ensure_supervisor", lambda _: None)
    monkeypatch.setattr(life, "Supervisor", Leaving)
    monkeypatch.setattr(life, "engine_for", lambda *_: InlineEngine(store.folder))
    monkeypatch.setattr(life.signal, "signal", lambda *_: None)
    monkeypatch.setattr(life.os, "execv", lambda *given: begun.append(given[0]))
    assert life.main([str(store.folder)]) == 0
    assert len(begun) == (not asked), "it begins again, unless somebody asked for the end"


def test_a_signal_is_heard_that_comes_while_the_supervisor_asks_the_store(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor = Supervisor(store, InlineEngine(store.folder), idle_seconds=0.5)
    noted, asked = store.noted, []

    def interrupted(name: str) -> Any:
        asked.append(name)
        supervisor.stop()
        return noted(name)

    monkeypatch.setattr(store, "noted", interrupted)
    began = time.monotonic()
    supervisor.serve()
    assert asked and supervisor.asked and time.monotonic() - began < 0.5


def test_a_supervisor_that_fails_says_where_to_look(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHOME", str(store.folder))  # Python does not find itself there
    jobs.ensure_supervisor(store)
    until(lambda: jobs.trouble(store) != "")
    log = store.home / "logs" / "supervisor.log"
    assert str(log) in jobs.trouble(store) and log.read_text() and not jobs.no_engine(store)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("BAKEOFF_ENGINE", "dask", "BAKEOFF_ENGINE is 'local', 'ray' or 'ray://host:port', not 'dask'."),
        ("BAKEOFF_SLOTS", "many", "BAKEOFF_SLOTS is the number of fits at once, 1 or more, not 'many'."),
    ],
)
def test_an_engine_that_cannot_be_had_is_told_of_and_not_tried_all_the_time(
    name: str, value: str, told: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    jobs.ensure_supervisor(store)
    until(lambda: jobs.trouble(store) != "")
    log = store.home / "logs" / "supervisor.log"
    assert jobs.trouble(store) == jobs.no_engine(store) == told
    assert told in log.read_text() and "Traceback" not in log.read_text()
    first = len(log.read_text())
    for _ in range(20):
        jobs.ensure_supervisor(store)
        time.sleep(0.01)
    assert len(log.read_text()) == first


def test_new_code_is_noticed_however_often_the_queue_is_looked_at(store: Store) -> None:
    stamps = iter(["old"])
    supervisor = Supervisor(store, InlineEngine(store.folder), code=lambda: next(stamps, "new"))
    end = time.monotonic() + 5
    while not supervisor.outdated and time.monotonic() < end:
        supervisor.look()
        supervisor._check_code()
        time.sleep(0.02)
    assert supervisor.outdated


def test_a_supervisor_stays_as_long_as_a_page_is_open(store: Store) -> None:
    supervisor = Supervisor(store, InlineEngine(store.folder), idle_seconds=0.4)
    for _ in range(10):
        jobs.here(store)
        assert not supervisor._leaving()
        time.sleep(0.1)
    until(supervisor._leaving, 2)


def test_who_watches_brings_a_successor_but_not_where_somebody_asked_for_the_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Store] = []
    monkeypatch.setattr(jobs, "ensure_supervisor", begun.append)
    jobs.keep_going(store)
    assert begun == [store]
    store.note("stop", True)
    jobs.keep_going(store)
    assert begun == [store]
