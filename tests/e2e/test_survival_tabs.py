"""A tab that is cut off, reloaded or doubled, and one whose server was started anew, shows the same run as before."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect

from core.models import MODELS
from core.records import Task
from core.store import Store
from tests.conftest import end_supervisor
from tests.e2e.conftest import Server, settled

ADDED = next(each.title for each in MODELS.values() if Task.CLASSIFICATION in each.build and not each.ticked)


class Line:
    """The tab's line to its server, to be cut."""

    def __init__(self, page: Page) -> None:
        self.ends: list[tuple[WebSocketRoute, WebSocketRoute]] = []
        page.route_web_socket(re.compile("_stcore/stream"), self._lay)

    def _lay(self, near: WebSocketRoute) -> None:
        self.ends.append((near, near.connect_to_server()))

    def cut(self, page: Page) -> None:
        """Cut it, and wait until the tab has a new one."""
        before = len(self.ends)
        for end in self.ends[-1]:
            end.close()
        while len(self.ends) == before:
            page.wait_for_timeout(50)
        connected(page)


def connected(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-connection-state", "CONNECTED")
    settled(page)


@pytest.fixture
def line(page: Page) -> Line:
    return Line(page)


@pytest.fixture
def alone(browser: object, tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own, because it is killed."""
    server = Server(tmp_path)
    server.start()
    yield server
    server.stop()
    end_supervisor(tmp_path)


def run_of(page: Page) -> str:
    """The run that the address names."""
    expect(page).to_have_url(re.compile(r"[?&]run=\w+"))
    return re.search(r"[?&]run=(\w+)", page.url)[1]  # type: ignore[index]


def started(page: Page) -> str:
    page.get_by_role("button", name="Start comparison").click()
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()
    return run_of(page)


@pytest.mark.slow  # it depends on the moment of the cuts
@pytest.mark.parametrize("cuts", [5])
def test_a_tab_that_is_cut_off_comes_back_as_it_was(cuts: int, page: Page, app_url: str, line: Line) -> None:
    page.goto(f"{app_url}/compare?data=blobs:rows=5000,noise=3.0")
    added = page.get_by_role("checkbox", name=ADDED, exact=True)
    settled(page)
    expect(added).not_to_be_checked()
    page.get_by_test_id("stCheckbox").filter(has=added).locator("label").click()
    expect(added).to_be_checked()
    for _ in range(cuts):  # while it is chosen
        line.cut(page)
        expect(added).to_be_checked()
    run = started(page)
    for _ in range(cuts):  # while it runs
        line.cut(page)
        expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()
        assert run_of(page) == run
    expect(page.get_by_test_id("stMain").get_by_role("link", name="Look closer")).to_be_visible(timeout=90_000)
    for _ in range(cuts):  # when it is over
        line.cut(page)
        expect(page.get_by_test_id("stMain").get_by_role("link", name="Look closer")).to_be_visible()
        assert run_of(page) == run


def test_an_upload_outlives_a_cut_line_and_a_reload(page: Page, app_url: str, line: Line, tmp_path: Path) -> None:
    table = tmp_path / "cut off.csv"
    table.write_text("height,weight,kind\n" + "".join(f"{n % 17},{n % 23},{'ab'[n % 2]}\n" for n in range(400)))
    page.goto(app_url)
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(table)
    heading = page.get_by_role("heading", name="cut off")
    expect(heading).to_be_visible()
    line.cut(page)
    expect(heading).to_be_visible()
    page.reload()
    expect(heading).to_be_visible()
    page.get_by_role("button", name="Compare models").click()
    run = started(page)
    page.reload()
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()
    assert run_of(page) == run


@pytest.fixture
def second(page: Page) -> Page:
    """Another tab of the same browser."""
    context: BrowserContext = page.context
    return context.new_page()


def test_two_tabs_that_start_the_same_have_one_run_and_both_see_it(page: Page, second: Page, app_url: str) -> None:
    for tab in (page, second):
        tab.goto(f"{app_url}/compare?data=moons:rows=400")
        expect(tab.get_by_role("button", name="Start comparison")).to_be_visible()
    for tab in (page, second):
        tab.get_by_role("button", name="Start comparison").click(no_wait_after=True)
    assert run_of(page) == run_of(second)
    second.close()


def test_a_tab_finds_its_run_again_when_the_server_is_started_anew(page: Page, alone: Server) -> None:
    page.goto(f"{alone.url}/compare?data=blobs:rows=5000,noise=3.0")
    run = started(page)
    assert alone._process is not None
    os.killpg(alone._process.pid, signal.SIGKILL)
    alone._process.wait()
    expect(page.get_by_test_id("stApp")).not_to_have_attribute("data-test-connection-state", "CONNECTED")
    alone._launch(urlsplit(alone.url).port or 0)
    assert alone._answers(), alone.tail()
    connected(page)
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()
    assert run_of(page) == run
    assert len(Store(alone.home).runs()) == 1
