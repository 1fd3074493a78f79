"""The page: how soon it is usable and shows a comparison's first row, and what it costs beside a run that trains.

The second start is timed, as a person's everyday start is: bytecode is there, and nothing is read from disk for the
first time. What depends on the screen is timed in a real browser; where many pages are open, they are visitors without
one, because ten browsers would take both cores.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from core import jobs
from core.records import ModelSpec, Split
from core.store import Store
from tests.core.trials import HEAVY, submit, until, using
from tests.e2e.conftest import FLAGS, Server, find_browser
from tests.e2e.visitors import Visitor

STARTS, RUNS = 3, 3
PAGES, WATCHED, CLICKS = 10, 20.0, 10  # pages open at once; seconds that one is watched; clicks on each
# What the verdict says as soon as a model has a score.
SCORED = "So far .* leads|is best|is in front|No model beats"


def run() -> dict[str, Any]:
    """Measure; rows of name, value, target, unit, passed. Without a browser there is nothing to measure."""
    path = find_browser()
    if path is None:
        return {"rows": []}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder))
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            _started(server, browser)
            starts = [_started(server, browser) for _ in range(STARTS)]
            server.start()
            first = [_first_row(browser, server, seed) for seed in range(RUNS)]
            beside = _beside_training(server)
        finally:
            server.stop()
            browser.close()
            jobs.stop_supervisor(Store(Path(folder)))
    rows = [
        _row("streamlit run to a usable page", median(starts), 3.0, "s"),
        _row("Start to the first row, iris", median(first), 2.0, "s"),
    ]
    return {"rows": rows + beside}


def _row(name: str, value: float, target: float, unit: str) -> dict[str, Any]:
    return {"name": name, "value": value, "target": target, "unit": unit, "passed": value <= target}


def _started(server: Server, browser: Browser) -> float:
    """Seconds from the command to a page on which a person can choose."""
    began = time.perf_counter()
    server.start()
    page = browser.new_page()
    page.goto(server.url, wait_until="commit")  # the load event waits for charts below as well
    page.get_by_role("combobox", name="What to predict").wait_for()
    seconds = time.perf_counter() - began
    page.close()
    server.stop()
    return seconds


def _first_row(browser: Browser, server: Server, seed: int) -> float:
    """Seconds from the click to the first scored row, with warm workers and rows that were not fitted before."""
    page = browser.new_page()
    page.goto(
        f"{server.url}/compare?data=blobs:rows=150,seed={seed + 10}" if seed else f"{server.url}/compare?data=iris"
    )
    button = page.get_by_role("button", name="Start comparison")
    button.wait_for()
    _settled(page)
    began = time.perf_counter()
    button.click()
    page.locator(".st-key-verdict").get_by_text(_scored()).first.wait_for()
    seconds = time.perf_counter() - began
    page.close()
    return seconds


def _scored() -> Any:
    import re

    return re.compile(SCORED)


def _settled(page: Page) -> None:
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    page.wait_for_timeout(500)


# -- beside a run that trains


def _beside_training(server: Server) -> list[dict[str, Any]]:
    """What a page costs the server that looks on, and how soon a click is answered where ten pages do."""
    assert server._process is not None
    process = psutil.Process(server._process.pid)
    with _training(server) as query:
        one = Visitor(server.url, "compare", query)
        one.load()
        one.watch(2.0)  # what is drawn first costs more
        before = using([process])
        refreshes = len(one.watch(WATCHED))
        cost = (using([process]) - before) / refreshes
        one.close()
        visitors = [Visitor(server.url, "compare", query) for _ in range(PAGES)]
        with ThreadPoolExecutor(PAGES) as pool:
            clicks = [seconds for each in pool.map(_clicks, visitors, range(PAGES)) for seconds in each]
    return [
        _row("server CPU of a refresh while training", cost * 1e3, 25.0, "ms"),
        _row(f"a click, 95th percentile, {PAGES} pages beside training", quantiles(clicks, n=20)[-1], 1.0, "s"),
    ]


@contextmanager
def _training(server: Server) -> Iterator[str]:
    """Have both slots at work on a run that goes on for minutes, beside models that are done; gives its address."""
    store = Store(server.home)
    quick = (ModelSpec(name) for name in ("baseline", "logistic_regression", "k_neighbors", "lda", "decision_tree"))
    source = "blobs:rows=6000,noise=3.0"
    run = submit(store, *quick, HEAVY, source=source, time_limit=0.0, split=Split("stratified", 5))
    until(lambda: sum(each.outcome is not None for each in store.fits(run, curves=False)) == 25)
    try:
        yield f"data={source}&run={run}"
    finally:
        store.cancel(run)


def _clicks(visitor: Visitor, number: int) -> list[float]:
    """Open a page and look on, with a click every few seconds; gives how long those took."""
    time.sleep(number * 0.3)  # people do not come all at once
    visitor.load()
    took = []
    for _ in range(CLICKS):
        visitor.watch(2.0)
        took.append(visitor.rerun())
    visitor.close()
    return took
