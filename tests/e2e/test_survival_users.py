"""Several people at once, beside workers that train: pages come quickly, and no session fails."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from core import jobs
from core.records import ModelSpec, Split
from core.store import Store
from tests.conftest import end_supervisor
from tests.core.trials import HEAVY, SEED, submit, told, until, using, workers
from tests.e2e.conftest import Server, settled
from tests.e2e.visitors import Visitor

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

VISITORS, BROWSERS, SECONDS = 8, 2, 90.0
LOAD, CLICK, CHART = 3.0, 1.0, 2.5  # the 95th percentile of each, in seconds
MIB = 2**20

Times = defaultdict[str, list[float]]


@pytest.fixture
def busy(browser: Browser, tmp_path: Path) -> Iterator[tuple[Server, str]]:
    """A server whose workers train all the time, and a run that is over."""
    server = Server(tmp_path)
    server.start()
    store = Store(tmp_path)
    finished = submit(
        store, ModelSpec("baseline"), ModelSpec("random_forest"), ModelSpec("decision_tree"), source="iris"
    )
    until(lambda: jobs.ended(store.run(finished)))  # type: ignore[arg-type]
    heavy = submit(store, HEAVY, source="blobs:rows=6000,noise=3.0", time_limit=0.0, split=Split("stratified", 5))
    yield server, finished
    store.cancel(heavy)
    server.stop()
    end_supervisor(tmp_path)


def stroll(visitor: Visitor, finished: str, times: Times, troubles: list[str], dice: random.Random, end: float) -> None:
    """What a person does: open the page, look on, go to the charts of a run, come back."""
    try:
        times["load"].append(visitor.load())
        visitor.watch(20, lambda: visitor.has_button("Start comparison"))
        if dice.random() < 0.5:
            times["click"].append(visitor.click("Start comparison"))
        while time.monotonic() < end:
            times["click"] += visitor.watch(dice.uniform(1.0, 4.0))
            own = visitor.query
            visitor.query = f"data=iris&target=species&run={finished}"
            times["chart"].append(visitor.go("look_closer"))
            troubles += visitor.troubles()
            visitor.query = own
            times["click"].append(visitor.go("compare"))
            troubles += visitor.troubles()
        visitor.close()
    except Exception as error:
        troubles.append(f"{type(error).__name__}: {error}")


def upload(page: Page, url: str, table: Path, times: Times) -> None:
    """Open the page in a real browser and upload a table."""
    began = time.monotonic()
    page.goto(url)
    expect(page.get_by_role("heading", name="Iris flowers")).to_be_visible()
    times["load"].append(time.monotonic() - began)
    settled(page)
    began = time.monotonic()
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(table)
    expect(page.get_by_role("heading", name=table.stem)).to_be_visible(timeout=60_000)
    times["upload"].append(time.monotonic() - began)


def high(times: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def test_ten_people_beside_two_workers(
    busy: tuple[Server, str], browser: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server, finished = busy
    assert server._process is not None
    process, times, troubles = psutil.Process(server._process.pid), defaultdict(list), list[str]()
    first = Visitor(server.url, "compare", "data=iris")
    first.load()
    first.close()
    before, end = process.memory_info().rss, time.monotonic() + SECONDS
    people = [
        threading.Thread(
            target=stroll,
            args=(
                Visitor(server.url, "compare", f"data=moons:rows={200 + 10 * number}"),
                finished,
                times,
                troubles,
                random.Random(SEED + number),
                end,
            ),
        )
        for number in range(VISITORS)
    ]
    for each in people:
        each.start()
        time.sleep(0.5)
    tabs = [browser.new_context().new_page() for _ in range(BROWSERS)]
    for number, tab in enumerate(tabs):
        table = tmp_path / f"table {number}.csv"
        rows = (f"{n + number},{n % 97},{n % 89},{['red', 'green', 'blue'][n % 3]}\n" for n in range(280_000))
        table.write_text("number,a,b,colour\n" + "".join(rows))
        upload(tab, server.url, table, times)
    most = 0
    while any(each.is_alive() for each in people):
        most = max(most, process.memory_info().rss)
        for tab in tabs:
            tab.wait_for_timeout(500)
            troubles += tab.get_by_test_id("stException").all_inner_texts()
    for tab in tabs:
        tab.context.close()
    trained = using(workers(Store(server.home).noted("supervisor")["pid"]))
    figures = {f"{kind}_p95": high(each) for kind, each in times.items()}
    each_session = (most - before) / MIB / (VISITORS + BROWSERS)
    told(
        request,
        "users",
        sessions=VISITORS + BROWSERS,
        seconds=SECONDS,
        pages=sum(map(len, times.values())),
        failed=len(troubles),
        **figures,
        server_MiB=most / MIB,
        MiB_each=each_session,
    )
    assert not troubles and trained > 5, "seconds that the workers had of the processor"
    assert figures["load_p95"] < LOAD and figures["click_p95"] < CLICK and figures["chart_p95"] < CHART
    assert most < 1_500 * MIB and each_session < 60
