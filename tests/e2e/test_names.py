"""Hostile names through every page in a real browser: shown as text, and nothing else comes of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from core import jobs
from core.records import ModelSpec, Roles, RunSpec, Split
from core.run import with_baseline
from core.store import Store
from tests.core.hostile.names import Name, as_csv, names, table, wrong
from tests.e2e.conftest import Server, settled

BATCH, BATCHES = 60, 10
#: What no name may bring along: elements and attributes that ours never have, and addresses that are not ours.
PLANTED = """() => [...document.querySelectorAll('body *')].filter(each =>
    ['IFRAME', 'OBJECT', 'EMBED', 'MATH', 'META', 'DETAILS-X'].includes(each.tagName.toUpperCase())
    || each.classList.contains('katex') || each.classList.contains('katex-error')
    || [...each.attributes].some(one => one.name.startsWith('on'))
    || (['SCRIPT', 'STYLE', 'CODE'].includes(each.tagName) && /zq\\d+q/.test(each.textContent))
    || /^\\s*javascript:|evil\\.example/i.test(each.getAttribute('href') || each.getAttribute('xlink:href') || '')
    || /evil\\.example/.test(each.getAttribute('src') || '')
).map(each => each.outerHTML.slice(0, 200))"""
BLOCKED = """window.blocked = [];
document.addEventListener('securitypolicyviolation', each => window.blocked.push('blocked ' + each.blockedURI));"""
#: The largest bar of the rightmost picture, which speaks of rows; the other one speaks of columns.
BAR = """() => {
    const plots = [...document.querySelectorAll('[role=tabpanel] .js-plotly-plot')]
        .map(each => [each.getBoundingClientRect().x, each]);
    const area = each => each.getBoundingClientRect().width * each.getBoundingClientRect().height;
    if (plots.length < 2) return null;
    const bars = [...plots.sort((a, b) => b[0] - a[0])[0][1].querySelectorAll('.bars .point path')];
    const [bar] = bars.sort((a, b) => area(b) - area(a));
    if (!bar) return null;
    bar.scrollIntoView({block: 'center'});
    const box = bar.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
}"""


def mark(page: Page) -> None:
    """Click on a bar, so that its rows are listed below."""
    x, y = page.wait_for_function(BAR).json_value()
    page.mouse.move(x - 2, y)
    page.mouse.click(x, y)
    expect(page.get_by_text("rows selected")).to_be_visible()


def informative(page: Page) -> None:
    """Rank the pairs of columns."""
    page.get_by_text("Find the informative view").click()


TABS: dict[str, Callable[[Page], None] | None] = {
    "Columns": None,
    "Against the target": mark,
    "Together": None,
    "Gaps": None,
    "Scatter": informative,
    "Two groups": None,
}


class Watch:
    """What a page does that none may do, and what it shows that is not what it should."""

    def __init__(self, page: Page, server: Server, named: list[Name]) -> None:
        self.page, self.server, self.named = page, server, named
        self.found, self.seen = list[str](), set[str]()
        ours = (server.url, server.url.replace("http", "ws"), "data:", "blob:")
        page.add_init_script(BLOCKED)
        page.on("request", lambda each: None if each.url.startswith(ours) else self.found.append(f"asked {each.url}"))
        page.on("dialog", lambda each: (self.found.append(f"dialog {each.message}"), each.dismiss()))

    def go(self, view: str, **address: str) -> None:
        """Open a page by its address, and all that is folded on it, and look."""
        self.page.goto(f"{self.server.url}/{view}?{urlencode(address)}")
        expect(self.page.get_by_role("heading", level=1)).to_be_visible(timeout=60_000)  # other jobs are before it
        self.open(view or "data")

    def open(self, place: str) -> None:
        """Open everything that can be opened, and look at it."""
        expect(self.page.get_by_test_id("stSkeleton")).to_have_count(0)
        settled(self.page)
        self.page.evaluate(
            "document.querySelectorAll('[data-testid=stExpander] details:not([open]) > summary')"
            ".forEach(each => each.click())"
        )
        self.look(place)

    def look(self, place: str) -> None:
        """Look at everything that is on the page."""
        settled(self.page)
        shown = str(self.page.evaluate("document.body.textContent"))
        self.seen |= {each.mark for each in self.named if each.mark in shown}
        told = [*wrong(self.named, shown), *self.page.evaluate(PLANTED), *self.page.evaluate("window.blocked")]
        if "Something went wrong" in shown or self.page.get_by_test_id("stException").count():
            told.append("Something went wrong on this page")
        self.found += [f"{place}: {each}" for each in told]


@pytest.fixture(params=[0, *(pytest.param(each, marks=pytest.mark.slow) for each in range(1, BATCHES))])
def named(request: pytest.FixtureRequest) -> list[Name]:
    """A batch of names."""
    start = BATCH * request.param
    return names(start + BATCH)[start:]


@pytest.fixture
def watch(page: Page, server: Server, named: list[Name]) -> Iterator[Watch]:
    made = Watch(page, server, named)
    yield made
    assert not made.found, "\n".join(dict.fromkeys(made.found))


@pytest.mark.timeout(300)
@pytest.mark.slow
def test_names_in_what_was_read_and_could_be_read_are_text(watch: Watch, server: Server, named: list[Name]) -> None:
    """The import report, taking a change back, another reading, the tables of a database."""
    page, folder = watch.page, server.home / "tables"
    frame = table(named, 60)
    frame.iloc[:, 3] = [f"0{row % 9}" for row in range(60)]  # kept as text, with an undo
    data = as_csv(folder, named[11].text, frame)
    watch.go("", data=data)
    expect(page.get_by_text("What was looked at and found fine")).to_be_visible()  # nothing draws the page anew then
    watch.open("data")
    page.locator("[class*='st-key-undo-'] button").first.click()
    expect(page.get_by_text("Not done, as you chose")).to_be_visible()
    watch.open("undone")
    page.get_by_label("Header", exact=True).fill("2")
    page.keyboard.press("Enter")
    expect(page.get_by_text("It would be read like this")).to_be_visible()
    watch.look("another reading")
    base = folder / f"hostile-{BATCH}-{named[0].mark[2:-1]}.db"
    tables(base, [each.text.replace("\0", "") for each in named[:6]])
    watch.go("", data=base.name)
    page.get_by_role("combobox", name="Table").click()
    watch.look("the tables of a database")
    base.unlink()


@pytest.mark.timeout(300)
def test_names_are_text_on_every_page(watch: Watch, server: Server, named: list[Name]) -> None:
    page, store = watch.page, Store(server.home)
    data = as_csv(store.tables, named[7].text, table(named))
    source = jobs.read(store, data)
    target = source.columns[0].name
    models = with_baseline([ModelSpec("decision_tree")])
    run = jobs.submit(
        store, RunSpec(data, source.fingerprint, Roles(target), Split("stratified", folds=2), models), source
    )

    watch.go("", data=data, target=target)
    expect(page.get_by_text("What was looked at and found fine")).to_be_visible()
    watch.open("data")
    page.get_by_role("combobox", name="What to predict").click()
    watch.look("data, the choice of the target")
    page.keyboard.press("Tab")
    for tab, deed in TABS.items():
        settled(page)
        page.get_by_role("tab", name=tab, exact=True).click()
        expect(page.get_by_role("tab", name=tab, exact=True)).to_have_attribute("aria-selected", "true")
        watch.open(f"data, {tab}")
        if deed:
            deed(page)
            watch.open(f"data, {tab}, once more")
    for view in ("compare", "look_closer", "map", "runs"):
        watch.go(view, data=data, target=target, run=run)
    assert len(watch.seen) > BATCH / 2, "most names are to be seen somewhere"


def tables(path: Path, called: list[str]) -> None:
    """A database with tables called so."""
    with closing(sqlite3.connect(path)) as connection:
        for each in called:
            quoted = '"' + each.replace('"', '""') + '"'
            connection.execute(f"CREATE TABLE {quoted} (a, b)")
            connection.executemany(f"INSERT INTO {quoted} VALUES (?, ?)", [(row, row % 2) for row in range(30)])
        connection.commit()
