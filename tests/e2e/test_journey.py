"""The main job as a person does it: upload a table, compare models, stop one, read the verdict, look closer."""

from __future__ import annotations

import random
import re
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect

from core import jobs
from core.records import ModelSpec
from core.store import Store
from dashboard.app import VIEWS
from tests.core.trials import submit, until
from tests.e2e.conftest import Server, settled

ODD_NAME = "Kunden *2024* (neu) [x].csv"


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small table with commas in its numbers, gaps, umlauts, and a target that can be learned."""
    dice = random.Random(0)
    lines = ["Nr;Umsatz;Region;Besuche;gekündigt"]
    for number in range(6000):  # enough for the network to be still at work when it is stopped
        visits = dice.randrange(10)
        revenue = "" if number % 17 == 0 else f"{dice.uniform(10, 300):.2f}".replace(".", ",")
        leaves = "ja" if dice.random() < (0.8 if visits < 4 else 0.1) else "nein"
        lines.append(f"{number};{revenue};{dice.choice(('Süd', 'Nord', 'Ost'))};{visits};{leaves}")
    path = tmp_path_factory.mktemp("table") / ODD_NAME
    path.write_text("\n".join(lines), encoding="cp1252")
    return path


def go(page: Page, name: str) -> None:
    """To another page by the navigation, where it may stand under a heading."""
    menu = page.get_by_role("navigation")
    if heading := next((view.section for view in VIEWS if view.title == name), ""):
        menu.get_by_text(heading, exact=True).click()
        page.get_by_role("menuitem", name=name, exact=True).click()
    else:
        menu.get_by_role("link", name=name, exact=True).click()
    settled(page)


def run_in_address(page: Page) -> str:
    """The run that the address names."""
    expect(page).to_have_url(re.compile(r"[?&]run=\w+"))
    return parse_qs(urlparse(page.url).query)["run"][0]


def test_from_a_file_to_the_verdict_and_beyond(page: Page, app_url: str, table: Path) -> None:
    foreign: list[str] = []
    ours = (app_url, app_url.replace("http", "ws"), "data:", "blob:")
    page.on("request", lambda request: None if request.url.startswith(ours) else foreign.append(request.url))
    page.goto(app_url)
    expect(page.get_by_role("heading", name="Iris flowers")).to_be_visible()  # the example is there at once

    page.get_by_label("Your table").locator("input[type=file]").or_(
        page.get_by_test_id("stFileUploaderDropzoneInput")
    ).first.set_input_files(table)
    expect(page.get_by_role("heading", name="Kunden")).to_be_visible()
    target = page.get_by_role("combobox", name="What to predict")
    target.click()
    page.get_by_role("option", name="gekündigt").click()
    settled(page)
    expect(page.get_by_text("The class to look for")).to_be_visible()

    page.get_by_role("button", name="Compare models").click()
    page.get_by_role("button", name="Start comparison").click()
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()
    run = run_in_address(page)
    stop = page.locator(".st-key-stop-feed_forward").get_by_role("button")
    expect(stop).to_be_visible()

    page.reload()
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()
    assert run_in_address(page) == run
    stop.click()
    expect(page.get_by_text("stopped by you")).to_be_visible()

    expect(page.get_by_text(re.compile(r"is (best|in front): it .* of 100"))).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0)
    page.get_by_text("The same as a plain table").click()
    plain = page.get_by_test_id("stTable")
    expect(plain.get_by_role("row")).to_have_count(8)  # seven models below the headings
    expect(plain.get_by_role("row").filter(has_text="stopped")).to_have_count(1)

    go(page, "Look closer")
    expect(page.get_by_text("Confusion matrix", exact=False).first).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    go(page, "Map")
    expect(page.get_by_text("of what varies in the table")).to_be_visible()
    expect(page.get_by_text("Map of the rows").first).to_be_visible()
    go(page, "Runs")
    expect(page.get_by_role("button", name="Repeat")).to_have_count(1)
    assert not foreign


@pytest.fixture(scope="module")
def finished(server: Server) -> str:
    """The id of a finished comparison on iris, of somebody else."""
    store = Store(server.home)
    run = submit(store, *map(ModelSpec, ("baseline", "logistic_regression", "decision_tree")), source="iris", owner="a")
    until(lambda: jobs.ended(store.run(run)))  # type: ignore[arg-type]
    return run


@pytest.mark.parametrize("place", ["", "compare", "look_closer", "map", "runs"])
def test_a_telephone_in_the_dark_needs_no_sideways_scrolling(
    page: Page, app_url: str, finished: str, place: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.goto(f"{app_url}/{place}?data=iris&target=species&run={finished}")
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    colour = page.get_by_test_id("stApp").evaluate("each => getComputedStyle(each).backgroundColor")
    assert colour == "rgb(15, 17, 23)"


def test_another_visitor_sees_only_runs_of_their_own(page: Page, app_url: str, finished: str) -> None:
    page.goto(f"{app_url}/runs")
    expect(page.get_by_text("No comparison yet")).to_be_visible()
    page.goto(f"{app_url}/compare?run={finished}")  # but a run that they were sent opens
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()


def test_the_server_guards_its_answers(page: Page, app_url: str) -> None:
    answer = page.goto(app_url)
    assert answer is not None
    headers = answer.headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "SAMEORIGIN"
    (cookie,) = [each for each in page.context.cookies() if each["name"] == "bakeoff_owner"]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax" and len(cookie["value"]) >= 16
