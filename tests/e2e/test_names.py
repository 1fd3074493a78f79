"""Hostile names through every page in a real browser: shown as text, and nothing else comes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from core import jobs
from core.records import ModelSpec, Roles, RunSpec, Split
from core.run import with_baseline
from core.store import Store
from tests.core.database_files import sqlite
from tests.core.hostile.names import Name, as_csv, names, table, wrong
from tests.core.trials import sizes, told
from tests.dashboard.pages import APP
from tests.e2e.conftest import Server, settled

BATCH = 60


def nothing(page: Page) -> None:
    """Leave a part of the page as it is."""


def mark(page: Page) -> None:
    """Click on a bar, so that its rows are listed below."""
    settled(page)
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    page.locator(".js-plotly-plot").last.scroll_into_view_if_needed()
    x, y = page.evaluate(LARGEST_BAR)
    page.mouse.move(x - 2, y)
    page.mouse.click(x, y)
    expect(page.get_by_text("rows selected")).to_be_visible()


def informative(page: Page) -> None:
    """Rank the pairs of columns."""
    page.get_by_text("Find the informative view").click()


TABS = {
    "Columns": nothing,
    "Against the target": mark,
    "Together": nothing,
    "Gaps": nothing,
    "Scatter": informative,
    "Two groups": nothing,
}
#: What no name may bring along: elements and attributes that ours never have, and addresses that are not ours.
PLANTED = """() => [...document.querySelectorAll('body *')].filter(each =>
    ['IFRAME', 'OBJECT', 'EMBED', 'MATH', 'MARQUEE', 'META'].includes(each.tagName.toUpperCase())
    || each.classList.contains('katex') || each.classList.contains('katex-error')
    || [...each.attributes].some(one => one.name.startsWith('on') && /zq\\d+q|alert/.test(one.value))
    || (each.tagName === 'SCRIPT' && /zq\\d+q/.test(each.textContent))
    || /^\\s*javascript:|evil\\.example/i.test(each.getAttribute('href') || each.getAttribute('xlink:href') || '')
    || /evil\\.example/.test(each.getAttribute('src') || '')
).map(each => each.outerHTML.slice(0, 200))"""
LARGEST_BAR = """() => {
    const boxes = [...[...document.querySelectorAll('.js-plotly-plot')].pop().querySelectorAll('.bars .point path')]
        .map(each => each.getBoundingClientRect()).sort((a, b) => b.width * b.height - a.width * a.height);
    return [boxes[0].x + boxes[0].width / 2, boxes[0].y + boxes[0].height / 2];
}"""
BLOCKED = """window.blocked = [];
document.addEventListener('securitypolicyviolation', each => window.blocked.push(each.blockedURI));"""


class Watch:
    """What a page does that none may do, and what it shows that is not what it should."""

    def __init__(self, page: Page, server: Server, named: list[Name]) -> None:
        self.page, self.named, self.found = page, named, list[str]()
        self.looked, self.seen = 0, set[str]()
        ours = (server.url, server.url.replace("http", "ws"), "data:", "blob:")
        page.add_init_script(BLOCKED)
        page.on("request", lambda each: None if each.url.startswith(ours) else self.found.append(f"asked {each.url}"))
        page.on("dialog", lambda each: (self.found.append(f"dialog {each.message}"), each.dismiss()))
        page.on("download", lambda each: self.found.append(f"download {each.url}"))

    def look(self, place: str) -> None:
        """Look at everything that is on the page."""
        settled(self.page)
        shown = str(self.page.evaluate("document.body.textContent"))
        self.looked += 1
        self.seen |= {each.mark for each in self.named if each.mark in shown}
        told = [*wrong(self.named, shown), *self.page.evaluate(PLANTED), *self.page.evaluate("window.blocked")]
        if "Something went wrong" in shown or self.page.get_by_test_id("stException").count():
            told.append("Something went wrong on this page")
        self.found += [f"{place}: {each}" for each in told]

    def open(self, place: str) -> None:
        """Open everything that can be opened, and look at it."""
        for each in self.page.locator("[data-testid=stExpander] details:not([open]) > summary").all():
            if each.is_visible():
                each.click()
        self.look(place)


@pytest.fixture(params=[*range(1), *(pytest.param(each, marks=pytest.mark.slow) for each in range(1, 10))])
def named(request: pytest.FixtureRequest) -> list[Name]:
    """A batch of names."""
    start = BATCH * request.param
    return names(start + BATCH)[start:]


@pytest.fixture
def watch(page: Page, server: Server, named: list[Name]) -> Iterator[Watch]:
    made = Watch(page, server, named)
    yield made
    assert not made.found, "\n".join(dict.fromkeys(made.found))


def go(watch: Watch, server: Server, view: str, **address: str) -> None:
    """Open a page by its address."""
    watch.page.goto(f"{server.url}/{view}?{urlencode(address)}")
    expect(watch.page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.timeout(300)
def test_names_are_text_on_every_page(watch: Watch, server: Server, named: list[Name]) -> None:
    page, store, folder = watch.page, Store(server.home), server.home / "tables"
    data = as_csv(folder, named[7].text, table(named))
    source = jobs.read(store, data)
    target = source.columns[0].name
    models = with_baseline([ModelSpec("decision_tree", named[3].text)])
    spec = RunSpec(data, source.fingerprint, Roles(target), Split("stratified", folds=2), models)
    run = jobs.submit(store, spec, source)

    go(watch, server, "", data=data, target=target)
    expect(page.get_by_text("What was looked at and found fine")).to_be_visible()
    watch.open("data")
    page.get_by_role("combobox", name="What to predict").click()
    watch.look("data, the choice of the target")
    page.keyboard.press("Escape")
    for tab, deed in TABS.items():
        page.get_by_role("tab", name=tab, exact=True).click()
        deed(page)
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
        watch.open(f"data, {tab}")
    for view in ("compare", "look_closer", "map", "runs"):
        go(watch, server, view, data=data, target=target, run=run)
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
        watch.open(view)
        if view == "compare" and page.get_by_role("button", name="Run both and compare").count():
            page.get_by_role("button", name="Run both and compare").click()
            expect(page.get_by_test_id("stDataFrame").last).to_be_visible()
            watch.open("compare, two splits")
    print(len(watch.seen), watch.looked)
