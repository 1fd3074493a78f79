"""A network is watched and led in a browser: its curve moves, stands still, does one epoch, goes on, and stays."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, Route, expect

from core import jobs
from core.records import ModelSpec, Roles, RunSpec, Split, Table
from core.run import with_baseline
from core.store import Store
from dashboard.widgets.moving import UNDRAWN
from tests.core.trials import until
from tests.e2e.conftest import Server, settled

NETWORK = ModelSpec("feed_forward", "", {"hidden_layer_sizes": (8, 8), "max_epochs": 10_000, "patience": 1_000})
FIRST_MOVEMENT = 60.0  # seconds; two on a machine that has nothing else to do
LINES = ".st-key-learning_curves .scatterlayer .trace path"
DRAWN = f"() => [...document.querySelectorAll('{LINES}')].some((path) => (path.getAttribute('d') || '').length > 3)"
EPOCH = """() => {
    const said = /epoch ([0-9,]+) of/.exec(document.querySelector('.st-key-learning')?.innerText ?? '');
    return said && Number(said[1].replaceAll(',', ''));
}"""
WAIT_MS = 60_000
PLOT = "document.querySelector('.st-key-learning_curves .js-plotly-plot')"
MOVES = "(before) => document.querySelector('.st-key-learning_curves .scatterlayer').innerHTML !== before"


@pytest.fixture(scope="module")
def warm(server: Server) -> Table:
    """A table, when the workers have brought in what networks need."""
    store = Store(server.home)
    jobs.ensure_supervisor(store)
    table = jobs.read(store, "spirals:rows=300,noise=0.3")
    roles, few = Roles(table.target), ModelSpec("feed_forward", "", {"max_epochs": 3})
    first = jobs.submit(store, RunSpec(table.name, table.fingerprint, roles, Split("kfold", folds=8), (few,)), table)
    until(lambda: jobs.ended(store.run(first)), 150)  # type: ignore[arg-type]
    return table


@pytest.fixture
def chosen(server: Server, warm: Table, monkeypatch: pytest.MonkeyPatch) -> str:
    """A run that was stopped before it began; who opens it has its choice on the form."""
    store, table = Store(server.home), warm
    split = Split("holdout", test_share=0.3)
    spec = RunSpec(table.name, table.fingerprint, Roles(table.target), split, with_baseline([NETWORK]))
    monkeypatch.setattr(jobs, "ensure_supervisor", lambda _: None)
    run = jobs.submit(store, spec, table)
    store.cancel(run)
    return run


def height(page: Page) -> float:
    """How tall the picture is, once it is drawn."""
    page.wait_for_function(DRAWN)
    box = page.locator(".st-key-learning_curves").bounding_box()
    assert box is not None
    return box["height"]


def epoch(page: Page) -> int:
    """The epoch that the page says the network is at."""
    return int(page.wait_for_function(EPOCH).json_value())


def stands(page: Page) -> int:
    """The epoch at which it stands, once it does."""
    at, since = epoch(page), time.monotonic()
    while time.monotonic() - since < 1.8:  # a live page looks every second
        page.wait_for_timeout(100)
        if (now := epoch(page)) != at:
            at, since = now, time.monotonic()
    return at


@pytest.mark.timeout(400)
def test_a_network_is_watched_and_led(page: Page, app_url: str, chosen: str) -> None:
    page.goto(f"{app_url}/compare?run={chosen}")
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()
    settled(page)
    began = time.monotonic()
    page.get_by_role("button", name="Start comparison").click()
    page.wait_for_function(DRAWN, timeout=FIRST_MOVEMENT * 1000)
    assert time.monotonic() - began < FIRST_MOVEMENT
    page.evaluate(f"() => {{ {PLOT}.same = true; }}")
    before = page.locator(".st-key-learning_curves .scatterlayer").first.inner_html()
    page.wait_for_function(MOVES, arg=before, timeout=WAIT_MS)
    tall = height(page)

    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    at = stands(page)
    page.get_by_role("button", name="One epoch").click()
    page.wait_for_function(f"() => ({EPOCH})() !== {at}")
    assert stands(page) == at + 1
    assert page.evaluate(f"() => {PLOT}.same"), "it changes in place: nothing flickers, and what was zoomed stays so"
    page.reload()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    assert epoch(page) == at + 1
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_function(f"() => !document.querySelector('.st-key-learning').innerText.includes('epoch {at + 1} of')")
    assert height(page) == tall, "nothing jumps"

    clicked = time.monotonic()
    page.get_by_role("button", name="Stop and keep").click()
    expect(page.get_by_text(re.compile("Training was stopped early in epoch")).first).to_be_visible()
    assert time.monotonic() - clicked < 5.0
    page.get_by_text("The same as a plain table").click()
    row = page.get_by_test_id("stTable").get_by_role("row").filter(has_text="Feed-forward network")
    expect(row).to_contain_text("stopped early")
    expect(row).to_contain_text(re.compile(r"0\.\d{3}"))
    page.wait_for_function(DRAWN)
    expect(page.get_by_role("button", name="Stop and keep")).to_have_count(0)


@pytest.mark.timeout(400)
def test_a_chart_that_could_not_be_drawn_says_so_and_is_tried_again(page: Page, app_url: str, chosen: str) -> None:
    lost: list[str] = []

    def lose(route: Route) -> None:
        lost.append(route.request.url)
        route.abort()

    page.route("**/bakeoff/plotly.js*", lose)
    page.goto(f"{app_url}/compare?run={chosen}")
    settled(page)
    page.get_by_role("button", name="Start comparison").click()
    expect(page.get_by_text(UNDRAWN)).to_be_visible(timeout=WAIT_MS)
    assert lost
    page.unroute("**/bakeoff/plotly.js*")
    page.wait_for_function(DRAWN, timeout=WAIT_MS)
    expect(page.get_by_text(UNDRAWN)).to_have_count(0)
    page.get_by_role("button", name="Stop and keep").click()
    expect(page.get_by_text(re.compile("Training was stopped early in epoch")).first).to_be_visible()
