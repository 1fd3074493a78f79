"""A run belongs to nobody's tab: it goes on without page and server, and after everything was killed."""

from __future__ import annotations

import os
import random
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from core import jobs
from core.records import FitState, ModelSpec
from core.store import Store
from tests.conftest import end_supervisor
from tests.core.trials import ROOT, SEED, Ledger, faulty_models, gone, nap, send, sizes, submit, told, tree, until
from tests.e2e.conftest import Server

SHOWN_MS = 5_000
NAPS = (*(nap(f"{each}", each) for each in (0.2, 0.3, 0.4)), ModelSpec("decision_tree"), ModelSpec("k_neighbors"))


@pytest.fixture
def alone(browser: Browser, tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own, because it is killed."""
    server = Server(tmp_path)
    server.start()
    yield server
    server.stop()
    end_supervisor(tmp_path)


@pytest.fixture
def with_naps(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the models of trials in the server that is started next, in its supervisor and here."""
    monkeypatch.setenv("BAKEOFF_MODELS", "tests.core.faulty")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", "")))))
    with faulty_models():
        yield


def done(store: Store, run: str) -> int:
    return sum(each.state == FitState.DONE for each in store.fits(run, curves=False))


def ended(store: Store, run: str) -> bool:
    row = store.run(run)
    assert row is not None
    return jobs.ended(row)


def started(page: Page, server: Server) -> str:
    """Start a comparison that takes a while; gives its id."""
    page.goto(f"{server.url}/compare?data=blobs:rows=1000,noise=3.0")
    page.get_by_role("button", name="Start comparison").click()
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()
    expect(page).to_have_url(re.compile(r"[?&]run=\w+"))
    return re.search(r"[?&]run=(\w+)", page.url)[1]  # type: ignore[index]


def test_a_run_goes_on_without_tab_server_and_supervisor(page: Page, browser: Browser, alone: Server) -> None:
    store = Store(alone.home)
    run = started(page, alone)
    page.goto("about:blank")  # the tab is gone
    alone.stop()
    before = done(store, run)
    until(lambda: done(store, run) > before, 60, "for the run to go on without the server")

    os.kill(store.noted("supervisor")["pid"], signal.SIGKILL)
    kept = done(store, run)
    assert not ended(store, run)
    alone.start()
    page.goto(f"{alone.url}/compare?run={run}")
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()
    expect(page.get_by_test_id("stMain").get_by_role("link", name="Look closer")).to_be_visible(timeout=90_000)
    assert ended(store, run)
    assert {(each.state, each.reason) for each in store.fits(run)} == {(FitState.DONE, "")}
    assert kept <= done(store, run)
    assert all(each.attempts <= 2 for each in store.fits(run))


# ---- again and again -------------------------------------------------------------------------------------------------


class Runs:
    """Runs that follow each other while servers are killed."""

    def __init__(self, store: Store) -> None:
        self.store, self.ids, self.ledger = store, [""], Ledger(store)

    def at_work(self) -> str:
        """A run in whose middle something can be killed."""
        if not self.ids[-1] or ended(self.store, self.ids[-1]) or done(self.store, self.ids[-1]) > 15:
            self.ids.append(submit(self.store, *NAPS, seed=len(self.ids)))
        run = self.ids[-1]
        until(lambda: self.ledger.look(run) >= 1)
        return run

    def finish(self) -> None:
        """Wait for the end of them all."""
        for run in self.ids[1:]:
            until(lambda: ended(self.store, run), 120)  # noqa: B023
        self.ledger.look(*self.ids[1:])


def shown(page: Page, server: Server, run: str) -> float:
    """Open a run's page; gives the seconds until it is there."""
    began = time.monotonic()
    page.goto(f"{server.url}/compare?run={run}")
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible(timeout=SHOWN_MS)
    return time.monotonic() - began


def killed(server: Server, *others: psutil.Process) -> float:
    """SIGKILL a server, and others at the same moment; gives the seconds until nothing is left of what was killed."""
    assert server._process is not None
    supervisor = (Store(server.home).noted("supervisor") or {"pid": 0})["pid"]
    own = [each for each in tree(server._process.pid) if each.pid not in {one.pid for one in tree(supervisor)}]
    for each in (*own[:1], *others):
        send(each)
    server._process.wait()
    return gone([*own, *others])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("kills", sizes(2, 50, 1200))
def test_a_killed_server_takes_no_run_along(
    kills: int, page: Page, with_naps: None, alone: Server, request: pytest.FixtureRequest
) -> None:
    dice, runs = random.Random(SEED), Runs(Store(alone.home))
    latest = oldest = 0.0
    supervisors = set()
    for _ in range(kills):
        run = runs.at_work()
        supervisors.add(runs.store.noted("supervisor")["pid"])
        time.sleep(dice.uniform(0.0, 0.5))
        before = runs.ledger.look(run)
        oldest = max(oldest, killed(alone))
        alone.start()
        latest = max(latest, shown(page, alone, run))
        assert runs.ledger.look(run) >= before
    runs.finish()
    ledger = runs.ledger
    figures = {"fits": len(ledger.seen), "lost": len(ledger.lost), "doubled": len(ledger.doubled)}
    told(request, "servers killed", kills=kills, **figures, latest_page=latest, oldest_orphan=oldest)
    assert not ledger.lost and not ledger.doubled and oldest < 2
    assert len(supervisors) == 1, "it goes on without the server"
    assert {each.attempts for run in runs.ids[1:] for each in runs.store.fits(run)} == {1}


def torn(store: Store, dice: random.Random) -> list[Path]:
    """Files as a process leaves them that dies while it writes; a fifth of them."""
    dead = 2**22 - 7  # above the largest number that a process can have here
    names = [f"{folder}/{number:032x}.npz" for folder in ("fits", "checkpoints") for number in range(10)]
    names += [f"models/{number:032x}.skops" for number in range(10)] + ["bakeoff.db"]
    planted = [store.home / f"{name}.{dead}.part" for name in dice.sample(names, len(names) // 5)]
    for path in planted:
        path.write_bytes(b"PK\x03\x04" + dice.randbytes(dice.randrange(10_000)))
    return planted


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("kills", sizes(1, 20, 1200))
def test_after_everything_was_killed_at_once_it_starts_clean_and_goes_on(
    kills: int, page: Page, with_naps: None, alone: Server, request: pytest.FixtureRequest
) -> None:
    dice, runs = random.Random(SEED), Runs(Store(alone.home))
    latest = oldest = 0.0
    for _ in range(kills):
        run = runs.at_work()
        time.sleep(dice.uniform(0.0, 0.5))
        runs.ledger.look(run)
        oldest = max(oldest, killed(alone, *tree(runs.store.noted("supervisor")["pid"])))
        planted = torn(runs.store, dice)
        alone.start()
        latest = max(latest, shown(page, alone, run))
        until(lambda: runs.ledger.look(run) and not any(each.exists() for each in planted), 30)  # noqa: B023
    runs.finish()
    ledger = runs.ledger
    figures = {"fits": len(ledger.seen), "lost": len(ledger.lost), "doubled": len(ledger.doubled)}
    told(request, "everything killed", times=kills, **figures, latest_page=latest, oldest_orphan=oldest)
    assert not ledger.lost and not ledger.doubled and oldest < 2
    assert not list(runs.store.home.glob("**/*.part*"))
    fits = [each for run in runs.ids[1:] for each in runs.store.fits(run)]
    assert {each.state for each in fits} == {FitState.DONE}
    assert sum(each.attempts - 1 for each in fits) <= 2 * kills, "no more fits were at work than there are slots"
