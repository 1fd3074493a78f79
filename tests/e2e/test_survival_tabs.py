"""A tab that is cut off, reloaded or doubled, and one whose server was started anew, shows the same run as before."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core.models import MODELS
from core.records import Task
from core.store import Store
from dashboard.session import DRAFT, OWNER_COOKIE
from tests.conftest import end_supervisor
from tests.core.trials import told, until
from tests.e2e.conftest import Server, settled
from tests.e2e.relay import Relay

ADDED = next(each.title for each in MODELS.values() if Task.CLASSIFICATION in each.build and not each.ticked)

CUTS = 15  # of a line, at each stage


@pytest.fixture
def line(app_url: str) -> Iterator[Relay]:
    relay = Relay(urlsplit(app_url).port or 0)
    yield relay
    relay.close()


# Heard rather than looked for: a new line may be there within a twentieth of a second.
LOST = """() => {
  const state = "data-test-connection-state", page = document.querySelector('[data-testid="stApp"]');
  window.lost = new Promise((resolve) => new MutationObserver(() => {
    if (page.getAttribute(state) !== "CONNECTED") resolve(true);
  }).observe(page, { attributeFilter: [state] }));
}"""


def cut(line: Relay, page: Page) -> None:
    """Cut the tab's line, and wait until it has a new one."""
    page.evaluate(LOST)
    line.cut()
    assert page.evaluate("window.lost")
    connected(page)


def connected(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-connection-state", "CONNECTED")
    settled(page)


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


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """A page whose script may give up, which it does once in some hundred cuts: then the page loads itself again."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.mark.slow  # it depends on the moment of the cuts
@pytest.mark.timeout(600)
def test_a_tab_that_is_cut_off_comes_back_as_it_was(tab: Page, line: Relay, request: pytest.FixtureRequest) -> None:
    tab.goto(f"{line.url}/compare?data=blobs:rows=5000,noise=3.0")
    added = tab.get_by_role("checkbox", name=ADDED, exact=True)
    settled(tab)
    expect(added).not_to_be_checked()
    tab.get_by_test_id("stCheckbox").filter(has=added).locator("label").click()
    expect(added).to_be_checked()
    for _ in range(CUTS):  # while it is chosen
        cut(line, tab)
        expect(added).to_be_checked()
    run = started(tab)
    for _ in range(CUTS):  # while it runs
        cut(line, tab)
        expect(tab.get_by_role("heading", name="Leaderboard")).to_be_visible()
        assert run_of(tab) == run
    expect(tab.get_by_test_id("stMain").get_by_role("link", name="Look closer")).to_be_visible(timeout=90_000)
    for _ in range(CUTS):  # when it is over
        cut(line, tab)
        expect(tab.get_by_test_id("stMain").get_by_role("link", name="Look closer")).to_be_visible()
        assert run_of(tab) == run
    told(request, "a tab's line is cut", cuts=3 * CUTS)


def test_an_upload_outlives_a_cut_line_and_a_reload(page: Page, line: Relay, tmp_path: Path) -> None:
    table = tmp_path / "cut off.csv"
    table.write_text("height,weight,kind\n" + "".join(f"{n % 17},{n % 23},{'ab'[n % 2]}\n" for n in range(400)))
    page.goto(line.url)
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(table)
    heading = page.get_by_role("heading", name="cut off")
    expect(heading).to_be_visible()
    cut(line, page)
    expect(heading).to_be_visible()
    page.reload()
    expect(heading).to_be_visible()
    page.get_by_role("button", name="Compare models").click()
    run = started(page)
    page.reload()
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()
    assert run_of(page) == run


def test_a_choice_outlives_a_reload_before_the_start(page: Page, app_url: str, server: Server) -> None:
    page.goto(f"{app_url}/compare?data=moons:rows=500")
    added = page.get_by_role("checkbox", name=ADDED, exact=True)
    settled(page)
    page.get_by_test_id("stCheckbox").filter(has=added).locator("label").click()
    page.get_by_text("How it is done: folds, seed, limits").click()
    seconds = page.get_by_role("spinbutton", name="Seconds at most for each training")
    seconds.fill("33")
    seconds.press("Enter")
    kept = f"{DRAFT} " + next(each["value"] for each in page.context.cookies() if each["name"] == OWNER_COOKIE)
    until(lambda: json.loads(Store(server.home).noted(kept) or "{}").get("time_limit") == 33)  # what is typed is sent
    page.reload()
    settled(page)
    expect(added).to_be_checked()
    page.get_by_text("How it is done: folds, seed, limits").click()
    expect(seconds).to_have_value("33")
    page.goto(f"{app_url}/compare?data=moons:rows=501")  # of another table nothing was chosen
    settled(page)
    expect(added).not_to_be_checked()


@pytest.mark.parametrize("watched", [True, False])
def test_a_page_that_was_left_blank_is_loaded_again(watched: bool, page: Page, app_url: str) -> None:
    """As by Streamlit's script, which gives up where what it is sent does not fit; the second one is the control."""
    page.goto(f"{app_url}/compare?data=moons:rows=300")
    run = started(page)
    settled(page)
    if not watched:
        page.evaluate("clearInterval(window.bakeoffLine.timer)")
    page.evaluate("document.querySelector('#root').remove()")
    heading = page.get_by_role("heading", name="Leaderboard")
    if watched:
        expect(heading).to_be_visible()
    else:
        page.wait_for_timeout(4_000)  # twice as long as the watch takes to notice
        assert heading.count() == 0
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
    page.goto(f"{alone.url}/compare?data=blobs:rows=500,noise=3.0")
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
