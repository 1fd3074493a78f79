"""The page in a real browser: how soon it is usable, and how soon a comparison shows its first row.

The second start is timed, as a person's everyday start is: bytecode is there, and nothing is read from disk for the
first time.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from core import jobs
from core.store import Store
from tests.e2e.conftest import FLAGS, Server, find_browser

STARTS, RUNS = 3, 3
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
        finally:
            server.stop()
            browser.close()
            jobs.stop_supervisor(Store(Path(folder)))
    return {
        "rows": [_row("streamlit run to a usable page", starts, 3.0), _row("Start to the first row, iris", first, 2.0)]
    }


def _row(name: str, seconds: list[float], target: float) -> dict[str, Any]:
    value = median(seconds)
    return {"name": name, "value": value, "target": target, "unit": "s", "passed": value <= target}


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
