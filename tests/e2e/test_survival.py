"""A run belongs to nobody's tab: it goes on without page and server, and after its supervisor was killed."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from core import jobs
from core.records import FitState
from core.store import Store
from tests.conftest import end_supervisor
from tests.e2e.conftest import Server


@pytest.fixture
def alone(browser: Browser, tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own, because it is killed."""
    server = Server(tmp_path)
    server.start()
    yield server
    server.stop()
    end_supervisor(tmp_path)


def done(store: Store, run: str) -> int:
    return sum(each.state == FitState.DONE for each in store.fits(run, curves=False))


def started(page: Page, server: Server) -> str:
    """Start a comparison that takes a while; gives its id."""
    page.goto(f"{server.url}/compare?data=blobs:rows=6000,noise=3.0")
    page.get_by_role("button", name="Start comparison").click()
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()
    expect(page).to_have_url(re.compile(r"[?&]run=\w+"))
    return re.search(r"[?&]run=(\w+)", page.url)[1]  # type: ignore[index]


def test_a_run_goes_on_without_tab_server_and_supervisor(page: Page, browser: Browser, alone: Server) -> None:
    store = Store(alone.home)
    run = started(page, alone)
    page.goto("about:blank")  # the tab is gone
    alone.stop()
    before, end = done(store, run), time.monotonic() + 60
    while done(store, run) <= before:
        assert time.monotonic() < end, "nothing went on without the server"
        time.sleep(0.1)

    os.kill(store.noted("supervisor")["pid"], signal.SIGKILL)
    kept = done(store, run)
    alone.start()
    page.goto(f"{alone.url}/compare?run={run}")
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()
    expect(page.get_by_test_id("stMain").get_by_role("link", name="Look closer")).to_be_visible(timeout=90_000)
    row = store.run(run)
    assert row is not None and jobs.ended(row)
    assert {(each.state, each.reason) for each in store.fits(run)} == {(FitState.DONE, "")}
    assert kept <= done(store, run)
    assert all(each.attempts <= 2 for each in store.fits(run))
